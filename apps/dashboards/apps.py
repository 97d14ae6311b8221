from django.apps import AppConfig


class DashboardsConfig(AppConfig):
    name = "apps.dashboards"
    verbose_name = "看板"

    def ready(self) -> None:
        from apps.core import menu

        menu.register(
            label="工作台",
            url_name="dashboards:workbench",
            icon="house",
            perm="view_subtree",
            order=1,
        )
