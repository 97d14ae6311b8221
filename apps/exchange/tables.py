"""Lists of the exchange: batches and jobs."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.html import format_html

from apps.core import tables as t
from apps.core.imports import KINDS
from apps.core.lamps import lamp
from apps.core.models import Job

from .choices import BatchState
from .models import ImportBatch

BATCH_LAMPS = {
    BatchState.CHECKING: "blue",
    BatchState.MAPPING: "amber",
    BatchState.FAULTY: "red",
    BatchState.CLEAN: "amber",
    BatchState.WRITING: "blue",
    BatchState.DONE: "green",
    BatchState.UNDOING: "blue",
    BatchState.WITHDRAWN: "grey",
    BatchState.REFUSED: "red",
    BatchState.STOPPED: "red",
}
JOB_LAMPS = {
    Job.State.WAITING: "grey",
    Job.State.RUNNING: "blue",
    Job.State.DONE: "green",
    Job.State.FAILED: "red",
    Job.State.CANCELLED: "grey",
}


class BatchTable(t.Table):
    key = "import-batches"
    hidden = ("unchanged", "skipped")
    caption = "导入批次"
    empty = t.Empty(
        "没有符合条件的导入批次", "换个条件再查；还没有导入过的，在上面选择内容，先下载模板。"
    )

    name = t.LinkColumn("文件", order_by="name")
    kind = t.Column("内容", order_by="kind")
    state = t.Column("状态", phone="lamp", order_by="state")
    owner = t.Column("经办人", order_by="owner__name", empty="系统")
    created_at = t.MomentColumn("上传时间", order_by="created_at")
    rows = t.NumberColumn("行数", order_by="rows")
    created = t.NumberColumn("新增")
    changed = t.NumberColumn("变更")
    unchanged = t.NumberColumn("不变")
    skipped = t.NumberColumn("跳过")
    faults = t.NumberColumn("错误")
    reach = t.Column("涉及范围", accessor="reach.name", wide_text=True)
    source = t.Column("来源", accessor="source.name", wide_text=True)

    def render_kind(self, value: str) -> str:
        return KINDS[value].label if value in KINDS else value

    def render_state(self, record: ImportBatch) -> Any:
        return lamp(BATCH_LAMPS[BatchState(record.state)], record.get_state_display())

    def value_kind(self, value: str) -> str:
        return self.render_kind(value)

    def value_state(self, record: ImportBatch) -> Any:
        return record.get_state_display()


class JobTable(t.Table):
    key = "jobs"
    caption = "我的任务"
    empty = t.Empty("还没有任务", "导入、导出等较长的工作会列在这里。")

    title = t.Column("任务")
    created_at = t.MomentColumn("提交时间", order_by="created_at")
    finished_at = t.MomentColumn("结束时间", order_by="finished_at")
    state = t.Column("状态", phone="lamp")
    message = t.Column("说明", wide_text=True)

    def render_title(self, record: Job) -> Any:
        return format_html('<a href="{}">{}</a>', reverse("exchange:job", args=[record.pk]), record)

    def render_state(self, record: Job) -> Any:
        return lamp(JOB_LAMPS[Job.State(record.state)], record.get_state_display())
