"""Where the rows of a sheet belong: units, departments, documents."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from apps.core.scope import within
from apps.core.sheets.suggest import Nearest
from apps.documents import numbers
from apps.documents.models import ApprovalDocument
from apps.units.choices import EntityKind
from apps.units.models import Unit

from .columns import LEGACY, UnitRef
from .rows import DOCUMENT_FIELDS, NO_DOCUMENT, DocumentCell, Rows

STEP = Unit.steplen
#: Departments of one unit that a miss is compared with.
COMPARED = 300


def resolve_units(rows: Rows) -> None:
    """Take each row's unit from code or name; both must mean the same unit."""
    codes, names = rows.column("unit_code"), rows.column("unit")
    asked = {"unit_code", "unit"} & rows.given
    rows.units = list(names) if "unit" in rows.given else list(codes)
    if "unit_code" in rows.given:
        for i, unit in enumerate(codes):
            if unit is None:
                continue
            rows.units[i] = unit
            named = names[i]
            if named is not None and named.pk != unit.pk:
                rows.fault(i, "unit", f"编码 {unit.code} 是「{unit.name}」，与所填单位不一致")
    if asked:
        _forgive_names(rows)
    rows.unit_ids = [unit.pk if unit is not None else None for unit in rows.units]


def _forgive_names(rows: Rows) -> None:
    """A name that several units bear, or none, is no fault where the code says which is meant."""
    if not {"unit_code", "unit"} <= rows.given:
        return
    codes, names = rows.column("unit_code"), rows.column("unit")
    place = rows.parsed.header.places.get("unit", 0)
    settled = {
        rows.parsed.lines[i]
        for i, unit in enumerate(codes)
        if unit is not None
        and names[i] is None
        and rows.parsed.raw(i, "unit").strip() in (unit.name, unit.short_name)
    }
    if not settled:
        return
    faults = rows.parsed.faults
    kept = [f for f in faults.kept if not (f.column == place and f.row in settled)]
    faults.total -= len(faults.kept) - len(kept)
    faults.kept = kept


def resolve_departments(rows: Rows) -> set[int]:
    """Find each row's department below its unit. Returns the rows whose department was left out."""
    n = len(rows)
    rows.depts = [None] * n
    left_out: set[int] = set()
    texts = rows.parsed.values.get("dept")
    if texts is None:
        return left_out
    pairs = {
        (unit, text)
        for unit, text in zip(rows.units, texts, strict=True)
        if unit is not None and text is not None
    }
    found = _departments(pairs)
    empty = _without_departments({unit for unit, text in pairs if (unit.pk, text) not in found})
    near: dict[int, Nearest] = {}
    for i, text in enumerate(texts):
        unit = rows.units[i]
        if text is None or unit is None:
            continue
        dept = found.get((unit.pk, text))
        if dept is not None:
            rows.depts[i] = dept
        elif unit.pk in empty:
            left_out.add(i)
            rows.parsed.warn(
                i, "dept", f"{unit.name} 还没有登记内设机构，本列暂不导入；登记后可再次导入"
            )
        else:
            rows.fault(i, "dept", _unknown_department(unit, text, near))
    return left_out


def _departments(pairs: set[tuple[UnitRef, str]]) -> dict[tuple[int, str], int]:
    """Return {(unit id, text): department id} for the pairs that exist."""
    texts = {text for _, text in pairs}
    if not texts:
        return {}
    below = Unit.objects.active().filter(
        Q(name__in=texts) | Q(code__in=texts),
        within([unit.path for unit, _ in pairs], "path"),
        entity_kind=EntityKind.DEPARTMENT,
    )
    index: dict[tuple[str, str], int] = {}
    for pk, path, name, code in below.values_list("pk", "path", "name", "code"):
        for end in range(STEP, len(path), STEP):
            index.setdefault((path[:end], name), pk)
            if code:
                index.setdefault((path[:end], code), pk)
    return {
        (unit.pk, text): index[unit.path, text]
        for unit, text in pairs
        if (unit.path, text) in index
    }


