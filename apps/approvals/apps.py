"""办件: use of quotas, entry, exit and transfer, from the unit's clerk to the payroll."""

from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "apps.approvals"
    verbose_name = "业务办理"

    def ready(self) -> None:
        from . import personal

        personal.register()
