"""Several people of one application by workbook: columns of the kind's own form, every fault at
its cell. Source: docs/rules.md FL-03.

A row is checked by the same form as a line typed in by hand, so that both say the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from django import forms
from django.utils import timezone

from apps.core import forms as core
from apps.core.masking import mask_identity, mask_phone
from apps.core.models import CodeValue
from apps.core.scope import within
from apps.core.sheets import (
    Column,
    Parsed,
    Workbook,
    code,
    day,
    parse,
    text,
    whole_number,
    yes_no,
)
from apps.documents.forms import DocumentField
from apps.staff import secrets
from apps.staff.forms.fields import IdentityField, PhoneField
from apps.staff.models import Occupancy
from apps.staff.workbook.columns import SPELLINGS
from apps.units.models import Unit

from .choices import Kind
from .filing import filing_permission
from .forms.entry import SlotField
from .kinds import KindOfCase, LineData
from .models import Slot

VERSION: Final = 1
#: People one application takes from a workbook.
MOST: Final = 200
#: Columns that say whom a row is about, for kinds that begin from somebody of the register.
WHO_NAME, WHO_NUMBER = "_name", "_id_no"
#: Columns in which a row is named by its words.
PICKED: Final = ("document", "basis", "dept", "unit", "to_unit", "work_unit")
#: Headers people use for the same thing.
ALIASES: Final = {
    "id_no": ("身份证号", "身份证号码", "证件号码"),
    "name": ("人员姓名",),
    "phone": ("手机", "手机号码", "电话"),
    "document": ("入编文号", "依据文号", "文号"),
    "starts_on": ("入编日期",),
    "quota_type": ("编制性质", "编制类别"),
    "dept": ("内设机构", "科室", "处室"),
}


def offered(kind: KindOfCase) -> bool:
    """Say whether a workbook can be filled in for a kind: about new people, or the unit's own."""
    fields = kind.line_form.base_fields  # type: ignore[attr-defined]
    if kind.subject:
        return kind.several and kind.subject in ("spell", "person") and "unit" not in fields
    return kind.several and "id_no" in fields


def template_code(kind: KindOfCase) -> str:
    return f"approvals-{kind.kind}"


def title_of(kind: KindOfCase) -> str:
    return f"{Kind(kind.kind).label}人员表"


def columns(kind: KindOfCase, user: Any, unit: Unit | None = None) -> list[Column]:
    """Return the columns: those of the form, in its order, without the unit of the whole sheet."""
    fields: dict[str, forms.Field] = kind.line_form.base_fields  # type: ignore[attr-defined]
    order = [name for _, names in getattr(kind.line_form, "sections", ()) for name in names]
    names = [n for n in dict.fromkeys([*order, *fields]) if n in fields and not n.startswith("_")]
    labels = _code_labels(fields[name] for name in names)
    found: list[Column] = []
    if kind.subject:
        found += [
            Column("姓名", WHO_NAME, text(72, inner="cjk", middle_dot=True), required=True),
            _number(WHO_NUMBER, required=True),
        ]
    for name in names:
        if isinstance(fields[name].widget, forms.HiddenInput) or (
            name == "unit" and not kind.subject
        ):
            continue
        if kind.subject and name in ("id_no", "name"):
            continue  # a correction of number or name is filed one by one
        one = _column(name, fields[name], labels, user, unit)
        found.append(replace(one, required=False) if name in kind.keeps else one)
    return found


def notes(kind: KindOfCase) -> tuple[str, ...]:
    """Return what the sheet of instructions says besides."""
    found = [f"一份表格对应一件申报，一个单位，最多 {MOST} 人。"]
    if kind.keeps:
        found.append("留空的单元格保持原登记不变；要清空的内容请在页面上逐人办理。")
    return tuple(found)


