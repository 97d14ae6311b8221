"""纸质流转: the form travels on paper and comes back before the facts change.

A place without an approved head behind it is held meanwhile. Source: domain.md §3.15; JT-05, JT-06.
"""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Callable
from typing import Any

from apps.core import crypto
from apps.quotas import services as quotas

from .. import errors
from ..choices import Kind, Verdict
from ..models import Application, Line, Step

#: Whose phone was written down when the form was handed out; sealed under the case's own uid.
PHONE = "approvals_step.phone"
#: Kinds that take a place at their effect.
TAKES_A_PLACE = (Kind.ENTRY,)


def hold(application: Application, lines: list[Line], *, by: Any) -> None:
    """Reserve the places of a decided case until its paper is back. Raises LineFails (full)."""
    if application.kind not in TAKES_A_PLACE:
        return
    for line in lines:
        if line.verdict == Verdict.REFUSED or line.slot_id is not None or line.quota_type is None:
            continue
        try:
            line.held = quotas.reserve(
                unit=application.unit,
                quota_type=line.quota_type,
                places=1,
                purpose=f"{application.number} 纸质流转",
                by=by,
            )
        except quotas.QuotaFull as full:
            raise errors.LineFails(line, full) from full
        line.save(update_fields=["held"])


def give_back(lines: list[Line], *, by: Any) -> None:
    """Release what was held; the effect that follows in this transaction takes the places."""
    for line in lines:
        if line.held is not None:
            quotas.release(reservation=line.held, by=by)


def _collected(
    application: Application,
    *,
    told: dict[str, Any],
    collector: str = "",
    phone: str = "",
    **_: Any,
) -> None:
    """Keep who took the paper. Raises CollectorMissing."""
    if not collector.strip():
        raise errors.CollectorMissing
    told["collector"] = collector.strip()[:40]
    if phone:
        blob = crypto.encrypt(phone, field=PHONE, row=application.uid)
        told["phone_ct"] = base64.b64encode(blob).decode()


def _brought_back(
    application: Application,
    *,
    told: dict[str, Any],
    on: dt.date | None = None,
    stamped: list[str] | None = None,
    **_: Any,
) -> None:
    """Keep when it came back and whose stamps it carries."""
    if on is not None:
        told["on"] = on.isoformat()
    told["stamped"] = list(stamped or [])


FACTS: dict[str, Callable[..., None]] = {"collect": _collected, "bring_back": _brought_back}


def phone_of(step: Step) -> str:
    """Return the plain phone of who collected; "" when none was given."""
    sealed = step.facts.get("phone_ct", "")
    if not sealed:
        return ""
    return crypto.decrypt(base64.b64decode(sealed), field=PHONE, row=step.application.uid)
