"""单位更正: a unit keeps its people; the office reads of it and can set it back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.db.models.functions import TruncDate
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_http_methods

from apps.core import changes, wording
from apps.core import filters as f
from apps.core import tables as t
from apps.core.history import history_of
from apps.core.http import render_form, render_list, requires
from apps.core.lamps import lamp

from .. import errors, queries, refusals, rules, services
from ..deeds import Deed
from ..forms import CorrectionForm, UndoForm
from ..models import Correction, Occupancy, Person
from ..rules import EXAMINE, FILE_FOR
from ..services.corrections import DAYS, KEY_FIELDS, due_of, labels_of
from .lists import export_people

LOCKED = "以下信息由编办管理，单位不能修改；确有错误的，携带依据材料向编办提出，由编办经办人更正。"


class Correcting(Deed):
    form = CorrectionForm
    template = "staff/correct.html"

    def context(self, form: Any) -> dict[str, Any]:
        spell = self.subjects["spell"]
        return {
            "person": spell.person,
            "locked": _locked(spell),
            "locked_sentence": LOCKED,
            "days": DAYS,
            "due": _due(form),
        }

    def do(self, form: CorrectionForm) -> HttpResponse:
        spell = self.subjects["spell"]
        made = services.correct_own(spell=spell, by=self.request.user, **form.values())
        if made is None:
            return self.done("内容没有变化，没有保存", spell.person)
        late = "；已超过变动后的办理期限" if made.is_late else ""
        what = "、".join(labels_of(made.fields))
        return self.done(f"已更正{what}，编办可以看到这次更正{late}", spell.person)


def _due(form: Any) -> Any:
    """Return until when the typed day's change is to be entered; None for a day that is none."""
    day = getattr(form, "cleaned_data", {}).get("happened_on") if form.is_bound else None
    if day is None:
        return None
    try:
        return due_of(day)
    except errors.StaffRefused:
        return None


def _locked(spell: Occupancy) -> list[tuple[str, Any]]:
    person = spell.person
    page = [
        ("姓名", person.name),
        ("公民身份号码", str(queries.number_of(person))),
        ("性别", person.sex.label),
        ("出生年月", wording.month(person.birth_month)),
        ("参加工作时间", wording.day(person.work_started_on)),
        ("编制所在单位", spell.unit.name),
        ("编制类型", spell.quota_type.label),
        ("人员状态", spell.status.label),
        ("人员身份", spell.identity.label if spell.identity else ""),
        ("入编时间", wording.day(spell.starts_on)),
        ("入编文号", spell.document.number if spell.document else spell.document_no),
    ]
    return [(label, value or wording.NOTHING) for label, value in page]


