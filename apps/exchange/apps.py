from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "apps.exchange"
    verbose_name = "数据交换"

    def ready(self) -> None:
        from apps.core.running import kinds

        from . import retrying

        kinds.register("exchange.check", "校验导入文件", again=retrying.again)
        kinds.register("exchange.write", "写入导入数据", again=retrying.again)
        kinds.register("exchange.withdraw", "撤回导入数据")
        self._register_pages()

    def _register_pages(self) -> None:
        from apps.core import imports, menu

        from . import handlers  # noqa: F401 - registers with the outbox
        from .document_files import DocumentFilesKind
        from .holidays import HolidayKind

        imports.register(HolidayKind())
        imports.register(DocumentFilesKind())
        menu.group("数据交换", icon="arrow-left-right", order=80)
        menu.register(
            group="数据交换",
            label="导入中心",
            url_name="exchange:imports",
            perm=("maintain", "examine"),
            order=10,
            covers=(
                "exchange:upload",
                "exchange:batch",
                "exchange:mapping",
                "exchange:withdraw",
            ),
        )
        menu.register(
            group="数据交换",
            label="导出中心",
            url_name="exchange:exports",
            perm="view_subtree",
            order=20,
        )
        menu.register(
            group="数据交换",
            label="我的任务",
            url_name="exchange:jobs",
            order=30,
            covers=("exchange:job",),
        )
