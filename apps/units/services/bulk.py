"""Writing a planned import: COPY for what is new, one statement for what differs.

Paths are computed here: treebeard's own bulk loading is some 80 times slower. History follows by
the database; one audit event tells of the whole import.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.utils import timezone

from apps.audit import services as audit
from apps.core import pinyin
from apps.core.copying import copy_rows, reserve_ids
from apps.core.writes import write

from ..choices import EventKind, UnitStatus
from ..models import DocumentUnit, Unit, UnitEvent
from ..planning import COMPARED, Changed, Known, New, Outcome
from . import tree
from .plates import recognise
from .tree import STEP

_DIGITS = Unit.alphabet
Tell = Callable[[str, int, int], None]


@write
def carry_out(
    *, outcome: Outcome, by: Any, under: Unit | None = None, tell: Tell = lambda *_: None
) -> None:
    """Write what was planned. The caller holds the tree lock and has planned under it."""
    tell("写入机构", 0, len(outcome.new) + len(outcome.changed))
    made = _make(outcome.new) if outcome.new else []
    tell("写入沿革", len(made), len(outcome.new) + len(outcome.changed))
    if made:
        _tell_of_new(outcome.new, made)
    if outcome.changed:
        _change(outcome.changed)
    _read_names(outcome, made, by)
    if made or outcome.changed:
        audit.record(
            "unit.import",
            by=by,
            target=under,
            after={"created": len(made), "changed": len(outcome.changed)},
            scope=under.path if under is not None else "",
        )


def _read_names(outcome: Outcome, made: list[tuple[int, str]], by: Any) -> None:
    """Nameplates in the names that are new (docs/rules.md U-28)."""
    named = [(pk, node.spec.name) for node, (pk, _) in zip(outcome.new, made, strict=bool(made))]
    named += [(one.unit.pk, one.after["name"]) for one in outcome.changed if "name" in one.after]
    if any("（" in name or "(" in name for _, name in named):
        recognise(by=by, units=named)


def _make(nodes: list[New]) -> list[tuple[int, str]]:
    """Add the new units; return (id, path) of each, in the order of `nodes`."""
    ids = reserve_ids(Unit, len(nodes))
    counters = _next_steps(nodes)
    paths: dict[int, str] = {}
    children: dict[int, int] = {}
    grown: dict[int, int] = {}
    for node in nodes:
        above = _path_of(node.parent, paths)
        counters[above] += 1
        paths[id(node)] = above + _step(counters[above])
        if isinstance(node.parent, New):
            children[id(node.parent)] = children.get(id(node.parent), 0) + 1
        elif isinstance(node.parent, Known):
            grown[node.parent.pk] = grown.get(node.parent.pk, 0) + 1
    spelled = pinyin.units([node.spec.name for node in nodes])
    columns = [
        "id",
        "path",
        "depth",
        "numchild",
        "code",
        "name",
        "name_pinyin",
        "name_initials",
        "entity_kind",
        "status",
        *COMPARED,
    ]
    empty = {name: Unit._meta.get_field(name).get_default() for name in COMPARED}
    rows = (
        [
            pk,
            paths[id(node)],
            node.depth,
            children.get(id(node), 0),
            node.spec.code,
            node.spec.name,
            full[:500],
            initials[:160],
            node.kind,
            UnitStatus.NORMAL.value,
            *(node.spec.values.get(name, empty[name]) for name in COMPARED),
        ]
        for node, pk, (full, initials) in zip(nodes, ids, spelled, strict=True)
    )
    copy_rows(Unit, columns, rows)
    _grow(grown)
    return [(pk, paths[id(node)]) for node, pk in zip(nodes, ids, strict=True)]


def _path_of(parent: Known | New | None, paths: dict[int, str]) -> str:
    if parent is None:
        return ""
    return paths[id(parent)] if isinstance(parent, New) else parent.path


def _next_steps(nodes: list[New]) -> dict[str, int]:
    """Return {path of parent: last step taken}, filled as new parents turn up. One query."""
    parents = (node.parent for node in nodes)
    known = {above.path if above else "" for above in parents if not isinstance(above, New)}
    counters: dict[str, int] = _Counters()
    if known:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT left(path, length(path) - %s) AS above, max(right(path, %s) COLLATE "
                '"C") FROM units_unit WHERE left(path, length(path) - %s) = ANY(%s) GROUP BY 1',
                [STEP, STEP, STEP, list(known)],
            )
            for above, last in cursor.fetchall():
                counters[above] = int(last, 36)
    return counters


class _Counters(dict[str, int]):
    def __missing__(self, key: str) -> int:
        self[key] = 0
        return 0


def _step(number: int) -> str:
    """Return one step of a path: base 36, four characters."""
    if number >= 36**STEP:
        raise ValueError("no room for another child")
    digits = ""
    for _ in range(STEP):
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits


def _grow(children: dict[int, int]) -> None:
    if not children:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE units_unit u SET numchild = u.numchild + c.n "
            "FROM unnest(%s::bigint[], %s::int[]) AS c(id, n) WHERE u.id = c.id",
            [list(children), list(children.values())],
        )


def _tell_of_new(nodes: list[New], made: list[tuple[int, str]]) -> None:
    """Write the first event of each new unit: 设立 with its document, else 初始录入."""
    ids = {id(node): pk for node, (pk, _) in zip(nodes, made, strict=True)}
    events, links = [], []
    for node, (pk, path) in zip(nodes, made, strict=True):
        values = node.spec.values
        on, document = values.get("established_on"), node.spec.document
        kind = EventKind.ESTABLISH if document is not None and on is not None else EventKind.INITIAL
        above = node.parent
        parent = ids[id(above)] if isinstance(above, New) else above.pk if above else None
        facts = {"name": node.spec.name, "parent": parent}
        if node.spec.code:
            facts["code"] = node.spec.code
        facts.update({name: tree.plain(value) for name, value in values.items()})
        key = document.pk if document is not None else None
        events.append([pk, kind.value, on, key, {}, facts, "", path])
        if key is not None:
            links.append([key, pk, path])
    columns = ["unit_id", "kind", "on", "document_id", "before", "after", "note", "scope"]
    copy_rows(UnitEvent, columns, events)
    if links:
        copy_rows(DocumentUnit, ["document_id", "unit_id", "scope"], links)


def _change(changed: list[Changed]) -> None:
    """Set what differs and write one event for each unit."""
    touched = sorted({column for one in changed for column in one.after})
    units = Unit.objects.in_bulk([one.unit.pk for one in changed])
    today = timezone.localdate()
    events = []
    for one in changed:
        unit = units[one.unit.pk]
        for column, value in one.after.items():
            if column == "name":
                tree.set_name(unit, value)
            else:
                setattr(unit, column, value)
        before = {name: tree.plain(value) for name, value in one.before.items()}
        after = {name: tree.plain(value) for name, value in one.after.items()}
        events.append(
            [unit.pk, EventKind.ATTRIBUTE.value, today, None, before, after, "批量导入", unit.path]
        )
    columns = [*touched, *(["name_pinyin", "name_initials"] if "name" in touched else [])]
    Unit.objects.bulk_update(units.values(), columns, batch_size=500)
    names = ["unit_id", "kind", "on", "document_id", "before", "after", "note", "scope"]
    copy_rows(UnitEvent, names, events)
