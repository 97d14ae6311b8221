"""用编序号 in the way of a case: who comes in uses an approved head, unless exempt (EN-01)."""

from __future__ import annotations

from .. import errors
from ..models import Application, Line
from ..services import slots


def refuse_unfit(application: Application, lines: list[Line]) -> None:
    """Raise LineFails where a head is missing or cannot serve.

    Options of the version: slot_required (bool), slot_exempt_modes (keys of entry modes).
    """
    exempt = set(application.version.option("slot_exempt_modes", []))
    required = application.version.option("slot_required", False)
    for line in lines:
        if line.slot is None:
            if required and line.values["place"].get("entry_mode") not in exempt:
                raise errors.LineFails(line, errors.SlotMissing())
            continue
        slots.refuse_unfit(line.slot, application.unit, line.quota_type_id, line=line)
