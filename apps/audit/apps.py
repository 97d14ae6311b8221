from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "apps.audit"
    verbose_name = "审计"

    def ready(self) -> None:
        from apps.core import administrators, events, menu

        from . import services
        from .models import Alert

        events.register(services.record)
        menu.group("审计", icon="shield-check", order=95)
        menu.register(
            group="审计",
            label="操作审计",
            url_name="audit:event_list",
            icon="journal-text",
            predicate=administrators.is_audit,
            order=10,
            covers=("audit:event_detail",),
        )
        menu.register(
            group="审计",
            label="登录日志",
            url_name="audit:sign_ins",
            icon="box-arrow-in-right",
            predicate=administrators.is_audit,
            order=20,
        )
        menu.register(
            group="审计",
            label="查看留痕",
            url_name="audit:looks",
            icon="eye",
            predicate=administrators.is_audit,
            order=30,
        )
        menu.register(
            group="审计",
            label="导出记录",
            url_name="audit:exports",
            icon="download",
            predicate=administrators.is_audit,
            order=40,
        )
        menu.register(
            group="审计",
            label="被拒绝的访问",
            url_name="audit:refused",
            icon="x-circle",
            predicate=administrators.is_audit,
            order=35,
        )
        menu.register(
            group="审计",
            label="审计封存",
            url_name="audit:seals",
            icon="shield-lock",
            predicate=administrators.is_audit,
            order=45,
        )
        for group, predicate in (
            ("审计", administrators.is_audit),
            ("授权管理", administrators.is_security),
        ):
            menu.register(
                group=group,
                label="告警",
                url_name="audit:alerts",
                icon="bell",
                predicate=predicate,
                badge=lambda user: Alert.objects.open().count() or None,
                order=1,
                covers=("audit:alert",),
            )
