"""The lists of people. Columns as in 在编人员花名册 and 减少人员花名册 (domain.md §6.4)."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from apps.core import tables as t

from . import secrets
from .models import Occupancy

#: What a page of the roster joins with its rows …
RELATED = ("person", "unit", "dept", "document")
#: … and the code values it reads beside them (core/coded.py).
CODES = (
    "person__sex",
    "person__ethnicity",
    "person__political_status",
    "person__education",
    "person__degree",
    "quota_type",
    "status",
    "identity",
    "entry_mode",
    "post_level",
    "civil_rank",
    "position_class",
    "position_grade",
)


def person_url(spell: Occupancy) -> str:
    return reverse("staff:detail", args=[spell.person_id])


def _unit_url(spell: Occupancy) -> str:
    return reverse("staff:unit", args=[spell.unit_id])


class _Number(t.MaskedColumn):
    """The identity number, opened to be masked (security.md R18)."""

    def getter(self, bound: Any) -> Any:
        return lambda spell: secrets.id_no(spell.person)


class _Status(t.LampColumn):
    """Personnel status: green at the post, amber in quota but away."""

    def getter(self, bound: Any) -> Any:
        def lamp(spell: Occupancy) -> tuple[str, str]:
            away = not spell.status.attrs.get("at_post", True)
            return ("amber" if away else "green", spell.status.label)

        return lamp


class _Papers(t.Column):
    """A number: of the linked document, else as the old papers had it."""

    def __init__(self, label: str, *, ending: bool = False, **kw: Any) -> None:
        super().__init__(label, accessor="document_no", **kw)
        self.ending = ending

    def getter(self, bound: Any) -> Any:
        if self.ending:
            return lambda s: s.exit_document.number if s.exit_document else s.exit_document_no
        return lambda s: s.document.number if s.document else s.document_no


class PeopleTable(t.Table):
    name = t.LinkColumn(
        "姓名",
        accessor="person.name",
        url=person_url,
        order_by=("person__name_pinyin", "person__name"),
    )
    sex = t.Column("性别", accessor="person.sex.label", phone="hide")
    birth = t.MonthColumn("出生年月", accessor="person.birth_month", order_by="person__birth_month")
    number = _Number("身份证号", accessor="person")
    unit: t.LinkColumn | None = t.LinkColumn(
        "编制所在单位", accessor="unit.name", url=_unit_url, order_by="scope", width=20, phone=""
    )

    def row_label(self, record: Occupancy) -> str:
        return record.person.name


class RosterTable(PeopleTable):
    key = "roster"
    caption = "在编人员"
    hidden: tuple[str, ...] = (
        "ethnicity",
        "politics",
        "degree",
        "level",
        "position_class",
        "mode",
        "work_started",
        "dept",
    )
    empty = t.Empty("没有符合条件的人员", "换个条件再查；已出编的人员在“减少人员”里。")

    quota_type = t.Column("编制类型", accessor="quota_type.label", order_by="quota_type__sort")
    status = _Status("状态", accessor="status")
    identity = t.Column("身份", accessor="identity.label", phone="hide")
    post = t.Column("职务", accessor="post_name", phone="hide", wide_text=True)
    rank = t.Column("职级", accessor="civil_rank.label", phone="hide")
    grade = t.Column("岗位等级", accessor="position_grade.label", phone="hide")
    education = t.Column("学历", accessor="person.education.label", phone="hide")
    entered = t.DayColumn("入编时间", accessor="starts_on", order_by="starts_on")
    papers = _Papers("入编文号", phone="hide")
    ethnicity = t.Column("民族", accessor="person.ethnicity.label")
    politics = t.Column("政治面貌", accessor="person.political_status.label")
    degree = t.Column("学位", accessor="person.degree.label")
    level = t.Column("职务层次", accessor="post_level.label")
    position_class = t.Column("岗位类别", accessor="position_class.label")
    mode = t.Column("进入方式", accessor="entry_mode.label")
    work_started = t.MonthColumn(
        "参加工作时间", accessor="person.work_started_on", order_by="person__work_started_on"
    )
    dept = t.Column("内设机构", accessor="dept.name")


class UnitRosterTable(RosterTable):
    """The roster on a unit's own page: the unit goes without saying."""

    key = "unit-roster"
    caption = "在编人员花名册"
    hidden = tuple(name for name in RosterTable.hidden if name != "dept")

    unit = None


class LeaverTable(PeopleTable):
    key = "leavers"
    caption = "减少人员"
    empty = t.Empty("没有符合条件的人员", "换个条件再查。")

    quota_type = t.Column("编制类型", accessor="quota_type.label", order_by="quota_type__sort")
    post = t.Column("职务", accessor="post_name", phone="hide", wide_text=True)
    entered = t.DayColumn("入编时间", accessor="starts_on", order_by="starts_on", phone="hide")
    left = t.DayColumn("出编时间", accessor="ends_on", order_by="ends_on")
    mode = t.Column("退出方式", accessor="exit_mode.label")
    destination = t.Column("去向", phone="hide", wide_text=True)
    papers = _Papers("出编文号", ending=True, phone="hide")


class LatestTable(PeopleTable):
    """Newest first; a fixed number, so neither sorted nor paged."""

    key = "latest-people"
    caption = "最近登记"
    empty = t.Empty("还没有登记人员", "入编登记或导入花名册后，最新的显示在这里。")

    quota_type = t.Column("编制类型", accessor="quota_type.label")
    status = _Status("状态", accessor="status")
    post = t.Column("职务", accessor="post_name", phone="hide", wide_text=True)
    entered = t.DayColumn("入编时间", accessor="starts_on")
    mode = t.Column("进入方式", accessor="entry_mode.label", phone="hide")
    papers = _Papers("入编文号", phone="hide")
