"""信息变更: attributes that are not a name, a place in the tree or an end."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from django.utils import timezone

from apps.audit import services as audit
from apps.core.writes import write
from apps.documents.models import ApprovalDocument

from ..choices import EventKind
from ..errors import DocumentNeeded
from ..models import Unit
from . import attributes as attribute
from . import tree
from .links import link

#: What the committee decides: once set, it changes by a document (docs/rules.md U-17).
DECIDED: Final = frozenset(
    {"nature_id", "category_id", "rank_id", "pi_class_id", "funding_id", "is_civil_service_ref"}
)


@write
def change(
    *,
    unit: Unit,
    by: Any,
    document: ApprovalDocument | None = None,
    on: dt.date | None = None,
    reason: str = "",
    **attributes: Any,
) -> Unit:
    """Correct or complete the attributes of a unit; nothing is written when nothing differs.

    document, on   the basis and its day; needed when a decided value that was set changes
    reason         in words, for the history and the audit
    Raises DocumentNeeded, CodeTaken, CreditCodeTaken, UnitAbolished, DayInFuture, DayTooEarly.
    """
    tree.hold_tree()
    unit = tree.fresh(unit)
    before, after = attribute.put(unit, attribute.columns(attributes))
    if not after:
        return unit
    if document is None or on is None:
        decided = [name for name in after if name in DECIDED and before[name]]
        if decided:
            raise DocumentNeeded([_label(name) for name in decided])
    if on is not None:
        tree.refuse_day(on, unit)
    unit.save(update_fields=[*after])
    kind = EventKind.ATTRIBUTE
    if document is not None and on is not None and "rank_id" in after and before["rank_id"]:
        kind = EventKind.RANK
    day = on or timezone.localdate()
    tree.event(unit, kind, on=day, document=document, before=before, after=after, note=reason[:300])
    if document is not None:
        link(document=document, unit=unit, by=by)
    audit.record("unit.change", target=unit, by=by, before=before, after=after, note=reason)
    return unit


def _label(column: str) -> str:
    return str(Unit._meta.get_field(column).verbose_name)
