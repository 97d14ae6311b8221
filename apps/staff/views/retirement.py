"""到龄退休: who retires by when, and the month somebody has chosen instead."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.core import filters as f
from apps.core import tables as t
from apps.core.http import render_list, requires
from apps.core.lamps import lamp

from .. import errors, forecast, outlook, queries, refusals, rules, services
from ..deeds import Deed
from ..filters import PeopleFilter
from ..forms import RetirementForm
from ..models import Occupancy, Person
from ..retirement import Category, bounds, retirement_month
from ..rules import EXAMINE
from ..tables import PeopleTable
from .lists import export_people


class DueFilter(PeopleFilter):
    primary = ("q", "under", "term", "quota_type")

    term = f.ChoiceFilter(
        label="期限",
        choices=[
            (forecast.OVERDUE, "已到龄未办"),
            *((term, label) for term, (label, _) in forecast.TERMS.items()),
            (forecast.UNKNOWN, "无法推算"),
        ],
        method="by_term",
        empty_label="两年内和已到龄",
    )
    identity = f.CodeFilter(label="身份", table="person_identity")
    category = f.ChoiceFilter(
        label="退休类别",
        choices=[(one.value, one.label) for one in Category],
        field_name="retires_as",
    )
    month = f.DayRangeFilter(label="退休年月", field_name="retires_on")

    def by_term(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(forecast.due(value, timezone.localdate()))

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        data = self.form.cleaned_data
        rows = super().filter_queryset(queryset)
        if not data.get("term") and not data.get("month"):
            today = timezone.localdate()
            rows = rows.filter(forecast.due(forecast.OVERDUE, today) | forecast.due("24", today))
        return rows


class DueTable(PeopleTable):
    key = "retiring"
    caption = "到龄退休"
    fixed = ("name", "retires")
    hidden: tuple[str, ...] = ("number", "status", "entered", "post", "identity")
    empty = t.Empty("没有到龄人员", "所选期限内没有人到龄；换个期限再查。")

    quota_type = t.Column("编制类型", accessor="quota_type.label", order_by="quota_type__sort")
    retires = t.MonthColumn("预计退休", accessor="retires_on", order_by="retires_on")
    due = t.LampColumn("期限", accessor="retires_on", phone="lamp")
    category = t.Column("退休类别", accessor="retires_as", phone="hide")
    identity = t.Column("身份", accessor="identity.label", phone="hide")
    basis = t.Column("依据", accessor="person_id", phone="hide")
    post = t.Column("职务", accessor="post_name", phone="hide", wide_text=True)
    status = t.Column("状态", accessor="status.label", phone="hide")
    entered = t.DayColumn("入编时间", accessor="starts_on", order_by="starts_on")

    def render_category(self, record: Occupancy) -> str:
        return Category(record.retires_as).label if record.retires_as else "—"

    def value_category(self, record: Occupancy) -> str:
        return Category(record.retires_as).label if record.retires_as else ""

    def render_basis(self, record: Occupancy) -> str:
        return "弹性退休" if chosen(record) else "法定"

    def value_basis(self, record: Occupancy) -> str:
        return self.render_basis(record)

    def render_due(self, record: Occupancy) -> Any:
        return lamp(*lamp_of(record, timezone.localdate()))

    def value_due(self, record: Occupancy) -> str:
        return lamp_of(record, timezone.localdate())[1]


def chosen(spell: Occupancy) -> bool:
    return hasattr(spell.person, "retirement_choice")


def lamp_of(spell: Occupancy, today: dt.date) -> tuple[str, str]:
    """Return how near somebody's retirement is."""
    if spell.retires_on is None:
        return ("grey", "无法推算")
    left = (spell.retires_on.year - today.year) * 12 + spell.retires_on.month - today.month
    if left < 0:
        return ("red", f"已超 {-left} 个月")
    if left == 0:
        return ("amber", "本月")
    return ("amber" if left <= 6 else "green", f"还有 {left} 个月")


@requires("view_subtree")
@require_GET
def retiring(request: HttpRequest) -> HttpResponseBase:
    """到龄退休: the due lists of the reader's scope."""
    user = request.user
    rows = queries.roster(user).filter(counts=True).select_related("person__retirement_choice")
    filters = DueFilter(request.GET, queryset=rows.order_by("retires_on", "scope", "pk"), user=user)
    lines = outlook.due_lines(user.subtrees("view_subtree"), timezone.localdate())
    return render_list(
        request,
        table=DueTable,
        filters=filters,
        template="staff/retiring.html",
        export=export_people,
        context={"lines": lines, "term": request.GET.get("term", "")},
    )


class Choosing(Deed):
    form = RetirementForm
    template = "staff/retirement.html"

    def context(self, form: Any) -> dict[str, Any]:
        person = self.subjects["person"]
        spell = queries.open_spell(self.request.user, person)
        if spell is None or spell.retires_as is None:
            return {"spell": spell}
        statutory = retirement_month(person.birth_month, spell.retires_as)
        least = forecast.contribution(statutory.month.year)
        return {
            "spell": spell,
            "statutory": statutory,
            "bounds": bounds(person.birth_month, spell.retires_as),
            "why": forecast.why(spell),
            "least": least,
            "has_choice": form.fields["_version"].initial,
        }

    def do(self, form: RetirementForm) -> HttpResponse:
        person = self.subjects["person"]
        choice = services.choose_retirement(person=person, by=self.request.user, **form.values())
        return self.done(f"{person} 的退休年月已登记为 {choice.month:%Y-%m}", person)


@requires(EXAMINE)
@require_http_methods(["GET", "POST"])
def retirement_choose(request: HttpRequest, pk: int) -> HttpResponse:
    return Choosing(request, person=_changeable(request, pk)).answer()


@requires(EXAMINE)
@require_POST
def retirement_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    person = _changeable(request, pk)
    try:
        services.withdraw_retirement(person=person, by=request.user)
    except errors.ChoiceWithdrawn as refusal:
        messages.warning(request, refusals.sentence(refusal, request.user))
    else:
        messages.success(request, "弹性退休已撤销，按法定退休年龄推算")
    return redirect(reverse("staff:detail", args=[person.pk]))


def _changeable(request: HttpRequest, pk: int) -> Person:
    person = get_object_or_404(Person.objects.visible_to(request.user), pk=pk)
    if not rules.may_change(request.user, person):
        raise PermissionDenied("账号没有修改这个人员的权限")
    return person
