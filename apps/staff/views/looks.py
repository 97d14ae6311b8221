"""查看留痕: who looked at the people of the reader's own units, in plain sentences."""

from __future__ import annotations

from typing import Any

from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_GET

from apps.accounts.models import LookHold
from apps.audit import looks
from apps.audit.exports import export_table
from apps.audit.models import AuditEvent
from apps.core import filters as f
from apps.core import tables as t
from apps.core.http import render_list, requires
from apps.core.lamps import lamp
from apps.core.scope import roots, within
from apps.units.models import Unit

from ..own import DISCIPLINE
from ..rules import KEEPS_WATCH

KINDS = (
    ("reveal", "查看完整号码", ("person.reveal",)),
    ("find", "按证件号查人", ("person.find",)),
    ("view", "打开人员资料", ("person.view",)),
    ("taken", "导出、打印名单", looks.TAKEN_OUT),
)


class LookFilter(f.FilterSet):
    primary = ("who", "kind", "at", "whom")

    who = f.TextFilter(label="查看人", placeholder="姓名", method="by_actor")
    kind = f.ChoiceFilter(
        label="方式", choices=[(key, label) for key, label, _ in KINDS], method="by_kind"
    )
    at = f.DayRangeFilter(label="时间", field_name="at")
    whom = f.TextFilter(label="被查看人", placeholder="姓名", method="by_target")

    class Meta:
        model = AuditEvent
        fields: list[str] = []

    def by_actor(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(actor_name__icontains=value.strip())

    def by_kind(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(kind__in=next(kinds for key, _, kinds in KINDS if key == value))

    def by_target(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(Q(target_type=looks.PERSON, target_label__icontains=value.strip()))


class LookTable(t.Table):
    key = "unit-looks"
    caption = "查看留痕"
    fixed = ("at", "who", "what")
    empty = t.Empty("没有人查看过", "本单位人员的资料还没有被打开、查询或导出。")

    at = t.MomentColumn("时间", order_by="at", phone="figure")
    who = t.Column("查看人", accessor="actor_name", phone="name")
    what = t.Column("做了什么", accessor="kind", wide_text=True, phone="figure")
    purpose = t.Column("用途", accessor="purpose", wide_text=True)
    outcome = t.LampColumn("结果", accessor="outcome", phone="lamp")

    def render_what(self, record: AuditEvent) -> str:
        return looks.what(record)

    def value_what(self, record: AuditEvent) -> str:
        return looks.what(record)

    def render_outcome(self, record: AuditEvent) -> Any:
        return _outcome(record)

    def value_outcome(self, record: AuditEvent) -> str:
        return record.get_outcome_display()

    def row_label(self, record: AuditEvent) -> str:
        return f"{record.actor_name}{looks.what(record)}"


def _outcome(record: AuditEvent) -> Any:
    refused = record.outcome == AuditEvent.Outcome.REFUSED
    return lamp("red" if refused else "green", record.get_outcome_display())


def not_held_back(rows: QuerySet) -> QuerySet:
    """Leave out looks for a case of discipline at people under a hold (docs/rules.md A-20)."""
    held = LookHold.objects.filter(until__gte=timezone.localdate()).values("person_id")
    people = held.annotate(key=Cast("person_id", CharField())).values("key")
    return rows.exclude(target_type=looks.PERSON, target_id__in=people, purpose=DISCIPLINE)


@requires(*KEEPS_WATCH)
@require_GET
def look_list(request: HttpRequest) -> HttpResponseBase:
    """List the looks below the subtrees whose people the reader keeps; `?unit=` one of them."""
    kept = roots(path for name in KEEPS_WATCH for path in request.user.subtrees(name))
    key = request.GET.get("unit", "")
    unit = None
    if key.isdecimal():
        unit = Unit.objects.filter(within(kept, "path"), pk=key).first()
        if unit is None:
            raise Http404("没有这个机构，或不在您的查看范围内")
    rows = looks.in_subtrees([unit.path] if unit is not None else kept)
    filters = LookFilter(request.GET, queryset=not_held_back(rows), user=request.user)
    return render_list(
        request,
        table=LookTable,
        filters=filters,
        template="staff/looks.html",
        export=export_table,
        context={"unit": unit},
    )
