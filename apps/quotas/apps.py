from django.apps import AppConfig


class QuotasConfig(AppConfig):
    name = "apps.quotas"
    verbose_name = "编制"

    def ready(self) -> None:
        from apps.core import days, imports, menu
        from apps.documents import effects
        from apps.units import cards, carrying, guards, listing

        from . import dated, told
        from .carrying import QuotaCarrier
        from .overview import with_totals
        from .queries.ledger import first_day
        from .workbook import QuotaKind

        listing.figures_by(with_totals)
        days.begins(first_day, "编制台账")
        days.dated("quotas:unit", "quotas:ledger", "quotas:list", "quotas:over")

        shanghai = "({} AT TIME ZONE 'Asia/Shanghai')::date"
        dated.register(dated.Source("quotas_quotaentry", "quota_type_id", '"on"', places="change"))
        dated.register(
            dated.Source(
                "quotas_reservation",
                "quota_type_id",
                shanghai.format("created_at"),
                shanghai.format("released_at"),
                reserved="places",
            )
        )

        imports.register(QuotaKind())
        effects.register("编制", told.effects_of, on_unit=told.effects_on)
        cards.register("编制", told.card_of)
        carrying.register("编制", QuotaCarrier())
        guards.register("编制", told.obstacle_of)

        group = "编制职数"
        menu.group(group, icon="layers", order=30)
        menu.register(
            group=group,
            label="单位编制台账",
            url_name="quotas:list",
            perm="view_subtree",
            order=10,
            covers=("quotas:ledger",),
        )
        menu.register(
            group=group,
            label="核增核减划转",
            url_name="quotas:entry_create",
            perm="examine",
            order=20,
        )
        menu.register(
            group=group, label="超编单位", url_name="quotas:over", perm="view_subtree", order=40
        )
        menu.bottom(label="编制", url_name="quotas:list", icon="layers", perm="lead", order=20)
        menu.bottom(
            label="超编", url_name="quotas:over", icon="exclamation-triangle", perm="lead", order=40
        )
