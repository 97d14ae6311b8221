from django.apps import AppConfig


class QuotasConfig(AppConfig):
    name = "apps.quotas"
    verbose_name = "编制"

    def ready(self) -> None:
        from apps.core import imports

        from .workbook import QuotaKind

        imports.register(QuotaKind())
