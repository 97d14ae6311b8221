"""办件: use of quotas, entry, exit and transfer, from the unit's clerk to the payroll."""

from typing import Any

from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "apps.approvals"
    verbose_name = "业务办理"

    def ready(self) -> None:
        from apps.core import menu
        from apps.core.prints import templates as word_templates
        from apps.core.running import kinds
        from apps.staff import panels

        from . import (
            handlers,
            message_menu,
            notifying,  # noqa: F401 - registers the handlers of messages
            partner_menu,
            personal,
            use_menu,
        )
        from .panels import panel_of
        from .services import templates

        personal.register()
        word_templates.register(templates.of_sheet)
        kinds.register("approvals.batch", "批量办理办件")
        kinds.register("approvals.papers", "批量打印表单", made=handlers.printed)
        panels.register("办件", panel_of)
        self._register_filing(menu)
        self._register_desk(menu)
        use_menu.register()
        partner_menu.register()
        message_menu.register()

    def _register_filing(self, menu: Any) -> None:
        menu.group("业务办理", icon="clipboard-check", order=12)
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

    def _register_desk(self, menu: Any) -> None:
        menu.register(
            label="待办中心",
            url_name="approvals:inbox",
            icon="inbox",
            perm="view_subtree",
            order=10,
            covers=(
                "approvals:detail",
                "approvals:act",
                "approvals:batch",
                "approvals:batch_report",
                "approvals:papers_choose",
                "approvals:papers_now",
                "approvals:phrases",
                "approvals:reveal",
            ),
        )
        menu.topbar(
            label="待办",
            url_name="approvals:inbox",
            icon="inbox",
            perm="view_subtree",
            badge_url="approvals:badge",
            order=10,
        )
