"""Every personal field is sealed or masked, in the row and in its history (security R16, R18)."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import models

from apps.core import changes
from apps.core.history import tracked_models
from apps.staff.models import Person

#: Fields of Person that say nothing about the person: numbers of ours.
OURS = {"id", "uid", "person_no"}
#: Words in the names of fields that hold a personal number.
NUMBERS = ("id_no", "identity", "phone", "mobile", "bank", "card_no", "passport")
#: Phone numbers of offices, which are public.
PUBLIC = {"accounts.User.office_phone", "units.Unit.phone"}


def test_every_field_of_a_person_is_personal_or_ours() -> None:
    named = {f.name for f in Person._meta.concrete_fields}

    assert named - changes.personal_fields(Person) == OURS
    assert changes.personal_fields(Person) <= named


def test_personal_numbers_are_ciphertext_in_row_and_history() -> None:
    histories = [m.history.model for m in tracked_models()]  # type: ignore[attr-defined]
    ours = [m for m in apps.get_models() if m.__module__.startswith("apps.")]
    for model in [*ours, *histories]:
        for field in model._meta.concrete_fields:
            base = model._meta.label.replace("Historical", "")
            if f"{base}.{field.name}" in PUBLIC or not any(w in field.name for w in NUMBERS):
                continue
            if isinstance(field, models.ForeignKey | models.SmallIntegerField):
                continue  # a code, or the bucket of the last four
            assert isinstance(field, models.BinaryField), f"{model._meta.label}.{field.name}"


@pytest.mark.parametrize("name", sorted(changes.personal_fields(Person)))
def test_history_pages_for_others_do_not_write_it_out(name: str) -> None:
    import datetime as dt
    from types import SimpleNamespace

    field = Person._meta.get_field(name)
    values = {f.attname: None for f in Person._meta.concrete_fields}
    planted = {
        models.DateField: dt.date(1981, 9, 3),
        models.BinaryField: b"planted",
        models.SmallIntegerField: 4711,
    }.get(type(field), "planted")
    row = SimpleNamespace(
        **{**values, field.attname: planted, "id": 1},
        history_type="+",
        history_date=None,
        history_user=None,
        history_change_reason="",
        change_id=None,
    )

    told = changes._change(Person, row, None, [field], {}, changes.personal_fields(Person))

    said = str(told.rows)
    assert "planted" not in said
    assert "1981" not in said
    assert "4711" not in said
