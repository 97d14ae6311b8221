"""表1 机构数, 表5 领导职数, 表8 事业单位分类."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q

from apps.core.models import CodeValue
from apps.core.sheets import Heading, Layout, Line
from apps.units.choices import EventKind
from apps.units.models import Unit, UnitEvent

from .. import links
from ..links import Place, same
from ..query.conditions import Condition
from ..register import existed
from . import figures as f
from .base import Asked, Column, Made, Tally, number, over, unit_table

EMPTY = "未填"
#: what changes a unit without beginning or ending it
CHANGED = (EventKind.RENAME, EventKind.TRANSFER, EventKind.MERGE, EventKind.SPLIT, EventKind.MOVE)
MOVED = ("更名、划转",)
INSTITUTION = "nature.104"


def _codes(table: str) -> dict[str | None, CodeValue]:
    return {v.key: v for v in CodeValue.objects.of(table).order_by("sort", "value")}


def _place_of(key: str | None, codes: dict[str | None, CodeValue]) -> tuple[int, str]:
    """Return what sorts a code: its place in the table, what is not filled in last."""
    known = codes.get(key)
    return (known.sort, known.value) if known is not None else (1_000_000, "")


def _word(key: str | None, codes: dict[str | None, CodeValue]) -> str:
    known = codes.get(key)
    return known.label if known is not None else EMPTY


def numbers(asked: Asked) -> Made:
    """表1: bodies by system class, rank and nature: before, new, abolished, changed, now."""
    before, end = asked.period.before, asked.day
    inside = {"__gt": before, "__lte": end}
    new = Q(**{f"established_on{k}": v for k, v in inside.items()})
    gone = Q(**{f"abolished_on{k}": v for k, v in inside.items()})
    events = UnitEvent.objects.filter(unit=OuterRef("pk"))
    moved = events.filter(kind__in=CHANGED, on__gt=before, on__lte=end)
    plates = events.filter(kind=EventKind.NAMEPLATE, on__lte=end)
    rows = (
        Unit.objects.under(asked.node)
        .bodies()
        .order_by()
        .alias(moved=Exists(moved), plated=Exists(plates))
        .values("system_class_id", "rank_id", "nature_id")
        .annotate(
            before=Count("pk", filter=existed(before)),
            new=Count("pk", filter=new),
            gone=Count("pk", filter=gone),
            changed=Count("pk", filter=Q(moved=True)),
            now=Count("pk", filter=existed(end)),
            ref=Count("pk", filter=existed(end) & Q(is_civil_service_ref=True)),
            plates=Count("pk", filter=existed(end) & Q(plated=True)),
        )
    )
    keys = ("before", "new", "gone", "changed", "now", "ref", "plates")
    systems, ranks, natures = (_codes(t) for t in ("system_class", "institution_rank", "nature"))
    found = sorted(
        (row for row in rows if any(row[key] for key in keys)),
        key=lambda row: (
            _place_of(row["system_class_id"], systems),
            _place_of(row["rank_id"], ranks),
            _place_of(row["nature_id"], natures),
        ),
    )
    place = Place(asked.node.pk)

    def line(label: list[Any], row: Any, sort: str, *where: Condition) -> Line:
        days = (before.isoformat(), end.isoformat())
        since = Condition("established_on", "gt", days[:1])
        until = Condition("established_on", "lte", days[1:])
        ended = (
            Condition("abolished_on", "gt", days[:1]),
            Condition("abolished_on", "lte", days[1:]),
        )
        body = Condition("kind", "eq", ("body",))
        to = {
            "before": links.units(place, before, body, *where),
            "new": links.units(place, end, body, since, until, *where, whole=True),
            "gone": links.units(place, end, body, *ended, *where, whole=True),
            "now": links.units(place, end, body, *where),
            "ref": links.units(place, end, body, Condition("is_ref", "yes"), *where),
        }
        cells = [row[key] if key in ("before", "now") else row[key] or None for key in keys]
        numbered = {4 + at: to[key] for at, key in enumerate(keys) if row[key] and key in to}
        return Line([*label, *cells], sort=sort, links=numbered)

    lines: list[Line] = []
    total: Tally = Counter()
    for system in dict.fromkeys(row["system_class_id"] for row in found):
        mine = [row for row in found if row["system_class_id"] == system]
        subtotal: Tally = Counter()
        word = _word(system, systems)
        lines.append(Line([word], sort="group", span=True))
        for row in mine:
            label = [word, _word(row["rank_id"], ranks), _word(row["nature_id"], natures)]
            where = (
                same("system", system), same("rank", row["rank_id"]),
                same("nature", row["nature_id"]),
            )  # fmt: skip
            lines.append(line(label, row, "plain", *where))
            for key in keys:
                subtotal[key] += row[key]
        lines.append(
            line([f"{word}小计", None, None], subtotal, "subtotal", same("system", system))
        )
        total.update(subtotal)
    lines.append(line(["合计", None, None], total, "total"))
    heads = [
        Heading(("系统类别",), 20, "@", "left"),
        Heading(("规格",), 16),
        Heading(("性质",), 16),
        *(
            Heading(path, 12 if path == MOVED else 9, "0", "right")
            for path in (
                ("上期",), ("新增",), ("撤销",), MOVED, ("本期",), ("其中", "参公"),
                ("其中", "加挂"),
            )
        ),
    ]  # fmt: skip
    layout = Layout(
        name="机构数统计表",
        title=f"{asked.node.name}{asked.period.label}机构数统计表",
        headings=heads,
        lines=lines,
        about=(asked.about[0], asked.about[1], "单位：个"),
        notes=[
            "注：只计法人单位，不含内设机构和机构分组；没有登记设立日期的视为一直存在。",
            "注：更名、划转含合并、分立、隶属关系调整，不影响机构数；加挂为有挂牌记录的机构。"
            "系统类别、规格、性质按现在登记的归类，没有登记的列为“未填”。",
        ],
    )
    made = Made(layout, total, len(found))
    now = total["before"] + total["new"] - total["gone"]
    sign, word = ("＝", "平") if now == total["now"] else ("≠", "不平，请核对设立、撤销日期")
    made.checks.append(
        f"上期＋新增−撤销＝本期：{total['before']}＋{total['new']}−{total['gone']}{sign}"
        f"{total['now']}，{word}"
    )
    return made


def leaders(asked: Asked) -> Made:
    """表5: leadership posts of every unit by role."""
    register = f.lines_of(asked)
    tallies = f.posts(asked.node, asked.day, f.length_of(asked, register))
    for tally in tallies.values():
        for name in ("due", "filled", "over", "short"):
            tally[name] = sum(tally[f"{name}:{role}"] for role in ("chief", "deputy", "other"))
    words = (("due", "应配"), ("filled", "实配"), ("over", "超配"), ("short", "缺配"))
    columns: list[Column] = []
    heads = (("领导小计", ""), ("正职", ":chief"), ("副职", ":deputy"), ("其他", ":other"),
             ("内设机构", ":inner"))  # fmt: skip
    for head, mark in heads:
        for name, word in words:
            key = f"{name}{mark}"
            tone: Callable[[Tally], str] | None = over(key) if name == "over" else None
            if name == "short":
                tone = _short(key)
            columns.append(Column((head, word), number(key), None, tone, width=5.5))
    rate = Column(
        ("领导配备率",),
        lambda t: t["filled"] / t["due"] if t["due"] else None,
        form="0.0%",
        width=8,
    )
    return unit_table(
        asked,
        name="领导职数配备统计表",
        register=register,
        tallies=tallies,
        columns=[*columns, rate],
        notes=[
            "应配为职数台账各笔增减数之和；实配为占用职数的任职，不占职数的专员、非领导不计。",
            "正职、副职、其他逐单位逐类比较，互不相抵；领导小计不含内设机构领导。",
        ],
        paper="A3",
    )


def _short(key: str) -> Callable[[Tally], str]:
    return lambda tally: "short" if tally[key] > 0 else ""


def institutions(asked: Asked) -> Made:
    """表8: 事业单位 by class: how many, their places and people, and how they are funded."""
    day, node = asked.day, asked.node
    bodies = (
        Unit.objects.under(node).bodies().filter(nature_id=INSTITUTION).order_by()
        .values_list("pk", "path", "pi_class_id", "funding_id", "abolished_on", "established_on")
    )  # fmt: skip
    living = set(
        Unit.objects.under(node).bodies().filter(existed(day), nature_id=INSTITUTION)
        .order_by().values_list("pk", flat=True)
    )  # fmt: skip
    figures = f.places(node, day)
    classes, funds = _codes("pi_class"), _codes("funding")
    by_class: dict[str | None, Tally] = {}
    used: set[str | None] = set()
    for pk, path, pi_class, funding, _, _ in bodies:
        own = figures.get(path, Counter())
        if pk not in living and not own["a"] and not own["c"]:
            continue
        tally = by_class.setdefault(pi_class, Counter())
        if pk in living:
            tally["units"] += 1
            tally[f"f:{funding}"] += 1
            used.add(funding)
        for key in "acve":
            tally[key] += own[key]
    order = sorted(used, key=lambda key: _place_of(key, funds))
    place = Place(node.pk)
    only = (Condition("kind", "eq", ("body",)), Condition("nature", "eq", (INSTITUTION,)))

    def line(label: str, tally: Tally, sort: str, *where: Condition) -> Line:
        counted: tuple[Condition, ...] = (Condition("unit_nature", "eq", (INSTITUTION,)),)
        counted += tuple(Condition("unit_pi_class", c.operator, c.values) for c in where)
        to = {2: links.units(place, day, *only, *where),
              3 + len(order) + 1: links.counted(place, day, *counted)}  # fmt: skip
        for at, funding in enumerate(order):
            to[3 + at] = links.units(place, day, *only, *where, same("funding", funding))
        cells = [
            label, tally["units"], *(tally[f"f:{funding}"] or None for funding in order),
            tally["a"], tally["c"], tally["a"] - tally["c"], tally["v"] or None, tally["e"] or None,
        ]  # fmt: skip
        return Line(cells, sort=sort, links={n: url for n, url in to.items() if cells[n - 1]})

    lines, total = [], Counter[str]()
    for one in sorted(by_class, key=lambda key: _place_of(key, classes)):
        lines.append(line(_word(one, classes), by_class[one], "plain", same("pi_class", one)))
        total.update(by_class[one])
    lines.append(line("合计", total, "total"))
    heads = [
        Heading(("分类",), 22, "@", "left"),
        Heading(("单位数", "小计") if order else ("单位数",), 9, "0", "right"),
        *(Heading(("单位数", _word(key, funds)), 10, "0", "right") for key in order),
        *(Heading((word,), 9, "0", "right") for word in ("核定", "实有", "净空编", "空编", "超编")),
    ]
    layout = Layout(
        name="事业单位分类统计表",
        title=f"{node.name}{asked.period.label}事业单位分类统计表",
        headings=heads,
        lines=lines,
        about=(asked.about[0], asked.about[1], "单位：个、名"),
        notes=[
            "注：事业单位为机构性质登记为“事业单位”的法人单位，参公单位不在其内；"
            "核定、实有为这些单位各类计入总数的编制。",
            "注：分类、经费形式按现在登记的归类，没有登记的列为“未填”。",
        ],
    )
    return Made(layout, total, len(lines) - 1)
