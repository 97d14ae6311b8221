"""统计报表: prints, statistics tables and queries over the register."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "apps.reports"
    verbose_name = "统计报表"

    def ready(self) -> None:
        from apps.core import menu
        from apps.core.running import kinds

        from . import handlers  # registers with the outbox

        kinds.register("reports.make", "生成长报表", made=handlers.made)
        kinds.register("reports.query", "导出自定义统计", made=handlers.made)

        menu.group("统计报表", icon="bar-chart", order=70)
        menu.register(
            group="统计报表",
            label="常用报表",
            url_name="reports:index",
            perm="view_subtree",
            order=1,
            covers=("reports:table", "reports:overview", "reports:transfers"),
        )
        menu.register(
            group="统计报表",
            label="自定义统计",
            url_name="reports:people",
            perm="view_subtree",
            order=5,
            covers=("reports:units", "reports:saved"),
        )
        menu.register(
            group="统计报表",
            label="打印中心",
            url_name="reports:centre",
            perm="view_subtree",
            order=30,
        )
