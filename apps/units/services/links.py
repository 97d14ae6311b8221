"""A document concerns a unit: written with every fact that cites the document."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from apps.core.writes import write
from apps.documents.models import ApprovalDocument

from ..models import DocumentUnit, Unit


@write
def link(*, document: ApprovalDocument, unit: Unit, by: Any) -> None:
    """Note that `document` concerns `unit`; again is nothing."""
    link_all(document=document, units=[unit], by=by)


@write
def link_all(*, document: ApprovalDocument, units: Iterable[Unit], by: Any) -> None:
    """Note that `document` concerns each of `units`. One statement for any number."""
    wanted = {unit.pk for unit in units}
    DocumentUnit.objects.bulk_create(
        [DocumentUnit(document=document, unit_id=pk) for pk in sorted(wanted)],
        ignore_conflicts=True,
    )
