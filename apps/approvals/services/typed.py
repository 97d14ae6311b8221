"""未提交的表单: what one person typed on one address, until it is sent or thrown away.

Personal numbers are sealed under the row's own uid (docs/rules.md FL-01): those of the known
fields, and whatever else looks like one.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import re
import uuid
from collections.abc import Collection, Mapping
from typing import Any, Final

from django.db import connection
from django.utils import timezone

from apps.core import crypto
from apps.core.writes import write
from apps.staff.forms import PERSONAL

from ..models import Typed

SEALED: Final = "~"
FIELD: Final = "approvals_typed.data"
#: Kept for each person; the oldest go.
MOST: Final = 50
#: Characters of one form, and days it waits.
LONGEST: Final = 400_000
DAYS: Final = 30
_NUMBER = re.compile(r"\d{15}|\d{17}[\dXxＸｘ]|1\d{10}|[０-９]{11}")


class TooLong(Exception):
    """More than a form holds."""


@write
def keep(
    *,
    address: str,
    data: Mapping[str, str],
    by: Any,
    form: str = "",
    seal: Collection[str] = (),
) -> Typed | None:
    """Keep what was typed on an address in place of what was there. Raises TooLong.

    form   key of the form (core.idempotency); of one that was sent meanwhile nothing is kept
    seal   fields sealed whatever stands in them
    """
    if len(address) > 200 or sum(len(k) + len(v) for k, v in data.items()) > LONGEST:
        raise TooLong
    _queue(address, by)
    if form and _was_sent(form):
        return None
    row = Typed.objects.select_for_update().filter(user=by, address=address).first()
    if row is None:
        row = Typed(user=by, address=address, uid=uuid.uuid4())
    row.data = {
        name: _sealed(name, text, row.uid, always=name in seal)
        for name, text in data.items()
        if text
    }
    row.save()
    older = Typed.objects.filter(user=by).order_by("-saved_at", "-pk").values("pk")[MOST:]
    Typed.objects.filter(pk__in=list(older.values_list("pk", flat=True))).delete()
    return row


@write
def forget(*, address: str, by: Any) -> int:
    """Throw away what was typed on an address; return how many forms that were."""
    _queue(address, by)
    return Typed.objects.filter(user=by, address=address).delete()[0]


def _queue(address: str, by: Any) -> None:
    """Let keeping and sending of one form wait for each other: nothing is kept after sending."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"typed {by.pk} {address}"])


def _was_sent(form: str) -> bool:
    try:
        key = uuid.UUID(form)
    except ValueError:
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM core_idempotencykey WHERE key = %s AND status IS NOT NULL", [key]
        )
        return cursor.fetchone() is not None


def of(user: Any, address: str) -> Typed | None:
    """Return what `user` typed on an address and did not send."""
    return Typed.objects.filter(user=user, address=address, saved_at__gt=oldest()).first()


def oldest() -> dt.datetime:
    return timezone.now() - dt.timedelta(days=DAYS)


def opened(row: Typed) -> dict[str, str]:
    """Return the typed texts in plain; one that cannot be opened is left out."""
    found = {}
    for name, text in row.data.items():
        if text.startswith(SEALED):
            try:
                blob = base64.urlsafe_b64decode(text[1:].encode())
                found[name] = crypto.decrypt(blob, field=FIELD, row=row.uid)
            except (crypto.BadCiphertext, binascii.Error, ValueError):
                continue
        else:
            found[name] = text
    return found


def _sealed(name: str, text: str, uid: uuid.UUID, *, always: bool) -> str:
    # what begins with the mark itself is sealed too, so that it comes back as it was typed
    bare = re.sub(r"[\s-]", "", text)
    if always or name in PERSONAL or text.startswith(SEALED) or _NUMBER.search(bare):
        blob = crypto.encrypt(text, field=FIELD, row=uid)
        return SEALED + base64.urlsafe_b64encode(blob).decode()
    return text
