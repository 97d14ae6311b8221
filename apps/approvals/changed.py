"""What an applicant has changed since a case was sent back: lines as they were, facts beside."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from apps.core.history import history_of

from .kinds import Fact
from .models import Application, Line

#: Fields of a line that its facts are read from.
FIELDS = tuple(
    field.attname for field in Line._meta.concrete_fields if field.name not in ("is_open",)
)


@dataclass(frozen=True)
class Told:
    """A fact, and what it said when the case was sent back, where the applicant changed it."""

    fact: Fact
    was: str | None = None


def before(application: Application, lines: list[Line], at: dt.datetime) -> dict[int, Line]:
    """Return the lines as they stood at a moment, by key, unsaved. One query and those of facts."""
    history = history_of(Line).filter(application_id=application.pk, history_date__lte=at)
    newest: dict[int, Line] = {}
    for row in history.exclude(history_type="-").order_by("id", "history_id"):
        newest[row.id] = Line(**{name: getattr(row, name) for name in FIELDS})
    same = {line.pk: line for line in lines}
    for pk, old in newest.items():
        old.application = application
        now = same.get(pk)
        # related rows that did not change are not read again
        for name in ("person", "quota_type", "slot", "spell", "posting"):
            if now is not None and getattr(now, f"{name}_id") == getattr(old, f"{name}_id"):
                setattr(old, name, getattr(now, name))
    return newest


def compared(
    now: list[tuple[str, list[Fact]]], old: list[tuple[str, list[Fact]]] | None
) -> list[tuple[str, list[Told]]]:
    """Return the facts with what they said before, where that differs."""
    words = {(title, fact.label): fact.value for title, facts in old or () for fact in facts}

    def was(title: str, fact: Fact) -> str | None:
        before = words.get((title, fact.label))
        return before if before != fact.value else None

    return [(title, [Told(fact, was(title, fact)) for fact in facts]) for title, facts in now]
