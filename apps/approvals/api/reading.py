"""Rows a client may see, and what it is told of them."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from apps.audit import services as audit
from apps.core.masking import mask_identity
from apps.core.scope import within

from .. import kinds, sealed
from ..choices import Partner, Verdict
from ..models import Application, Client, Confirmation, Line
from ..models.confirmations import ConfirmationQuerySet
from ..queries import joint
from ..rules import is_objected
from .gate import Caller
from .problems import Problem

MOST: Final = 200
#: A transaction that began before a page was read may still end: a cursor to come back with never
#: passes what is younger than this, so that nothing is missed; a row may come twice.
SETTLED: Final = dt.timedelta(seconds=60)
STATES = ("waiting", "objected", "confirmed", "all")


def rows(client: Client) -> ConfirmationQuerySet:
    """Return the parts of the client's partner in its subtree that have arrived."""
    return Confirmation.objects.filter(
        within([client.unit.path], "scope"), partner=client.partner, arrived_at__isnull=False
    ).select_related("application__unit", "application__document", "application__version")


def one(client: Client, number: str) -> Confirmation:
    """Return the client's part of a case. Raises Problem 404."""
    row = rows(client).filter(application__number=number).first()
    if row is None:
        raise Problem(
            404, "not-found", "没有这个编号的办件，或者还没有转到贵部门，或不在接口的范围内"
        )
    return row


def page(
    client: Client, *, state: str, since: dt.datetime | None, cursor: str, limit: int
) -> dict[str, Any]:
    """Return one page, oldest first. Four queries at most, whatever the length."""
    found = _in_state(rows(client), state)
    if since is not None:
        found = found.filter(arrived_at__gte=since)
    if cursor:
        at, pk = read_cursor(cursor)
        found = found.filter(Q(arrived_at__gt=at) | Q(arrived_at=at, pk__gt=pk))
    seen = list(found.order_by("arrived_at", "pk")[: limit + 1])
    more = len(seen) > limit
    seen = seen[:limit]
    settled = timezone.now() - SETTLED
    resume = [row for row in seen if more or row.arrived_at < settled]
    return {
        "items": [summary(row) for row in seen],
        "has_more": more,
        "next_cursor": make_cursor(resume[-1]) if resume else cursor or None,
    }


def _in_state(found: ConfirmationQuerySet, state: str) -> ConfirmationQuerySet:
    if state == "waiting":
        return found.waiting()
    if state == "objected":
        return found.objected()
    if state == "confirmed":
        return found.filter(confirmed_at__isnull=False)
    return found


def make_cursor(row: Confirmation) -> str:
    text = json.dumps([row.arrived_at.isoformat(), row.pk])  # type: ignore[union-attr]
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(text: str) -> tuple[dt.datetime, int]:
    """Return what make_cursor wrote. Raises Problem 400."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        at, pk = json.loads(raw)
        moment = parse_datetime(at)
        if moment is None or timezone.is_naive(moment) or not 0 < int(pk) < 2**63:
            raise ValueError
        return moment, int(pk)
    except (ValueError, TypeError, binascii.Error, UnicodeError):
        raise Problem(
            400, "cursor", "cursor 不是上一页给出的 next_cursor，请原样传回，或不传从头查起"
        ) from None


def summary(row: Confirmation) -> dict[str, Any]:
    application: Application = row.application
    return {
        "number": application.number,
        "kind": application.kind,
        "kind_label": application.get_kind_display(),
        "summary": application.summary,
        "state": application.state,
        "unit": {
            "code": application.unit.code,
            "name": application.unit.name,
            "uscc": application.unit.uscc,
        },
        "effected_at": _moment(application.effected_at),
        "part": part(row),
    }


def part(row: Confirmation) -> dict[str, Any]:
    """Return how one partner's part stands."""
    return {
        "partner": row.partner,
        "partner_label": Partner(row.partner).label,
        "state": state_of(row),
        "arrived_at": _moment(row.arrived_at),
        "due_at": _moment(row.due_at),
        "due_is_provisional": row.provisional,
        "confirmed_at": _moment(row.confirmed_at),
        "reference_no": row.reference_no,
        "opinion": row.opinion,
        "answer": row.answer,
    }


def state_of(row: Confirmation) -> str:
    if row.confirmed_at is not None:
        return "confirmed"
    if row.arrived_at is None:
        return "not_yet"
    return "objected" if is_objected(row) else "waiting"


def whole(client: Client, row: Confirmation, *, numbers: bool) -> dict[str, Any]:
    """Return everything a partner needs of one case.

    numbers   whole identity numbers; each is noted as a look at that person. Raises Problem 403.
    """
    if numbers and not client.reads_numbers:
        raise Problem(403, "numbers", "这个接口客户端没有读取完整公民身份号码的权限")
    application = row.application
    lines = application.lines.exclude(verdict=Verdict.REFUSED).select_related(
        "quota_type", "slot__notice", "slot__quota_type", "spell__unit", "person", "result__person"
    )
    document = application.document
    return {
        **summary(row),
        "document": (
            {"number": document.number, "title": document.title} if document is not None else None
        ),
        "lines": [_line(client, application, line, numbers) for line in lines],
        "chain": [
            {
                "partner": link.row.partner,
                "partner_label": Partner(link.row.partner).label,
                "state": state_of(link.row),
                "confirmed_at": _moment(link.row.confirmed_at),
            }
            for link in joint.chain(application)
        ],
    }


def _line(client: Client, application: Application, line: Line, numbers: bool) -> dict[str, Any]:
    number = sealed.id_no(line).reveal()
    person = line.result.person if line.result is not None else line.person
    found: dict[str, Any] = {
        "place": line.place,
        "name": line.name,
        "person_no": person.person_no if person is not None else None,
        "id_no_masked": mask_identity(number) if number else "",
        "quota_type": (
            {"code": line.quota_type.pk, "label": line.quota_type.label}
            if line.quota_type is not None
            else None
        ),
        "facts": [
            {"section": title, "label": fact.label, "value": fact.value}
            for title, facts in kinds.of(application.kind).facts(line)
            for fact in facts
            if fact.value and not fact.masked
        ],
    }
    if numbers:
        found["id_no"] = number
        audit.record(
            "person.reveal",
            target=person or line,
            by=Caller(client),
            scope=application.scope,
            purpose=f"{client.name}办理 {application.number}",
            note="公民身份号码",
        )
    return found


def _moment(at: dt.datetime | None) -> str | None:
    return timezone.localtime(at).isoformat(timespec="seconds") if at is not None else None
