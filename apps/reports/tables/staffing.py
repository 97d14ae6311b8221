"""表2 核定编制, 表3 实有人员, 表4 空编超编, 表7 编外用工."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from apps.core.models import CodeValue
from apps.core.sheets import Line
from apps.quotas.choices import QuotaFamily

from .. import links
from ..links import Place
from ..query.conditions import Condition
from ..query.people import BANDS
from . import figures as f
from .base import (
    BEFORE,
    Asked,
    Column,
    Made,
    Tally,
    exact,
    number,
    over,
    share,
    summed,
    unit_table,
)  # fmt: skip

WHO_COUNTS = (
    "实有按编制所在单位统计计入实有的在编人员：借调、挂职、长期病休、离岗等仍占编的计入，"
    "拟入编、已出编的不计；双肩挑只计一次；员额、编外人员不计入总数。"
)
WHAT_APPROVED = "核定为编制台账各笔增减数之和，逐笔有批文。"
#: 20 and 21–29 stand under 事业, as the family of the type says
FAMILIES = {
    QuotaFamily.ADMIN: "行政编制",
    QuotaFamily.INSTITUTION: "事业编制",
    QuotaFamily.SUPPORT: "工勤编制",
    QuotaFamily.OTHER: "其他编制",
}


def used_types(tallies: dict[str, Tally], letter: str = "") -> list[CodeValue]:
    """Return the types of which there is anything, in the order of the code table."""
    whole = summed(tallies.values())
    letters = letter or "ac"
    return [
        kind
        for key, kind in f.quota_types().items()
        if any(whole[f"{one}:{key}"] for one in letters)
    ]


def split_columns(
    tallies: dict[str, Tally], letter: str, link: Callable[[Place, Condition | None], str]
) -> list[Column]:
    """Return the columns 合计, then each family with its types: of places (a) or people (c)."""
    columns = [Column(("合计",), exact(letter), lambda place: link(place, None), width=8)]
    kinds = used_types(tallies, letter)
    for family, word in FAMILIES.items():
        mine = [kind for kind in kinds if f.in_total(kind) and f.family_of(kind) == family]
        if not mine:
            continue
        keys = tuple(kind.key for kind in mine)
        if len(mine) > 1:
            columns.append(
                Column(
                    (word, "小计"),
                    _sum_of(letter, keys),
                    _behind(link, Condition("quota_type", "in", keys)),
                )
            )
        columns += [
            Column(
                (word, short(kind)) if len(mine) > 1 else (word,),
                number(f"{letter}:{kind.key}"),
                _behind(link, Condition("quota_type", "eq", (kind.key,))),
            )
            for kind in mine
        ]
    return columns


def _sum_of(letter: str, keys: tuple[str, ...]) -> Callable[[Tally], int | None]:
    return lambda tally: sum(tally[f"{letter}:{key}"] for key in keys) or None


def _behind(
    link: Callable[[Place, Condition | None], str], where: Condition
) -> Callable[[Place], str]:
    return lambda place: link(place, where)


def short(kind: CodeValue) -> str:
    """Return the words of a narrow head: 全额 rather than 事业编制（全额）."""
    label = kind.label
    if "（" in label and label.startswith("事业编制"):
        return label.partition("（")[2].rstrip("）")
    return label.removesuffix("编制").removesuffix("专项") or label


def outside_columns(tallies: dict[str, Tally], letter: str) -> list[Column]:
    """Return a column for each type outside the totals that there is anything of."""
    return [
        Column(
            ("不计入总数", kind.label.removesuffix("控制数")),
            number(f"{letter}:{kind.key}"),
        )
        for kind in used_types(tallies, letter)
        if not f.in_total(kind)
    ]


def approved(asked: Asked) -> Made:
    """表2: places of every unit, by type."""
    register = f.lines_of(asked)
    tallies = f.places(asked.node, asked.day, f.length_of(asked, register))

    def link(place: Place, kind: Condition | None) -> str:
        # the ledger answers for one type of one unit; the units with places for any of them
        return links.units(place, asked.day, Condition("approved", "gt", ("0",)))

    columns = split_columns(tallies, "a", link)
    columns += outside_columns(tallies, "a")
    return unit_table(
        asked,
        name="核定编制统计表",
        register=register,
        tallies=tallies,
        columns=columns,
        notes=[WHAT_APPROVED, "合计不含员额控制数、编外用工控制数。"],
        paper="A3" if len(columns) > 12 else "A4",
    )


def actual(asked: Asked) -> Made:
    """表3: people of every unit, by type and by what they are."""
    register, day = f.lines_of(asked), asked.day
    length = f.length_of(asked, register)
    tallies = f.places(asked.node, day, length)
    tallies = f.joined(tallies, f.structure(asked.node, day, length))

    def link(place: Place, kind: Condition | None) -> str:
        return links.counted(place, day, *([kind] if kind else []))

    def where(*more: Condition) -> Callable[[Place], str]:
        return lambda place: links.counted(place, day, *more)

    columns = split_columns(tallies, "c", link)
    party = tuple(f.party_keys())
    whole = summed(tallies.values())
    columns += [
        Column(("其中", "女"), number("women"), where(Condition("sex", "eq", ("sex.2",))), width=6),
        Column(("其中", "少数民族"), number("minority"), where(
            Condition("ethnicity", "ne", ("ethnicity.01",)), Condition("ethnicity", "filled")),
            width=6),
        Column(("其中", "中共党员"), number("party"), where(Condition("politics", "in", party)),
               width=6),
    ]  # fmt: skip
    for word, key, levels in (
        ("研究生", "edu_post", ("postgraduate",)),
        ("本科", "edu_uni", ("bachelor",)),
        ("专科", "edu_college", ("college",)),
        ("中专高中", "edu_middle", ("secondary", "high_school")),
        ("初中及以下", "edu_low", ("junior_high", "primary", "other")),
    ):
        columns.append(
            Column(
                ("学历", word), number(key), where(Condition("edu_level", "in", levels)), width=6
            )
        )
    for at, (_, word) in enumerate(BANDS):
        columns.append(
            Column(
                ("年龄", word),
                number(f"age{at}"),
                where(Condition("age_band", "eq", (word,))),
                width=7,
            )
        )
    for word, key, field in (
        ("性别", "sex_unknown", ""),
        ("民族", "ethnicity_unknown", "ethnicity"),
        ("政治面貌", "party_unknown", "politics"),
        ("学历", "edu_unknown", "education"),
    ):
        if whole[key]:
            link_to = where(Condition(field, "empty")) if field else None
            columns.append(Column(("未填", word), number(key), link_to, width=6))
    columns += outside_columns(tallies, "c")
    return unit_table(
        asked,
        name="实有在编人员统计表",
        register=register,
        tallies=tallies,
        columns=columns,
        notes=[
            WHO_COUNTS,
            "年龄按出生年月计，满周岁当月起计入；中共党员含预备党员；初中及以下含其他学历。"
            "没有登记的列在“未填”，没有“未填”列的即全部已登记。",
        ],
        paper="A3",
    )


def vacancies(asked: Asked) -> Made:
    """表4: places, people, free and over, by type and by unit."""
    register, day = f.lines_of(asked), asked.day
    tallies = f.places(asked.node, day, f.length_of(asked, register))
    whole = summed(tallies.values())

    def people(place: Place) -> str:
        return links.counted(place, day)

    def units(field: str) -> Callable[[Place], str]:
        return lambda place: links.units(place, day, Condition(field, "gt", ("0",)))

    columns = [
        Column(("核定",), exact("a"), units("approved"), width=9),
        Column(("实有",), exact("c"), people, width=9),
        Column(("净空编",), lambda t: t["a"] - t["c"], width=9,
               tone=lambda t: "over" if t["a"] < t["c"] else ""),
        Column(("空编",), number("v"), units("vacant"), width=9),
        Column(("超编",), number("e"), units("excess"), over("e"), width=9),
        Column(("使用率",), share("c", "a"), form="0.0%", width=9),
        Column(("超编单位数",), number("over"), units("over_types"), over("over"), width=9),
    ]  # fmt: skip
    first = [Line(["按编制类型"], sort="group", span=True)]
    for kind in used_types(tallies):
        key = kind.key
        values = [whole[f"{letter}:{key}"] for letter in "ac"]
        a, c = values
        cells = [a, c, a - c, whole[f"v:{key}"] or None, whole[f"e:{key}"] or None,
                 c / a if a else None, whole[f"o:{key}"] or None]  # fmt: skip
        mark = "" if f.in_total(kind) else "（不计入总数）"
        place = Place(asked.node.pk)
        only = (Condition("counts", "yes"), Condition("quota_type", "eq", (key,)))
        first.append(
            Line(
                [None, f"{kind.label}{mark}", *cells],
                links={BEFORE + 2: links.people(place, day, *only)} if c else {},
                tones={BEFORE + 5: "over"} if whole[f"e:{key}"] else {},
            )
        )
    made = unit_table(
        asked,
        name="空编超编统计表",
        register=register,
        tallies=tallies,
        columns=columns,
        first=first,
        notes=[
            WHAT_APPROVED + WHO_COUNTS,
            "空编、超编逐单位逐类型比较后相加，互不相抵，净空编＝空编−超编；"
            "任何一类超编即为超编单位。",
        ],
    )
    total = made.total
    made.checks.append(
        _balanced("净空编＝空编−超编", total["a"] - total["c"], total["v"] - total["e"])
    )
    return made


def _balanced(rule: str, one: int, other: int) -> str:
    return f"{rule}：{one}＝{other}，平" if one == other else f"{rule}：{one}≠{other}，不平，请核对"


def off_quota(asked: Asked) -> Made:
    """表7: people outside the totals against their own cap, beside those in quota."""
    register, day = f.lines_of(asked), asked.day
    found = f.places(asked.node, day, f.length_of(asked, register))
    outside = [kind for kind in f.quota_types().values() if not f.in_total(kind)]
    tallies: dict[str, Tally] = {}
    for path, tally in found.items():
        mine: Tally = Counter()
        for kind in outside:
            for to, letter in (("cap", "a"), ("off", "c"), ("above", "e")):
                mine[to] += tally[f"{letter}:{kind.key}"]
                mine[f"{to}:{kind.key}"] += tally[f"{letter}:{kind.key}"]
        mine["in"] = tally["c"]
        mine["both"] = mine["in"] + mine["off"]
        tallies[path] = mine
    keys = tuple(kind.key for kind in outside)
    whole = summed(tallies.values())

    def people(*kinds: str) -> Callable[[Place], str]:
        return lambda place: links.people(
            place, day, Condition("counts", "yes"), Condition("quota_type", "in", kinds)
        )

    columns = [
        Column(("控制数",), exact("cap"), width=10),
        Column(("实有",), exact("off"), people(*keys), width=10),
        Column(("超控制数",), number("above"), None, over("above"), width=10),
    ]
    for kind in outside:
        if len(outside) > 1 and (whole[f"cap:{kind.key}"] or whole[f"off:{kind.key}"]):
            word = kind.label.removesuffix("控制数")
            columns.append(Column((word, "控制数"), number(f"cap:{kind.key}"), width=9))
            columns.append(
                Column((word, "实有"), number(f"off:{kind.key}"), people(kind.key), width=9)
            )
    columns += [
        Column(("在编实有",), exact("in"), lambda place: links.counted(place, day), width=10),
        Column(("占比",), share("off", "both"), form="0.0%", width=9),
    ]
    return unit_table(
        asked,
        name="编外用工统计表",
        register=register,
        tallies=tallies,
        columns=columns,
        skip=lambda tally: not (tally["cap"] or tally["off"]),
        nothing="没有登记控制数，也没有编外、员额人员。",
        notes=[
            "编外、员额人员有自己的控制数，不计入编制总数；只列有控制数或有人的单位。",
            "占比＝编外实有÷（在编实有＋编外实有）；小计、合计的在编实有含未列出的单位。",
        ],
    )
