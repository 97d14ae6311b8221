"""Rows written by COPY read back as they were given."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from apps.core.copying import copy_rows, reserve_ids
from apps.core.models import CodeTable, CodeValue, Holiday
from apps.units.models import Unit

pytestmark = pytest.mark.django_db

ODD = "甲\t乙\n丙\\丁\r戊 \\N “引号”'单引号'䶮"


def test_texts_come_back_as_they_were_given():
    copy_rows(CodeTable, ["code", "name", "note"], [("t", "表", ODD), ("u", "\\N", "\\.")])

    assert CodeTable.objects.get(pk="t").note == ODD
    assert (CodeTable.objects.get(pk="u").name, CodeTable.objects.get(pk="u").note) == (
        "\\N",
        "\\.",
    )


def test_days_json_and_nothing_come_back_as_they_were_given():
    CodeTable.objects.create(code="t", name="表")
    day, attrs = dt.date(2015, 10, 31), {"说明": ODD, "list": [1, None, True]}

    copy_rows(
        CodeValue,
        ["key", "table_id", "value", "label", "valid_from", "valid_to", "attrs"],
        [("t.1", "t", "1", "一", day, None, attrs)],
    )

    value = CodeValue.objects.get(pk="t.1")
    assert (value.valid_from, value.valid_to, value.attrs) == (day, None, attrs)


def test_columns_that_are_not_named_get_their_defaults_and_history_is_written():
    copy_rows(Holiday, ["day", "kind"], [(dt.date(2026, 1, 1), "holiday")])

    holiday = Holiday.objects.get()
    assert (holiday.name, holiday.source) == ("", "")
    assert holiday.history.get().history_type == "+"


def test_many_rows_are_counted_and_all_there():
    count = copy_rows(CodeTable, ["code", "name"], ((f"t{i}", "表" * 20) for i in range(5000)))

    assert count == CodeTable.objects.count() == 5000


def test_a_row_of_another_width_stops_everything():
    with pytest.raises(ValueError, match="3 values for 2 columns"), transaction.atomic():
        copy_rows(CodeTable, ["code", "name"], [("a", "甲"), ("b", "乙", "丙")])

    assert not CodeTable.objects.exists()


def test_an_unknown_column_is_named():
    with pytest.raises(ValueError, match="colour"):
        copy_rows(CodeTable, ["code", "colour"], [])


def test_constraints_hold_as_for_any_insert():
    with pytest.raises(IntegrityError), transaction.atomic():
        copy_rows(CodeTable, ["code", "name"], [("a", "甲"), ("a", "乙")])


def test_reserved_ids_are_nobody_elses():
    first, second = reserve_ids(Unit, 3), reserve_ids(Unit, 2)

    unit = Unit.objects.add_root(instance=Unit(name="某县", entity_kind="grouping"))

    assert len({*first, *second, unit.pk}) == 6
    assert reserve_ids(Unit, 0) == []
