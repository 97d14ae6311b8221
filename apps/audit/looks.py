"""Who looked at what: looks at people, and lists of people that were taken out or printed.

One query for a unit's office (the people of its subtree), one for a single person; both pages
and the answer to “who looked at my record” read the same events in the same words.
Source: docs/rules.md P-10.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q

from apps.core.scope import within

from .models import AuditEvent, AuditEventQuerySet
from .sentences import sentence

PERSON = "staff.person"
#: A person was opened, found by number, or shown in full.
AT_A_PERSON = ("person.reveal", "person.view", "person.find")
#: A list was taken out; of people when `after` has `scopes`, the subtrees it reached over.
TAKEN_OUT = ("export.run", "print.run")
KINDS = (*AT_A_PERSON, *TAKEN_OUT)


@dataclass(frozen=True)
class Look:
    """One look in plain words. what: 查看了张三的完整公民身份号码; number: of the event."""

    number: int
    at: dt.datetime
    who: str
    kind: str
    what: str
    purpose: str
    person_id: int | None
    refused: bool


def in_subtrees(paths: Iterable[str]) -> AuditEventQuerySet:
    """Return the looks at people below `paths`, newest first.

    paths   tree paths, already within the reader's own scope; none gives no events
    A list that reached over more than these subtrees is in it, once, as a whole.
    """
    paths = list(paths)
    return AuditEvent.objects.filter(_in_subtrees(paths)).order_by("-at", "-id")


def at_person(pk: int, scopes: Iterable[str] = ()) -> AuditEventQuerySet:
    """Return the looks at one person, newest first.

    scopes   tree paths of the units the person belongs to: lists that reached over them count too
    """
    own = Q(target_type=PERSON, target_id=str(pk), kind__in=AT_A_PERSON)
    lists = Q(pk__in=[])
    for path in set(scopes):
        lists |= _lists_over(path)
    return AuditEvent.objects.filter(own | lists).order_by("-at", "-id")


def told(events: Iterable[AuditEvent]) -> list[Look]:
    """Return events as sentences. No query."""
    return [_told(event) for event in events]


def what(event: AuditEvent) -> str:
    """Return what was done, as the rest of a sentence that begins with the actor's name."""
    facts = event.after or {}
    if event.kind == "person.reveal":
        return f"查看了{event.target_label}的完整{event.note or '号码'}"
    if event.kind == "person.view":
        return f"打开了{event.target_label}的人员资料"
    if event.kind == "person.find":
        return f"按证件号查到了{event.target_label}"
    if event.kind in TAKEN_OUT:
        verb = "导出" if event.kind == "export.run" else "打印"
        rows = facts.get("rows")
        return f"{verb}了“{facts.get('list', '')}”" + (f"，共 {rows} 行" if rows else "")
    return f"{sentence(event.kind)}：{event.target_label}"


def common_root(paths: Sequence[str]) -> str:
    """Return what several tree paths begin with: the scope of an event that covers all of them."""
    if not paths:
        return ""
    first, last = min(paths), max(paths)
    same = next((n for n, sign in enumerate(first) if last[n : n + 1] != sign), len(first))
    return first[:same]


def _in_subtrees(paths: Sequence[str]) -> Q:
    inside = within(paths, "scope") & (
        Q(kind__in=AT_A_PERSON) | Q(kind__in=TAKEN_OUT, after__has_key="scopes")
    )
    for path in paths:
        inside |= _lists_over(path)
    return inside


def _lists_over(path: str) -> Q:
    """Return the condition “a list of people that reached over the unit at `path`”."""
    above = [path[:end] for end in range(len(path) + 1)]
    return Q(kind__in=TAKEN_OUT, scope__in=above, after__scopes__has_any_keys=above[1:])


def _told(event: AuditEvent) -> Look:
    at_one = event.target_type == PERSON and event.target_id.isdecimal()
    return Look(
        number=event.pk,
        at=event.at,
        who=event.actor_name or "系统",
        kind=event.kind,
        what=what(event),
        purpose=event.purpose,
        person_id=int(event.target_id) if at_one else None,
        refused=event.outcome == AuditEvent.Outcome.REFUSED,
    )
