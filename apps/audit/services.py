"""Appending audit events, inside the transaction of what they tell of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.utils import timezone
from psycopg2.extras import Json

from apps.core.request_facts import current
from apps.core.writes import change_id, write

from . import alerts, verifying
from .models import Alert, AuditEvent

#: What an event says; its time and change are the transaction's. Every service writes one or two:
#: by SQL of its own it costs a third of what saving the row would.
WRITTEN = [
    field.attname
    for field in AuditEvent._meta.concrete_fields
    if field.attname not in ("id", "at", "change_id")
]
APPEND = (
    f"INSERT INTO audit_auditevent (at, change_id, {', '.join(WRITTEN)}) "  # noqa: S608 - own names
    f"VALUES (clock_timestamp(), core_change_id(), {', '.join(['%s'] * len(WRITTEN))}) "
    "RETURNING id, at, change_id"
)


def record(
    kind: str,
    *,
    target: models.Model | None = None,
    by: Any = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    note: str = "",
    purpose: str = "",
    refused: bool = False,
    scope: str | None = None,
) -> AuditEvent:
    """Append one event; `kind` is “noun.verb” and has its sentence in sentences.py.

    target   any saved row; its `scope` or `path` becomes the event's scope
    before, after   JSON-ready facts; never a whole identity number or phone
    Must run inside a transaction: an event without its deed, or a deed without its event, is none.
    """
    event = _event(
        kind,
        target=target,
        by=by,
        before=before,
        after=after,
        note=note,
        purpose=purpose,
        refused=refused,
        scope=scope,
    )
    values = [getattr(event, name) for name in WRITTEN]
    with connection.cursor() as cursor:
        cursor.execute(APPEND, [Json(one) if isinstance(one, dict) else one for one in values])
        event.pk, event.at, event.change_id = cursor.fetchone()
    event._state.adding = False
    if not refused:
        alerts.watch(kind, by, after)
    return event


def record_each(
    kind: str, *, targets: Mapping[models.Model, str], by: Any, note: str = ""
) -> list[AuditEvent]:
    """Append one event of a kind for each of several rows, in one statement.

    targets   row → scope of its event
    """
    if not targets:
        return []
    change = change_id()
    return AuditEvent.objects.bulk_create(
        _event(kind, target=target, by=by, note=note, scope=scope, change_id=change)
        for target, scope in targets.items()
    )


def _event(
    kind: str,
    *,
    target: models.Model | None,
    by: Any,
    change_id: UUID | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    note: str = "",
    purpose: str = "",
    refused: bool = False,
    scope: str | None = None,
) -> AuditEvent:
    facts = current.get()
    if scope is None:
        scope = getattr(target, "scope", None) or getattr(target, "path", None) or ""
    return AuditEvent(
        kind=kind,
        outcome=AuditEvent.Outcome.REFUSED if refused else AuditEvent.Outcome.DONE,
        actor_id=getattr(by, "pk", None),
        actor_name=_name(by),
        target_type=target._meta.label_lower if target is not None else "",
        target_id=str(target.pk) if target is not None else "",
        target_label=str(target)[:200] if target is not None else "",
        scope=scope,
        before=before,
        after=after,
        note=note,
        purpose=purpose,
        request_id=facts.request_id,
        address=facts.address,
        change_id=change_id,
    )


@write
def verify_seals(*, by: Any, nightly: bool = False) -> verifying.Verdict:
    """Check the seals, keep the outcome as an event, and alert when anything does not fit."""
    verdict = verifying.nightly() if nightly else verifying.verify()
    note = "；".join(problem.sentence for problem in verdict.problems[:5])
    record(
        "audit.verify",
        by=by,
        after={
            "seals": verdict.seals,
            "events": verdict.events,
            "problems": len(verdict.problems),
        },
        note=note,
        refused=not verdict.is_clean,
    )
    if not verdict.is_clean:
        first = verdict.problems[0].sentence
        day = timezone.localdate()
        summary = f"审计记录校验不符：{first}"
        alerts.alert(Alert.Kind.SEAL, summary=summary, once=f"seal:{day}:{first}")
    return verdict


@write
def handle_alert(*, alert: Alert, handling: str, by: Any) -> Alert:
    """Note how an alert was dealt with. Raises AlertHandled when somebody has before."""
    row = Alert.objects.select_for_update().get(pk=alert.pk)
    if row.handled_at is not None:
        raise AlertHandled(row.handled_by_name)
    row.handled_at, row.handling = timezone.now(), handling.strip()[:300]
    row.handled_by_id, row.handled_by_name = by.pk, str(by)
    row.save(update_fields=["handled_at", "handling", "handled_by_id", "handled_by_name"])
    record("alert.handle", target=row, by=by, note=row.handling)
    return row


class AlertHandled(Exception):
    """Somebody has handled the alert before. name: who."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def _name(by: Any) -> str:
    """Return who acts in words; a visitor who has not signed in is not the system."""
    if by is None:
        return "系统"
    return str(by) if by.is_authenticated else "未登录"


def ensure_partitions() -> int:
    """Make the partitions of this month and the next two; return how many were missing.

    The function runs as the owner of the table; the application's login may not make tables.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_ensure_partitions()")
        return cursor.fetchone()[0]
