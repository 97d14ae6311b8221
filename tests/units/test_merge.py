"""合并: everything goes along in one transaction, nothing is lost, nothing gained."""

import datetime as dt

import pytest

from apps.audit.models import AuditEvent
from apps.quotas import services as quota_services
from apps.quotas.models import Balance, OverageEntry, QuotaEntry, Reservation
from apps.staff import services as staff_services
from apps.staff.models import Occupancy, PostHolding
from apps.units import errors, past, refusals, services
from apps.units.choices import EntityKind, EventKind, EventRole, UnitStatus
from apps.units.models import EventUnit, Nameplate, Unit, UnitEvent
from tests.factories import quotas, staff, units
from tests.factories.quotas import ADMIN
from tests.races import meet_at

pytestmark = pytest.mark.django_db
ON = dt.date(2019, 1, 19)


@pytest.fixture
def culture(home):
    return units.unit("嵊州市文化局", home, nature_id="nature.101", established_on=units.DAY)


@pytest.fixture
def sport(home):
    return units.unit("嵊州市体育局", home, nature_id="nature.101", established_on=units.DAY)


def merge(sources, into, document, clerk, on=ON, **values):
    return services.merge(units=sources, into=into, on=on, document=document, by=clerk, **values)


def cell(unit, quota_type=ADMIN):
    row = Balance.objects.filter(unit=unit, quota_type=quota_type).first()
    if row is None:
        return (0, 0, 0, 0)
    return row.approved, row.actual, row.reserved, row.over_allowed


def refused(error, call):
    def state():
        return (
            list(Unit.objects.values_list("pk", "path", "status")),
            UnitEvent.objects.count(),
            QuotaEntry.objects.count(),
            Occupancy.objects.filter(ends_on=None).count(),
            AuditEvent.objects.count(),
        )

    before = state()
    with pytest.raises(error) as caught:
        call()
    assert state() == before, "nothing was written"
    return refusals.sentence(caught.value)


@pytest.mark.rule("U-24")
def test_people_quotas_posts_and_reservations_go_into_a_new_unit(
    home, culture, sport, document, clerk
):
    quotas.grant(culture, 5)
    quotas.grant(sport, 4)
    director = staff.enter(culture, "张文化")
    quotas.people(culture, 2)
    quotas.people(sport, 3)
    office = units.unit("办公室", culture, entity_kind=EntityKind.DEPARTMENT)
    twin = units.unit("办公室", sport, entity_kind=EntityKind.DEPARTMENT)
    arts = units.unit("艺术科", culture, entity_kind=EntityKind.DEPARTMENT)
    library = units.unit("嵊州市图书馆", culture)
    Occupancy.objects.filter(pk=director.pk).update(dept=arts, post_name="局长")
    writer = staff.enter(sport, "李体育", dept=twin)
    staff_services.start_posting(
        person=director.person, unit=culture, post_kind=staff.code("post_kind.10"),
        post_name="局长", starts_on=dt.date(2016, 1, 1), by=None,
    )  # fmt: skip
    quota_services.reserve(
        unit=culture, quota_type=staff.code(ADMIN), places=1, purpose="招录", by=None
    )

    new = merge(
        [culture, sport], services.NewUnit("嵊州市文化体育局"), document, clerk, plates=True
    )

    assert (new.name, new.nature_id, new.established_on) == ("嵊州市文化体育局", "nature.101", ON)
    assert new.path[:4] == home.path
    assert cell(new) == (9, 7, 1, 0)
    assert cell(culture) == cell(sport) == (0, 0, 0, 0)
    spells = Occupancy.objects.open().filter(unit=new)
    assert spells.count() == 7
    assert {s.starts_on for s in spells} == {ON}
    ended = Occupancy.objects.filter(unit__in=[culture, sport])
    assert {(s.ends_on, s.exit_document_id) for s in ended} == {(ON, document.pk)}
    mine = spells.get(person=director.person)
    assert (mine.dept, mine.post_name, mine.document) == (arts, "局长", document)
    # 体育局's 办公室 came second and joined the one that moved in first
    assert spells.get(person=writer.person).dept == office
    assert Unit.objects.get(pk=twin.pk).status == UnitStatus.ABOLISHED
    below = {u.name for u in Unit.objects.active().under(new)}
    assert below == {new.name, "办公室", "艺术科", library.name}
    posting = PostHolding.objects.open().get(person=director.person)
    assert (posting.unit, posting.post_name, posting.starts_on) == (new, "局长", ON)
    assert Reservation.objects.get().unit == new
    assert set(Nameplate.objects.values_list("unit", "name")) == {
        (new.pk, "嵊州市文化局"), (new.pk, "嵊州市体育局"),
    }  # fmt: skip

    for source, people, places in ((culture, 3, 5), (sport, 4, 4)):
        source.refresh_from_db()
        assert (source.status, source.abolished_on) == (UnitStatus.ABOLISHED, ON)
        event = UnitEvent.objects.get(unit=source, kind=EventKind.MERGE)
        assert (event.on, event.document, event.before) == (ON, document, {"name": source.name})
        part = event.parts.get()
        assert (part.unit, part.role) == (new, EventRole.SUCCESSOR)
        back = EventUnit.objects.get(event__unit=new, unit=source)
        assert back.role == EventRole.PREDECESSOR
        assert (part.people, part.places) == (back.people, back.places) == (people, places)
    kinds = AuditEvent.objects.filter(kind="unit.merge").values_list("target_label", flat=True)
    assert set(kinds) == {new.name, culture.name, sport.name}
    # the day before, both stood there with their departments
    then = past.at(ON - dt.timedelta(days=1)).units()
    assert then[culture.pk].existed and then[sport.pk].existed  # noqa: PT018
    assert not then[new.pk].existed
    assert then[arts.pk].parent_id == culture.pk
    assert then[library.pk].path.startswith(culture.path)


