from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "apps.staff"
    verbose_name = "实名人员"

    def ready(self) -> None:
        from apps.accounts import proposals
        from apps.core import administrators, days, imports, menu
        from apps.documents import effects
        from apps.quotas import dated, panels
        from apps.units import carrying, guards

        from . import own, personal, told
        from .carrying import StaffCarrier
        from .workbook import RosterKind

        personal.register()
        proposals.register(
            "person.tie", label="账户与人员绑定", apply=own.apply_tie, by_office=True
        )
        proposals.register(
            "person.untie",
            label="解除账户与人员绑定",
            apply=own.apply_untie,
            by_office=True,
        )
        proposals.register("person.hold", label="查看记录暂缓公开", apply=own.apply_hold)
        menu.register(
            group="授权管理",
            label="查看暂缓公开",
            url_name="staff:hold",
            icon="eye",
            predicate=administrators.is_security,
            order=60,
        )
        days.dated("staff:list", "staff:left", "staff:unit", "staff:roster", "staff:unit_left")
        for table, kind, counts in (
            ("staff_occupancy", "quota_type_id", "counts"),
            ("staff_postholding", "post_kind_id", "counted"),
        ):
            dated.register(
                dated.Source(table, kind, "starts_on", "ends_on", counts=counts, taken="1")
            )
        imports.register(RosterKind())
        effects.register("人员", told.effects_of, on_unit=told.effects_on)
        carrying.register("人员", StaffCarrier())
        guards.register("人员", told.obstacle_of)
        panels.register("到龄与空编预测", told.panel_of)
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
                "staff:correct",
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
        menu.register(
            group="实名人员",
            label="查看留痕",
            url_name="staff:looks",
            perm=("examine", "file_for"),
            order=90,
        )
        menu.register(
            group="实名人员",
            label="到龄退休",
            url_name="staff:retiring",
            perm="view_subtree",
            order=50,
            covers=("staff:retirement",),
        )
        menu.register(
            group="实名人员",
            label="单位更正",
            url_name="staff:corrections",
            perm=("examine", "file_for"),
            order=70,
            covers=("staff:correction",),
        )
        menu.register(
            group="实名人员",
            label="单位公示",
            url_name="staff:publicities",
            perm="view_subtree",
            order=80,
            covers=(
                "staff:publicity",
                "staff:publicity_start",
                "staff:publicity_missing",
                "staff:publicity_evidence",
                "staff:publicity_close",
                "staff:objection_record",
                "staff:objection_handle",
            ),
        )
