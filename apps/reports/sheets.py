"""Standing sheets (domain.md §6.4): 一览表, 人员调动情况表, 机构编制基本情况表, each one layout."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.utils import timezone

from apps.core import wording
from apps.core.sheets import Heading, Layout, Line
from apps.posts import queries as posts
from apps.quotas import queries as quotas
from apps.quotas.queries import Sums
from apps.staff.models import Occupancy
from apps.units.choices import EntityKind, EventKind
from apps.units.models import DocumentUnit, Unit, UnitEvent

from . import links
from .query.conditions import Condition
from .register import existed
from .tables import figures as f
from .tables.base import Asked, Column, Made, exact, number, over, share, unit_table

#: entries and exits that carry a person from one unit to another
MOVING_IN = ("05", "06", "07", "08", "09")
MOVING_OUT = ("01", "02", "13")
#: lines of a sheet of movements
MOST_MOVES = 3_000
#: units below that a card names; a bureau with 140 schools would fill a page
MOST_NAMES = 30


class TooMany(Exception):
    """More lines than a sheet holds; sentence: what to do."""

    def __init__(self, lines: int) -> None:
        self.sentence = f"有 {lines} 行，超过一张表的上限 {MOST_MOVES} 行；请缩小单位范围或统计期。"
        super().__init__(self.sentence)


def overview(asked: Asked) -> Made:
    """市本级机构编制职数情况一览表: places, posts, people, free and over of every unit."""
    register, day = f.lines_of(asked), asked.day
    length = f.length_of(asked, register)
    tallies = f.joined(f.places(asked.node, day, length), f.posts(asked.node, day, length))
    for tally in tallies.values():
        for name in ("due", "filled", "over", "short"):
            tally[f"p:{name}"] = sum(
                tally[f"{name}:{role}"] for role in ("chief", "deputy", "other")
            )

    def units(name: str) -> Any:
        return lambda place: links.units(place, day, Condition(name, "gt", ("0",)))

    columns = [
        Column(("编制", "核定"), exact("a"), units("approved"), width=8),
        Column(("编制", "实有"), exact("c"), lambda place: links.counted(place, day), width=8),
        Column(("编制", "空编"), number("v"), units("vacant"), width=8),
        Column(("编制", "超编"), number("e"), units("excess"), over("e"), width=8),
        Column(("编制", "使用率"), share("c", "a"), form="0.0%", width=8),
        Column(("领导职数", "应配"), number("p:due"), width=7),
        Column(("领导职数", "实配"), number("p:filled"), width=7),
        Column(("领导职数", "超配"), number("p:over"), None, over("p:over"), width=7),
        Column(("领导职数", "缺配"), number("p:short"), None,
               lambda t: "short" if t["p:short"] else "", width=7),
        Column(("内设机构领导", "应配"), number("due:inner"), width=7),
        Column(("内设机构领导", "实配"), number("filled:inner"), width=7),
    ]  # fmt: skip
    return unit_table(
        asked,
        name="机构编制职数情况一览表",
        register=register,
        tallies=tallies,
        columns=columns,
        paper="A3" if asked.whole else "A4",
        notes=[
            "核定为编制台账各笔增减数之和，实有按编制所在单位统计计入实有的在编人员；"
            "员额、编外不计入。空编、超编逐单位逐类型比较后相加，互不相抵。",
            "领导职数不含内设机构领导；超配、缺配逐类比较，正副不相抵。",
        ],
    )


def transfers(asked: Asked, user: Any) -> Layout:
    """人员调动情况表: who came from, and went to, another unit in a period. Raises TooMany."""
    before, end = asked.period.before, asked.day
    spells = Occupancy.objects.visible_to(user).under(asked.node).filter(counts=True)
    came = Q(
        starts_on__gt=before, starts_on__lte=end,
        entry_mode__in=[f"entry_mode.{value}" for value in MOVING_IN],
    )  # fmt: skip
    went = Q(
        ends_on__gt=before, ends_on__lte=end,
        exit_mode__in=[f"exit_mode.{value}" for value in MOVING_OUT],
    )  # fmt: skip
    rows = spells.filter(came | went).order_by("scope", "sort", "pk")
    number_of = rows.count()
    if number_of > MOST_MOVES:
        raise TooMany(number_of)
    found = list(
        rows.select_related(
            "person", "unit__funding", "quota_type", "entry_mode", "exit_mode", "document",
            "exit_document",
        )
    )  # fmt: skip
    # the other end of a move inside the reader's own scope, by person and day
    ids = {spell.person_id for spell in found}
    others = list(Occupancy.objects.visible_to(user).filter(person__in=ids).select_related("unit"))
    left = {(one.person_id, one.ends_on): one.unit.name for one in others if one.ends_on}
    joined = {(one.person_id, one.starts_on): one.unit.name for one in others}
    lines: list[Line] = []
    for spell in found:
        name = spell.person.name
        if before < spell.starts_on <= end and spell.entry_mode is not None and (
            spell.entry_mode.value in MOVING_IN
        ):  # fmt: skip
            source = left.get((spell.person_id, spell.starts_on)) or spell.from_unit
            lines.append(_move(
                len(lines) + 1, name, spell.unit.name, source, spell,
                spell.document.number if spell.document else spell.document_no,
                spell.entry_mode.label, spell.starts_on,
            ))  # fmt: skip
        if spell.ends_on and before < spell.ends_on <= end and spell.exit_mode is not None and (
            spell.exit_mode.value in MOVING_OUT
        ):  # fmt: skip
            if (spell.person_id, spell.ends_on) in joined and any(
                one.person_id == spell.person_id and one.starts_on == spell.ends_on
                and one.entry_mode_id in [f"entry_mode.{v}" for v in MOVING_IN]
                and one.scope.startswith(asked.node.path)
                for one in others
            ):  # fmt: skip
                continue  # told by the entry at the other end
            to = joined.get((spell.person_id, spell.ends_on)) or spell.destination
            lines.append(_move(
                len(lines) + 1, name, to, spell.unit.name, spell,
                spell.exit_document.number if spell.exit_document else spell.exit_document_no,
                spell.exit_mode.label, spell.ends_on,
            ))  # fmt: skip
    return Layout(
        name="人员调动情况表",
        title=f"{asked.node.name}{asked.period.label}人员调动情况表",
        headings=[
            Heading(("序号",), 5, "0"),
            Heading(("姓名",), 10),
            Heading(("调入单位",), 26, align="left"),
            Heading(("调出单位",), 26, align="left"),
            Heading(("编制类型",), 16),
            Heading(("经费形式",), 14),
            Heading(("文号",), 22, align="left"),
            Heading(("变动类型",), 14),
            Heading(("日期",), 11),
        ],
        lines=lines,
        about=(asked.about[0], f"{asked.period.first}至{end}", f"共 {len(lines)} 人次"),
        empty="本期没有调入、调出、转隶、划转的人员。",
        notes=[
            "注：列调任、转任、调入、选调、转隶和调出、本区划内调动、划转；一次范围内的调动列一行。"
        ],
    )


def _move(
    place: int, name: str, to: str, source: str, spell: Any, document: str, mode: str, on: dt.date
) -> Line:
    funding = spell.unit.funding.label if spell.unit.funding else ""
    cells = [place, name, to, source, spell.quota_type.label, funding, document, mode]
    return Line([*cells, wording.day(on)])


WIDTH = 12


def card(unit: Unit, *, user: Any, on: dt.date | None, office: str) -> Layout:
    """机构编制基本情况表 of one unit on a day: what it is, has, and may (domain.md §6.4)."""
    day = on or timezone.localdate()
    unit = Unit.objects.select_related(
        "nature", "category", "rank", "system_class", "subordination", "funding", "pi_class",
        "region", "supervising_unit",
    ).get(pk=unit.pk)  # fmt: skip
    below = Unit.objects.visible_to(user).under(unit).exclude(pk=unit.pk).filter(existed(day))
    inner = below.filter(entity_kind=EntityKind.DEPARTMENT).order_by("path")
    bodies = dict(below.bodies().order_by("path").values_list("path", "name"))
    departments = [
        name
        for path, name in inner.values_list("path", "name")
        if not any(path[:end] in bodies for end in range(len(unit.path), len(path), Unit.steplen))
    ]
    documents = [
        link.document.number
        for link in DocumentUnit.objects.filter(unit=unit, document__issued_on__lte=day)
        .select_related("document")
        .order_by("document__issued_on", "document__pk")
    ]
    events = UnitEvent.objects.filter(unit=unit).filter(Q(on__isnull=True) | Q(on__lte=day))
    told = [
        f"{wording.day(event.on)} {event.get_kind_display()}"
        + (f"（{event.document.number}）" if event.document else "")
        for event in events.exclude(kind__in=[EventKind.INITIAL, EventKind.ATTRIBUTE])
        .select_related("document")
        .order_by("on", "pk")
    ]
    ref = "是" if unit.is_civil_service_ref else "否"
    lines = [
        _boxes(("机构名称", unit.name, 5), ("机构编码", unit.code, 5)),
        _thirds(
            ("简称", unit.short_name),
            ("信用代码", unit.uscc),
            ("设立日期", _day(unit.established_on)),
        ),
        _thirds(("机构性质", unit.nature), ("机构类别", unit.category), ("机构规格", unit.rank)),
        _thirds(
            ("系统类别", unit.system_class),
            ("隶属关系", unit.subordination),
            ("经费形式", unit.funding),
        ),
        _thirds(("主管部门", unit.supervising_unit), ("分类", unit.pi_class), ("参公管理", ref)),
        _thirds(("负责人", unit.head_name), ("行政区划", unit.region), ("地址", unit.address)),
        _boxes(("主要职责", unit.functions_text, 11)),
        _boxes(("内设机构", _listed(departments), 11)),
        _boxes(("下属单位", _listed(list(bodies.values()), most=MOST_NAMES), 11)),
    ]
    lines += _quotas(unit, on)
    lines += _posts(unit, on)
    lines += [
        _boxes(("沿革", "；".join(told), 11)),
        _boxes(("批准文号", _listed(documents), 11)),
        Line(["单位意见", "签字（盖章）：　　　　　　　　年　　月　　日", *[None] * 4, "编办意见",
              "签字（盖章）：　　　　　　　　年　　月　　日", *[None] * 4],
             tones={1: "label", 7: "label"}, spans={2: 5, 8: 5}, height=30),
    ]  # fmt: skip
    return Layout(
        name="机构编制基本情况表",
        title="机构编制基本情况表",
        # wider where the thirds have their names: four characters on one line
        headings=[Heading((str(n),), 10 if n % 4 == 0 or n == 6 else 7.5) for n in range(WIDTH)],
        lines=lines,
        about=(f"制表单位：{office}", f"截止日期：{wording.day(day)}", "单位：名"),
        footer=("制表人：", "审核人：", "负责人签字："),
        landscape=False,
        headless=True,
    )


def _day(day: dt.date | None) -> str:
    return wording.day(day) if day else ""


def _listed(names: Sequence[str], *, most: int = 0) -> str:
    """Return names and how many they are; past `most` the first of them, 0: all."""
    if most and len(names) > most:
        return f"{'、'.join(names[:most])}等 {len(names)} 个（其余见机构库）"
    return f"{'、'.join(names)}（{len(names)} 个）" if names else ""


def _thirds(*boxes: tuple[str, Any]) -> Line:
    return _boxes(*((name, value, 3) for name, value in boxes))


def _boxes(*boxes: tuple[str, Any, int]) -> Line:
    """Return a line of boxes: the name takes one column, the value as many as it says."""
    cells: list[Any] = []
    tones, spans = {}, {}
    for name, value, columns in boxes:
        tones[len(cells) + 1] = "label"
        cells.append(name)
        spans[len(cells) + 1] = columns
        cells += [str(value) if value not in (None, "") else "—", *[None] * (columns - 1)]
    return Line(cells, tones=tones, spans=spans)


def _figures(first: str, headers: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[Line]:
    """Return a small table inside the form: the name four columns wide, each figure two."""
    lines = []
    for number_of, row in enumerate([[first, *headers], *rows]):
        cells: list[Any] = [row[0], None, None, None]
        spans, tones = {1: 4}, {1: "label"}
        for value in row[1:]:
            spans[len(cells) + 1] = 2
            if number_of == 0:
                tones[len(cells) + 1] = "label"
            cells += ["" if value is None else value, None]
        lines.append(Line(cells[:WIDTH], spans=spans, tones=tones))
    return lines


def _quotas(unit: Unit, on: dt.date | None) -> list[Line]:
    rows = quotas.cells(unit, on)
    found = [
        [one.quota_type.label, one.approved, one.actual, one.vacant or None, one.excess or None]
        for one in rows
    ]
    counted = (
        Sums(one.approved, one.actual, 0, one.vacant, one.excess) for one in rows if one.in_total
    )
    total = sum(counted, Sums())
    found.append(
        [
            "合计（计入总数）",
            total.approved,
            total.actual,
            total.vacant or None,
            total.excess or None,
        ]
    )
    return _figures("编制类型", ("核定", "实有", "空编", "超编"), found)


def _posts(unit: Unit, on: dt.date | None) -> list[Line]:
    rows = posts.cells(unit, on)
    found = []
    for one in rows:
        sums = one.sums
        found.append(
            [one.post_kind.label, sums.due, sums.filled, sums.over or None, sums.short or None]
        )
    return _figures("领导职数", ("应配", "实配", "超配", "缺配"), found)
