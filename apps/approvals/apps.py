"""办件: use of quotas, entry, exit and transfer, from the unit's clerk to the payroll."""

from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "apps.approvals"
    verbose_name = "业务办理"

    def ready(self) -> None:
        from apps.core import menu

        from . import (
            message_menu,
            notifying,  # noqa: F401 - registers the handlers of messages
            partner_menu,
            personal,
            use_menu,
        )

        personal.register()
        partner_menu.register()
        menu.register(
            label="业务申报",
            url_name="approvals:file",
            icon="send",
            perm=("file_for", "examine"),
            order=4,
            covers=("approvals:new", "approvals:workbook", "approvals:slot"),
        )
        menu.register(
            label="表单模板",
            url_name="approvals:templates",
            perm=("examine", "sign", "decide"),
            group="业务办理",
            order=90,
            covers=("approvals:template",),
        )
        menu.register(
            label="我的办件",
            url_name="approvals:mine",
            icon="list-task",
            perm=("file_for", "examine"),
            order=5,
            covers=(
                "approvals:check",
                "approvals:line",
                "approvals:line_add",
                "approvals:filed",
                "approvals:withdraw",
            ),
        )
        use_menu.register()
        message_menu.register()
