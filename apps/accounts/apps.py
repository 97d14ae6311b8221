from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "apps.accounts"
    verbose_name = "账户与权限"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in, user_logged_out

        from apps.core import administrators, menu

        from . import checks, proposals, sessions  # noqa: F401 - registers the system checks
        from .services import administrators as deeds
        from .services import factors as factor_deeds

        user_logged_in.connect(sessions.remember, dispatch_uid="accounts.sessions")
        user_logged_out.connect(sessions.forget, dispatch_uid="accounts.sessions")
        menu.group("系统管理", icon="gear", order=90)
        menu.register(
            group="系统管理",
            label="账户",
            url_name="accounts:user_list",
            icon="people",
            predicate=administrators.is_system,
            order=10,
            covers=(
                "accounts:user_detail",
                "accounts:user_create",
                "accounts:user_edit",
                "accounts:user_password",
            ),
        )
        menu.group("授权管理", icon="shield-lock", order=92)
        menu.register(
            group="授权管理",
            label="角色授权",
            url_name="units:appointment_list",  # pages of a higher app, known by address only
            icon="person-check",
            predicate=administrators.is_security,
            order=10,
            covers=("units:appointment_create", "units:appointments_of_user"),
        )
        proposals.register(
            "administrator.make", label="增加管理员", apply=deeds.make, proposers=proposals.EITHER
        )
        proposals.register(
            "administrator.remove",
            label="减少管理员",
            apply=deeds.remove,
            proposers=proposals.EITHER,
        )
        proposals.register("policy.change", label="修改安全策略", apply=deeds.change_policy)
        proposals.register(
            "factor.reset",
            label="重置动态口令",
            apply=factor_deeds.apply_reset,
            proposers=proposals.EITHER,
        )
        decides = administrators.is_security
        for order, label, url_name, icon, covers in (
            (30, "登录会话", "accounts:sessions", "clock-history", ("accounts:session_end",)),
            (40, "登录锁定", "accounts:locked", "lock", ("accounts:unlock",)),
        ):
            menu.register(
                group="授权管理",
                label=label,
                url_name=url_name,
                icon=icon,
                predicate=decides,
                order=order,
                covers=covers,
            )
        for group, predicate in (("系统管理", administrators.is_system), ("授权管理", decides)):
            menu.register(
                group=group,
                label="提议与确认",
                url_name="accounts:proposals",
                icon="clipboard-check",
                predicate=predicate,
                badge=lambda user: proposals.waiting_for(user) or None,
                order=5,
                covers=("accounts:proposal",),
            )
            menu.register(
                group=group,
                label="管理员",
                url_name="accounts:administrators",
                icon="shield-check",
                predicate=predicate,
                order=15,
                covers=(
                    "accounts:administrator_propose",
                    "accounts:administrator_remove",
                    "accounts:factor_reset",
                ),
            )
        menu.register(
            group="授权管理",
            label="安全策略",
            url_name="accounts:policy",
            icon="sliders",
            predicate=decides,
            order=50,
            covers=("accounts:policy_change",),
        )
        menu.register(
            group="审计",
            label="提议与确认",
            url_name="accounts:proposals",
            icon="clipboard-check",
            predicate=administrators.is_audit,
            order=50,
        )
