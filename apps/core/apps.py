from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CoreConfig(AppConfig):
    name = "apps.core"
    verbose_name = "基础"

    def ready(self) -> None:
        from . import checks, database  # noqa: F401 - the checks register themselves

        post_migrate.connect(database.after_migrate, sender=self)
        self._register_pages()

    def _register_pages(self) -> None:
        from django.utils import timezone

        from . import administrators, changes, menu
        from .dictionary import attributes, holidays

        changes.register_words(attributes.words())
        menu.group("系统管理", icon="gear", order=90)
        menu.register(
            group="系统管理",
            label="后台任务",
            url_name="core:jobs",
            icon="hourglass-split",
            predicate=administrators.is_system,
            order=20,
            covers=("core:job",),
        )
        menu.register(
            group="系统管理",
            label="字典",
            url_name="core:code_tables",
            icon="book",
            predicate=administrators.is_system,
            order=30,
            covers=(
                "core:code_table",
                "core:code_value",
                "core:code_value_create",
                "core:code_value_edit",
            ),
        )
        menu.register(
            group="系统管理",
            label="节假日",
            url_name="core:holidays",
            icon="calendar3",
            predicate=administrators.is_system,
            badge=lambda user: len(holidays.missing(timezone.localdate())) or None,
            order=40,
            covers=("core:holiday_create", "core:holiday_edit"),
        )
