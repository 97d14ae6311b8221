"""市管领导干部配置情况提示表: leadership posts of every unit (domain.md §6.1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from apps.core import wording
from apps.documents.models import ApprovalDocument
from apps.units.models import Unit
from apps.units.place import Place

from ..queries import post_tally
from ..queries.post_tally import PostTally, Roles
from ..queries.protocol import register
from .build import Builder, Field, Sheet, blank, gathered, tone_if

NAME = "领导干部配置情况提示表"


def posts_sheet(
    node: Unit, *, office: str, on: dt.date | None = None, opened: set[str] | None = None
) -> Sheet:
    """Return the sheet of the units at or below a node. About ten queries of any size.

    Posts at the head of the units only; those of 内设机构 have a ledger of their own.
    opened   pks of bureaus whose institutions are listed; {"all"}: the whole list
    """
    day = on or timezone.localdate()
    kinds = post_tally.unit_kinds()
    place = Place.of(node, on)
    cells = post_tally.post_cells(place, kinds, on)
    holders = post_tally.holders_of(place, kinds, day)
    levels = post_tally.levels_of(place, kinds, day)
    listed = register(place, on, {cell[0] for cell in cells} | set(holders))
    tallies = gathered(
        listed,
        cells,
        PostTally,
        lambda tally, kind, due, filled: tally.add(post_tally.role_of(kinds[kind]), due, filled),
    )
    more = [(path, row["uncounted"], row["ageing"], 0, 0) for path, row in holders.items()]
    more += [(path, 0, 0, *pair) for path, pair in (levels or {}).items()]
    for path, tally in gathered(listed, more, PostTally, _put).items():
        tallies[path] = PostTally.of([tallies.get(path, PostTally()), tally])
    sanding = post_tally.sanding_of(place, day)
    fields = list(_fields(levels is not None, sanding))
    builder = Builder(listed, tallies, fields, PostTally, opened or set())
    rows = builder.rows()
    return Sheet(
        name=NAME,
        title=f"{node.name}{NAME}",
        fields=fields,
        rows=rows,
        about=(f"制表单位：{office}", f"截止日期：{wording.day(day)}", "单位：名"),
        sentence=sentence(builder.total),
        notes=_notes(levels is not None, bool(sanding)),
        total=builder.total,
        day=day,
    )


def _put(tally: PostTally, uncounted: int, ageing: int, above: int, below: int) -> None:
    tally.uncounted += uncounted
    tally.ageing += ageing
    tally.above += above
    tally.below += below


def _fields(has_levels: bool, sanding: dict[str, ApprovalDocument]) -> Iterator[Field]:
    yield Field(("规格",), alone=lambda t, unit: _rank(unit), width=12, form="@", align="center")
    for head, name in (("领导职数核定", "due"), ("实配", "filled")):
        for text, role in (("正", "chief"), ("副", "deputy"), ("其他", "other"), ("小计", "sum")):
            yield Field((head, text), _number(name, role), width=6, key=role == "sum")
    for head, name, tone in (("超配", "over", "over"), ("缺配", "short", "short")):
        for text, role in (("正", "chief"), ("副", "deputy"), ("小计", "sum")):
            yield Field(
                (head, text),
                _number(name, role),
                _tone(tone, name, role),
                width=6,
                key=role == "sum",
            )
    yield Field(("不占职数人员",), lambda t: blank(t.uncounted), width=8)
    if has_levels:
        head = "高配/低配"
        yield Field((head, "高"), lambda t: blank(t.above), tone_if("near", lambda t: t.above))
        yield Field((head, "低"), lambda t: blank(t.below))
    yield Field(("未来1年内到龄",), lambda t: blank(t.ageing), width=9)
    if sanding:
        yield Field(
            ("三定文号",),
            alone=lambda t, unit: sanding.get(unit.path),
            width=20,
            form="@",
            align="left",
        )
    yield Field(
        ("备注",),
        alone=remark,
        value=lambda t: _words(t.over_units, t.short_units),
        tone=lambda t: "over" if t.over_units else ("short" if t.short_units else ""),
        width=18,
        form="@",
        align="left",
    )


def _number(name: str, role: str) -> Any:
    return lambda tally: blank(getattr(getattr(tally, name), role))


def _tone(tone: str, name: str, role: str) -> Any:
    return tone_if(tone, lambda tally: getattr(getattr(tally, name), role))


def _rank(unit: Unit) -> str:
    return unit.rank.label if unit.rank else ""


def remark(tally: PostTally, unit: Unit) -> str | None:
    """Say in words what the colours of a unit's row say, and what the sum hides."""
    words = [f"超配{_roles(tally.over)}"] if tally.over.sum else []
    words += [f"缺配{_roles(tally.short)}"] if tally.short.sum else []
    if unit.is_classified:
        words.append("涉密")
    if not unit.is_active:
        words.append("已撤销")
    return "，".join(words) or None


def _roles(roles: Roles) -> str:
    parts = (("正", roles.chief), ("副", roles.deputy), ("其他", roles.other))
    return "".join(f"{word}{number}" for word, number in parts if number)


def _words(over: int, short: int) -> str | None:
    words = [f"超配{over}个单位"] if over else []
    words += [f"缺配{short}个单位"] if short else []
    return "，".join(words) or None


def sentence(tally: PostTally) -> str:
    return (
        f"核定领导职数{tally.due.sum}名，实配{tally.filled.sum}名；"
        f"超配单位{tally.over_units}个，超配{tally.over.sum}名；"
        f"缺配单位{tally.short_units}个，缺配{tally.short.sum}名。"
    )


def _notes(has_levels: bool, has_sanding: bool) -> list[str]:
    notes = [
        "只列单位领导职数，内设机构职数见各单位职数台账。正职、副职、其他分别计算，互不相抵，"
        "小计含其他。红色为超配，蓝色为缺配，灰色为涉密单位，备注栏另以文字说明。",
        "未来1年内到龄按法定退休年龄推算（领导干部按干部计），含已到龄未办理的。",
    ]
    if has_levels:
        notes.append("高配、低配：任职层次高于、低于台账核定的职务层次；没有登记层次的不计。")
    missing = [] if has_levels else ["高配/低配"]
    missing += [] if has_sanding else ["三定文号"]
    if missing:
        notes.append(f"未列（没有数据）：{'、'.join(missing)}。")
    return notes
