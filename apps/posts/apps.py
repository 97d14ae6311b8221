from django.apps import AppConfig


class PostsConfig(AppConfig):
    name = "apps.posts"
    verbose_name = "领导职数"

    def ready(self) -> None:
        from apps.core import imports

        from .workbook import PostKind

        imports.register(PostKind())
