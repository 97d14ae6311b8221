from django.apps import AppConfig


class DashboardsConfig(AppConfig):
    name = "apps.dashboards"
    verbose_name = "看板"

    def ready(self) -> None:
        from apps.core import administrators, days, menu

        from . import rules

        days.dated("dashboards:board", "dashboards:posts_sheet", "dashboards:quota_sheet")
        menu.register(
            label="工作台",
            url_name="dashboards:workbench",
            icon="house",
            predicate=lambda user: user.may_anywhere("view_subtree") and not rules.only_leads(user),
            order=1,
        )
        menu.register(
            label="运行概况",
            url_name="dashboards:administration",
            icon="speedometer2",
            predicate=lambda user: user.is_administrator,
            order=1,
        )
        menu.group("系统管理", icon="gear", order=90)
        menu.register(
            group="系统管理",
            label="系统状态",
            url_name="dashboards:health",
            icon="speedometer2",
            predicate=administrators.is_system,
            order=1,
        )
        menu.register(
            label="领导总览",
            url_name="dashboards:board",
            icon="speedometer2",
            perm=rules.SEES_BOARD,
            order=5,
            covers=("dashboards:definitions",),
        )
        menu.group("统计报表", icon="bar-chart", order=70)
        for order, label, url_name in (
            (10, "干部提示表", "dashboards:posts_sheet"),
            (20, "编制提示表", "dashboards:quota_sheet"),
        ):
            menu.register(
                group="统计报表",
                label=label,
                url_name=url_name,
                perm=rules.SEES_BOARD,
                order=order,
            )
        menu.bottom(
            label="提示表",
            url_name="dashboards:quota_sheet",
            icon="file-earmark-spreadsheet",
            perm="lead",
            order=50,
            covers=("dashboards:posts_sheet",),
        )
        menu.bottom(
            label="总览", url_name="dashboards:board", icon="speedometer2", perm="lead", order=1
        )