def _without_departments(units: set[UnitRef]) -> set[int]:
    """Return the ids of units below which no department is registered yet."""
    if not units:
        return set()
    by_path = {unit.path: unit.pk for unit in units}
    filled: set[int] = set()
    below = Unit.objects.active().filter(
        within(list(by_path), "path"), entity_kind=EntityKind.DEPARTMENT
    )
    for path in below.order_by().values_list("path", flat=True).iterator():
        for end in range(STEP, len(path), STEP):
            if path[:end] in by_path:
                filled.add(by_path[path[:end]])
    return set(by_path.values()) - filled


def _unknown_department(unit: UnitRef, text: str, near: dict[int, Nearest]) -> str:
    if unit.pk not in near:
        below = Unit.objects.active().filter(
            within([unit.path], "path"), entity_kind=EntityKind.DEPARTMENT
        )
        near[unit.pk] = Nearest(below.values_list("name", flat=True)[:COMPARED])
    close = near[unit.pk].find(text, 1)
    if close:
        return f"{unit.name} 没有内设机构「{text}」，是否应为「{close[0]}」"
    return f"{unit.name} 没有内设机构「{text}」，请先登记该机构或清空本格"


def resolve_documents(rows: Rows, user: Any) -> None:
    """Link the document numbers; one that nobody has registered is kept as text, with a warning."""
    fields = [*DOCUMENT_FIELDS, "post_document"]
    spelled: dict[str, str] = {}
    for name in (*fields, "overage"):
        for text in rows.parsed.values.get(name) or ():
            if text is not None and text not in spelled:
                spelled[text] = _number(text)
    known = _registered(set(spelled.values()), user)
    for name in fields:
        values = rows.parsed.values.get(name)
        if values is None:
            rows.documents[name] = [NO_DOCUMENT] * len(rows)
            continue
        cells: dict[Any, DocumentCell] = {None: NO_DOCUMENT}
        for text in dict.fromkeys(values):
            if text is not None:
                pk = known.get(spelled[text])
                cells[text] = (pk, "") if pk is not None else (None, spelled[text][:80])
        _warn_of_unregistered(rows, name, values, cells)
        rows.documents[name] = [cells[text] for text in values]
    _check_overages(rows, spelled, known)


def _warn_of_unregistered(
    rows: Rows, name: str, values: list[str | None], cells: dict[Any, DocumentCell]
) -> None:
    """One warning for a column, at its first such cell: rosters cite old papers by the thousand."""
    unknown = {text for text, (pk, number) in cells.items() if pk is None and number}
    first = next((i for i, text in enumerate(values) if text in unknown), None)
    if first is not None:
        rows.parsed.warn(
            first,
            name,
            f"本列有 {len(unknown)} 个文号还没有登记为批文（这里是第一个），先按文字保存；"
            "登记后再次导入即可关联",
        )


def _registered(found: set[str], user: Any) -> dict[str, int]:
    documents = ApprovalDocument.objects.visible_to(user).filter(number__in=found)
    return dict(documents.values_list("number", "pk"))


def _number(text: str) -> str:
    try:
        return numbers.normalise(text)
    except numbers.BadNumber:
        return text


def _check_overages(rows: Rows, spelled: dict[str, str], known: dict[str, int]) -> None:
    """超编依据 is 历史遗留 or a registered document: turn texts into ids (None: 历史遗留)."""
    texts = rows.parsed.values.get("overage")
    if texts is None:
        return
    for i, text in enumerate(texts):
        if text is None or text == LEGACY or spelled[text] in known:
            continue
        rows.fault(i, "overage", f"应为「{LEGACY}」或已登记批文的文号，请先登记批文")
    rows.parsed.values["overage"] = [
        None if text is None else (LEGACY if text == LEGACY else known.get(spelled[text]))
        for text in texts
    ]
