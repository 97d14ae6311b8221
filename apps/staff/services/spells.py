"""入编, 出编, 划转 and corrections of a spell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Subquery
from django.db.models.functions import Coalesce

from apps.audit import services as audit
from apps.core.coded import attach
from apps.core.models import CodeValue
from apps.core.writes import unread, write
from apps.documents.models import ApprovalDocument
from apps.quotas import rules as quota_rules
from apps.quotas import services as quotas
from apps.quotas.errors import IllegalQuotaType
from apps.units import services as units
from apps.units.models import Unit

from .. import errors, secrets
from ..models import Occupancy, Person
from ..versions import refuse_stale
from .facts import key_of, refusals, told
from .obstacles import (
    counts,
    refuse_age,
    refuse_end,
    refuse_entry,
    refuse_full,
    refuse_future,
    refuse_overlap,
    take_place,
)
from .persons import DETAILS, change_person, checked, enrol, field_name
from .postings import end_postings_at

#: Status of who is at post; what a spell gets when nothing is said.
AT_POST = "person_status.110"
ENTERED_BY_TRANSFER = "entry_mode.07"
LEFT_BY_TRANSFER = "exit_mode.13"
#: By what a place ended: a registered document or the number of another one.
EXIT_BASIS = ("exit_document", "exit_document_no")

#: What the database sets of a spell when it is written.
SET_BELOW = ("scope", "counts", "sort")

#: What may be said of a spell beside person, unit, type, days and documents.
PARTICULARS = (
    "dept",
    "work_unit",
    "identity",
    "entry_mode",
    "from_unit",
    "notice_no",
    "slot_no",
    "document_no",
    "post_name",
    "post_level",
    "civil_rank",
    "position_class",
    "position_grade",
    "is_dual",
    "on_unified_payroll",
    "occupies_slot",
    "sort",
    "note",
)
#: What goes with a person to another unit.
CARRIED = (
    "status",
    "identity",
    "post_level",
    "civil_rank",
    "position_class",
    "position_grade",
    "is_dual",
    "on_unified_payroll",
    "occupies_slot",
)


@write
def enter(
    *,
    unit: Unit,
    quota_type: CodeValue,
    starts_on: dt.date,
    document: ApprovalDocument | None,
    entry_mode: CodeValue | str,
    by: Any,
    person: Person | None = None,
    person_data: dict[str, Any] | None = None,
    status: CodeValue | str = AT_POST,
    **particulars: Any,
) -> Occupancy:
    """Put a person into a quota of a unit (入编).

    person        a person of the register, or
    person_data   {"name", "id_no", …} as for register_person; a number that is there already
                  means that person, when the name agrees and no place is held
    starts_on     first day in the quota; today or earlier
    particulars   any of PARTICULARS
    Returns the Occupancy. Raises AlreadyInQuota, AlreadyRegistered (same number, other name),
    OverlappingSpell, EntryInFuture, TooYoung, UnitHoldsNoPeople, IllegalQuotaType, QuotaFull and
    what register_person raises. Source: docs/rules.md S-01 to S-05.
    """
    refuse_entry(unit=unit, quota_type=quota_type, starts_on=starts_on)
    is_new = False
    if person is None:
        person, is_new = _person_of(person_data or {}, scope=unit.path, by=by)
    else:
        person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    refuse_age(person, starts_on)
    if not is_new:
        refuse_overlap(person, starts_on, None)
    spell = Occupancy(
        person=person,
        unit=unit,
        quota_type=quota_type,
        status_id=key_of(status),
        starts_on=starts_on,
        document=document,
        entry_mode_id=key_of(entry_mode),
        **_particulars(particulars),
    )
    attach([spell], ["status", "entry_mode"])
    if "sort" not in particulars:
        spell.sort = _next_place(unit)
    if counts(spell):
        take_place(unit, quota_type)
    with refusals(person=person):
        spell.save()
    unread(spell, *SET_BELOW)
    _cite(document, [unit], by=by)
    audit.record(
        "occupancy.enter",
        target=spell,
        scope=unit.path,
        by=by,
        after={
            "person": str(person),
            **told(spell, ["unit", "quota_type", "starts_on", "document", "entry_mode", "status"]),
        },
    )
    return spell


@write
def leave(
    *,
    spell: Occupancy,
    on: dt.date,
    exit_mode: CodeValue | str,
    document: ApprovalDocument | None,
    by: Any,
    document_no: str = "",
    destination: str = "",
    note: str = "",
) -> Occupancy:
    """End a person's place (出编); posts held in the unit end with it.

    on            first day no longer in the quota; today or earlier
    document_no   number of a basis that is not registered; "" where `document` is
    Room above the approved places goes down with it (超编消化, Q-04). Raises SpellClosed,
    ExitBeforeEntry, ExitInFuture. Source: docs/rules.md S-06.
    """
    spell = open_spell(spell)
    refuse_end(spell.starts_on, on)
    quotas.lock_balances([(spell.unit_id, spell.quota_type_id)])
    spell.ends_on = on
    spell.exit_mode_id = key_of(exit_mode)
    spell.exit_document, spell.exit_document_no = document, document_no
    spell.destination = destination
    names = ["ends_on", "exit_mode", "exit_document", "destination"]
    if document_no:
        names.append("exit_document_no")
    if note:
        spell.note = note
        names.append("note")
    spell.save(update_fields=names)
    end_postings_at(person=spell.person, unit=spell.unit, on=on, by=by)
    _cite(document, [spell.unit], by=by)
    audit.record(
        "occupancy.leave",
        target=spell,
        by=by,
        before={"person": str(spell.person), **told(spell, ["unit", "quota_type", "starts_on"])},
        after=told(spell, names),
    )
    return spell


@write
def transfer(
    *,
    spell: Occupancy,
    to_unit: Unit,
    on: dt.date,
    document: ApprovalDocument | None,
    by: Any,
    quota_type: CodeValue | None = None,
    entry_mode: CodeValue | str = ENTERED_BY_TRANSFER,
    exit_mode: CodeValue | str = LEFT_BY_TRANSFER,
    **particulars: Any,
) -> Occupancy:
    """Move one person's place to another unit (跨单位划转).

    spell        Occupancy that is still open
    on           first day in the new unit; today or earlier
    quota_type   type of the new place; None: the same
    particulars  any of PARTICULARS; what a person carries along (CARRIED) need not be said;
                 document_no is also what the old place ends by
    Returns the new Occupancy. Raises SpellClosed, SameUnit, QuotaFull, IllegalQuotaType,
    UnitHoldsNoPeople, ExitBeforeEntry, EntryInFuture. Source: docs/rules.md S-07.
    """
    quota_type = quota_type or spell.quota_type
    refuse_entry(unit=to_unit, quota_type=quota_type, starts_on=on)
    # Lock order, here and everywhere: spell, then both balances in key order. Two moves into the
    # last place queue here for a kind answer; the CHECK on Balance is the guarantee.
    spell = open_spell(spell)
    if to_unit.pk == spell.unit_id:
        raise errors.SameUnit(to_unit)
    refuse_end(spell.starts_on, on)
    from_unit = spell.unit
    new = Occupancy(
        person=spell.person,
        unit=to_unit,
        quota_type=quota_type,
        starts_on=on,
        document=document,
        entry_mode_id=key_of(entry_mode),
        from_unit=from_unit.name[:120],
        **{field_name(Occupancy, k): getattr(spell, field_name(Occupancy, k)) for k in CARRIED},
    )
    for key, value in _particulars(particulars).items():
        setattr(new, key, value)
    if "sort" not in particulars:
        new.sort = _next_place(to_unit)
    cells = [(spell.unit_id, spell.quota_type_id), (to_unit.pk, quota_type.pk)]
    locked = quotas.lock_balances(cells)
    if counts(new):
        refuse_full(locked.get(cells[1]), to_unit, quota_type)

    spell.ends_on = on
    spell.exit_mode_id = key_of(exit_mode)
    spell.exit_document = document
    spell.exit_document_no = particulars.get("document_no") or ""
    spell.destination = to_unit.name[:120]
    spell.save(update_fields=["ends_on", "exit_mode", *EXIT_BASIS, "destination"])
    end_postings_at(person=spell.person, unit=from_unit, on=on, by=by)
    with refusals(person=spell.person):
        new.save()
    unread(new, *SET_BELOW)
    _cite(document, [from_unit, to_unit], by=by)
    facts = ["unit", "quota_type", "starts_on", "document"]
    before = {"person": str(spell.person), **told(spell, ["unit", "quota_type", "starts_on"])}
    after = told(new, facts)
    # the old unit's office reads of it too: an event lies in one scope
    for row, unit in ((new, to_unit), (spell, from_unit)):
        audit.record(
            "occupancy.transfer", target=row, scope=unit.path, by=by, before=before, after=after
        )
    return new


@write
def change_spell(
    *,
    spell: Occupancy,
    by: Any,
    version: int | None = None,
    reason: str = "",
    **values: Any,
) -> Occupancy:
    """Correct or update one spell (信息变更, 编制类型修改).

    version   history id of the row as the page showed it; None: not asked
    values    any of PARTICULARS, and status, quota_type, starts_on, document
    Returns the spell; when nothing differs, nothing is written. Raises ChangedMeanwhile,
    QuotaFull, IllegalQuotaType, OverlappingSpell, EntryInFuture, ExitBeforeEntry.
    """
    unknown = set(values) - {*PARTICULARS, "status", "quota_type", "starts_on", "document"}
    if unknown:
        raise TypeError(f"not changed here: {sorted(unknown)}")
    person = Person.objects.select_for_update(no_key=True).get(pk=spell.person_id)
    spell = Occupancy.objects.select_for_update().get(pk=spell.pk)
    refuse_stale(spell, version)
    held = counts(spell) and spell.ends_on is None
    old_type = spell.quota_type_id
    before: dict[str, Any] = {}
    changed = [
        key
        for key, value in values.items()
        if getattr(spell, field_name(Occupancy, key)) != key_of(value)
    ]
    if not changed:
        return spell
    before = told(spell, changed)
    for key in changed:
        setattr(spell, field_name(Occupancy, key), key_of(values[key]))
    if "starts_on" in changed:
        refuse_future("starts_on", spell.starts_on)
        if spell.ends_on is not None and spell.ends_on < spell.starts_on:
            raise errors.ExitBeforeEntry("starts_on", spell.starts_on, spell.ends_on)
        refuse_age(person, spell.starts_on)
    holds = counts(spell)
    if holds:
        refuse_overlap(person, spell.starts_on, spell.ends_on, spell=spell)
    if "quota_type" in changed and not quota_rules.is_legal(spell.quota_type, spell.unit):
        raise IllegalQuotaType(spell.unit, spell.quota_type)
    cell = (spell.unit_id, spell.quota_type_id)
    locked = quotas.lock_balances({(spell.unit_id, old_type), cell})
    if holds and spell.ends_on is None and (not held or spell.quota_type_id != old_type):
        refuse_full(locked.get(cell), spell.unit, spell.quota_type)
    with refusals(person=person, spell=spell):
        spell.save(update_fields=changed)
    if "document" in changed:
        _cite(spell.document, [spell.unit], by=by)
    audit.record(
        "occupancy.change",
        target=spell,
        by=by,
        before=before,
        after=told(spell, changed),
        note=reason,
    )
    return spell


def _person_of(data: dict[str, Any], *, scope: str, by: Any) -> tuple[Person, bool]:
    """Return the person of a number, locked, and whether it was registered just now."""
    said = dict(data)
    found = checked(
        said.pop("id_no"), sex=said.pop("sex", None), birth_month=said.pop("birth_month", None)
    )
    person = secrets.find_by_id_no(found.number, lock=True)
    if person is None:
        return enrol(found, by=by, scope=scope, **said), True
    holds = Occupancy.objects.open().filter(person=person, counts=True).select_related("unit")
    spell = holds.first()
    if spell is not None:
        raise errors.AlreadyInQuota(spell)
    if person.name != data["name"]:
        raise errors.AlreadyRegistered(person)
    news = {k: v for k, v in data.items() if k in (*DETAILS, "phone") and v not in (None, "")}
    if news:
        person = change_person(person=person, by=by, scope=scope, **news)
    return person, False


def open_spell(spell: Occupancy) -> Occupancy:
    """Lock a spell that is still open. Raises SpellClosed."""
    related = ("person", "unit", "quota_type")
    locked = (
        Occupancy.objects.open()
        .select_for_update(of=("self",))
        .select_related(*related)
        .filter(pk=spell.pk)
        .first()
    )
    if locked is None:
        raise errors.SpellClosed
    return locked


def _particulars(values: dict[str, Any]) -> dict[str, Any]:
    unknown = set(values) - set(PARTICULARS)
    if unknown:
        raise TypeError(f"not known of a spell: {sorted(unknown)}")
    return {field_name(Occupancy, key): key_of(value) for key, value in values.items()}


def _next_place(unit: Unit) -> Any:
    """Return the last place of the unit's roster, found while the row is written."""
    rows = Occupancy.objects.filter(unit=unit).order_by("-sort").values("sort")
    return Coalesce(Subquery(rows[:1]), 0) + 1


def _cite(document: ApprovalDocument | None, of: Sequence[Unit], *, by: Any) -> None:
    if document is not None:
        units.link_all(document=document, units=of, by=by)
