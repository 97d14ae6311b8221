"""编制和人员情况提示表: places and people of every unit, for the 编委 (domain.md §6.2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

from django.utils import timezone

from apps.core import wording
from apps.core.models import CodeValue
from apps.quotas.choices import QuotaFamily
from apps.quotas.queries import Sums
from apps.quotas.queries.figures import quota_types
from apps.units.models import Unit
from apps.units.place import Place

from ..queries import quota_tally
from ..queries.protocol import register
from ..queries.quota_tally import QuotaTally
from .build import Builder, Field, Share, Sheet, blank, gathered, tone_if

NAME = "编制和人员情况提示表"
#: the groups of columns the sheet has whenever there is data: attrs value → words on the sheet
SHORT = {
    "10": "行政",
    "11": "政法专项",
    "12": "行政执法",
    "13": "军转单列",
    "19": "工勤",
    "20": "参公",
    "21": "事业全额",
    "22": "事业差额",
    "23": "事业自收自支",
    "29": "事业工勤",
    "30": "周转",
    "50": "群团",
}
#: those §6.2 names; when one has no data at all the sheet leaves it out and says so
EXPECTED = ("10", "11", "20", "21", "22", "23", "19", "30")


def quota_sheet(
    node: Unit, *, office: str, on: dt.date | None = None, opened: set[str] | None = None
) -> Sheet:
    """Return the sheet of the units at or below a node. About ten queries of any size.

    opened   pks of bureaus whose institutions are listed; {"all"}: the whole list
    """
    day = on or timezone.localdate()
    types = quota_types()
    place = Place.of(node, on)
    cells = quota_tally.quota_cells(place, on)
    counted = {key for key, kind in types.items() if kind.attrs.get("in_total", True)}
    listed = register(place, on, {cell[0] for cell in cells})
    tallies = gathered(
        listed,
        cells,
        QuotaTally,
        lambda tally, key, a, c, r: tally.add(key, a, c, r, counts=key in counted),
    )
    heads = quota_tally.people_of(place, day, [key for key in types if key not in counted])
    for path, tally in gathered(
        listed, list(heads.items()), QuotaTally, lambda tally, people: _seat(tally, people)
    ).items():
        tallies.setdefault(path, QuotaTally()).people = tally.people
    used = [types[key] for key in types if any(cell[1] == key for cell in cells)]
    fields = list(_fields([k for k in used if k.key in counted]))
    fields += list(_outside([k for k in used if k.key not in counted]))
    fields += list(_structure())
    builder = Builder(listed, tallies, fields, QuotaTally, opened or set())
    rows = builder.rows()
    return Sheet(
        name=NAME,
        title=f"{node.name}{NAME}",
        fields=fields,
        rows=rows,
        about=(f"制表单位：{office}", f"截止日期：{wording.day(day)}", "单位：名"),
        sentence=sentence(builder.total, types),
        notes=_notes(used, counted),
        total=builder.total,
        day=day,
    )


def _seat(tally: QuotaTally, people: quota_tally.People) -> None:
    tally.people = tally.people + people


def _figure(kind: str, name: str) -> Callable[[QuotaTally], int | None]:
    """Return what reads one figure of one quota type; nothing for 0."""
    return lambda tally: blank(getattr(_of(tally, kind), name))


def _share(part: str) -> Callable[[QuotaTally], Share]:
    return lambda tally: Share(getattr(tally.people, part), tally.people.heads)


def _fields(types: list[CodeValue]) -> Iterator[Field]:
    for kind in types:
        key, head = kind.key, SHORT.get(kind.value, kind.label)
        yield Field((head, "核定"), _figure(key, "approved"))
        yield Field((head, "实有"), _figure(key, "actual"))
        yield Field((head, "空编"), _figure(key, "vacant"))
        excess = _figure(key, "excess")
        yield Field((head, "超编"), excess, tone_if("over", excess))
    head = "合计"
    yield Field((head, "核定"), lambda t: t.total.approved, key=True)
    yield Field((head, "实有"), lambda t: t.total.actual, key=True)
    yield Field(
        (head, "净空"),
        lambda t: t.total.net,
        tone_if("over", lambda t: max(0, -t.total.net)),
        key=True,
    )
    yield Field((head, "毛空"), lambda t: t.total.vacant)
    yield Field(
        (head, "毛超"),
        lambda t: t.total.excess,
        tone_if("over", lambda t: t.total.excess),
        key=True,
    )
    yield Field((head, "使用率"), lambda t: Share(t.total.actual, t.total.approved), form="0.0%")
    yield Field(("在途",), lambda t: blank(t.total.reserved), width=6)
    yield Field(("可用编制",), lambda t: t.usable)


def _outside(types: list[CodeValue]) -> Iterator[Field]:
    """Columns of the types outside the totals: 编外, 员额."""
    for kind in types:
        key, head = kind.key, kind.label.removesuffix("控制数").removesuffix("用工")
        yield Field((head, "控制数"), _figure(key, "approved"))
        yield Field((head, "实有"), _figure(key, "actual"))


def _structure() -> Iterator[Field]:
    head = "结构"
    for text, part in (("35岁以下", "young"), ("本科以上", "graduates")):
        yield Field((head, text), _share(part), form="0.0%")
    yield Field(
        (head, "专技高级"), lambda t: Share(t.people.senior, t.people.specialists), form="0.0%"
    )
    yield Field(("预计2年内退休",), lambda t: blank(t.people.retiring), width=8)
    yield Field(
        ("备注",),
        alone=remark,
        value=lambda t: f"超编{t.total.over}个" if t.total.over else None,
        tone=tone_if("over", lambda t: t.total.over),
        width=12,
        form="@",
        align="left",
    )


def remark(tally: QuotaTally, unit: Unit) -> str | None:
    """Say in words what the colours of a unit's row say."""
    words = []
    if tally.total.over > 1:
        words.append(f"超编单位{tally.total.over}个")
    elif tally.total.over:
        words.append(f"超编{tally.total.excess}")
    if unit.is_classified:
        words.append("涉密")
    if not unit.is_active:
        words.append("已撤销")
    return "，".join(words) or None


