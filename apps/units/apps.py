from django.apps import AppConfig


class UnitsConfig(AppConfig):
    name = "apps.units"
    verbose_name = "机构"

    def ready(self) -> None:
        from apps.accounts import proposals, scopes
        from apps.core import days, imports, menu
        from apps.documents import effects, offices

        from . import (
            appointments,
            document_workbook,
            events,
            grants,
            queries,
            reference,  # noqa: F401 - registers the divisions
            workbook,
        )

        scopes.register(grants.of)
        days.dated("units:list", "units:detail", "units:departments", "units:history")
        days.dated("units:documents", "units:changes")
        offices.register(queries.names_of, grants.offices_over)
        imports.register(workbook.UnitKind())
        imports.register(document_workbook.DocumentKind())
        effects.register("机构", events.effects_of, on_unit=events.effects_on)

        proposals.register("appointment.grant", label="授予角色", apply=appointments.apply_grant)
        proposals.register("appointment.revoke", label="收回角色", apply=appointments.apply_revoke)
        menu.group("机构管理", icon="building", order=20)
        menu.register(
            group="机构管理",
            label="机构库",
            url_name="units:list",
            perm="view_subtree",
            order=10,
            covers=(
                "units:detail",
                "units:departments",
                "units:history",
                "units:documents",
                "units:changes",
                "units:edit",
                "units:card",
                "quotas:unit",
                "staff:unit",
                "checks:unit",
            ),
        )
        menu.register(
            group="机构管理", label="机构树", url_name="units:tree", perm="view_subtree", order=20
        )
        menu.register(
            group="机构管理",
            label="机构沿革",
            url_name="units:evolution",
            perm="view_subtree",
            order=25,
            covers=("units:reform", "units:plates", "units:plate_off", "units:recognise"),
        )
        for order, label, url_name in (
            (30, "设立机构", "units:establish"),
            (35, "合并机构", "units:merge"),
            (36, "分立机构", "units:split"),
            (37, "划转科室和编制", "units:hand_over"),
            (40, "机构更名", "units:rename"),
            (42, "规格调整", "units:rank"),
            (44, "隶属关系调整", "units:move"),
            (46, "挂牌", "units:hang"),
            (50, "撤销机构", "units:abolish"),
        ):
            menu.register(
                group="机构管理", label=label, url_name=url_name, perm="maintain", order=order
            )