@pytest.mark.rule("U-26")
@pytest.mark.parametrize(
    ("mine", "theirs", "expected"),
    [
        # (approved, people) of the one that ends, of the one that stays → (approved, people, room)
        ((5, 7), (10, 10), (15, 17, 2)),
        ((5, 5), (10, 12), (15, 17, 2)),
        ((5, 7), (10, 13), (15, 20, 5)),
        ((5, 7), (10, 9), (15, 16, 1)),
        ((5, 7), (10, 7), (15, 14, 0)),
    ],
)
def test_room_above_the_places_follows_and_is_never_gained(
    culture, sport, document, clerk, mine, theirs, expected
):
    for unit, (approved, people) in ((culture, mine), (sport, theirs)):
        quotas.grant(unit, approved)
        if people > approved:
            quotas.allow(unit, people - approved)
        quotas.people(unit, people)

    merge([culture], sport, document, clerk)

    approved, actual, _, room = cell(sport)
    assert (approved, actual, room) == expected
    assert cell(culture) == (0, 0, 0, 0)
    for unit in (culture, sport):
        entries = OverageEntry.objects.filter(unit=unit).values_list("places", flat=True)
        assert sum(entries) == cell(unit)[3], "the ledger of room agrees with the balance"
    added = OverageEntry.objects.filter(unit=sport, document=document)
    assert all(one.on == ON for one in added)


@pytest.mark.rule("U-26")
def test_spare_room_by_document_follows(culture, sport, document, clerk):
    quotas.grant(culture, 2)
    quotas.allow(culture, 3)
    quotas.grant(sport, 2)

    merge([culture], sport, document, clerk)

    assert cell(sport) == (4, 0, 0, 3)
    assert cell(culture) == (0, 0, 0, 0)


def test_departments_that_end_leave_their_people_in_the_unit(culture, sport, document, clerk):
    quotas.grant(culture, 3)
    arts = units.unit("艺术科", culture, entity_kind=EntityKind.DEPARTMENT)
    spell = staff.enter(culture, dept=arts)

    merge([culture], sport, document, clerk, ending=[arts])

    assert Unit.objects.get(pk=arts.pk).abolished_on == ON
    assert Occupancy.objects.open().get(person=spell.person).dept is None


@pytest.mark.rule("U-25")
def test_people_of_other_units_who_work_there_go_along_or_are_named(
    home, bureau, culture, sport, foreign_bureau, document, clerk
):
    for unit in (bureau, foreign_bureau):
        quotas.grant(unit, 2)
    lent = staff.enter(bureau, "借调甲", work_unit=culture)

    plan = [one.sentence for one in _obstacles(culture, sport, document, clerk)]
    assert plan == []
    outside = staff.enter(foreign_bureau, "外县乙", work_unit=culture)
    words = refused(errors.CannotCarry, lambda: merge([culture], sport, document, clerk))
    assert "另有 1 名编制在其他单位的人员在嵊州市文化局工作，不在您的登记范围" in words
    assert "新昌" not in words
    Occupancy.objects.filter(pk=outside.pk).update(work_unit=None)
    merge([culture], sport, document, clerk)
    lent.refresh_from_db()
    assert lent.work_unit == sport
    assert lent.ends_on is None


