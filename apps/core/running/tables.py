"""The list of all jobs and its query bar."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from .. import filters as f
from .. import tables as t
from ..lamps import lamp
from ..models import Job
from . import kinds

LAMPS = {
    Job.State.WAITING: "grey",
    Job.State.RUNNING: "blue",
    Job.State.DONE: "green",
    Job.State.FAILED: "red",
    Job.State.CANCELLED: "grey",
}


def kind_choices() -> list[tuple[str, str]]:
    return [(code, kind.label) for code, kind in kinds.KINDS.items()]


class JobFilter(f.FilterSet):
    state = f.ChoiceFilter(label="状态", choices=Job.State.choices)
    kind = f.ChoiceFilter(label="类别", choices=kind_choices)
    owner = f.TextFilter(label="提交人", placeholder="姓名", method="by_owner")
    created = f.DayRangeFilter(label="提交时间", field_name="created_at")

    def by_owner(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(owner__name__icontains=value.strip())


class AllJobsTable(t.Table):
    key = "all_jobs"
    caption = "后台任务"
    fixed = ("kind", "state")
    empty = t.Empty("没有符合条件的任务", "换个条件再查。")

    kind = t.LinkColumn(
        "类别", order_by=("kind",), url=lambda job: reverse("core:job", args=[job.pk])
    )
    state = t.LampColumn("状态", order_by=("state",))
    owner = t.Column("提交人", accessor="owner.name", order_by=("owner__name",))
    created_at = t.MomentColumn("提交时间", order_by=("created_at",))
    started_at = t.MomentColumn("开始时间", order_by=("started_at",))
    finished_at = t.MomentColumn("结束时间", order_by=("finished_at",))
    reason = t.Column("说明", accessor="message", wide_text=True)

    def render_kind(self, record: Job, column: Any) -> Any:
        return column.cell(kinds.label_of(record), record, self)

    def value_kind(self, record: Job) -> str:
        return kinds.label_of(record)

    def render_state(self, record: Job) -> Any:
        return lamp(LAMPS[Job.State(record.state)], record.get_state_display())

    def value_state(self, record: Job) -> str:
        return record.get_state_display()

    def render_reason(self, record: Job) -> str:
        return kinds.reason_of(record) or "—"

    def value_reason(self, record: Job) -> str:
        return kinds.reason_of(record)

    def row_label(self, record: Job) -> str:
        return kinds.label_of(record)
