"""Sealing audit events in batches (docs/adr/0007; security.md §4.4).

Ids are not the order of commits: an event with a lower id may still be on its way. Each event
carries the transaction that wrote it, and only transactions below the snapshot's xmin, that is
those that have ended for certain, are sealed, in the order (transaction, id).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from apps.core import keys

from . import merkle
from .models import AuditSeal

log = structlog.get_logger(__name__)

BATCH: Final = 5_000
_LOCK: Final = 71_002
FIRST: Final = b"\x00" * 32
#: What a leaf covers, as numbers and texts that read the same on every machine.
_COLUMNS: Final = (
    "id, xid, (extract(epoch FROM at) * 1000000)::bigint, kind, outcome, actor_id, actor_name, "
    "target_type, target_id, target_label, scope, before::text, after::text, note, purpose, "
    "request_id, address::text, change_id::text"
)


@dataclass(frozen=True)
class Range:
    """Events with (xid, id) after `after`, up to `last` where given, floor < id <= ceiling."""

    after: tuple[int, int]
    last: tuple[int, int] | None = None
    floor: int = 0
    ceiling: int | None = None
    below_xid: int | None = None


def key() -> bytes:
    """Return the key of the seals. Raises keys.KeysRefused."""
    create = bool(getattr(settings, "BIANZHI_KEYS_CREATE", False))
    return keys.seal_key(Path(settings.BIANZHI_KEYS_DIR), create=create)


def _where(span: Range) -> tuple[str, list[Any]]:
    conditions = ["(xid, id) > (%s, %s)", "id > %s"]
    values: list[Any] = [*span.after, span.floor]
    if span.last is not None:
        conditions.append("(xid, id) <= (%s, %s)")
        values += span.last
    if span.ceiling is not None:
        conditions.append("id <= %s")
        values.append(span.ceiling)
    if span.below_xid is not None:
        conditions.append("xid < %s")
        values.append(span.below_xid)
    return " AND ".join(conditions), values


def read(span: Range, limit: int | None = None) -> list[tuple[Any, ...]]:
    """Return the events of a range in the order (xid, id), as a leaf takes them."""
    where, values = _where(span)
    sql = f"SELECT {_COLUMNS} FROM audit_auditevent WHERE {where} ORDER BY xid, id"  # noqa: S608 - names of ours
    if limit is not None:
        sql += " LIMIT %s"
        values.append(limit)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def count(span: Range, most: int) -> int:
    """Return how many events lie in a range, counting no further than `most`."""
    where, values = _where(span)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM audit_auditevent WHERE {where} LIMIT %s) one",  # noqa: S608 - names of ours
            [*values, most],
        )
        return cursor.fetchone()[0]


def seal(*, limit: int = BATCH) -> int:
    """Seal what has ended; return how many events. Safe to run twice or at the same time."""
    sealed = 0
    while True:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
                if not cursor.fetchone()[0]:
                    return sealed
            made = _next(limit)
        _anchor()
        if made is None:
            return sealed
        sealed += made.rows


def _next(limit: int) -> AuditSeal | None:
    """Seal one batch; None when nothing has ended since. Opens a new era after a restore."""
    last = AuditSeal.objects.order_by("-number").first()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        xmin = cursor.fetchone()[0]
    if last is None:
        return _write(None, Range((0, 0), below_xid=xmin), 1, limit)
    after = (last.last_xid, last.last_id)
    if xmin >= last.last_xid:
        return _write(last, Range(after, floor=last.floor_id, below_xid=xmin), last.era, limit)
    # Another cluster, whose transactions count from the start: first what the old one had left
    # (nothing new can lie above its last transaction), then everything with a higher id.
    left = _write(last, Range(after, floor=last.floor_id), last.era, limit)
    if left is not None:
        return left
    log.warning("audit.new_era", era=last.era + 1)
    floor = AuditSeal.objects.order_by("-max_id").values_list("max_id", flat=True)[0]
    return _write(last, Range((0, 0), floor=floor, below_xid=xmin), last.era + 1, limit)


def _write(last: AuditSeal | None, span: Range, era: int, limit: int) -> AuditSeal | None:
    rows = read(span, limit)
    if not rows:
        return None
    leaves = [merkle.leaf_of(row) for row in rows]
    made = AuditSeal(
        number=last.number + 1 if last else 1,
        era=era,
        floor_id=span.floor,
        after_xid=span.after[0],
        after_id=span.after[1],
        last_xid=rows[-1][1],
        last_id=rows[-1][0],
        max_id=max([row[0] for row in rows] + ([last.max_id] if last else [])),
        rows=len(rows),
        marks=b"".join(leaf[: merkle.MARK] for leaf in leaves),
        root=merkle.root_of(leaves),
        previous=bytes(last.mac) if last else FIRST,
        sealed_at=timezone.now(),
    )
    made.mac = merkle.mac_of(key(), facts_of(made))
    made.save(force_insert=True)
    return made


def facts_of(seal: AuditSeal) -> list[Any]:
    """Return what the code of a seal covers: everything it says."""
    return [
        seal.number,
        seal.era,
        seal.floor_id,
        [seal.after_xid, seal.after_id],
        [seal.last_xid, seal.last_id],
        seal.max_id,
        seal.rows,
        merkle.sm3(bytes(seal.marks)).hex(),
        bytes(seal.root).hex(),
        bytes(seal.previous).hex(),
        int(seal.sealed_at.timestamp() * 1_000_000),
    ]


# -- the second place -------------------------------------------------------------------------


def line_of(seal: AuditSeal) -> dict[str, Any]:
    return {
        "number": seal.number,
        "rows": seal.rows,
        "root": bytes(seal.root).hex(),
        "mac": bytes(seal.mac).hex(),
        "sealed_at": seal.sealed_at.isoformat(),
    }


def anchored() -> Iterator[dict[str, Any]]:
    """Yield the lines of the second place, in order; nothing when there is no file."""
    place = Path(settings.AUDIT_ANCHOR)
    if not place.exists():
        return
    with place.open(encoding="utf-8") as file:
        for line in file:
            try:
                yield json.loads(line)
            except ValueError:
                yield {"number": None, "line": line[:80]}


def _last_anchored() -> int | None:
    """Return the number of the last line; 0 without a file, None when the line is damaged."""
    place = Path(settings.AUDIT_ANCHOR)
    if not place.exists() or not place.stat().st_size:
        return 0
    with place.open("rb") as file:
        file.seek(max(place.stat().st_size - 2_000, 0))
        tail = file.read().splitlines()[-1]
    try:
        number = json.loads(tail)["number"]
    except (ValueError, KeyError, TypeError):
        return None
    return int(number)


def _anchor() -> None:
    """Append the newest seal to the second place, and one that a crash may have left out.

    More than that is missing only when somebody took it away: that stays for `verify` to tell.
    """
    known = _last_anchored()
    newest = AuditSeal.objects.order_by("-number").values_list("number", flat=True).first() or 0
    if known is None or newest <= known or newest - known > 2:
        if known != newest and newest:
            log.error("audit.anchor_gap", anchored=known, sealed=newest)
        if known is None or newest <= known:
            return
    place = Path(settings.AUDIT_ANCHOR)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    first = known + 1 if newest - known <= 2 else newest
    rows = AuditSeal.objects.filter(number__gte=first).order_by("number")
    with open(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as file:
        for one in rows:
            file.write(json.dumps(line_of(one), separators=(",", ":")) + "\n")
        file.flush()
        os.fsync(file.fileno())
