from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "apps.documents"
    verbose_name = "批文"

    def ready(self) -> None:
        from apps.core import days, menu

        days.dated("documents:detail")
        menu.group("文件档案", icon="file-earmark-text", order=60)
        menu.register(
            group="文件档案",
            label="机构编制文件",
            url_name="documents:list",
            perm="view_subtree",
            order=10,
            covers=("documents:detail", "documents:edit", "documents:attach"),
        )
        menu.register(
            group="文件档案",
            label="文号登记",
            url_name="documents:register",
            perm="maintain",
            order=20,
        )
