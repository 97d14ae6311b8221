"""更名: a new name, by a document."""

from __future__ import annotations

import datetime as dt
from typing import Any

from apps.audit import services as audit
from apps.core.writes import write
from apps.documents.models import ApprovalDocument

from ..choices import EventKind
from ..errors import SameName
from ..models import Unit
from . import tree
from .links import link
from .plates import keep_in_step


@write
def rename(
    *,
    unit: Unit,
    name: str,
    on: dt.date,
    document: ApprovalDocument,
    by: Any,
    short_name: str | None = None,
) -> Unit:
    """Give a unit its new name from `on`; the old one stays in its history.

    short_name   None leaves it as it is
    Raises NameMissing, NameTooLong, NameTaken, SameName, UnitAbolished, DayInFuture, DayTooEarly.
    """
    tree.hold_tree()
    unit = tree.fresh(unit)
    name = tree.tidy_name(name)
    if name == unit.name:
        raise SameName(name)
    tree.refuse_day(on, unit)
    tree.refuse_twin(name, unit.path[: -tree.STEP], tree.parent_of(unit), besides=unit.pk)

    before: dict[str, Any] = {"name": unit.name}
    after: dict[str, Any] = {"name": name}
    tree.set_name(unit, name)
    if short_name is not None and short_name.strip() != unit.short_name:
        before["short_name"], after["short_name"] = unit.short_name, short_name.strip()
        unit.short_name = short_name.strip()
    unit.save(update_fields=["name", "name_pinyin", "name_initials", "short_name"])

    tree.event(unit, EventKind.RENAME, on=on, document=document, before=before, after=after)
    link(document=document, unit=unit, by=by)
    keep_in_step(unit, before["name"], on=on, document=document, by=by)
    audit.record(
        "unit.rename",
        target=unit,
        by=by,
        before=before,
        after={**after, "on": on.isoformat()},
        note=document.number,
    )
    return unit
