"""The tree of a past day, rebuilt from today's rows and the later events (apps.units.past)."""

import datetime as dt

import pytest
from django.urls import reverse

from apps.quotas.models import QuotaEntry
from apps.units import past, services
from apps.units.choices import EntityKind, EventKind
from apps.units.models import Unit, UnitEvent
from tests.factories import units
from tests.factories.documents import DocumentFactory

pytestmark = [pytest.mark.django_db, pytest.mark.rule("U-20")]
D2015, D2016, D2018, D2020 = (dt.date(year, 3, 1) for year in (2015, 2016, 2018, 2020))


def day_before(on):
    return on - dt.timedelta(days=1)


@pytest.fixture
def health(home):
    return units.unit("嵊州市卫生局", home, established_on=dt.date(2010, 1, 1))


@pytest.fixture
def centre(bureau):
    """A body below the education bureau, with a department of its own."""
    made = units.unit("嵊州市教学研究室", bureau, established_on=dt.date(2015, 3, 1))
    units.unit("办公室", made, entity_kind=EntityKind.DEPARTMENT)
    return made


def move(unit, parent, on, document, clerk, **values):
    return services.move(unit=unit, parent=parent, on=on, document=document, by=clerk, **values)


def test_without_later_events_a_past_day_is_today(home, bureau, centre):
    then = past.at(D2016)

    assert then.shifts == []
    assert {pk: one.path for pk, one in then.units().items()} == dict(
        Unit.objects.values_list("pk", "path")
    )
    assert then.units()[centre.pk].parent_id == bureau.pk


def test_names_are_those_of_the_day_the_event_belongs_to_the_new(bureau, document, clerk):
    services.rename(unit=bureau, name="嵊州市教体局", on=D2016, document=document, by=clerk)
    services.rename(unit=bureau, name="嵊州市文教局", on=D2018, document=document, by=clerk)

    def name(day):
        return past.at(day).units(ids=[bureau.pk])[bureau.pk].name

    assert name(day_before(D2016)) == "嵊州市教育局"
    assert name(D2016) == "嵊州市教体局"
    assert name(day_before(D2018)) == "嵊州市教体局"
    assert name(D2018) == "嵊州市文教局"


def test_ranks_and_other_decided_values_are_those_of_the_day(bureau, document, clerk):
    services.change(unit=bureau, rank="institution_rank.51", document=document, on=D2018, by=clerk)

    assert past.at(D2016).units()[bureau.pk].rank_id == "institution_rank.41"
    assert past.at(D2018).units()[bureau.pk].rank_id == "institution_rank.51"


def test_names_of_some_units_are_those_of_the_whole(home, bureau, health, centre, document, clerk):
    services.rename(unit=bureau, name="嵊州市教体局", on=D2018, document=document, by=clerk)
    services.rename(unit=health, name="嵊州市卫健局", on=D2018, document=document, by=clerk)
    move(centre, health, D2018, document, clerk)
    before = day_before(D2018)

    whole, some = past.at(before), past.named(before, [bureau.pk, centre.pk])

    assert some.facts[bureau.pk] == whole.facts[bureau.pk]
    assert some.facts[bureau.pk]["name"] == "嵊州市教育局"
    assert health.pk not in some.facts
    assert past.moves(before).shifts == whole.shifts != []
    assert past.named(D2018, [bureau.pk]).facts == {}


def test_a_correction_without_document_holds_for_every_day(bureau, clerk):
    services.change(unit=bureau, short_name="教育局", by=clerk)

    assert past.at(D2016).units()[bureau.pk].short_name == "教育局"


def test_a_unit_exists_from_its_first_day_up_to_its_last(home, document, clerk):
    unit = services.establish(
        parent=home, name="嵊州市体育局", entity_kind=EntityKind.BODY, on=D2016,
        document=document, by=clerk,
    )  # fmt: skip
    services.abolish(unit=unit, on=D2018, document=document, by=clerk)

    lived = {
        day: past.at(day).units()[unit.pk].existed
        for day in (day_before(D2016), D2016, day_before(D2018), D2018)
    }

    assert list(lived.values()) == [False, True, True, False]
    for day, is_there in lived.items():
        assert Unit.objects.filter(past.at(day).existed, pk=unit.pk).exists() is is_there
    assert past.at(dt.date(1950, 1, 1)).units()[home.pk].existed, "no known day: since always"


