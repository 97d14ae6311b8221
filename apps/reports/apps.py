"""统计报表: prints, statistics tables and queries over the register."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "apps.reports"
    verbose_name = "统计报表"