def _obstacles(source, target, document, clerk):
    from apps.units import carrying

    deed = carrying.Deed(
        [carrying.Portion(source, target, whole=True)], ON, document, clerk, "核对"
    )
    return carrying.obstacles(deed)


@pytest.mark.rule("U-25")
def test_facts_after_the_day_are_refused_and_named(culture, sport, document, clerk):
    quotas.grant(culture, 5)
    staff.enter(culture, "后来人", starts_on=dt.date(2020, 5, 1))
    words = refused(errors.CannotCarry, lambda: merge([culture], sport, document, clerk))
    assert "在生效日期之后还有入编：后来人（2020-05-01）" in words

    quotas.grant(sport, 1, on=dt.date(2020, 6, 1))
    words = refused(errors.CannotCarry, lambda: merge([sport], culture, document, clerk))
    assert "编制台账在 2020-06-01 还有记账" in words


def test_mergers_that_cannot_be_are_refused(home, culture, sport, document, clerk):
    below = units.unit("嵊州市文化馆", culture)
    culture.refresh_from_db()
    institution = units.unit("嵊州市体育中心", home, nature_id="nature.104")
    young = units.unit("嵊州市新局", home, established_on=dt.date(2020, 1, 1))
    quotas.grant(culture, 1)

    for error, sources, into in (
        (errors.NothingToMerge, [], sport),
        (errors.NothingToMerge, [sport], sport),
        (errors.NothingToMerge, [culture], services.NewUnit("嵊州市文旅局")),
        (errors.UnderItself, [culture], below),
        (errors.NotYetThere, [culture], young),
        (errors.NotABody, [home], sport),
        (errors.CannotCarry, [culture], institution),
        (errors.NameTaken, [culture, sport], services.NewUnit("嵊州市新局")),
        (errors.UnderItself, [culture, sport], services.NewUnit("嵊州市文旅局", culture)),
    ):
        assert refused(error, lambda s=sources, i=into: merge(s, i, document, clerk))
    for on in (dt.date(2014, 1, 1), dt.date.today() + dt.timedelta(days=2)):
        refused(
            (errors.DayTooEarly, errors.DayInFuture),
            lambda on=on: merge([culture], sport, document, clerk, on=on),
        )
    services.rename(unit=sport, name="嵊州市体育总局", on=dt.date(2021, 1, 1), document=document,
                    by=clerk)  # fmt: skip
    refused(errors.LaterEvent, lambda: merge([culture], sport, document, clerk))


@pytest.mark.django_db(transaction=True)
def test_two_mergers_of_one_unit_do_not_both_win(home, culture, sport, bureau, document, clerk):
    quotas.grant(culture, 3)
    quotas.people(culture, 2)

    outcomes = meet_at(
        None,
        lambda: merge([culture], sport, document, clerk),
        lambda: merge([culture], bureau, document, clerk),
    )

    assert sorted(one.won for one in outcomes) == [False, True]
    (loser,) = [one for one in outcomes if not one.won]
    assert isinstance(loser.error, errors.UnitAbolished)
    assert cell(sport)[1] + cell(bureau)[1] == 2
    assert cell(sport)[0] + cell(bureau)[0] == 3


@pytest.mark.django_db(transaction=True)
def test_a_transfer_out_and_a_merger_meet_without_deadlock(culture, sport, bureau, document, clerk):
    quotas.grant(culture, 3)
    quotas.grant(bureau, 1)
    spell = staff.enter(culture)

    outcomes = meet_at(
        Occupancy.objects.filter(pk=spell.pk),
        lambda: merge([culture], sport, document, clerk),
        lambda: staff_services.transfer(
            spell=spell, to_unit=bureau, on=ON, document=document, by=clerk
        ),
    )

    assert outcomes[0].won
    assert type(outcomes[1].error).__name__ == "SpellClosed"
    assert Occupancy.objects.open().get(person=spell.person).unit == sport
