"""Each row against the register: new, changed field by field, or the same."""

from __future__ import annotations

import datetime as dt

from apps.core.imports import Change
from apps.core.scope import covers

from .. import refusals
from .columns import NEEDED, UnitRef
from .context import Context
from .overlaps import Spans
from .people import People
from .postings import Postings
from .register import Known, SpellRow
from .room import Cells
from .rows import (
    CARRIED,
    CHANGED,
    DOCUMENT_FIELDS,
    LASTING,
    NEW,
    NO_DOCUMENT,
    SPELL_FIELDS,
    TEXTS,
)

AT_POST = "person_status.110"
UNSEEN = "没有这个人员编号，请核对；新增人员请留空"


class Matcher:
    """Decides every row of one sheet; `finish` then looks at what rows ask together."""

    def __init__(self, context: Context) -> None:
        self.context, self.rows = context, context.rows
        rows = context.rows
        self.people, self.postings = People(context), Postings(context)
        self.cells, self.spans = Cells(context), Spans(context)
        self.spec = [
            (name, rows.column(name), SpellRow._fields.index(name), "" if name in TEXTS else None)
            for name in SPELL_FIELDS
            if name in rows.given and name not in ("starts_on", "ends_on")
        ]
        self.starts, self.ends = rows.column("starts_on"), rows.column("ends_on")
        self.types, self.names = rows.column("quota_type"), rows.column("name")
        columns = rows.parsed.columns
        #: what an empty cell of is no fault yet
        self.unrequired = [name for name in NEEDED if not columns[name].required]
        self.unit_cell = context.cell("unit", "unit_code")

    def settle_new(self, i: int) -> None:
        """A row whose person the register does not know."""
        rows = self.rows
        rows.person_states[i] = NEW if rows.leads.get(i, i) == i else CARRIED
        for name in self.unrequired:
            if rows.is_empty(i, name):
                rows.fault(i, name, f"新增人员必须填写「{self.context.header(name)}」")
        self._new_spell(i, None, [])
        self.context.count(i, [], is_new=True)

    def settle(self, known: Known) -> None:
        """A row whose person the register knows."""
        i, person, rows = known.person.row, known.person, self.rows
        seen = any(covers(self.context.viewed, spell.scope) for spell in known.spells)
        if person.named and not seen:
            rows.fault(i, "person_no", UNSEEN)
            return
        if not seen:
            holds = any(spell.counts and spell.ends_on is None for spell in known.spells)
            if holds or self.names[i] != person.name:
                self.context.hidden += 1
                rows.fault(i, "id_no", refusals.ELSEWHERE)
                return
        rows.person_ids[i] = person.pk
        changes: list[Change] = []
        if rows.leads.get(i, i) == i:
            self.people.compare(i, person, changes)
        is_new = self._settle_spell(i, known, changes)
        # of somebody out of sight not even what was known before is told
        self.context.count(i, changes if seen else [], is_new=is_new)

    def finish(self) -> None:
        self.spans.check()
        self.cells.check()

    # -- the spell ---------------------------------------------------------------------------
    def _settle_spell(self, i: int, known: Known, changes: list[Change]) -> bool:
        """Compare or make the row's spell. Returns whether it is new."""
        context, rows = self.context, self.rows
        unit = rows.units[i]
        spell = self._choose(i, unit, known.spells)
        if spell is None:
            if unit is None:
                if rows.is_empty(i, "unit") and rows.is_empty(i, "unit_code"):
                    sentence = "本人现在没有在编，请填写编制所在单位和入编时间"
                    rows.fault(i, context.cell("unit", "unit_code", "person_no"), sentence)
                return False
            for name in ("quota_type", "starts_on"):
                if name in self.unrequired and rows.is_empty(i, name):
                    rows.fault(i, name, f"入编必须填写「{context.header(name)}」")
            self._new_spell(i, known, changes)
            return True
        if not covers(context.examined, spell.scope):
            sentence = f"本人在 {spell.unit_name}，不在您本次可以修改的范围内"
            rows.fault(i, context.cell("person_no", "id_no"), sentence)
            return False
        rows.spell_ids[i], rows.unit_ids[i] = spell.pk, spell.unit_id
        before = len(changes)
        self._compare_spell(i, spell, unit, known, changes)
        if len(changes) > before:
            rows.spell_states[i] = CHANGED
        self.postings.settle(i, spell.unit_id, known.postings, spell.starts_on, changes, spell)
        return False

    def _choose(self, i: int, unit: UnitRef | None, spells: list[SpellRow]) -> SpellRow | None:
        """Return the spell a row is about: same unit and first day, else the open one there."""
        start = self.starts[i]
        own = [s for s in spells if unit is None or s.unit_id == unit.pk]
        exact = [s for s in own if start is not None and s.starts_on == start]
        if exact:
            return exact[-1]
        if i in self.rows.leads and start is not None:
            return None  # several rows for one person: each is about the spell that began then
        still = next((s for s in own if s.ends_on is None), None)
        if still is None and start is None and unit is not None and own:
            return own[-1]
        return still

    def _compare_spell(
        self, i: int, spell: SpellRow, unit: UnitRef | None, known: Known, changes: list[Change]
    ) -> None:
        context, rows = self.context, self.rows
        start = self.starts[i] or spell.starts_on
        end = self.ends[i] if "ends_on" in context.given else spell.ends_on
        if not self._compare_days(i, spell, start, end, changes):
            return
        for name, values, at, blank in self.spec:
            value = values[i]
            if value is None:
                if name in LASTING:
                    continue
                value = blank
            if value != spell[at]:
                changes.append(context.change(name, spell[at], value))
        status = rows.statuses[i] or spell.status
        if end is not None and not context.in_quota.get(status, True):
            status = spell.status
        rows.statuses[i] = status
        if status != spell.status:
            changes.append(context.change("status", spell.status, status))
        mode = (rows.exit_modes[i] or spell.exit_mode) if end is not None else None
        rows.exit_modes[i] = mode
        if mode != spell.exit_mode:
            changes.append(context.change("exit_mode", spell.exit_mode, mode))
        if i in context.left_out:
            rows.depts[i] = spell.dept
        elif "dept" in context.given and rows.depts[i] != spell.dept:
            changes.append(context.change("dept", spell.dept, rows.depts[i]))
        self._compare_documents(i, spell, changes)

        kind = self.types[i] or spell.quota_type
        if kind != spell.quota_type and unit is not None and not self._is_legal(i, unit, kind):
            return
        counts = spell.occupies_slot and context.in_quota.get(status, True)
        held = spell.counts and spell.ends_on is None
        holds = counts and end is None
        if (held, spell.quota_type) != (holds, kind) and (held or holds):
            self.cells.move(
                i,
                (spell.unit_id, spell.quota_type) if held else None,
                (spell.unit_id, kind) if holds else None,
            )
        if (start, end, counts) != (spell.starts_on, spell.ends_on, spell.counts):
            self.spans.ask(i, known, spell, start, end, counts)

    def _compare_days(
        self,
        i: int,
        spell: SpellRow,
        start: dt.date,
        end: dt.date | None,
        changes: list[Change],
    ) -> bool:
        """Add what differs; False when the row cannot stand."""
        context, rows = self.context, self.rows
        if end is None and spell.ends_on is not None:
            rows.fault(
                i,
                "ends_on",
                f"本人已于 {spell.ends_on:%Y-%m-%d} 从 {spell.unit_name} 出编，"
                "再次入编请填写新的入编时间",
            )
            return False
        if end is not None and end < start and (self.ends[i] is None or self.starts[i] is None):
            # both in the sheet: exits.check_days has told
            sentence = f"出编时间 {end:%Y-%m-%d} 早于入编时间 {start:%Y-%m-%d}，请核对"
            rows.fault(i, context.cell("ends_on", "starts_on"), sentence)
            return False
        if start != spell.starts_on:
            changes.append(context.change("starts_on", spell.starts_on, start))
        if end != spell.ends_on:
            changes.append(context.change("ends_on", spell.ends_on, end))
        return True

    def _compare_documents(self, i: int, spell: SpellRow, changes: list[Change]) -> None:
        """An empty cell keeps the document that is linked."""
        rows = self.rows
        for name, (link, text) in DOCUMENT_FIELDS.items():
            new = rows.documents[name][i]
            old = (getattr(spell, link.removesuffix("_id")), getattr(spell, text))
            if new not in (NO_DOCUMENT, old):
                before = self.context.document_words(old)
                typed = str(rows.column(name)[i])
                changes.append(Change(self.context.header(name), before, typed))

    def _new_spell(self, i: int, known: Known | None, changes: list[Change]) -> None:
        context, rows = self.context, self.rows
        rows.spell_states[i] = NEW
        unit, kind, end = rows.units[i], self.types[i], self.ends[i]
        cell = self.unit_cell
        if (
            unit is None
            and cell in context.given
            and rows.is_empty(i, "unit")
            and rows.is_empty(i, "unit_code")
        ):
            rows.fault(i, cell, "请填写编制所在单位，或填写编制所在单位编码")
        status = rows.statuses[i] or AT_POST
        if end is not None and not context.in_quota.get(status, True):
            status = AT_POST
        rows.statuses[i] = status
        counts = context.in_quota.get(status, True)
        if unit is not None:
            if end is None and not unit.is_active:
                rows.fault(i, cell, f"{unit.name} 已撤销，不能再入编")
            if kind is not None and self._is_legal(i, unit, kind) and end is None and counts:
                self.cells.enter(i, (unit.pk, kind))
            held = known.postings if known is not None else []
            self.postings.settle(i, unit.pk, held, self.starts[i], changes)
        if known is not None and self.starts[i] is not None:
            self.spans.ask(i, known, None, self.starts[i], end, counts)

    def _is_legal(self, i: int, unit: UnitRef, kind: str) -> bool:
        """No 混编 (docs/rules.md Q-12); apps.quotas.rules.is_legal over a hundred thousand rows.

        False: the row has its fault and asks for no place.
        """
        legal = self.context.legal.get(kind)
        if not legal or not unit.nature or unit.nature in legal:
            return True
        nature, word = self.context.nature(unit.nature), self.context.labels[kind]
        sentence = f"{unit.name} 是{nature}，不能使用{word}，请核对编制类型"
        self.rows.fault(i, "quota_type", sentence)
        return False