@requires(FILE_FOR)
@require_http_methods(["GET", "POST"])
def person_correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what the unit keeps itself; a form that names a key field is refused and noted."""
    person = get_object_or_404(Person.objects.visible_to(request.user), pk=pk)
    spell = queries.open_spell(request.user, person)
    if spell is None or not rules.may_correct(request.user, spell):
        raise PermissionDenied("账号只能更正本单位在编人员的信息")
    deed = Correcting(request, spell=spell)
    forged = [name for name in KEY_FIELDS if name in request.POST]
    if forged:
        labels = services.refuse_key_fields(
            person=person, scope=spell.scope, names=forged, by=request.user
        )
        form = CorrectionForm(request.POST, user=request.user, spell=spell)
        form.add_error(None, refusals.sentence(errors.KeyFieldLocked(labels), request.user))
        return render_form(request, deed.template, form, spell=spell, **deed.context(form))
    return deed.answer()


class CorrectionFilter(f.FilterSet):
    primary = ("q", "made", "state", "by")

    q = f.TextFilter(label="人员", placeholder="姓名", method="by_name")
    made = f.DayRangeFilter(label="修改时间", field_name="made_at")
    state = f.ChoiceFilter(
        label="状态",
        choices=[("kept", "有效"), ("undone", "已恢复"), ("late", "逾期更正")],
        method="by_state",
    )
    by = f.TextFilter(label="修改人", placeholder="姓名", method="by_maker")

    class Meta:
        model = Correction
        fields: list[str] = []

    def by_name(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(person__name__icontains=value.strip())

    def by_maker(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(made_by__name__icontains=value.strip())

    def by_state(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        if value == "late":
            return rows.alias(day=TruncDate("made_at")).filter(day__gt=F("due_on"))
        return rows.filter(undone_at__isnull=value == "kept")


class CorrectionTable(t.Table):
    key = "corrections"
    caption = "单位更正"
    fixed = ("person", "what")
    empty = t.Empty("没有单位更正", "单位经办人修改本单位人员的非关键信息后，会列在这里。")

    person = t.LinkColumn("人员", accessor="person.name", order_by="person__name_pinyin")
    unit = t.Column("单位", accessor="unit.name", order_by="scope", width=16)
    what = t.Column("修改项目", accessor="fields", wide_text=True)
    happened = t.DayColumn("变动日期", accessor="happened_on", order_by="happened_on")
    due = t.LampColumn("期限", accessor="due_on", phone="lamp")
    by = t.Column("修改人", accessor="made_by.name", phone="hide")
    at = t.MomentColumn("修改时间", accessor="made_at", order_by="made_at")
    state = t.LampColumn("状态", accessor="undone_at")

    def render_what(self, record: Correction) -> str:
        return "、".join(labels_of(record.fields))

    def value_what(self, record: Correction) -> str:
        return "、".join(labels_of(record.fields))

    def render_due(self, record: Correction) -> Any:
        return lamp("amber", "逾期") if record.is_late else lamp("green", "按期")

    def value_due(self, record: Correction) -> str:
        return "逾期" if record.is_late else "按期"

    def render_state(self, record: Correction) -> Any:
        return lamp("grey", "已恢复") if record.is_undone else lamp("green", "有效")

    def value_state(self, record: Correction) -> str:
        return "已恢复" if record.is_undone else "有效"


def _visible(request: HttpRequest) -> QuerySet[Correction]:
    rows = Correction.objects.visible_to(request.user)
    return rows.select_related("person", "unit", "spell", "made_by", "undone_by")


@requires(EXAMINE, FILE_FOR)
@require_GET
def correction_list(request: HttpRequest) -> HttpResponseBase:
    """List what units changed of their people, newest first."""
    filters = CorrectionFilter(request.GET, queryset=_visible(request), user=request.user)
    return render_list(
        request,
        table=CorrectionTable,
        filters=filters,
        template="staff/corrections.html",
        export=export_people,
    )


@requires(EXAMINE, FILE_FOR)
@require_http_methods(["GET", "POST"])
def correction(request: HttpRequest, pk: int) -> HttpResponse:
    """One correction, before and after; the office sets it back with a reason."""
    found = get_object_or_404(_visible(request), pk=pk)
    may_undo = rules.may_examine(request.user, found) and not found.is_undone
    posted = request.method == "POST"
    form = UndoForm(request.POST if posted else None)
    if posted and form.is_valid():
        try:
            services.undo_correction(correction=found, by=request.user, **form.cleaned_data)
        except errors.StaffRefused as refusal:
            form.add_error(None, refusals.sentence(refusal, request.user))
        else:
            messages.success(request, f"{found.person} 的更正已恢复为原值")
            return redirect(found)
    rows = [
        line
        for key, model in (("person", Person), ("spell", Occupancy))
        if any(one.startswith(f"{key}.") for one in found.fields)
        for change in changes.read(model, history_of(model).filter(pk=found.versions[key][1]))
        for line in change.rows
    ]
    return render_form(
        request,
        "staff/correction.html",
        form,
        correction=found,
        rows=rows,
        may_undo=may_undo,
    )
