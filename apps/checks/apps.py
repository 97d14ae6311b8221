"""数据校核: rules that look at the register, and what became of their findings."""

from django.apps import AppConfig


class ChecksConfig(AppConfig):
    name = "apps.checks"
    verbose_name = "数据校核"
