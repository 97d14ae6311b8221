from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "apps.staff"
    verbose_name = "实名人员"

    def ready(self) -> None:
        from . import personal

        personal.register()
