from django.apps import AppConfig


class PostsConfig(AppConfig):
    name = "apps.posts"
    verbose_name = "领导职数"

    def ready(self) -> None:
        from apps.core import days, imports, menu
        from apps.documents import effects
        from apps.quotas import dated, panels
        from apps.units import cards, carrying, guards

        from . import told
        from .carrying import PostCarrier
        from .workbook import PostKind

        imports.register(PostKind())
        days.dated("posts:list", "posts:ledger")
        dated.register(
            dated.Source(
                "posts_leadershipentry", "post_kind_id", '"on"', places="change", short_units=True
            )
        )
        effects.register("领导职数", told.effects_of, on_unit=told.effects_on)
        cards.register("领导职数", told.card_of)
        carrying.register("领导职数", PostCarrier())
        guards.register("领导职数", told.obstacle_of)
        panels.register("领导职数", told.panel_of)

        menu.register(
            group="编制职数",
            label="领导职数",
            url_name="posts:list",
            perm="view_subtree",
            order=30,
            covers=("posts:ledger",),
        )
        menu.register(
            group="编制职数",
            label="职数变动",
            url_name="posts:entry_create",
            perm="examine",
            order=35,
        )
        menu.bottom(label="职数", url_name="posts:list", icon="person-badge", perm="lead", order=30)