def test_a_moved_subtree_stands_where_it_stood(home, bureau, health, centre, document, clerk):
    room = Unit.objects.get(name="办公室")
    move(centre, health, D2018, document, clerk)
    now = Unit.objects.get(pk=centre.pk)
    assert now.path.startswith(health.path)

    then = past.at(day_before(D2018))
    known = then.units()

    assert known[centre.pk].parent_id == bureau.pk
    assert known[centre.pk].path.startswith(bureau.path)
    assert known[room.pk].parent_id == centre.pk
    assert known[room.pk].path[:-4] == known[centre.pk].path
    assert past.at(D2018).shifts == []
    displaced = past.displaced(day_before(D2018))
    assert [(one.unit_id, one.now) for one in displaced] == [
        (centre.pk, now.path),
        (room.pk, Unit.objects.get(pk=room.pk).path),
    ]
    assert all(one.then == known[one.unit_id].path for one in displaced)


def test_subtrees_and_children_of_the_day_are_conditions(
    home, bureau, health, centre, document, clerk
):
    DocumentFactory(scope=home.path)
    own = units.unit("嵊州市急救中心", health)
    move(centre, health, D2018, document, clerk)
    entry = QuotaEntry.objects.create(
        unit=centre, quota_type_id="quota_type.10", change=3, on=D2016, document=document,
        reason="核定",
    )  # fmt: skip

    before, after = past.at(day_before(D2018)), past.at(D2018)

    def names(then, path):
        return set(Unit.objects.filter(then.inside([path], "path")).values_list("name", flat=True))

    assert names(before, bureau.path) == {bureau.name, centre.name, "办公室"}
    assert names(before, health.path) == {health.name, own.name}
    assert names(after, health.path) == {health.name, own.name, centre.name, "办公室"}
    assert set(Unit.objects.filter(before.children(bureau.path))) == {centre}
    assert set(Unit.objects.filter(before.children(health.path))) == {own}
    place = before.units(ids=[centre.pk])[centre.pk].path
    assert [u.name for u in Unit.objects.filter(before.children(place))] == ["办公室"]
    for then, root in ((before, bureau), (after, health)):
        assert QuotaEntry.objects.filter(then.inside([root.path])).get() == entry
        row = QuotaEntry.objects.annotate(place=then.place("scope")).get(pk=entry.pk)
        assert row.place == then.units(ids=[centre.pk])[centre.pk].path
    assert not QuotaEntry.objects.filter(before.inside([health.path])).exists()
    assert before.inside([], "path") == past.Q(pk__in=[])


def test_moves_within_moves_are_undone_one_after_the_other(
    home, bureau, health, centre, document, clerk
):
    """The centre went to 卫生局 in 2016, 卫生局 went under 教育局 in 2018."""
    move(centre, health, D2016, document, clerk)
    move(health, bureau, D2018, document, clerk)

    first = past.at(D2015).units()
    between = past.at(D2016).units()

    assert first[centre.pk].path[:-4] == bureau.path
    assert first[health.pk].path[:-4] == home.path
    assert between[centre.pk].parent_id == health.pk
    assert between[centre.pk].path[:-4] == between[health.pk].path
    assert between[health.pk].path[:-4] == home.path
    for known in (first, between):
        assert len({one.path for one in known.values()}) == len(known), "paths of a day are unique"


def test_a_unit_that_went_and_came_back_was_never_elsewhere_for_days_before(
    bureau, health, centre, document, clerk
):
    move(centre, health, D2016, document, clerk)
    move(centre, bureau, D2018, document, clerk)

    assert past.at(D2015).shifts == []
    assert past.at(D2016).units()[centre.pk].parent_id == health.pk


def test_a_freed_step_taken_by_another_unit_makes_no_twin(
    home, bureau, health, centre, document, clerk
):
    """treebeard gives the step of a child that went to the next one."""
    move(centre, health, D2018, document, clerk)
    heir = units.unit("嵊州市招生办公室", Unit.objects.get(pk=bureau.pk))
    assert heir.path == centre.path

    known = past.at(D2016).units()

    assert known[heir.pk].path == heir.path
    assert known[centre.pk].path != heir.path
    assert past.at(D2016).behind[centre.pk] is None


