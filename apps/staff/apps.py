from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "apps.staff"
    verbose_name = "实名人员"

    def ready(self) -> None:
        from apps.core import imports, menu
        from apps.documents import effects
        from apps.units import carrying, guards

        from . import personal, told
        from .carrying import StaffCarrier
        from .workbook import RosterKind

        personal.register()
        imports.register(RosterKind())
        effects.register("人员", told.effects_of, on_unit=told.effects_on)
        carrying.register("人员", StaffCarrier())
        guards.register("人员", told.obstacle_of)
        menu.group("实名人员", icon="people", order=40)
        menu.register(
            group="实名人员",
            label="人员库",
            url_name="staff:list",
            perm="view_subtree",
            order=10,
            covers=(
                "staff:detail",
                "staff:changes",
                "staff:reveal",
                "staff:by_number",
                "staff:edit",
                "staff:spell_edit",
                "staff:leave",
                "staff:transfer",
                "staff:posting_start",
                "staff:posting_end",
            ),
        )
        menu.register(
            group="实名人员",
            label="入编登记",
            url_name="staff:enter",
            perm="examine",
            order=30,
            covers=("staff:done",),
        )
        menu.register(
            group="实名人员", label="减少人员", url_name="staff:left", perm="view_subtree", order=60
        )
