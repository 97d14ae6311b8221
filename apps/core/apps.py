from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CoreConfig(AppConfig):
    name = "apps.core"
    verbose_name = "基础"

    def ready(self) -> None:
        from . import checks, database  # noqa: F401 - the checks register themselves

        post_migrate.connect(database.after_migrate, sender=self)
