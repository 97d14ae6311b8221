from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "apps.accounts"
    verbose_name = "账户与权限"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from apps.core import administrators, menu

        from . import checks, sessions  # noqa: F401 - registers the system checks

        user_logged_in.connect(sessions.remember, dispatch_uid="accounts.sessions")
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