def _of(tally: QuotaTally, key: str) -> Sums:
    return tally.types.get(key, Sums())


def families(tally: QuotaTally, types: dict[str, CodeValue]) -> dict[str, Sums]:
    """Return the sums by family (行政, 事业, …) of the types that count."""
    found: dict[str, Sums] = {}
    for key, sums in tally.types.items():
        attrs = types[key].attrs
        if attrs.get("in_total", True):
            family = QuotaFamily(attrs.get("family", QuotaFamily.OTHER)).label
            found[family] = found.get(family, Sums()) + sums
    return found


def sentence(tally: QuotaTally, types: dict[str, CodeValue]) -> str:
    """Return the totals as the office tells them to its leaders, in one sentence."""
    parts = [
        f"{family}编制{s.approved}名，实有{s.actual}名，净空编{wording.whole(s.net)}名"
        for family, s in families(tally, types).items()
        if s.approved or s.actual
    ]
    whole = tally.total
    parts.append(
        f"合计{whole.approved}名，实有{whole.actual}名，净空编{wording.whole(whole.net)}名"
        f"（毛空编{whole.vacant}名，毛超编{whole.excess}名），"
        f"空编比例{wording.percent(whole.net, whole.approved, 0)}"
    )
    return "；".join(parts) + f"；超编单位{whole.over}个。"


def _notes(used: list[CodeValue], counted: set[str]) -> list[str]:
    notes = [
        "净空＝核定−实有；毛空、毛超为逐单位逐类型的空编、超编之和，互不相抵，净空＝毛空−毛超。"
        "任何一类超编即为超编单位。红色为超编，灰色为涉密单位。",
        "可用编制＝逐单位逐类型（核定−实有−在途）之和，小于零按零计。",
        "35岁以下、本科以上占实有的比例，专技高级（专业技术一至七级）占专业技术岗位人员的比例；"
        "预计2年内退休按法定退休年龄推算，含已到龄未办理的。",
    ]
    here = {kind.value for kind in used}
    missing = [SHORT[value] for value in EXPECTED if value not in here]
    if not any(kind.key not in counted for kind in used):
        missing.append("编外控制数和实有")
    if missing:
        notes.append(f"未列（没有数据）：{'、'.join(missing)}。")
    notes.append("未列（系统尚未登记）：已下达未用、预留、黑名单标志；可用编制因此未扣减这些项目。")
    return notes
