"""The first units of a search are those of the whole ranking, by index and by walk alike."""

from __future__ import annotations

import pytest

from apps.core import scope
from apps.core import search as kept
from apps.units import queries, searching
from apps.units.choices import EntityKind
from apps.units.models import Unit
from tests.factories import units

pytestmark = pytest.mark.django_db

NAMES = (
    "教育局",
    "嵊州市教育局",
    "教育考试中心",
    "体育与教育中心",
    "第一小学",
    "第12小学",
    "一中",
    "中共党校",
    "市场监管局",
    "局史馆",
)


@pytest.fixture
def many():
    county = units.county("嵊州市")
    made = [units.unit(name, county) for name in NAMES]
    Unit.objects.filter(pk=made[4].pk).update(short_name="一小")
    Unit.objects.filter(pk=made[3].pk).update(short_name="教育")
    return Unit.objects.all()


@pytest.fixture(params=["by index", "by walk"])
def way(request, monkeypatch):
    monkeypatch.setattr(searching, "FEW", 0 if request.param == "by index" else -1)


@pytest.mark.parametrize(
    "text",
    [
        "局",
        "教育",
        "教育局",
        "中",
        "一",
        "12",
        "1",
        "j",
        "jyj",
        "小学",
        "无",
        "教育 中心",
        "%",
        "_",
        "\\",
    ],
)
@pytest.mark.parametrize("limit", [1, 3, 20])
def test_the_first_units_are_those_of_the_ranking(many, way, text, limit):
    expected = list(searching.ranked(many, text).values_list("pk", flat=True)[:limit])

    assert searching.best(many, text, limit) == expected


def test_a_whole_name_comes_first_then_beginnings_then_parts(many):
    keys = searching.best(many, "教育", 4)

    names = dict(many.values_list("pk", "name"))
    assert [names[key] for key in keys] == [
        "体育与教育中心",  # its short name
        "教育局",
        "教育考试中心",
        "嵊州市教育局",
    ]


def test_the_planner_knows_how_common_a_gram_is(many, monkeypatch):
    from django.db import connection

    monkeypatch.setattr(kept, "_known", {})
    for number in range(60):
        units.unit(f"第{number}号测试所", None)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE units_unit")
        cursor.execute("SET LOCAL ROLE bianzhi_app")  # who owns no index

    assert kept.rows_with("unit_name_grams", "测试") == pytest.approx(60, rel=0.2)
    assert kept.rows_with("unit_name_grams", "没有") == 0


def test_parents_of_a_few_are_those_of_a_list(many):
    county = Unit.objects.get(name="嵊州市")
    group = units.unit("县政府", county, entity_kind=EntityKind.GROUPING)
    bureau = units.unit("水利局", group)
    room = units.unit("办公室", bureau, entity_kind=EntityKind.DEPARTMENT)
    desk = units.unit("机要室", room, entity_kind=EntityKind.DEPARTMENT)
    for where in (county, bureau):
        reader = units.holder(f"reader-{where.pk}", "office_clerk", where)
        listed = queries.with_parent(many.visible_to(reader), reader)
        expected = dict(listed.values_list("pk", "parent_name"))

        found = list(many.visible_to(reader))
        queries.name_parents(found, reader)

        assert {unit.pk: unit.parent_name for unit in found} == expected
        assert expected[desk.pk] == "水利局"


def test_a_root_is_one_step_of_the_tree():
    assert Unit.steplen == scope.ROOT
