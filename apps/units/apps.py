from django.apps import AppConfig


class UnitsConfig(AppConfig):
    name = "apps.units"
    verbose_name = "机构"

    def ready(self) -> None:
        from apps.accounts import scopes

        from . import (
            grants,
            reference,  # noqa: F401 - registers the divisions
        )

        scopes.register(grants.of)
