"""Runs of the rules: findings appear, stay and go. Safe to run twice, one at a time (CK-02)."""

from __future__ import annotations

import datetime as dt
import json
import time
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from apps.audit import services as audit
from apps.core import outbox
from apps.core.writes import write
from apps.units.models import Unit

from ..asking import ask
from ..choices import Gone, RunKind, State
from ..models import DirtyUnit, Finding, Handling, Run, UnitActivity
from ..rules import Hit, Scope
from ..settings import Held, held
from .statistics import hold, mark_stale

log = structlog.get_logger(__name__)

#: More changed units than this are checked by a run over everything.
MOST_UNITS = 2_000
#: Runs are told of for this long.
KEPT = dt.timedelta(days=180)


@transaction.atomic
def check_all(*, kind: str = RunKind.NIGHTLY) -> Run:
    """Ask every rule about everything; waits for a run under way."""
    hold(2)
    _take_queue()
    _note_first_activity()
    Run.objects.filter(started_at__lt=timezone.now() - KEPT).delete()
    return _run(kind, Scope())


@transaction.atomic
def check_changed() -> Run | None:
    """Ask the rules about the units whose facts changed; None when there is nothing to do.

    The marks are taken in this transaction: when it fails they are there for the next.
    """
    if not DirtyUnit.objects.exists() or not hold(2, wait=False):
        return None
    units = _take_queue()
    if len(units) > MOST_UNITS:
        return _run(RunKind.WRITES, Scope())
    return _run(RunKind.WRITES, Scope(frozenset(units)))


@transaction.atomic
def check_units(*, units: frozenset[int], only: str = "") -> Run:
    """Ask the rules about some units now, one rule only if named (a claim is verified so)."""
    hold(2)
    return _run(RunKind.ASKED, Scope(units), only=only)


@write
def ask_for_run(*, key: str, by: Any) -> None:
    """Let a worker check everything soon. key: one run for each."""
    audit.record("checkrule.run", by=by, scope="")
    outbox.send("checks.check_all", {}, key=f"checks:{key}", queue="stats")


@outbox.handler("checks.check_all")
def _check_all_asked() -> None:
    check_all(kind=RunKind.ASKED)


def _take_queue() -> set[int]:
    """Empty the queue: note activity, mark months stale, return the units."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM checks_dirtyunit RETURNING unit_id, path, since, at")
        marks = cursor.fetchall()
    latest: dict[int, dt.datetime] = {}
    for unit, _, _, at in marks:
        latest[unit] = max(at, latest.get(unit, at))
    there = set(Unit.objects.filter(pk__in=latest).values_list("pk", flat=True))
    UnitActivity.objects.bulk_create(
        [UnitActivity(unit_id=unit, at=latest[unit]) for unit in sorted(there)],
        update_conflicts=True,
        unique_fields=["unit"],
        update_fields=["at"],
        batch_size=5_000,
    )
    first_of_month = timezone.localdate().replace(day=1)
    mark_stale((path, since) for _, path, since, _ in marks if since and since < first_of_month)
    return there


def _note_first_activity() -> None:
    """Give units without a noted write the day of their last own history row (Q33)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO checks_unitactivity (unit_id, at) "
            "SELECT h.id, max(h.history_date) FROM units_historicalunit h "
            "JOIN units_unit u ON u.id = h.id WHERE NOT EXISTS "
            "(SELECT 1 FROM checks_unitactivity a WHERE a.unit_id = h.id) GROUP BY 1"
        )


