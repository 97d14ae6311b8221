"""分立, and 划转 of departments with their people and quotas."""

import datetime as dt

import pytest

from apps.posts.models import PostBalance
from apps.quotas.models import OverageEntry
from apps.staff.models import Occupancy, PostHolding
from apps.units import errors, services
from apps.units.choices import EntityKind, EventKind, EventRole, UnitStatus
from apps.units.models import Unit, UnitEvent
from tests.factories import posts, quotas, staff, units
from tests.factories.quotas import ADMIN

from .test_merge import cell, refused

pytestmark = [pytest.mark.django_db, pytest.mark.rule("U-27")]
ON = dt.date(2019, 1, 19)
DEPARTMENT = EntityKind.DEPARTMENT


@pytest.fixture
def office(home):
    """A bureau of 8 places and 9 people, three of them in 信息科, with posts."""
    bureau = units.unit(
        "嵊州市经信局", home, nature_id="nature.101", rank_id="institution_rank.41",
        established_on=units.DAY,
    )  # fmt: skip
    science = units.unit("信息科", bureau, entity_kind=DEPARTMENT)
    units.unit("综合科", bureau, entity_kind=DEPARTMENT)
    quotas.grant(bureau, 8)
    quotas.allow(bureau, 1)
    quotas.people(bureau, 6)
    for _ in range(3):
        quotas.people(bureau, 1, dept=science)
    posts.due(bureau, 3, posts.DEPUTY)
    return bureau


def room(unit, name):
    return Unit.objects.active().under(unit).get(name=name)


def split(office, parts, document, clerk, **values):
    return services.split(unit=office, parts=parts, on=ON, document=document, by=clerk, **values)


def test_a_part_becomes_a_unit_beside_the_old_one(home, office, document, clerk):
    science = room(office, "信息科")
    part = services.Part(
        services.NewUnit("嵊州市大数据局"),
        departments=[science],
        figures={"编制": {ADMIN: 3}, "领导职数": {posts.DEPUTY: 1}},
    )

    (new,) = split(office, [part], document, clerk)

    office.refresh_from_db()
    assert office.is_active
    assert (new.rank_id, new.nature_id) == ("institution_rank.41", "nature.101")
    assert new.path[:-4] == home.path
    assert new.path > office.path
    assert cell(new) == (3, 3, 0, 0)
    assert cell(office) == (5, 6, 0, 1), "who stays above the places keeps the room"
    assert Unit.objects.get(pk=science.pk).path.startswith(new.path)
    assert {s.dept_id for s in Occupancy.objects.open().filter(unit=new)} == {science.pk}
    due = dict(PostBalance.objects.filter(unit__in=[new, office]).values_list("unit", "due"))
    assert due == {new.pk: 1, office.pk: 2}
    event = UnitEvent.objects.get(unit=office, kind=EventKind.SPLIT)
    part = event.parts.get()
    assert (part.unit, part.role, part.people, part.places) == (new, EventRole.SUCCESSOR, 3, 3)
    assert sum(OverageEntry.objects.filter(unit=office).values_list("places", flat=True)) == 1


def test_more_people_than_places_need_the_room_of_the_old_unit(office, document, clerk):
    science = room(office, "信息科")

    (new,) = split(
        office,
        [services.Part(services.NewUnit("嵊州市大数据局"), [science], {"编制": {ADMIN: 2}})],
        document,
        clerk,
    )

    assert cell(new) == (2, 3, 0, 1)
    assert cell(office) == (6, 6, 0, 0)


def test_without_places_for_them_the_people_do_not_go(office, document, clerk):
    part = services.Part(
        services.NewUnit("嵊州市大数据局"), [room(office, "信息科")], {"编制": {ADMIN: 1}}
    )
    words = refused(errors.CannotCarry, lambda: split(office, [part], document, clerk))
    assert "划入后核定 1 名，实有和在途将为 3 名，没有足够的空编" in words


def test_a_unit_that_ends_gives_the_rest_to_the_last_part(office, document, clerk):
    person = Occupancy.objects.open().filter(unit=office, dept=None).first().person_id
    parts = [
        services.Part(
            services.NewUnit("嵊州市大数据局"),
            [room(office, "信息科")],
            {"编制": {ADMIN: 4}, "领导职数": {posts.DEPUTY: 1}},
            frozenset({person}),
        ),
        services.Part(services.NewUnit("嵊州市工业局")),
    ]

    first, second = split(office, parts, document, clerk, ends=True)

    office.refresh_from_db()
    assert (office.status, office.abolished_on) == (UnitStatus.ABOLISHED, ON)
    assert cell(office) == (0, 0, 0, 0)
    assert cell(first) == (4, 4, 0, 0)
    assert cell(second) == (4, 5, 0, 1)
    assert room(second, "综合科")
    assert office.path < first.path < second.path
    ended = UnitEvent.objects.get(unit=office, kind=EventKind.SPLIT)
    assert {(p.unit_id, p.people) for p in ended.parts.all()} == {(first.pk, 4), (second.pk, 5)}


def test_departments_are_handed_to_another_unit(home, office, document, clerk):
    other = units.unit("嵊州市发改局", home, nature_id="nature.101", established_on=units.DAY)
    science = room(office, "信息科")
    head = Occupancy.objects.open().filter(dept=science).first()
    PostHolding.objects.create(
        person=head.person, unit=office, post_kind=staff.code("post_kind.21"), post_name="科长",
        starts_on=units.DAY,
    )  # fmt: skip

    services.hand_over(
        unit=office, part=services.Part(other, [science], {"编制": {ADMIN: 3}}), on=ON,
        document=document, by=clerk,
    )  # fmt: skip

    assert cell(other) == (3, 3, 0, 0)
    posting = PostHolding.objects.open().get(person=head.person)
    assert (posting.unit, posting.post_name) == (other, "科长")
    moved = UnitEvent.objects.get(unit=science)
    assert (moved.kind, moved.before["parent"]) == (EventKind.TRANSFER, office.pk)
    (event,) = UnitEvent.objects.filter(unit=other)
    assert event.parts.get().role == EventRole.PREDECESSOR


def test_parts_that_cannot_be_are_refused(home, bureau, office, document, clerk):
    foreign = units.unit("人事科", bureau, entity_kind=DEPARTMENT)
    science = room(office, "信息科")
    full = units.unit("嵊州市满编局", home, nature_id="nature.101", established_on=units.DAY)
    new = services.NewUnit("嵊州市大数据局")

    for error, parts in (
        (errors.NothingGoes, [services.Part(new)]),
        (errors.NotItsDepartment, [services.Part(new, [foreign])]),
        (errors.NotItsDepartment, [services.Part(new, [science]), services.Part(full, [science])]),
        (errors.CannotCarry, [services.Part(full, [science])]),
        (errors.CannotCarry, [services.Part(new, [], {"编制": {ADMIN: 9}})]),
        (errors.CannotCarry, [services.Part(new, [], {"领导职数": {posts.DEPUTY: 4}})]),
        (errors.UnderItself, [services.Part(office, [science])]),
    ):
        assert refused(error, lambda p=parts: split(office, p, document, clerk))
