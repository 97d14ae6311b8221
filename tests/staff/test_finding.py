"""People found by one character or two letters: the rows and the order of sorting all."""

from __future__ import annotations

import pytest

from apps.core import pinyin
from apps.staff import finding, queries
from apps.staff.filters import by_name
from apps.staff.models import Occupancy
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
def clerk():
    county = units.county("嵊州市")
    office = units.unit("教育局", county)
    q.allow(office, len(NAMES))
    for spell, name in zip(q.people(office, len(NAMES)), NAMES, strict=True):
        spell.person.name = name
        spell.person.name_pinyin = pinyin.full(name)
        spell.person.name_initials = pinyin.initials(name)
        spell.person.save()
    return units.holder("clerk", "office_clerk", county)


@pytest.fixture(params=["small scope", "few", "many"])
def way(request, monkeypatch):
    monkeypatch.setattr(finding, "SMALL_SCOPE", 10_000 if request.param == "small scope" else 0)
    few = -1 if request.param == "many" else 10
    monkeypatch.setattr(finding, "FEW", few)
    monkeypatch.setattr(finding, "FEW_FOR_A_PART", few)


@pytest.mark.parametrize("text", ["王", "伟", "明", "买", "·", "无", "w", "W", "ww", "a", "z", "^"])
@pytest.mark.parametrize("limit", [1, 3, 20])
def test_few_characters_find_what_sorting_all_finds(clerk, way, text, limit):
    spells = Occupancy.objects.visible_to(clerk).open().filter(by_name(text))
    expected = list(spells.order_by("person__name_pinyin", "pk")[:limit])

    assert finding.is_short(text)
    assert finding.by_one(clerk, text, limit) == expected


def test_a_character_is_found_wherever_it_stands(clerk, way):
    found = [line.label for line in queries.search(clerk, "王")]

    assert sorted(found) == sorted(name for name in NAMES if "王" in name)


def test_a_stranger_finds_nobody(way, clerk):
    stranger = units.holder("stranger", "office_clerk", units.county("新昌县"))

    assert queries.search(stranger, "王") == []
    assert queries.search(stranger, "w") == []


@pytest.mark.parametrize("text", ["王伟", "小明", "伟明", "买买提", "古丽·", "^王", "a王"])
def test_parts_of_names_are_found_by_their_grams(clerk, text):
    spells = Occupancy.objects.visible_to(clerk).open().filter(by_name(text))

    found = {spell.person.name for spell in spells.select_related("person")}

    assert found == {name for name in NAMES if text.lower() in name.lower()}
