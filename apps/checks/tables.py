"""Lists of findings and of runs (预警清单, domain.md §6.4)."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.html import format_html

from apps.core import tables as t
from apps.core import wording

from .choices import Level
from .models import Finding, Run
from .rules import BY_NUMBER
from .telling import LEVEL_LAMPS, sentence, since, state_of


class _Level(t.LampColumn):
    def getter(self, bound: Any) -> Any:
        return lambda finding: LEVEL_LAMPS[Level(finding.level)]


class _State(t.LampColumn):
    def getter(self, bound: Any) -> Any:
        return state_of


class _Rule(t.LinkColumn):
    def getter(self, bound: Any) -> Any:
        return lambda finding: str(BY_NUMBER.get(finding.rule, finding.rule))


class _Sentence(t.Column):
    def getter(self, bound: Any) -> Any:
        return sentence


class _Days(t.NumberColumn):
    def getter(self, bound: Any) -> Any:
        return since


class FindingTable(t.Table):
    key = "findings"
    caption = "数据校核问题"
    selectable = True
    fixed: tuple[str, ...] = ("rule", "unit")
    hidden: tuple[str, ...] = ("code", "gone_at")
    empty = t.Empty(
        "没有校核问题", "没有查出问题，或换个条件再查；暂不提示和已消除的在“处置”里选。"
    )

    rule = _Rule("问题", accessor="rule", order_by=("rule", "unit__path"), width=12)
    level = _Level("级别", accessor="level", order_by=("level", "rule"), phone="")
    unit: t.LinkColumn | None = t.LinkColumn(
        "单位",
        accessor="unit.name",
        url=lambda finding: reverse("checks:unit", args=[finding.unit_id]),
        order_by="unit__path",
        width=16,
        phone="",
    )
    code: t.CodeColumn | None = t.CodeColumn("机构编码", accessor="unit.code")
    sentence = _Sentence("值与限", accessor="facts", wide_text=True, width=24)
    first_seen = t.DayColumn("发现日期", accessor="first_seen", order_by="first_seen")
    days = _Days("持续天数", accessor="first_seen", phone="hide")
    state = _State("处置", accessor="state", order_by="state")
    gone_at = t.DayColumn("消除日期", accessor="gone_at", order_by="gone_at")

    def row_label(self, record: Finding) -> str:
        return f"{record.rule} {record.unit.name}"

    def row_class(self, record: Finding) -> str:
        return "is-muted" if record.gone_at is not None or record.is_muted else ""


class UnitFindingTable(FindingTable):
    """On a unit's own tab: the unit goes without saying."""

    key = "unit-findings"
    caption = "本单位的校核问题"
    selectable = False
    fixed = ("rule",)
    hidden = ("gone_at",)
    unit = None
    code = None
    empty = t.Empty("没有查出问题", "本单位的机构、编制、职数、人员和批文没有互相矛盾的地方。")


class RunTable(t.Table):
    key = "check-runs"
    caption = "校核记录"
    empty = t.Empty("还没有校核过", "数据变动后一分钟内自动校核，每夜全面校核一次。")

    started_at = t.MomentColumn("开始时间", order_by="started_at")
    kind = t.Column("起因", accessor="get_kind_display")
    units = t.Column("范围", accessor="units")
    seconds = t.Column("用时", accessor="seconds")
    found = t.NumberColumn("查出", order_by="found", phone="figure")
    appeared = t.NumberColumn("新增", order_by="appeared", phone="figure")
    gone = t.NumberColumn("消除", order_by="gone", phone="figure")
    failed = t.NumberColumn("未能执行的规则", order_by="failed")

    def render_units(self, record: Run) -> str:
        if record.units is None:
            return "全部单位"
        return f"{wording.thousands(record.units)} 个单位"

    value_units = render_units

    def render_seconds(self, record: Run) -> str:
        return f"{record.seconds:.1f} 秒"

    value_seconds = render_seconds

    def render_failed(self, record: Run) -> Any:
        bad = [number for number, one in record.rules.items() if "error" in one]
        if not bad:
            return "0"
        return format_html('<span class="is-below">{}（{}）</span>', len(bad), "、".join(bad))
