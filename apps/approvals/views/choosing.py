"""Choosing whom a case is about: people of the units its applicant files for."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html

from apps.accounts.requests import SignedInRequest
from apps.core import filters as f
from apps.core import tables as t
from apps.core.http import render_list
from apps.core.scope import covers, within
from apps.staff.models import Occupancy, PostHolding
from apps.units.models import Unit

from ..addresses import with_query
from ..choices import Kind
from ..kinds import KindOfCase
from ..models import Application, Line
from .finding import filing_paths


class _ChoiceFilter(f.FilterSet):
    primary: tuple[str, ...] = ("q", "unit", "quota_type")

    q = f.TextFilter(label="姓名", placeholder="姓名、拼音首字母", method="by_name")
    unit = f.PickerFilter(
        label="单位", url_name="units:suggest", queryset=Unit.objects.none(), method="by_unit"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["unit"].field.queryset = Unit.objects.visible_to(self.user)

    def by_name(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        text = value.strip()
        return rows.filter(
            Q(person__name__contains=text) | Q(person__name_initials__startswith=text.lower())
        )

    def by_unit(self, rows: QuerySet, name: str, value: Any) -> QuerySet:
        return rows.filter(within([value.path], "scope"))


class SpellChoice(_ChoiceFilter):
    quota_type = f.CodeFilter(label="编制类型", table="quota_type")

    class Meta:
        model = Occupancy
        fields: list[str] = []


class PostingChoice(_ChoiceFilter):
    primary = ("q", "unit")

    class Meta:
        model = PostHolding
        fields: list[str] = []


class ChoiceTable(t.Table):
    key = "choose-person"
    caption = "选择人员"
    fixed = ("name", "choose")
    empty = t.Empty("没有可选的人员", "换个条件再查；只列出您申报范围内的在编人员。")
    to = ""

    name = t.Column("姓名", accessor="person.name", order_by="person__name_pinyin", phone="name")
    unit = t.Column("单位", accessor="unit.name", order_by="scope", phone="figure")
    quota_type = t.Column("编制类型", accessor="quota_type.label", phone="figure")
    post = t.Column("职务", accessor="post_name", phone="hide", wide_text=True)
    entered = t.DayColumn("入编时间", accessor="starts_on", order_by="starts_on", phone="hide")
    choose = t.Column("操作", accessor="pk", phone="verb")

    def render_choose(self, record: Any) -> Any:
        if record.busy:
            return format_html('<span class="muted">{}</span>', f"办理中：{record.busy}")
        key = record.person_id if self.subject == "person" else record.pk
        return format_html(
            '<a href="{}">选择<span class="visually-hidden">{}</span></a>',
            with_query(self.to, **{self.subject: key}),
            record.person.name,
        )

    subject = "spell"

    def row_label(self, record: Any) -> str:
        return record.person.name


class PostingTable(ChoiceTable):
    key = "choose-posting"
    caption = "选择任职"

    quota_type = t.Column("职数类别", accessor="post_kind.label", phone="figure")
    entered = t.DayColumn("任职时间", accessor="starts_on", order_by="starts_on", phone="hide")


def choose(
    request: SignedInRequest, of: KindOfCase, application: Application | None = None
) -> HttpResponseBase:
    """List the people (or postings) that a line of this kind may begin from."""
    paths = filing_paths(request.user)
    if application is not None:
        home = of.home_of(application)
        paths = [home.path] if covers(paths, home.path) else []
    model: Any = PostHolding if of.subject == "posting" else Occupancy
    joined = ("person", "unit", "post_kind" if of.subject == "posting" else "quota_type")
    open_case = Line.objects.filter(person=OuterRef("person"), is_open=True)
    rows = (
        model.objects.open()
        .filter(within(paths, "scope"))
        .select_related(*joined)
        .annotate(busy=Subquery(open_case.values("application__number")[:1]))
        .order_by("scope", "person__name_pinyin", "pk")
    )
    if of.subject == "person":
        rows = rows.filter(counts=True)
    table = PostingTable if of.subject == "posting" else ChoiceTable
    to = (
        reverse("approvals:new", args=[of.kind])
        if application is None
        else reverse("approvals:line_add", args=[application.pk])
    )
    made = type("Chosen", (table,), {"subject": of.subject, "to": to})
    filters = (PostingChoice if of.subject == "posting" else SpellChoice)(
        request.GET, queryset=rows, user=request.user
    )
    return render_list(
        request,
        table=made,
        filters=filters,
        template="approvals/choose.html",
        context={
            "elsewhere": _elsewhere(of, application),
            "verb": Kind(of.kind).label,
            "application": application,
        },
    )


def _elsewhere(of: KindOfCase, application: Application | None) -> str:
    """Return where people of other units are found, for the kind that brings them in."""
    if of.kind != Kind.TRANSFER:
        return ""
    more = f"?application={application.pk}" if application is not None else ""
    return reverse("approvals:elsewhere") + more
