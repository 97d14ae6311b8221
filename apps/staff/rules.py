"""Who may do what to a person. Rows in sight are the querysets' matter, rights are these."""

from __future__ import annotations

from typing import Any

from apps.core.scope import covers

from .models import Correction, Occupancy, Person

#: Permission of those who register entries, exits and changes in this issue: 编办经办.
EXAMINE = "examine"
#: Permission of a unit's own clerk: 单位经办人.
FILE_FOR = "file_for"
#: Permissions with which a number in sight may be shown in full.
REVEALING = ("examine", "file_for")
#: Permissions of those who keep a unit's people and read who looked at them.
KEEPS_WATCH = ("examine", "file_for")


def may_examine(user: Any, spell: Occupancy | Correction) -> bool:
    """Say whether the user may write this spell, or undo this correction of one."""
    return covers(user.subtrees(EXAMINE), spell.scope)


def may_correct(user: Any, spell: Occupancy) -> bool:
    """Say whether the user, as the unit's own clerk, may correct what is not key (P-11)."""
    return spell.ends_on is None and covers(user.subtrees(FILE_FOR), spell.scope)


def may_publish(user: Any, place: Any) -> bool:
    """Say whether the user keeps notices of a unit, or of anything with a `scope` (PB-05)."""
    path: str = getattr(place, "scope", "") or getattr(place, "path", "")
    return any(covers(user.subtrees(name), path) for name in KEEPS_WATCH)


def may_change(user: Any, person: Person) -> bool:
    """Say whether the user may correct what is known of the person.

    Whoever examines the unit the person is in; after an exit, the last one.
    """
    last = _last_scope(person)
    return last is not None and covers(user.subtrees(EXAMINE), last)


def may_reveal(user: Any, person: Person) -> bool:
    """Say whether the user may see the person's numbers in full, for a purpose."""
    last = _last_scope(person)
    return last is not None and any(covers(user.subtrees(p), last) for p in REVEALING)


def scope_for(user: Any, person: Person) -> str:
    """Return the scope of the person's newest spell in the user's sight, "" without one."""
    spells = Occupancy.objects.visible_to(user).filter(person=person)
    return spells.order_by("-starts_on", "-pk").values_list("scope", flat=True).first() or ""


def _last_scope(person: Person) -> str | None:
    spells = Occupancy.objects.filter(person=person)
    return spells.order_by("-starts_on", "-pk").values_list("scope", flat=True).first()