def _column(
    name: str,
    one: forms.Field,
    labels: Mapping[str, list[CodeValue]],
    user: Any,
    unit: Unit | None,
) -> Column:
    label = str(one.label)
    more: dict[str, Any] = {"required": one.required, "aliases": ALIASES.get(name, ())}
    if isinstance(one, IdentityField):
        return _number(name, required=one.required)
    if isinstance(one, PhoneField):
        kind: Any = text(30, half_width=True, inner="none")
        return Column(label, name, kind, mask=mask_phone, **more)
    if isinstance(one, core.CodeField):
        spelled = {k: f"{one.table}.{v}" for k, v in SPELLINGS.get(one.table, {}).items()}
        values = [(value.pk, value.label) for value in labels.get(one.table, [])]
        return Column(label, name, code(values, aliases=spelled), **more)
    if isinstance(one, SlotField):
        kind = code(_slots(user, unit))
        return Column(label, name, kind, help="没有通知单的留空", **more)
    if isinstance(one, DocumentField):
        kind = text(80, half_width=False)
        return Column(label, name, kind, help="已登记的文号，如 嵊编发〔2026〕12号", **more)
    if isinstance(one, forms.DateField):
        return Column(label, name, day, example="2026-09-01", **more)
    if isinstance(one, forms.BooleanField):
        return Column(label, name, yes_no, **more | {"required": False})
    if isinstance(one, forms.IntegerField):
        return Column(label, name, whole_number(minimum=0), **more)
    if isinstance(one, forms.ChoiceField) and not isinstance(one, forms.ModelChoiceField):
        return Column(label, name, code([(k, v) for k, v in one.choices if k]), **more)  # type: ignore[misc]
    most = getattr(one, "max_length", None) or 200
    return Column(label, name, text(most, inner="cjk" if name == "name" else "one"), **more)


def _number(name: str, *, required: bool) -> Column:
    return Column(
        "公民身份号码",
        name,
        text(40, half_width=True, inner="none"),
        required=required,
        aliases=ALIASES["id_no"],
        mask=mask_identity,
        width=22,
        help="18 位，按文本填写",
    )


def _code_labels(fields: Iterable[forms.Field]) -> dict[str, list[CodeValue]]:
    """Return the values that hold today by table. One query."""
    tables = {one.table for one in fields if isinstance(one, core.CodeField)}
    found: dict[str, list[CodeValue]] = {table: [] for table in tables}
    rows = CodeValue.objects.filter(table_id__in=tables).on_day(timezone.localdate())
    for value in rows.order_by("sort", "value"):
        found[value.table_id].append(value)
    return found


def _slots(user: Any, unit: Unit | None) -> Callable[[], list[tuple[int, str]]]:
    def choices() -> list[tuple[int, str]]:
        paths = user.subtrees(filing_permission(user)) if unit is None else [unit.path]
        free = Slot.objects.usable(timezone.localdate()).filter(within(paths, "notice__scope"))
        rows = free.select_related("notice").order_by("notice_id", "no")[:500]
        return [(slot.pk, str(slot)) for slot in rows]

    return choices


@dataclass
class Row:
    """One row of the sheet as the form takes it. line: Excel's number; said: field → faults."""

    line: int
    texts: dict[str, str]
    data: LineData | None = None
    document: Any = None
    other: Unit | None = None
    said: dict[str, list[str]] = field(default_factory=dict)


def read(book: Workbook, kind: KindOfCase, unit: Unit, user: Any) -> tuple[Parsed, list[Row]]:
    """Read and check a workbook; every fault stands in the Parsed, at its cell."""
    wanted = columns(kind, user, unit)
    parsed = parse(book, wanted)
    rows = [Row(parsed.lines[n], _texts(values)) for n, values in enumerate(parsed.rows())]
    if len(rows) > MOST:
        parsed.fault(MOST, wanted[0].field, f"一件最多 {MOST} 人，请分成几份上传")
        rows = rows[:MOST]
    faulty = {(fault.row, fault.header) for fault in parsed.faults}
    checked(rows, kind, unit, user)
    for n, row in enumerate(rows):
        for name, sentences in row.said.items():
            at = name if name in parsed.columns and name in parsed.given else wanted[0].field
            header = parsed.columns[at].header
            if (row.line, header) in faulty:
                continue  # the cell itself could not be read: said already
            for sentence in sentences:
                parsed.fault(n, at, sentence)
    return parsed, rows


