"""表6 人员增减变动: before + in − out = after, against the spells of both days."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db.models import Count, Q

from apps.core.models import CodeValue
from apps.core.sheets import Heading, Layout, Line
from apps.quotas.choices import QuotaFamily

from .. import links
from ..links import Place, same
from ..query.conditions import Condition
from . import figures as f
from .base import Asked, Builder, Column, Made, Tally, exact, number
from .staffing import FAMILIES, WHO_COUNTS

UNKNOWN = "未填"


def movements(asked: Asked) -> Made:
    """表6: how many came and went, by mode and family, then by unit."""
    node, before, end = asked.node, asked.period.before, asked.day
    came = f.spells(node).filter(starts_on__gt=before, starts_on__lte=end)
    went = f.spells(node).filter(ends_on__gt=before, ends_on__lte=end)
    families = {key: f.family_of(kind) for key, kind in f.quota_types().items()}
    first = _by_type(f.spells(node).on_day(before), families)
    last = _by_type(f.spells(node).on_day(end), families)
    ins, outs = _by_mode(came, "entry_mode", families), _by_mode(went, "exit_mode", families)
    inside = _by_type(f.moved_inside(came, node, entering=True), families)
    outside = _by_type(f.moved_inside(went, node, entering=False), families)
    used = [one for one in FAMILIES if first[one] or last[one] or _any(ins, one) or _any(outs, one)]
    place = Place(node.pk)
    span = (before.isoformat(), end.isoformat())
    entered = (Condition("starts_on", "gt", span[:1]), Condition("starts_on", "lte", span[1:]))
    left = (Condition("ends_on", "gt", span[:1]), Condition("ends_on", "lte", span[1:]))

    def line(label: str, at: int, tally: Tally, sort: str, asks: Any = None) -> Line:
        """at: 0 期初, 1 增, 2 减, 3 期末; asks: the conditions of the rows behind."""
        cells: list[Any] = [None] * (4 * (len(used) + 1))
        to = {}
        for group, key in enumerate(["all", *used]):
            cells[group * 4 + at] = tally[key] or (0 if sort != "plain" else None)
            if asks is not None and tally[key]:
                more = () if key == "all" else (Condition("family", "eq", (str(key),)),)
                to[2 + group * 4 + at] = asks(*more)
        return Line([label, *cells], sort=sort, links=to)

    def held(day: Any) -> Any:
        return lambda *more: links.counted(place, day, *more)

    def moved(*where: Condition) -> Any:
        return lambda *more: links.people(place, end, *links.COUNTED, *where, *more, whole=True)

    lines = [line("期初", 0, first, "subtotal", held(before))]
    lines.append(Line(["增加"], sort="group", span=True))
    for key, label, tally in ins:
        lines.append(
            line(f"　{label}", 1, tally, "plain", moved(*entered, same("entry_mode", key)))
        )
    all_in = _whole(ins)
    lines.append(line("增加小计", 1, all_in, "subtotal", moved(*entered)))
    lines.append(line("　其中：范围内调动、转编", 1, inside, "plain"))
    lines.append(Line(["减少"], sort="group", span=True))
    for key, label, tally in outs:
        lines.append(line(f"　{label}", 2, tally, "plain", moved(*left, same("exit_mode", key))))
    all_out = _whole(outs)
    lines.append(line("减少小计", 2, all_out, "subtotal", moved(*left)))
    lines.append(line("　其中：范围内调动、转编", 2, outside, "plain"))
    lines.append(line("期末", 3, last, "subtotal", held(end)))
    lines.append(Line(["按单位"], sort="group", span=True))
    by_unit, total = _units(asked, came, went, used, families)
    lines += by_unit
    heads = [Heading(("变动方式、单位",), 30, "@", "left")]
    for word in ("合计", *(FAMILIES[one] for one in used)):
        heads += [Heading((word, part), 7, "0", "right") for part in ("期初", "增", "减", "期末")]
    layout = Layout(
        name="人员增减变动统计表",
        title=f"{node.name}{asked.period.label}人员增减变动统计表",
        headings=heads,
        lines=lines,
        about=(asked.about[0], f"{asked.period.first}至{end}", "单位：名"),
        notes=[
            f"注：{WHO_COUNTS}",
            "注：增为本期内入编的，减为本期内出编的，按入编、出编时间计；同一人在范围内由一处转到"
            "另一处，增、减各计一次，净数为零。没有登记方式的列为“未填”。",
        ],
        paper="A3" if len(used) > 2 else "A4",
        frozen=1,
    )
    made = Made(layout, total, len(by_unit))
    for key in ("all", *used):
        sums = first[key] + all_in[key] - all_out[key]
        word = "合计" if key == "all" else FAMILIES[QuotaFamily(key)]
        sign, told = ("＝", "平") if sums == last[key] else ("≠", "不平，请核对")
        made.checks.append(
            f"{word} 期初{first[key]}＋增{all_in[key]}−减{all_out[key]}{sign}"
            f"期末{last[key]}，{told}"
        )
    return made


def _any(modes: list[tuple[Any, str, Tally]], family: Any) -> int:
    return sum(tally[family] for _, _, tally in modes)


def _whole(modes: list[tuple[Any, str, Tally]]) -> Tally:
    found: Tally = Counter()
    for _, _, tally in modes:
        found.update(tally)
    return found


def _by_type(rows: Any, families: dict[str, Any]) -> Tally:
    """Return how many, in all and by family. One query."""
    found: Tally = Counter()
    for row in rows.values("quota_type_id").annotate(n=Count("pk")):
        found["all"] += row["n"]
        found[families[row["quota_type_id"]]] += row["n"]
    return found


def _by_mode(
    rows: Any, field: str, families: dict[str, Any]
) -> list[tuple[str | None, str, Tally]]:
    """Return (key, words, how many by family) of each mode, in the order of its code table."""
    codes = {v.key: v for v in CodeValue.objects.of(field).order_by("sort", "value")}
    found: dict[str | None, Tally] = {}
    for row in rows.values(f"{field}_id", "quota_type_id").annotate(n=Count("pk")):
        tally = found.setdefault(row[f"{field}_id"], Counter())
        tally["all"] += row["n"]
        tally[families[row["quota_type_id"]]] += row["n"]
    order = [*(key for key in codes if key in found), *([None] if None in found else [])]
    return [(key, codes[key].label if key else UNKNOWN, found[key]) for key in order]


def _units(
    asked: Asked, came: Any, went: Any, used: list[Any], families: dict[str, Any]
) -> tuple[list[Line], Tally]:
    """Return a line for each unit: before, in, out, after."""
    before, end = asked.period.before, asked.day
    register = f.lines_of(asked, before, end)
    length = f.length_of(asked, register)
    measures: dict[str, Any] = {}
    parts = []
    for name, rows in (
        ("first", f.spells(asked.node).on_day(before)), ("in", came), ("out", went),
        ("last", f.spells(asked.node).on_day(end)),
    ):  # fmt: skip
        measures = {f"{name}:all": Count("pk")}
        for family in used:
            keys = [key for key, one in families.items() if one == family]
            measures[f"{name}:{family}"] = Count("pk", filter=_of(keys))
        parts.append(f.grouped(rows, length, **measures))
    columns = []
    for family in ("all", *used):
        for name in ("first", "in", "out", "last"):
            read = exact if family == "all" and name in ("first", "last") else number
            columns.append(Column((str(family), name), read(f"{name}:{family}")))
    builder = Builder(asked, register, f.joined(*parts), columns, skip=_is_empty)
    # the table of modes has no numbers before its labels
    lines = [
        Line(line.cells[1:] if not line.span else line.cells, sort=line.sort, span=line.span)
        for line in builder.lines()
    ]
    return lines, builder.total


def _is_empty(tally: Tally) -> bool:
    return not any(tally.values())


def _of(keys: list[str]) -> Any:
    return Q(quota_type__in=keys)
