"""The tree as a workbook (KIND units): one unit a row, parents named by code, number or name.

Two layouts are read: our own template, and the listing of a public tree with the headers
seq, depth, code, name, is_unit, parent_seq, path. An empty cell leaves the value as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from django.utils import timezone

from apps.core import uscc
from apps.core.imports import Change, ImportKind, Line, Plan, RefusedByRegister, Tell, silent
from apps.core.models import CodeValue
from apps.core.sheets import (
    Column,
    Fault,
    Faults,
    Several,
    Workbook,
    code,
    day,
    map_headers,
    parse,
    ref,
    text,
    whole_number,
    yes_no,
)
from apps.core.sheets.parsing import Parsed

from . import listing, past, services
from .choices import EntityKind, EventKind
from .finding import DocumentFinder
from .models import Region, Unit, UnitEvent
from .planning import COMPARED, Changed, New, Outcome, Spec, plan
from .services.bulk import carry_out

#: field of the sheet → code table of the column of the same name
CODED = {
    "nature_id": "nature",
    "category_id": "unit_category",
    "rank_id": "institution_rank",
    "system_class_id": "system_class",
    "subordination_id": "subordination",
    "funding_id": "funding",
    "pi_class_id": "pi_class",
}


def _regions(texts: list[str]) -> dict[str, Any]:
    """Return {code or name: Region, or Several}; living divisions, in two queries."""
    rows = Region.objects.filter(valid_to__isnull=True)
    found: dict[str, Any] = dict(rows.in_bulk([t for t in texts if t.isdigit()]))
    named: dict[str, list[Region]] = {}
    for region in rows.filter(name__in=texts):
        named.setdefault(region.name, []).append(region)
    for name, regions in named.items():
        several = Several([f"{one.name}（{one.code}）" for one in regions])
        found[name] = regions[0] if len(regions) == 1 else several
    return found


def _credit_code(content: str) -> str | None:
    try:
        uscc.check(content)
    except uscc.BadUscc as fault:
        return fault.sentence
    return None


def _coded(header: str, column: str, *aliases: str) -> Column:
    choices = partial(CodeValue.objects.choices, CODED[column])
    return Column(header, column, code(choices), aliases=aliases)


#: Read from the listing of a public tree; no part of our template.
LISTING = (
    Column("层级", "depth", whole_number(minimum=0), aliases=("depth",)),
    Column("是否单位", "is_unit", yes_no, aliases=("is_unit",)),
    Column("完整路径", "full_path", text(), aliases=("path",)),
)


class UnitKind(ImportKind):
    code = "units"
    label = "机构"
    sheet_name = "机构"

    def columns(self, user: Any) -> Sequence[Column]:
        short = partial(text, half_width=True, inner="none")
        return [
            Column(
                "序号",
                "seq",
                whole_number(minimum=1),
                aliases=("seq",),
                help="本文件中各行的编号，供“上级序号”引用；可以不填",
                width=8,
            ),
            Column(
                "上级序号",
                "parent_seq",
                whole_number(minimum=1),
                aliases=("parent_seq",),
                help="上级机构也在本文件中而没有编码时填它的序号",
                width=10,
            ),
            Column(
                "上级机构编码",
                "parent_code",
                short(max_length=40),
                aliases=("上级编码", "主管编码"),
                help="上级机构的编码；不填上级时导入到所选机构之下",
                width=20,
            ),
            Column(
                "上级机构名称",
                "parent_name",
                text(max_length=160),
                aliases=("上级机构", "上级单位"),
                width=28,
            ),
            Column(
                "机构编码",
                "code",
                short(max_length=40),
                aliases=("编码", "单位编码", "code"),
                help="有编码的按编码对应库中的机构；没有的按上级和名称对应",
                width=20,
            ),
            Column(
                "机构名称",
                "name",
                text(max_length=160),
                required=True,
                aliases=("名称", "单位名称", "name"),
                width=36,
            ),
            Column("简称", "short_name", text(max_length=60)),
            Column(
                "类别",
                "kind",
                code(EntityKind.choices, aliases={"单位": EntityKind.BODY.value}),
                aliases=("法人标识", "机构类型"),
                help="法人单位、内设机构或机构分组；新机构不填的按法人单位",
            ),
            _coded("机构性质", "nature_id", "性质", "单位性质"),
            _coded("机构类别", "category_id"),
            _coded("机构规格", "rank_id", "规格", "级别"),
            _coded("系统类别", "system_class_id", "系统"),
            _coded("隶属关系", "subordination_id"),
            _coded("经费形式", "funding_id"),
            _coded("事业单位分类", "pi_class_id", "分类"),
            Column("参照公务员法", "is_civil_service_ref", yes_no, aliases=("是否参公", "参公")),
            Column("涉密", "is_classified", yes_no, aliases=("涉密标志",)),
            Column(
                "统一社会信用代码",
                "uscc",
                short(check=_credit_code),
                aliases=("信用代码", "社会信用代码"),
                width=22,
            ),
            Column(
                "行政区划",
                "region",
                ref(_regions, noun="区划", shown=lambda region: getattr(region, "code", region)),
                aliases=("区划", "区划代码"),
                help="区划代码或名称",
            ),
            Column("负责人", "head_name", text(max_length=72)),
            Column("联系电话", "phone", text(max_length=40), aliases=("电话",)),
            Column("地址", "address", text(max_length=200), width=30),
            Column("主要职责", "functions_text", text(max_length=20_000, lines=True), width=40),
            Column(
                "设立日期",
                "established_on",
                day(not_after=timezone.localdate),
                aliases=("成立日期",),
            ),
            Column(
                "设立文号",
                "document",
                DocumentFinder(user=user).kind(),
                aliases=("批准文号", "成立文号"),
                help="须是已登记的批文；新机构填了设立日期和文号的，记为设立",
                width=24,
            ),
            Column("备注", "note", text(max_length=2000, lines=True)),
        ]

    def check(
        self, book: Workbook, *, user: Any, under: Unit | None = None, tell: Tell = silent
    ) -> Plan:
        parsed = parse(book, [*self.columns(user), *_listing_of(book)])
        made = Plan(self.code, len(parsed), faults=parsed.faults, warnings=parsed.warnings)
        made.mapping = parsed.mapping
        tell("对照机构树", 0, len(parsed))
        specs = _specs(parsed)
        outcome = plan(specs, user=user, under=under)
        for index, name, sentence in outcome.faults:
            parsed.fault(index, _cell(parsed, name), sentence)
        for index, name, sentence in outcome.warnings:
            parsed.warn(index, _cell(parsed, name), sentence)
        _preview(made, outcome)
        made.payload = (parsed, specs, user, under, _signature(outcome))
        return made

    def commit(self, plan_: Plan, *, by: Any, tell: Tell = silent) -> None:
        """Plan again under the tree lock, and write only what the preview showed."""
        parsed, specs, user, under, shown = plan_.payload
        services.hold_tree()
        outcome = plan(specs, user=user, under=under)
        if outcome.faults or _signature(outcome) != shown:
            raise RefusedByRegister(_too_late(parsed, outcome))
        carry_out(outcome=outcome, by=by, under=under, tell=tell)

    def rows(self, *, user: Any, under: Unit | None = None, on: Any = None) -> Iterable[Any]:
        """Yield the units in tree order; with `on` those of that day, as the pages of it show them.

        Names, natures, ranks and places in the tree are what they were; the rest is today's.
        """
        units = Unit.objects.visible_to(user).select_related("region").order_by("path")
        if under is not None:
            units = units.under(under)
        units = units.active() if on is None else units.filter(past.existed_on(on))
        then = past.at(on) if on is not None else past.Past(timezone.localdate())
        rows: Iterable[Unit] = units.iterator(chunk_size=2_000)
        if then.shifts:
            rows = sorted(rows, key=lambda unit: then.path(unit.path))
        seen: dict[str, tuple[int, str, str]] = {}
        documents = _established_by(units)
        for number, unit in enumerate(rows, 1):
            listing.as_of(unit, then)
            place = then.path(unit.path)
            seen[place] = (number, unit.code or "", unit.name)
            above = seen.get(place[: -Unit.steplen], (None, "", ""))
            yield (
                number,
                *above,
                unit.code or "",
                unit.name,
                unit.short_name,
                unit.entity_kind,
                unit.nature_id,
                unit.category_id,
                unit.rank_id,
                unit.system_class_id,
                unit.subordination_id,
                unit.funding_id,
                unit.pi_class_id,
                unit.is_civil_service_ref,
                unit.is_classified,
                unit.uscc or "",
                unit.region_id or "",
                unit.head_name,
                unit.phone,
                unit.address,
                unit.functions_text,
                unit.established_on,
                documents.get(unit.pk, ""),
                unit.note,
            )


def _listing_of(book: Workbook) -> Sequence[Column]:
    """Return the columns of a public listing when the book is one."""
    for sheet in book.visible() or book.sheets:
        places = map_headers(sheet, LISTING).places
        if "is_unit" in places and "full_path" in places:
            return LISTING
    return ()


def _specs(parsed: Parsed) -> list[Spec]:
    """Return the rows with a name; a row without one has its fault already."""
    given = [name for name in COMPARED if name in parsed.given]
    specs = []
    for index, row in enumerate(parsed.rows()):
        if not row.get("name"):
            continue
        kind = row.get("kind")
        if kind is None and row.get("is_unit") is not None:
            kind = (EntityKind.BODY if row["is_unit"] else EntityKind.GROUPING).value
        values: dict[str, Any] = {n: row[n] for n in given if row[n] is not None}
        if row.get("region") is not None:
            values["region_id"] = row["region"].pk
        specs.append(
            Spec(
                index=index,
                line=parsed.lines[index],
                name=row["name"].rstrip("。"),
                code=row.get("code"),
                kind=kind,
                seq=row.get("seq"),
                depth=row.get("depth"),
                parent_seq=row.get("parent_seq"),
                parent_code=row.get("parent_code"),
                parent_name=row.get("parent_name"),
                values=values,
                document=row.get("document"),
            )
        )
    return specs


def _cell(parsed: Parsed, name: str) -> str:
    """Return the field whose cell a sentence stands at: the meant one if the file has it."""
    return name if name in parsed.given else "name"


def _preview(made: Plan, outcome: Outcome) -> None:
    made.same = outcome.same
    for node in outcome.new:
        made.add_new(Line(node.spec.line, f"{node.spec.name}（{_where(node)}）"))
    words = _Words(outcome.changed)
    for one in outcome.changed:
        changes = tuple(words.change(name, one) for name in one.after)
        made.add_changed(Line(one.spec.line, one.unit.name, changes))


def _where(node: New) -> str:
    if node.parent is None:
        return "最上级"
    name = node.parent.spec.name if isinstance(node.parent, New) else node.parent.name
    return f"{name}下"


class _Words:
    """Values of changes as people read them; code values are named in one query."""

    def __init__(self, changed: Sequence[Changed]) -> None:
        keys = {
            value
            for one in changed
            for side in (one.before, one.after)
            for name, value in side.items()
            if name in CODED and value
        }
        self._labels = dict(CodeValue.objects.filter(pk__in=keys).values_list("pk", "label"))

    def change(self, name: str, one: Changed) -> Change:
        label = "机构名称" if name == "name" else str(Unit._meta.get_field(name).verbose_name)
        return Change(label, self._word(one.before[name]), self._word(one.after[name]))

    def _word(self, value: Any) -> str:
        if value is None:
            return ""
        if isinstance(value, bool):
            return "是" if value else "否"
        return self._labels.get(value, str(value))


def _signature(outcome: Outcome) -> Any:
    """Return what must not differ between preview and writing."""
    return (
        [node.spec.index for node in outcome.new],
        [(one.spec.index, one.unit.pk, one.before, one.after) for one in outcome.changed],
        outcome.same,
    )


def _too_late(parsed: Parsed, outcome: Outcome) -> Faults:
    """Return the faults to show when the tree changed between preview and writing."""
    late = Faults()
    before = parsed.faults
    parsed.faults = late
    for index, name, sentence in outcome.faults:
        parsed.fault(index, _cell(parsed, name), sentence)
    parsed.faults = before
    if not late:
        sentence = "校验之后机构树已被他人变动，没有写入任何内容，请重新校验后再导入"
        late.add(Fault(parsed.sheet.name, 0, 0, "", "", sentence))
    return late


def _established_by(units: Any) -> dict[int, str]:
    """Return {unit: number} of the documents the units were set up by."""
    rows = UnitEvent.objects.filter(
        unit__in=units.order_by().values("pk"), kind=EventKind.ESTABLISH, document__isnull=False
    )
    return dict(rows.order_by("pk").values_list("unit_id", "document__number"))
