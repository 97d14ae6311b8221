"""People found by parts of names and by pinyin: the rows and the order of sorting all."""

from __future__ import annotations

import pytest
from django.db.models import Value
from django.db.models.functions import Replace

from apps.core import pinyin
from apps.staff import finding, queries
from apps.staff.filters import by_name
from apps.staff.models import Occupancy
from apps.units.models import Unit
from tests.factories import quotas as q
from tests.factories import units

pytestmark = pytest.mark.django_db

NAMES = (
    "王伟",
    "王小明",
    "张王",
    "伟王伟",
    "李伟",
    "欧阳伟明",
    "阿依古丽·买买提",
    "A王",
    "汪洋",
    "王王",
)


@pytest.fixture
def county():
    county = units.county("嵊州市")
    office = units.unit("教育局", county)
    q.allow(office, len(NAMES))
    for spell, name in zip(q.people(office, len(NAMES)), NAMES, strict=True):
        spell.person.name = name
        spell.person.name_pinyin = pinyin.full(name)
        spell.person.name_initials = pinyin.initials(name)
        spell.person.save()
    return county


@pytest.fixture
def clerk(county, way):
    if way == "small scope":  # a reader of a part
        return units.holder("clerk", "office_clerk", Unit.objects.get(name="教育局"))
    return units.holder("clerk", "office_clerk", county)


@pytest.fixture(params=["small scope", "few", "many"])
def way(request, monkeypatch):
    """How the first are found: looked through, fetched and sorted, or walked."""
    monkeypatch.setattr(finding, "SMALL_SCOPE", 10_000 if request.param == "small scope" else 0)
    few = -1 if request.param == "many" else 20
    monkeypatch.setattr(finding, "FEW", few)
    monkeypatch.setattr(finding, "FEW_FOR_A_PART", few)
    return request.param


TEXTS = ["王", "伟", "明", "买", "·", "无", "王伟", "王王", "a王", "A王", "^"]
LATIN = [
    "w",
    "W",
    "ww",
    "a",
    "z",
    "^",
    "wxm",
    "wan",
    "wang",
    "wang x",
    "wangxiaoming",
    "ouy",
    "zzz",
    "%",
]


@pytest.mark.parametrize("text", [*TEXTS, *LATIN])
@pytest.mark.parametrize("limit", [1, 3, 20])
def test_the_first_are_those_of_sorting_all(clerk, text, limit):
    spells = Occupancy.objects.visible_to(clerk).open().filter(by_name(text))
    read = "reading" if text.isascii() else "person__name_pinyin"
    order = spells.alias(reading=Replace("person__name_pinyin", Value(" "), Value("")))
    expected = list(order.order_by(read, "pk").values_list("pk", flat=True)[:limit])

    assert finding.first(clerk, text, limit) == expected


def test_a_character_is_found_wherever_it_stands(clerk):
    found = [line.label for line in queries.search(clerk, "王")]

    assert sorted(found) == sorted(name for name in NAMES if "王" in name)


def test_a_stranger_finds_nobody(county, way):
    stranger = units.holder("stranger", "office_clerk", units.county("新昌县"))

    assert queries.search(stranger, "王") == []
    assert queries.search(stranger, "w") == []


@pytest.mark.parametrize("text", ["王伟", "小明", "伟明", "买买提", "古丽·", "^王", "a王"])
def test_parts_of_names_are_found_by_their_grams(clerk, text):
    spells = Occupancy.objects.visible_to(clerk).open().filter(by_name(text))

    found = {spell.person.name for spell in spells.select_related("person")}

    assert found == {name for name in NAMES if text.lower() in name.lower()}