def checked(rows: Sequence[Row], kind: KindOfCase, unit: Unit, user: Any) -> None:
    """Check rows by the form of the kind; fills `data` and `said`. Nobody stands in twice."""
    subjects = _subjects(rows, kind, unit) if kind.subject else {}
    for row in rows:
        row.said, row.data = {}, None
        more: dict[str, Any] = {}
        if kind.subject:
            spell = subjects.get(row.texts.get(WHO_NUMBER, ""))
            if spell is None or spell.person.name != row.texts.get(WHO_NAME, ""):
                row.said[WHO_NUMBER] = [f"{unit.name}没有姓名和号码都相符的在编人员，请核对"]
                continue
            more[kind.subject] = spell.person if kind.subject == "person" else spell
        texts = row.texts if kind.subject else {**row.texts, "unit": str(unit.pk)}
        form = kind.form(texts, user=user, unit=unit, **more)
        form.data = {**_left_as_is(form, kind, texts), **texts}
        for one in form.fields.values():
            if isinstance(one, DocumentField):
                one.let_choose(user, cite=True)
        if not form.is_valid():
            row.said = {name: [str(t) for t in said] for name, said in form.errors.items()}
            continue
        row.data = kind.line(form)
        row.document, row.other = kind.document_of(form), kind.other_unit_of(form)
        if kind.unit_of(form).pk != unit.pk:
            row.said["unit"] = [f"本表为{unit.name}填报，不能填写其他单位"]
    _no_one_twice(rows, kind)


def _left_as_is(form: Any, kind: KindOfCase, texts: Mapping[str, str]) -> dict[str, str]:
    """Return what blank cells stand for: what is registered, where the kind keeps it; for a tick,
    what the form begins with. A document and its number are one answer."""
    found: dict[str, Any] = {}
    for name, one in form.fields.items():
        if name in texts or f"{name}_text" in texts:
            continue
        if name in kind.keeps or isinstance(one, forms.BooleanField):
            found[name] = form.get_initial_for_field(one, name)
    if {"document", "document_text", "document_no"} & texts.keys():
        found.pop("document", None)
        found.pop("document_no", None)
    return _texts(found, chosen=True)


def _no_one_twice(rows: Sequence[Row], kind: KindOfCase) -> None:
    number = WHO_NUMBER if kind.subject else "id_no"
    for name, rest in (
        (number, "号码相同，一个人只填一行"),
        ("slot", "用编序号相同，一个序号只能一人使用"),
    ):
        lines: dict[str, list[int]] = {}
        for row in rows:
            lines.setdefault(row.texts.get(name, "").upper(), []).append(row.line)
        for row in rows:
            text = row.texts.get(name, "").upper()
            others = [line for line in lines[text] if line != row.line]
            if text and others:
                words = "、".join(str(line) for line in others[:5])
                row.said.setdefault(name, []).append(f"与表中第 {words} 行{rest}")


def _subjects(rows: Sequence[Row], kind: KindOfCase, unit: Unit) -> dict[str, Occupancy]:
    """Return the open places of the people the rows name, by the number as typed. Two queries."""
    numbers = [row.texts.get(WHO_NUMBER, "").upper() for row in rows]
    keys = dict(zip(numbers, map(bytes, secrets.index_of(numbers)), strict=True))
    spells = (
        Occupancy.objects.open()
        .filter(within([unit.path], "scope"), person__id_no_bi__in=list(keys.values()))
        .select_related("person", "unit", "quota_type", "status")
        .order_by("-counts")
    )
    by_key: dict[bytes, Occupancy] = {}
    for spell in spells:
        by_key.setdefault(bytes(spell.person.id_no_bi), spell)
    found = {n: by_key[key] for n, key in keys.items() if key in by_key}
    return found | {n.lower(): spell for n, spell in found.items()}


def _texts(values: Mapping[str, Any], *, chosen: bool = False) -> dict[str, str]:
    """Return values as a browser would send them. chosen: keys of rows, not words for them."""
    sent: dict[str, str] = {}
    for name, value in values.items():
        if value is None or value == "":
            continue
        if isinstance(value, bool):
            sent[name] = "on" if value else ""
        elif hasattr(value, "isoformat"):
            sent[name] = value.isoformat()
        elif name in PICKED and not chosen:
            sent[f"{name}_text"] = str(value)
        else:
            sent[name] = str(value)
    return sent
