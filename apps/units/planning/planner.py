"""Settling the rows of a workbook one by one: known, new or faulty."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from apps.core.scope import roots, within
from apps.core.sheets.suggest import Nearest

from ..choices import EntityKind, UnitStatus
from ..models import Unit
from ..rules import MAINTAIN
from ..services.change import DECIDED
from ..services.tree import MAX_DEPTH, STEP
from .rows import COMPARED, Changed, Known, New, Outcome, Spec

Place = Known | New | None


class _Faulty:
    """Stands for a row that has a fault; rows below it wait for its correction."""


FAULTY: Final = _Faulty()


class Planner:
    """Plans one workbook. Reads the register by a few queries, whatever the number of rows."""

    def __init__(self, specs: Sequence[Spec], *, user: Any, under: Unit | None) -> None:
        self.specs = specs
        self.out = Outcome()
        self._places: dict[int, Place | _Faulty] = {}
        self._matched: dict[int, Spec] = {}
        self._fresh: dict[tuple[Any, str], Spec] = {}
        self._read_file(specs)
        self._read_register(user)
        self._choose_anchor(user, under)

    # -- what there is ------------------------------------------------------------------------
    def _read_file(self, specs: Sequence[Spec]) -> None:
        self._by_seq: dict[int, Spec] = {}
        self._by_code: dict[str, Spec] = {}
        self._by_name: dict[str, list[Spec]] = {}
        for spec in specs:
            if spec.seq is not None:
                self._once(self._by_seq, spec.seq, spec, "seq", f"序号 {spec.seq}")
            if spec.code:
                self._once(self._by_code, spec.code, spec, "code", f"机构编码 {spec.code}")
            self._by_name.setdefault(spec.name, []).append(spec)

    def _once(self, known: dict[Any, Spec], key: Any, spec: Spec, cell: str, words: str) -> None:
        first = known.setdefault(key, spec)
        if first is not spec:
            self._fault(spec, cell, f"{words} 与第 {first.line} 行重复")

    def _read_register(self, user: Any) -> None:
        paths = user.subtrees(MAINTAIN)
        rows = Unit.objects.filter(within(paths, "path")).order_by("path")
        fields = ("pk", "path", "code", "name", "entity_kind", "status")
        self.by_path: dict[str, Known] = {}
        self.by_code: dict[str, Known] = {}
        self.by_place: dict[tuple[str, str], Known] = {}
        self.by_name: dict[str, list[Known]] = {}
        for row in rows.values_list(*fields).iterator(chunk_size=5_000):
            unit = Known(*row)
            self.by_path[unit.path] = unit
            if unit.code:
                self.by_code[unit.code] = unit
            if unit.status != UnitStatus.ABOLISHED:
                self.by_place[unit.path[:-STEP], unit.name] = unit
                self.by_name.setdefault(unit.name, []).append(unit)
        wanted = [code for code in self._by_code if code not in self.by_code]
        self._taken = set(
            Unit.objects.filter(code__in=wanted).order_by().values_list("code", flat=True)
        )
        former = Unit.history.filter(code__in=wanted).values_list("code", flat=True)
        self._former = set(former.order_by()) - self._taken

    def _choose_anchor(self, user: Any, under: Unit | None) -> None:
        """Say where rows without a parent go: `under`, the user's one subtree, or the top."""
        tops = roots(user.subtrees(MAINTAIN))
        self._anchor: Known | None = None
        self._top_is_open = tops == [""]
        if under is not None:
            self._anchor = self.by_path.get(under.path)
            self._top_is_open = False
        elif len(tops) == 1 and not self._top_is_open:
            self._anchor = self.by_path.get(tops[0])

    # -- the rows -----------------------------------------------------------------------------
    def plan(self) -> Outcome:
        """Settle every row, parents first, siblings in the order of the file."""
        for spec in self.specs:
            self._settle_with_ancestors(spec)
        self._compare_values()
        self._check_credit_codes()
        return self.out

    def _settle_with_ancestors(self, spec: Spec) -> None:
        """Settle a row after those above it; without recursion, so that a long chain is a fault."""
        chain: list[tuple[Spec, Any]] = []
        on_the_way: set[int] = set()
        here: Spec | None = spec
        while here is not None and here.index not in self._places:
            if here.index in on_the_way:
                self._fault(here, _parent_cell(here), "上级关系成环，请检查上级机构")
                for other, _ in chain:
                    self._places[other.index] = FAULTY
                return
            on_the_way.add(here.index)
            parent = self._parent_of(here)
            chain.append((here, parent))
            here = parent if isinstance(parent, Spec) else None
        for one, parent in reversed(chain):
            place = self._places[parent.index] if isinstance(parent, Spec) else parent
            self._places[one.index] = self._settle(one, place)

    def _parent_of(self, spec: Spec) -> Any:
        """Return what the file names as parent: a Spec, a Known, None for the top, or FAULTY."""
        found: Any = None
        if spec.parent_code:
            found = self._by_code.get(spec.parent_code) or self.by_code.get(spec.parent_code)
            if found is None:
                return self._unknown(spec, "parent_code", spec.parent_code)
        if spec.parent_seq is not None:
            above = self._by_seq.get(spec.parent_seq)
            if above is None:
                return self._fault(spec, "parent_seq", f"文件中没有序号为 {spec.parent_seq} 的行")
            if found is not None and found is not above:
                return self._fault(spec, "parent_seq", "上级序号与上级机构编码指的不是同一机构")
            found = above
        if found is None and spec.parent_name:
            return self._named_parent(spec)
        if found is not None:
            return found
        return self._top(spec)

    def _named_parent(self, spec: Spec) -> Any:
        name = spec.parent_name or ""
        inside = self._by_name.get(name, [])
        if len(inside) == 1:
            return inside[0]
        known = self.by_name.get(name, [])
        if len(inside) > 1 or len(known) > 1:
            number = max(len(inside), len(known))
            return self._fault(
                spec, "parent_name", f"有 {number} 个机构叫“{name}”，请写上级机构编码"
            )
        return known[0] if known else self._unknown(spec, "parent_name", name)

    def _top(self, spec: Spec) -> Any:
        if self._anchor is not None:
            return self._anchor
        if self._top_is_open:
            return None
        if spec.code and spec.code in self.by_code:
            return None  # a unit of the user's own; nothing is said of its parent
        cell = _parent_cell(spec)
        return self._fault(spec, cell, "没有写上级机构，请填写，或选择导入到哪个机构之下")

    def _unknown(self, spec: Spec, cell: str, text: str) -> _Faulty:
        if not hasattr(self, "_nearest"):
            self._nearest: dict[str, Nearest] = {
                "parent_code": Nearest([*self.by_code, *self._by_code]),
                "parent_name": Nearest([*self.by_name, *self._by_name]),
            }
        near = self._nearest[cell].find(text, 1)
        hint = f"，是否应为“{near[0]}”" if near else "，请先设立上级机构或改正"
        return self._fault(spec, cell, f"上级机构“{text}”不在库中，也不在本文件中{hint}")

    def _settle(self, spec: Spec, parent: Place | _Faulty) -> Place | _Faulty:
        if parent is FAULTY or isinstance(parent, _Faulty):
            return FAULTY
        depth = parent.depth + 1 if parent is not None else 1
        if spec.depth is not None and not self._depth_fits(spec):
            return self._fault(spec, "depth", "层级与上级序号不符，请检查缩进或上级序号")
        if spec.code and spec.code in self.by_code:
            return self._known_by_code(spec, self.by_code[spec.code], parent)
        if spec.code in self._taken or spec.code in self._former:
            return self._fault(
                spec, "code", f"机构编码 {spec.code} 已用于其他机构，编码不能重复使用，请核对"
            )
        if not isinstance(parent, New):
            known = self._known_by_place(spec, parent)
            if known is not None:
                return known
        return self._new(spec, parent, depth)

    def _depth_fits(self, spec: Spec) -> bool:
        above = self._by_seq.get(spec.parent_seq) if spec.parent_seq is not None else None
        if above is None or above.depth is None:
            return spec.depth == 0 or above is not None
        return spec.depth == above.depth + 1

    def _known_by_code(self, spec: Spec, unit: Known, parent: Place) -> Place | _Faulty:
        there = unit.path[:-STEP]
        wanted = parent.path if isinstance(parent, Known) else ("" if parent is None else None)
        fits = there == wanted
        if not spec.claims_parent:
            fits = fits or unit is self._anchor or parent is None
        if not fits:
            above = self.by_path.get(there)
            where = f"“{above.name}”下" if above else "别处"
            return self._fault(
                spec,
                _parent_cell(spec),
                f"编码 {unit.code} 的“{unit.name}”在库中位于{where}；"
                "导入不移动机构，请改正上级或编码",
            )
        return self._match(spec, unit)

    def _known_by_place(self, spec: Spec, parent: Known | None) -> Place | _Faulty:
        unit = self.by_place.get((parent.path if parent else "", spec.name))
        if unit is None and not spec.claims_parent and parent is self._anchor and parent:
            # The file's own root is the unit it is imported under.
            unit = parent if parent.name == spec.name and not (parent.code and spec.code) else None
        if unit is None:
            return None
        if unit.code and spec.code:
            return self._fault(
                spec,
                "code",
                f"同一上级下已有“{unit.name}”，编码是 {unit.code}，请核对编码",
            )
        return self._match(spec, unit)

    def _match(self, spec: Spec, unit: Known) -> Place | _Faulty:
        first = self._matched.setdefault(unit.pk, spec)
        if first is not spec:
            return self._fault(spec, "name", f"与第 {first.line} 行是同一机构")
        if spec.kind and spec.kind != unit.kind:
            kind = EntityKind(unit.kind).label
            return self._fault(spec, "kind", f"“{unit.name}”在库中是{kind}，类别不能通过导入修改")
        return unit

    def _new(self, spec: Spec, parent: Known | New | None, depth: int) -> Place | _Faulty:
        kind = spec.kind or EntityKind.BODY.value
        if isinstance(parent, Known) and parent.status == UnitStatus.ABOLISHED:
            return self._fault(spec, _parent_cell(spec), f"上级机构“{parent.name}”已撤销")
        if depth > MAX_DEPTH:
            return self._fault(spec, _parent_cell(spec), f"机构树最多 {MAX_DEPTH} 级")
        key = (id(parent.spec) if isinstance(parent, New) else parent and parent.path, spec.name)
        first = self._fresh.setdefault(key, spec)
        if first is not spec:
            return self._fault(spec, "name", f"与第 {first.line} 行同名，同一上级下名称不能相同")
        if kind == EntityKind.DEPARTMENT and not self._inside_body(parent):
            return self._fault(spec, _parent_cell(spec), "内设机构只能设在法人单位内")
        made = New(spec, parent, depth, kind)
        self.out.new.append(made)
        return made

    def _inside_body(self, place: Known | New | None) -> bool:
        while isinstance(place, New):
            if place.kind == EntityKind.BODY:
                return True
            place = place.parent
        if place is None:
            return False
        ends = range(STEP, len(place.path) + 1, STEP)
        above = (self.by_path.get(place.path[:end]) for end in ends)
        return any(unit is not None and unit.kind == EntityKind.BODY for unit in above)

    # -- what differs -------------------------------------------------------------------------
    def _compare_values(self) -> None:
        """Compare the matched rows with the register, field by field. One query."""
        pairs = [
            (spec, place)
            for spec in self.specs
            if isinstance(place := self._places.get(spec.index), Known)
        ]
        present: dict[int, dict[str, Any]] = {}
        if any(spec.values for spec, _ in pairs):
            keys = [unit.pk for _, unit in pairs]
            rows = Unit.objects.filter(pk__in=keys).order_by().values("pk", *COMPARED)
            present = {row["pk"]: row for row in rows}
        for spec, unit in pairs:
            before: dict[str, Any] = {}
            after: dict[str, Any] = {}
            if spec.name != unit.name:
                before["name"], after["name"] = unit.name, spec.name
            if spec.code and spec.code != unit.code:
                before["code"], after["code"] = unit.code, spec.code
            row = present.get(unit.pk, {})
            for column, value in spec.values.items():
                if row[column] != value and not (row[column] in (None, "") and value == ""):
                    before[column], after[column] = row[column], value
            if not after:
                self.out.same += 1
            elif self._may_change(spec, unit, before, after):
                self.out.changed.append(Changed(spec, unit, before, after))

    def _may_change(
        self, spec: Spec, unit: Known, before: dict[str, Any], after: dict[str, Any]
    ) -> bool:
        if unit.status == UnitStatus.ABOLISHED:
            self._fault(spec, "name", f"“{unit.name}”已撤销，不能再修改")
            return False
        if "name" in after:
            twin = self.by_place.get((unit.path[:-STEP], spec.name))
            if twin is not None and twin.pk != unit.pk:
                self._fault(spec, "name", f"同一上级下已有“{spec.name}”")
                return False
            self.out.warnings.append(
                (
                    spec.index,
                    "name",
                    f"名称与库中的“{unit.name}”不同，将作为更正处理；如属更名，请从批文办理",
                )
            )
        decided = [column for column in after if column in DECIDED and before[column]]
        for column in decided:
            label = Unit._meta.get_field(column).verbose_name
            self._fault(spec, column, f"{label}与库中不同，变更{label}须有批文，请从批文办理或改回")
        return not decided

    def _check_credit_codes(self) -> None:
        """A credit code belongs to one unit: in the file, and in the whole register."""
        asked: dict[str, Spec] = {}
        told: list[New | Changed] = [*self.out.new, *self.out.changed]
        for one in told:
            code = one.spec.values.get("uscc")
            if code:
                self._once(asked, code, one.spec, "uscc", f"统一社会信用代码 {code}")
        if not asked:
            return
        mine = {one.unit.pk: one.spec for one in self.out.changed}
        rows = Unit.objects.filter(uscc__in=asked).order_by().values_list("pk", "uscc")
        for pk, code in rows:
            if mine.get(pk) is not asked[code]:
                self._fault(asked[code], "uscc", f"统一社会信用代码 {code} 已用于其他机构")

    def _fault(self, spec: Spec, cell: str, sentence: str) -> _Faulty:
        self.out.faults.append((spec.index, cell, sentence))
        return FAULTY


def _parent_cell(spec: Spec) -> str:
    if spec.parent_code:
        return "parent_code"
    if spec.parent_seq is not None:
        return "parent_seq"
    return "parent_name" if spec.parent_name else "name"


def plan(specs: Sequence[Spec], *, user: Any, under: Unit | None) -> Outcome:
    """Return what the rows come to; writes nothing."""
    return Planner(specs, user=user, under=under).plan()