def test_a_past_tree_costs_three_queries_however_many_events(
    home, bureau, health, document, clerk, django_assert_num_queries
):
    for number in range(4):
        unit = units.unit(f"嵊州市测试{number}中心", bureau, established_on=D2015)
        move(unit, health, D2016, document, clerk)

    with django_assert_num_queries(3):
        past.at(D2015).units()


def test_an_event_of_first_entry_undoes_nothing(bureau):
    UnitEvent.objects.create(
        unit=bureau, kind=EventKind.INITIAL, on=D2020, after={"name": bureau.name}
    )
    assert past.at(D2015).facts == {}


@pytest.mark.parametrize("paths", [None, ["0001"]])
def test_only_units_asked_for_are_returned(home, bureau, foreign_bureau, paths):
    found = past.at(D2016).units(Unit.objects.exclude(pk=foreign_bureau.pk), paths=paths)
    assert foreign_bureau.pk not in found
    assert bureau.pk in found


@pytest.fixture
def reformed(home, bureau, health, centre, document, clerk):
    """In 2018 教研室 went to 卫生局, which was renamed; in 2020 it ended in 教育局."""
    move(centre, health, D2018, document, clerk)
    services.rename(unit=health, name="嵊州市卫健局", on=D2018, document=document, by=clerk)
    return centre


def page(client, user, **query):
    client.force_login(user)
    return client.get(reverse("units:tree"), query).content.decode()


def test_the_tree_page_shows_names_and_places_of_the_day(
    client, reformed, home, bureau, health, clerk
):
    before = page(client, clerk, on="2016-03-01", open=bureau.pk)
    assert 'class="as-of"' in before
    assert "嵊州市卫生局" in before
    assert "嵊州市卫健局" not in before
    assert "嵊州市教学研究室" in before
    after = page(client, clerk, on="2018-03-01", open=bureau.pk)
    assert "嵊州市卫健局" in after
    assert "嵊州市教学研究室" not in after
    assert "嵊州市教学研究室" in page(client, clerk, on="2018-03-01", open=health.pk)
    assert page(client, clerk, on="2014-01-01").count("嵊州市教学研究室") == 0
    found = page(client, clerk, on="2016-03-01", q="卫生局")
    assert "找到 1 个机构" in found
    assert "嵊州市卫生局" in found


def test_nodes_opened_lazily_are_those_of_the_day(client, reformed, bureau, health, clerk):
    client.force_login(clerk)

    def opened(unit, on):
        url = reverse("units:tree_children", args=[unit.pk])
        return client.get(url, {"level": "3", "on": on}).content.decode()

    assert "嵊州市教学研究室" in opened(bureau, "2016-03-01")
    assert "on=2016-03-01" in opened(bureau, "2016-03-01")
    assert "嵊州市教学研究室" not in opened(health, "2016-03-01")
    assert "办公室" in opened(reformed, "2016-03-01")
    assert opened(health, "2016-03-01").count("<li") == 0
    assert "嵊州市教学研究室" in opened(health, "2019-01-01")


def test_an_abolished_unit_stands_in_the_tree_while_it_lived(client, home, health, document, clerk):
    services.abolish(unit=health, on=D2018, document=document, by=clerk)
    assert "2018-03-01 撤销" in page(client, clerk, on="2018-02-28")
    assert "嵊州市卫生局" not in page(client, clerk, on="2018-03-01")


def test_who_sees_one_unit_only_sees_it_where_it_stood_and_nothing_else(
    client, reformed, home, bureau, health, foreign_bureau, stranger
):
    only = units.holder("only", "partner", Unit.objects.get(pk=reformed.pk))
    shown = page(client, only, on="2016-03-01")
    assert "嵊州市教学研究室" in shown
    assert "教育局" not in shown
    assert "卫生局" not in shown
    client.force_login(stranger)
    url = reverse("units:tree_children", args=[bureau.pk])
    assert client.get(url, {"level": "2", "on": "2016-03-01"}).status_code == 404
    assert "嵊州" not in page(client, stranger, on="2016-03-01").split("<main")[-1]


def test_the_past_tree_page_keeps_to_its_queries(
    client, reformed, clerk, django_assert_max_num_queries
):
    client.force_login(clerk)
    with django_assert_max_num_queries(30):
        client.get(reverse("units:tree"), {"on": "2016-03-01"})
