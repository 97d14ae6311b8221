"""Printing papers: made, registered and audited together, or nothing. Rules PP-01, PP-03."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from apps.audit import services as audit
from apps.audit.looks import common_root
from apps.core import prints
from apps.core.writes import write
from apps.staff.services import reveals

from .. import rules
from ..models import Paper
from ..papers import making, values
from ..papers.making import Asked


@write
def make(
    *,
    asked: Sequence[Asked],
    by: Any,
    purpose: str = "",
    full: bool = False,
    request: Any = None,
    done: Callable[[int], None] | None = None,
) -> tuple[bytes, list[Paper]]:
    """Return one PDF of some papers and their rows.

    full      identity numbers in full, for a purpose; each person counts as one look
    request   names the host in the codes
    done      is told how many are set, of a long run
    Raises NotPrintable, PermissionDenied, staff.errors.PurposeMissing and RevealLimit.
    """
    now = timezone.localtime()
    if full:
        note_looks(asked, by=by, purpose=purpose)
    keys = draw_numbers(len(asked))
    told = [values.said(one.kind, one.application, one.line, full=full) for one in asked]
    pages = [
        making.set_out(one, words, pk=pk, by=by, at=now, full=full, request=request)
        for one, words, pk in zip(asked, told, keys, strict=True)
    ]
    made = prints.forms(*pages, told=done)
    return made, register(
        asked, told, keys, made, by=by, at=now, full=full, purpose=purpose if full else ""
    )


def register(
    asked: Sequence[Asked],
    told: Sequence[values.Said],
    keys: Sequence[int],
    made: bytes,
    *,
    by: Any,
    at: Any,
    full: bool,
    purpose: str,
    fmt: str = "pdf",
    template: Any = None,
) -> list[Paper]:
    """Keep what was printed, and say so once in the log."""
    sha256 = hashlib.sha256(made).hexdigest()
    rows = Paper.objects.bulk_create(
        Paper(
            pk=pk,
            application=one.application,
            line=one.line,
            kind=one.kind,
            number=making.number_of(one.application, pk),
            fmt=fmt,
            state=one.application.state,
            revision=one.application.revision,
            said=making.digest(words),
            full=full and one.kind in making.WITH_NUMBERS,
            purpose=purpose.strip()[:200],
            template=template,
            sha256=sha256,
            size=len(made),
            made_at=at,
            made_by=by,
        )
        for one, words, pk in zip(asked, told, keys, strict=True)
    )
    scopes = sorted({one.application.scope for one in asked})
    audit.record(
        "print.run",
        by=by,
        target=asked[0].application if len({one.application.pk for one in asked}) == 1 else None,
        after={
            "list": asked[0].name if len(asked) == 1 else f"{asked[0].name}等 {len(asked)} 份",
            "rows": len(asked),
            "numbers": [row.number for row in rows][:200],
            "sha256": sha256,
            "scopes": scopes,
        },
        scope=common_root(scopes),
    )
    return rows


def draw_numbers(count: int) -> list[int]:
    """Return numbers for prints to come: they stand on the paper before its row is written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [Paper._meta.db_table, count],
        )
        return [row[0] for row in cursor.fetchall()]


def note_looks(asked: Sequence[Asked], *, by: Any, purpose: str) -> None:
    """Record one look for each person whose number is printed. Raises as `make` says."""
    for one in asked:
        if not rules.may_reveal(by, one.application):
            raise PermissionDenied("账号没有打印完整号码的权限")
    people = {one.line.pk: one for one in asked if one.line is not None}
    reveals.allow_looks(by=by, purpose=purpose, people=len(people))
    for one in people.values():
        line: Any = one.line
        person = line.person or (line.result.person if line.result is not None else None)
        audit.record(
            "person.reveal",
            target=person if person is not None else one.application,
            by=by,
            scope=one.application.scope,
            purpose=purpose.strip()[:200],
            note="公民身份号码" if person is not None else f"{line.name}的公民身份号码",
        )
