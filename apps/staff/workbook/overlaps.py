"""One person, one quota on any day: rows against the spells they do not touch (S-01)."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from apps.core.scope import covers

from .. import refusals
from .context import Context
from .register import Known, SpellRow


class Asked(NamedTuple):
    """A spell as a row wants it. spell_id: None for a new one."""

    row: int
    spell_id: int | None
    starts_on: dt.date
    ends_on: dt.date | None
    counts: bool


class Spans:
    """Collects the people whose days change, then looks for days that meet."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._spells: dict[int, list[SpellRow]] = {}
        self._asked: dict[int, list[Asked]] = {}

    def ask(
        self,
        i: int,
        known: Known,
        spell: SpellRow | None,
        starts_on: dt.date,
        ends_on: dt.date | None,
        counts: bool,
    ) -> None:
        """Note that row `i` wants a spell (spell: the one it changes) on these days."""
        person = known.person.pk
        self._spells.setdefault(person, known.spells)
        asked = Asked(i, spell.pk if spell else None, starts_on, ends_on, counts)
        self._asked.setdefault(person, []).append(asked)

    def check(self) -> None:
        """Add a fault for every row whose days meet a spell that stays."""
        for person, asked in self._asked.items():
            touched = {one.spell_id for one in asked}
            staying = [s for s in self._spells[person] if s.counts and s.pk not in touched]
            for one in asked:
                other = next((s for s in staying if one.counts and _meet(one, s)), None)
                if other is not None:
                    self._refuse(one.row, other)

    def _refuse(self, i: int, other: SpellRow) -> None:
        context = self.context
        if not covers(context.viewed, other.scope):
            context.hidden += 1
            context.rows.fault(i, context.cell("id_no", "person_no"), refusals.ELSEWHERE)
        elif other.ends_on is None:
            sentence = refusals.in_quota(other.unit_name, other.starts_on)
            context.rows.fault(i, context.cell("id_no", "person_no"), sentence)
        else:
            sentence = refusals.overlapping(other.unit_name, other.starts_on, other.ends_on)
            context.rows.fault(i, context.cell("starts_on", "person_no"), sentence)


def _meet(one: Asked, other: SpellRow) -> bool:
    """Half-open ranges; an empty one meets nothing."""
    if one.ends_on is not None and one.ends_on <= one.starts_on:
        return False
    if other.ends_on is not None and other.ends_on <= other.starts_on:
        return False
    return (one.ends_on is None or other.starts_on < one.ends_on) and (
        other.ends_on is None or one.starts_on < other.ends_on
    )
