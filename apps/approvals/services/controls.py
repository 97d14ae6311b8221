"""用编管控: reserves and 只出不进, by document and for a time. Source: NT-11."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from apps.audit import services as audit
from apps.core.models import CodeValue
from apps.core.writes import write
from apps.documents.models import ApprovalDocument
from apps.units import services as units
from apps.units.models import Unit

from .. import errors
from ..choices import ControlKind
from ..models import UseControl


@write
def control(
    *,
    unit: Unit,
    kind: str,
    quota_type: CodeValue | None,
    places: int,
    starts_on: dt.date,
    document: ApprovalDocument | None,
    by: Any,
    ends_on: dt.date | None = None,
    reason: str = "",
) -> UseControl:
    """Hold places of a unit back, or let it only lose people.

    Raises PermissionDenied, DocumentNeeded, ControlEnds.
    """
    if by is not None and not by.may("examine", unit):
        raise PermissionDenied
    if document is None:
        raise errors.DocumentNeeded
    if ends_on is not None and ends_on < starts_on:
        raise errors.ControlEnds
    row = UseControl.objects.create(
        unit=unit,
        kind=kind,
        quota_type=quota_type,
        places=0 if kind == ControlKind.EXIT_ONLY else places,
        starts_on=starts_on,
        ends_on=ends_on,
        document=document,
        reason=reason,
        made_by=by,
        scope=unit.path,
    )
    units.link(document=document, unit=unit, by=by)
    audit.record(
        "usecontrol.set",
        target=row,
        by=by,
        after={
            "kind": ControlKind(kind).label,
            "quota_type": quota_type.label if quota_type else "全部",
            "places": row.places,
            "starts_on": starts_on.isoformat(),
            "document": document.number,
        },
        note=reason,
    )
    return row


@write
def lift(*, control: UseControl, by: Any, reason: str) -> UseControl:
    """End a control today; it stays in the list. Raises PermissionDenied, OpinionMissing."""
    if by is not None and not by.may("examine", control.unit):
        raise PermissionDenied
    if not reason.strip():
        raise errors.OpinionMissing("解除")
    row = UseControl.objects.select_for_update(of=("self",), no_key=True).get(pk=control.pk)
    today = timezone.localdate()
    before = row.ends_on
    row.ends_on = max(today, row.starts_on)
    row.save(update_fields=["ends_on"])
    audit.record(
        "usecontrol.lift",
        target=row,
        by=by,
        before={"ends_on": before.isoformat() if before else ""},
        after={"ends_on": row.ends_on.isoformat()},
        note=reason.strip(),
    )
    return row
