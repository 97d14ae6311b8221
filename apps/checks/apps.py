"""数据校核: rules that look at the register, and what became of their findings."""

from django.apps import AppConfig


class ChecksConfig(AppConfig):
    name = "apps.checks"
    verbose_name = "数据校核"

    def ready(self) -> None:
        from apps.core import menu

        from . import services  # noqa: F401 - registers the handler of asked runs

        menu.register(
            group="实名人员",
            label="数据校核",
            url_name="checks:list",
            perm="view_subtree",
            order=80,
            covers=("checks:detail", "checks:handle", "checks:batch", "checks:runs"),
        )
        menu.register(
            group="统计报表",
            label="校核走势",
            url_name="checks:trend",
            perm="view_subtree",
            order=60,
        )
        menu.register(
            group="统计报表",
            label="校核规则",
            url_name="checks:rules",
            perm="view_subtree",
            order=65,
            covers=("checks:rule_edit",),
        )
