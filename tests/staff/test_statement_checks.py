"""Codes, scope and counts of people and spells: what triggers refuse once per statement."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from apps.core.fields import CodeField
from apps.core.models import CodeValue
from apps.core.writes import constraint_of
from apps.staff.models import Occupancy, Person
from apps.units.models import Unit
from tests.factories import staff

pytestmark = pytest.mark.django_db


def refused(sql: str, *parameters: object) -> str:
    """Run a statement that must be refused; return the constraint it broke."""
    with (
        pytest.raises(IntegrityError) as caught,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql, parameters)
    return constraint_of(caught.value)


@pytest.mark.parametrize(
    ("model", "function"), [(Person, "staff_person_codes"), (Occupancy, "staff_occupancy_codes")]
)
def test_every_code_column_is_looked_at(model: type[Person | Occupancy], function: str) -> None:
    columns = {
        field.column
        for field in model._meta.local_concrete_fields
        if isinstance(field, CodeField) and not field.db_constraint
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [function])
        source = cursor.fetchone()[0]
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'staff_keep_code'")
        other_side = cursor.fetchone()[0]

    assert columns
    for column in columns:
        assert source.count(f"({column})") == 2, column
        assert f".{column}" in other_side, column


def test_a_code_nobody_has_is_refused(staffed_bureau: Unit) -> None:
    spell = staff.enter(staffed_bureau)

    assert (
        refused(
            "UPDATE staff_person SET ethnicity_id = 'ethnicity.999' WHERE id = %s", spell.person_id
        )
        == "person_codes_exist"
    )
    assert (
        refused("UPDATE staff_occupancy SET civil_rank_id = 'civil_rank.x' WHERE id = %s", spell.pk)
        == "occupancy_codes_exist"
    )
    copied = (
        "INSERT INTO staff_occupancy (person_id, unit_id, quota_type_id, status_id, occupies_slot, "
        "counts, starts_on, ends_on, exit_mode_id, from_unit, notice_no, slot_no, destination, "
        "post_name, is_dual, on_unified_payroll, sort, note, scope) "
        "SELECT person_id, unit_id, quota_type_id, {status}, true, {counts}, DATE '2001-01-01', "
        "DATE '2001-01-02', 'exit_mode.03', '', '', '', '', '', false, true, 0, '', {scope} "
        "FROM staff_occupancy WHERE id = %s"
    )
    told = {"status": "status_id", "counts": "true", "scope": "scope"}
    assert (
        refused(copied.format(**told | {"status": "'person_status.999'"}), spell.pk)
        == "occupancy_codes_exist"
    )
    # a bulk load brings scope and counts along: both must be true
    assert (
        refused(copied.format(**told | {"scope": "scope || '0001'"}), spell.pk)
        == "occupancy_scope_is_of_its_unit"
    )
    assert (
        refused(copied.format(**told | {"counts": "false"}), spell.pk)
        == "occupancy_counts_by_its_status"
    )
    with connection.cursor() as cursor:
        cursor.execute(copied.format(**told), [spell.pk])
        cursor.execute(copied.format(**told | {"scope": "''", "counts": "false"})
                       .replace("2001", "2002"), [spell.pk])  # fmt: skip
    scopes = set(Occupancy.objects.filter(person=spell.person).values_list("scope", "counts"))
    assert scopes == {(staffed_bureau.path, True)}


def test_a_code_in_use_neither_goes_nor_changes(staffed_bureau: Unit) -> None:
    staff.enter(staffed_bureau)
    status = "person_status.110"

    assert refused("DELETE FROM core_codevalue WHERE key = %s", status) == "occupancy_codes_exist"
    assert refused("DELETE FROM core_codevalue WHERE key LIKE 'sex.%%'") == "person_codes_exist"
    assert (
        refused("UPDATE core_codevalue SET key = key || 'x' WHERE key = %s", status)
        == "occupancy_codes_exist"
    )
    assert CodeValue.objects.filter(pk=status).exists()
    with connection.cursor() as cursor:  # one that nobody uses may go
        cursor.execute("DELETE FROM core_codevalue WHERE key = 'civil_rank.01'")
