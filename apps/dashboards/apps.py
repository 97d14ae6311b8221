from django.apps import AppConfig


class DashboardsConfig(AppConfig):
    name = "apps.dashboards"
    verbose_name = "看板"

    def ready(self) -> None:
        from apps.core import menu

        from . import rules

        menu.register(
            label="工作台",
            url_name="dashboards:workbench",
            icon="house",
            predicate=lambda user: (
                user.is_administrator
                or (user.may_anywhere("view_subtree") and not rules.only_leads(user))
            ),
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
        menu.bottom(
            label="总览", url_name="dashboards:board", icon="speedometer2", perm="lead", order=1
        )
