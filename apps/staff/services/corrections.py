"""单位更正: a unit keeps what is not key of its own people (docs/rules.md P-11, P-12).

One change of person and spell together, in one transaction; the office reads of it and can set
it back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models
from django.utils import timezone

from apps.audit import services as audit
from apps.core import calendar
from apps.core.changes import version_of
from apps.core.history import history_of
from apps.core.masking import mask_phone
from apps.core.writes import write

from .. import errors, rules, secrets
from ..models import Correction, Occupancy, Person
from ..versions import refuse_stale
from .facts import told
from .persons import change_person, field_name
from .spells import change_spell

#: What the unit keeps itself (domain.md §2.7); everything else is the office's.
PERSON_FIELDS = (
    "ethnicity",
    "native_place",
    "political_status",
    "joined_party_on",
    "education",
    "degree",
    "school",
    "major",
    "phone",
    "prof_title",
    "photo_no",
)
SPELL_FIELDS = ("post_name", "dept")
#: Fields only the office changes, as a forged form would name them.
KEY_FIELDS = {
    "person_no": "人员编号",
    "name": "姓名",
    "id_no": "公民身份号码",
    "sex": "性别",
    "birth_month": "出生年月",
    "work_started_on": "参加工作时间",
    "unit": "编制所在单位",
    "quota_type": "编制类型",
    "status": "人员状态",
    "identity": "人员身份",
    "occupies_slot": "占用编制",
    "counts": "计入实有",
    "starts_on": "入编时间",
    "document": "入编文号",
    "document_no": "入编文号",
    "entry_mode": "进入方式",
    "ends_on": "出编时间",
    "exit_mode": "退出方式",
    "post_level": "职务层次",
    "civil_rank": "职级",
    "position_class": "岗位类别",
    "position_grade": "岗位等级",
}
#: Working days after the fact within which the unit enters it.
DAYS = 10


@write
def correct_own(
    *,
    spell: Occupancy,
    values: dict[str, Any],
    happened_on: dt.date,
    reason: str,
    by: Any,
    person_version: int | None = None,
    spell_version: int | None = None,
) -> Correction | None:
    """Change what the unit itself keeps of one of its people.

    spell        open spell in a unit for which `by` files
    values       any of PERSON_FIELDS and SPELL_FIELDS
    happened_on  day the fact changed; today or earlier
    versions     history ids of person and spell as the page showed them; None: not asked
    Returns the Correction, or None when nothing differs. Raises PermissionDenied, SpellClosed,
    KeyFieldLocked, HappenedInFuture, HappenedTooLongAgo, ChangedMeanwhile.
    Source: docs/rules.md P-11, P-12.
    """
    locked = sorted(set(values) - {*PERSON_FIELDS, *SPELL_FIELDS})
    if locked:
        raise errors.KeyFieldLocked([KEY_FIELDS.get(name, name) for name in locked])
    person = Person.objects.select_for_update(no_key=True).get(pk=spell.person_id)
    current = Occupancy.objects.open().select_for_update(of=("self",)).filter(pk=spell.pk)
    found = current.select_related("unit").first()
    if found is None:
        raise errors.SpellClosed
    if not rules.may_correct(by, found):
        raise PermissionDenied("账号只能更正本单位的人员")
    refuse_stale(person, person_version)
    refuse_stale(found, spell_version)
    due = due_of(happened_on)
    of_person = {name: values[name] for name in PERSON_FIELDS if name in values}
    of_spell = {name: values[name] for name in SPELL_FIELDS if name in values}
    rows: dict[str, tuple[models.Model, dict[str, Any]]] = {
        "person": (person, of_person),
        "spell": (found, of_spell),
    }
    versions = {key: [version_of(row)] for key, (row, _) in rows.items()}
    change_person(person=person, by=by, reason=reason, scope=found.scope, **of_person)
    change_spell(spell=found, by=by, reason=reason, **of_spell)
    changed = []
    for key, (row, names) in rows.items():
        versions[key].append(version_of(row))
        changed += [f"{key}.{name}" for name in _changed(type(row), versions[key], names)]
    if not changed:
        return None
    made = Correction.objects.create(
        person=person,
        spell=found,
        unit=found.unit,
        versions=versions,
        fields=changed,
        happened_on=happened_on,
        due_on=due.day,
        provisional=due.provisional,
        reason=reason,
        made_by=by,
    )
    audit.record(
        "correction.make",
        target=person,
        by=by,
        scope=found.scope,
        after={"fields": labels_of(changed), "happened_on": happened_on.isoformat()},
        note=reason,
    )
    return made


@write
def refuse_key_fields(*, person: Person, scope: str, names: Iterable[str], by: Any) -> list[str]:
    """Note that a form of a unit's clerk named fields that only the office changes.

    Returns their labels.
    """
    labels = list(dict.fromkeys(KEY_FIELDS[name] for name in names))
    audit.record(
        "correction.refuse",
        target=person,
        by=by,
        scope=scope,
        refused=True,
        note=f"试图修改{'、'.join(labels)}"[:300],
    )
    return labels


@write
def undo_correction(*, correction: Correction, reason: str, by: Any) -> Correction:
    """Set back what a unit's clerk changed, field by field, to what stood there before.

    Raises PermissionDenied, CorrectionUndone, and ChangedSince when somebody has changed one of
    the fields again: that is not overwritten.
    """
    correction = (
        Correction.objects.select_for_update(of=("self",))
        .select_related("person", "spell")
        .get(pk=correction.pk)
    )
    if not rules.may_examine(by, correction):
        raise PermissionDenied("账号没有恢复这个单位更正的权限")
    if correction.is_undone:
        raise errors.CorrectionUndone
    person = Person.objects.select_for_update(no_key=True).get(pk=correction.person_id)
    spell = Occupancy.objects.select_for_update().get(pk=correction.spell_id)
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    since: list[str] = []
    rows: dict[str, models.Model] = {"person": person, "spell": spell}
    for key, row in rows.items():
        prefix = f"{key}."
        names = [one.removeprefix(prefix) for one in correction.fields if one.startswith(prefix)]
        if not names:
            continue
        history = history_of(type(row)).in_bulk(correction.versions[key])
        earlier, made = (history[number] for number in correction.versions[key])
        columns = [_column(type(row), name) for name in names]
        labels = labels_of(f"{prefix}{name}" for name in names)
        since += [
            label
            for label, column in zip(labels, columns, strict=True)
            if not _same(getattr(row, column), getattr(made, column))
        ]
        before |= _told(row, names)
        for column in columns:
            setattr(row, column, getattr(earlier, column))
        after |= _told(row, names)
        if not since:
            row.save(update_fields=columns_of(names))
    if since:
        raise errors.ChangedSince(since)
    correction.undone_by, correction.undone_at = by, timezone.now()
    correction.undone_reason = reason
    correction.save(update_fields=["undone_by", "undone_at", "undone_reason"])
    audit.record(
        "correction.undo",
        target=person,
        by=by,
        scope=correction.scope,
        before=before,
        after=after,
        note=reason,
    )
    return correction


def due_of(happened_on: dt.date) -> calendar.Deadline:
    """Return until when a unit enters what happened on a day. Raises Happened… for a wrong day."""
    if happened_on > timezone.localdate():
        raise errors.HappenedInFuture("happened_on", happened_on)
    try:
        return calendar.current().deadline(happened_on, DAYS)
    except calendar.OutOfReach as fault:
        raise errors.HappenedTooLongAgo(str(fault)) from None


def labels_of(fields: Iterable[str]) -> list[str]:
    """Return the words of “person.education”, “spell.post_name”, …"""
    models_: dict[str, type[models.Model]] = {"person": Person, "spell": Occupancy}
    found = []
    for one in fields:
        prefix, _, name = one.partition(".")
        if name == "phone":
            found.append("联系电话")
        else:
            found.append(str(models_[prefix]._meta.get_field(name).verbose_name))
    return found


def _changed(model: type[models.Model], versions: Sequence[int], names: Iterable[str]) -> list[str]:
    """Return which of `names` differ between two history rows of one row."""
    before, after = versions
    if before == after:
        return []
    rows = history_of(model).in_bulk(versions)
    return [
        name
        for name in names
        if not _same(
            getattr(rows[before], _column(model, name)), getattr(rows[after], _column(model, name))
        )
    ]


def columns_of(names: Iterable[str]) -> list[str]:
    """Return the fields to save: a phone is kept as its ciphertext."""
    return ["phone_ct" if name == "phone" else name for name in names]


def _column(model: type[models.Model], name: str) -> str:
    return "phone_ct" if name == "phone" else field_name(model, name)


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, memoryview):
        one = bytes(one)
    if isinstance(other, memoryview):
        other = bytes(other)
    return one == other


def _told(row: models.Model, names: Sequence[str]) -> dict[str, Any]:
    """Return fields in words; a phone masked."""
    found = told(row, [name for name in names if name != "phone"])
    if "phone" in names and isinstance(row, Person):
        phone = secrets.phone(row)
        found["phone"] = mask_phone(phone.reveal()) if phone is not None else None
    return found
