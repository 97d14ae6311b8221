"""编制类型修改: the same person, the same unit, another quota type from a day on."""

from __future__ import annotations

import datetime as dt
from typing import Any

from apps.audit import services as audit
from apps.core.models import CodeValue
from apps.core.writes import unread, write
from apps.documents.models import ApprovalDocument
from apps.quotas import services as quotas
from apps.units import services as units

from .. import errors
from ..models import Occupancy
from .facts import refusals, told
from .obstacles import counts, refuse_end, refuse_entry, refuse_full
from .persons import field_name
from .spells import CARRIED, EXIT_BASIS, SET_BELOW, open_spell

ENTERED_BY_RETYPING = "entry_mode.17"
LEFT_BY_RETYPING = "exit_mode.15"
#: What stays as it is when only the type changes.
KEPT = (*CARRIED, "dept", "work_unit", "post_name", "sort", "note")


@write
def retype(
    *,
    spell: Occupancy,
    quota_type: CodeValue,
    on: dt.date,
    document: ApprovalDocument | None,
    by: Any,
    document_no: str = "",
    reason: str = "",
    **values: Any,
) -> Occupancy:
    """Move one person's place to another quota type of the same unit (编制类型修改).

    on      first day under the new type; today or earlier. Days before it stay as they were.
    values  any of KEPT that changes with the type (identity, position_class, …)
    The place ends and goes on as a new one; leadership posts stay. A type that was registered
    wrongly from the first day on is put right by change_spell instead. Returns the new
    Occupancy. Raises SpellClosed, SameQuotaType, IllegalQuotaType, UnitHoldsNoPeople, QuotaFull,
    ExitBeforeEntry, EntryInFuture. Source: docs/rules.md S-13.
    """
    unknown = set(values) - set(KEPT)
    if unknown:
        raise TypeError(f"not changed here: {sorted(unknown)}")
    spell = open_spell(spell)
    if quota_type.pk == spell.quota_type_id:
        raise errors.SameQuotaType(quota_type)
    refuse_end(spell.starts_on, on)
    refuse_entry(unit=spell.unit, quota_type=quota_type, starts_on=on)
    new = Occupancy(
        person=spell.person,
        unit=spell.unit,
        quota_type=quota_type,
        starts_on=on,
        document=document,
        document_no=document_no,
        entry_mode_id=ENTERED_BY_RETYPING,
        **{field_name(Occupancy, k): getattr(spell, field_name(Occupancy, k)) for k in KEPT},
    )
    for key, value in values.items():
        setattr(new, field_name(Occupancy, key), getattr(value, "pk", value))
    cells = [(spell.unit_id, spell.quota_type_id), (spell.unit_id, quota_type.pk)]
    locked = quotas.lock_balances(cells)
    if counts(new):
        refuse_full(locked.get(cells[1]), spell.unit, quota_type)

    spell.ends_on = on
    spell.exit_mode_id = LEFT_BY_RETYPING
    spell.exit_document, spell.exit_document_no = document, document_no
    spell.destination = f"本单位{quota_type.label}"
    spell.save(update_fields=["ends_on", "exit_mode", *EXIT_BASIS, "destination"])
    with refusals(person=spell.person):
        new.save()
    unread(new, *SET_BELOW)
    if document is not None:
        units.link(document=document, unit=spell.unit, by=by)
    audit.record(
        "occupancy.retype",
        target=new,
        scope=spell.unit.path,
        by=by,
        before={"person": str(spell.person), **told(spell, ["unit", "quota_type", "starts_on"])},
        after=told(new, ["quota_type", "starts_on", "document"]),
        note=reason,
    )
    return new