def _run(kind: str, scope: Scope, *, only: str = "") -> Run:
    """Ask the rules and keep what they say; a rule that fails leaves its findings alone."""
    now, clock = timezone.now(), time.monotonic()
    _wake(now)
    told: dict[str, Any] = {}
    for one in held():
        number = one.rule.number
        if only and number != only:
            continue
        if scope.units is not None and one.rule.nightly and not only:
            continue
        began = time.monotonic()
        try:
            with transaction.atomic():
                counts = _keep(one, scope, now)
        except Exception as error:  # a fault of one rule must not silence the others
            told[number] = {"error": f"{type(error).__name__}: {error}"[:300]}
            log.error("checks.rule_failed", rule=number, error=told[number]["error"])
            continue
        told[number] = {**counts, "seconds": round(time.monotonic() - began, 4)}
    return Run.objects.create(
        kind=kind,
        units=None if scope.units is None else len(scope.units),
        started_at=now,
        seconds=round(time.monotonic() - clock, 3),
        found=_sum(told, "found"),
        appeared=_sum(told, "appeared"),
        gone=_sum(told, "gone"),
        failed=sum("error" in one for one in told.values()),
        rules=told,
    )


def _sum(told: dict[str, Any], name: str) -> int:
    return sum(one.get(name, 0) for one in told.values())


def _keep(one: Held, scope: Scope, now: dt.datetime) -> dict[str, int]:
    """Write what one rule finds: three statements for any number of hits."""
    number = one.rule.number
    if not one.applies:
        gone = (
            Finding.objects.lasting()
            .filter(scope.on(), rule=number)
            .update(gone_at=now, gone_why=Gone.OFF)
        )
        return {"found": 0, "appeared": 0, "gone": gone}
    hits = ask(one, scope)
    if scope.units is not None:
        hits = [hit for hit in hits if hit.unit in scope.units]
    found = json.dumps([_row(hit, one) for hit in hits])
    columns = "(unit_id bigint, key text, level text, facts jsonb, subjects jsonb)"
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE checks_finding f SET last_seen = %s, level = h.level, facts = h.facts, "  # noqa: S608
            f"subjects = h.subjects FROM jsonb_to_recordset(%s) AS h {columns} "
            "WHERE f.rule = %s AND f.unit_id = h.unit_id AND f.key = h.key AND f.gone_at IS NULL",
            [now, found, number],
        )
        cursor.execute(
            "INSERT INTO checks_finding (rule, unit_id, key, level, facts, subjects, first_seen, "  # noqa: S608
            "last_seen, gone_why, state, turn, scope) SELECT %s, unit_id, key, level, facts, "
            f"subjects, %s, %s, '', %s, 0, '' FROM jsonb_to_recordset(%s) AS h {columns} "
            "ON CONFLICT (rule, unit_id, key) WHERE gone_at IS NULL DO NOTHING",
            [number, now, now, State.OPEN, found],
        )
        appeared = cursor.rowcount
        cursor.execute(
            f"UPDATE checks_finding f SET gone_at = %s, gone_why = %s WHERE rule = %s "  # noqa: S608
            f"AND gone_at IS NULL AND last_seen < %s AND {scope.sql('f.unit_id')}",
            [now, Gone.FIXED, number, now],
        )
        gone = cursor.rowcount
    return {"found": len(hits), "appeared": appeared, "gone": gone}


def _row(hit: Hit, one: Held) -> dict[str, Any]:
    return {
        "unit_id": hit.unit,
        "key": hit.key,
        "level": str(hit.level or one.rule.level),
        "facts": hit.facts,
        "subjects": hit.subjects,
    }


def _wake(now: dt.datetime) -> None:
    """Open again what was muted until a day that has passed; the system notes it."""
    today = timezone.localdate(now)
    due = Finding.objects.lasting().filter(state=State.MUTED, muted_until__lt=today)
    keys = list(due.select_for_update().values_list("pk", flat=True))
    Finding.objects.filter(pk__in=keys).update(
        state=State.OPEN, muted_until=None, turn=F("turn") + 1
    )
    Handling.objects.bulk_create(
        Handling(
            finding_id=pk,
            move="wake",
            before=State.MUTED,
            after=State.OPEN,
            opinion="暂不提示的期限已过",
        )
        for pk in keys
    )
