"""What an application said when it was submitted, and what it says differently now."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from . import frozen, kinds
from .models import Line

#: Line → label → words. Labels carry their section: two sections may share one.
Said = dict[str, dict[str, str]]


def said(kind: kinds.KindOfCase, lines: Iterable[Line]) -> Said:
    """Return the words of every line, as the trail keeps them: identity numbers and phones never,
    not even masked."""
    lines = list(lines)
    with frozen.remembering(*(line.values for line in lines)):
        return {str(line.pk): words(kind.facts(line)) for line in lines}


def words(sections: Iterable[tuple[str, list[Any]]]) -> dict[str, str]:
    """Return {section and label: words} of one line."""
    return {
        key(title, fact): fact.value
        for title, facts in sections
        for fact in facts
        if not fact.masked
    }


def key(title: str, fact: Any) -> str:
    return f"{title} · {fact.label}"


def before(trail: Iterable[Any], *, returned: bool) -> Said | None:
    """Return what the submission before this one said; None where there was none.

    returned   the case is with the applicant again: its newest submission is the one before
    """
    filed = [step.facts.get("said") for step in trail if step.move == "submit"]
    place = 1 if returned else 2
    return filed[-place] if len(filed) >= place else None
