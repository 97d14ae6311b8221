"""Entering, leaving, moving and correcting people through the services."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from apps.audit.models import AuditEvent
from apps.core.changes import version_of
from apps.quotas.errors import IllegalQuotaType, QuotaFull
from apps.quotas.models import Balance
from apps.staff import errors, secrets, services
from apps.staff.models import Occupancy, Person, PostHolding
from apps.units.models import Unit
from tests.factories import quotas, staff, units
from tests.factories.documents import DocumentFactory
from tests.factories.quotas import ADMIN, FULL
from tests.identity_numbers import number as identity_number
from tests.quotas.world import drift

pytestmark = pytest.mark.django_db

BORN = dt.date(1985, 5, 17)
DAY = dt.date(2016, 7, 1)


def number(serial, born=BORN):
    """Return an identity number; an even serial is a woman's."""
    return identity_number("330683", born, serial)


@pytest.fixture
def office(bureau):
    """嵊州市教育局 with five places of 行政编制."""
    quotas.grant(bureau, 5)
    return bureau


@pytest.fixture
def other(home):
    """嵊州市民政局 with two places of 行政编制."""
    made = units.unit("嵊州市民政局", home, nature_id="nature.101")
    quotas.grant(made, 2)
    return made


def figures(unit):
    row = Balance.objects.get(unit=unit, quota_type_id=ADMIN)
    return row.approved, row.actual


def entering(unit, by, **values):
    """Return what services.enter takes."""
    document = DocumentFactory(scope=unit.path)
    return {
        "unit": unit,
        "quota_type": staff.code(ADMIN),
        "starts_on": DAY,
        "document": document,
        "entry_mode": "entry_mode.01",
        "person_data": {"name": "单雄信", "id_no": number(12)},
        "by": by,
        **values,
    }


@pytest.mark.rule("S-02")
def test_an_entry_registers_the_person_and_takes_a_place(office, clerk):
    spell = services.enter(
        **entering(office, clerk, post_name="科员", civil_rank="civil_rank.11", is_dual=True)
    )

    person = Person.objects.get()
    assert (person.name, person.name_pinyin, person.name_initials) == (
        "单雄信",
        "shan xiong xin",
        "sxx",
    )
    assert (person.sex_id, person.birth_month) == ("sex.2", BORN.replace(day=1))
    assert person.person_no.startswith("R")
    assert secrets.id_no(person).reveal() == number(12)
    assert (spell.scope, spell.counts, spell.post_name) == (office.path, True, "科员")
    assert figures(office) == (5, 1)
    assert office.document_links.filter(document=spell.document).exists()
    event = AuditEvent.objects.get(kind="occupancy.enter")
    assert (event.actor_id, event.scope) == (clerk.pk, office.path)
    history = spell.history.get()
    assert (history.history_user_id, history.change_id) == (clerk.pk, event.change_id)


def test_the_same_number_is_the_same_person_after_an_exit(office, other, clerk):
    first = staff.enter(office, "单雄信", id_no=number(12), starts_on=dt.date(2010, 1, 1))
    services.leave(
        spell=first, on=dt.date(2015, 1, 1), exit_mode="exit_mode.06", document=None, by=clerk
    )

    again = services.enter(
        **entering(other, clerk, person_data={
            "name": "单雄信", "id_no": number(12), "school": "浙江大学"}))  # fmt: skip

    assert again.person_id == first.person_id
    assert Person.objects.get().school == "浙江大学"


def _tomorrow(office, clerk):
    return {"starts_on": timezone.localdate() + dt.timedelta(days=1)}


REFUSED = [
    ("future", errors.EntryInFuture, _tomorrow),
    ("too young", errors.TooYoung, lambda office, clerk: {"starts_on": dt.date(1999, 5, 1)}),
    ("unborn", errors.TooYoung, lambda office, clerk: {"starts_on": dt.date(1984, 5, 1)}),
    (
        "check digit",
        errors.IdentityRefused,
        lambda office, clerk: {"person_data": {"name": "甲", "id_no": "330683198505170021"}},
    ),
    (
        "sex",
        errors.ContradictsNumber,
        lambda office, clerk: {"person_data": {"name": "甲", "id_no": number(12), "sex": "sex.1"}},
    ),
    (
        "birth",
        errors.ContradictsNumber,
        lambda office, clerk: {
            "person_data": {
                "name": "甲",
                "id_no": number(12),
                "birth_month": dt.date(1985, 6, 1),
            }
        },
    ),
    ("illegal type", IllegalQuotaType, lambda office, clerk: {"quota_type": staff.code(FULL)}),
    (
        "grouping",
        errors.UnitHoldsNoPeople,
        lambda office, clerk: {"unit": Unit.objects.get_parent(office)},
    ),
    (
        "no places of the type",
        QuotaFull,
        lambda office, clerk: {"quota_type": staff.code("quota_type.11")},
    ),
]


@pytest.mark.rule("S-04")
@pytest.mark.parametrize(("why", "error", "change"), REFUSED, ids=[r[0] for r in REFUSED])
def test_a_refused_entry_leaves_nothing_behind(office, clerk, why, error, change):
    values = {**entering(office, clerk), **change(office, clerk)}
    events = AuditEvent.objects.count()

    with pytest.raises(error):
        services.enter(**values)

    assert Person.objects.count() == Occupancy.objects.count() == 0
    assert AuditEvent.objects.count() == events
    assert figures(office) == (5, 0)


@pytest.mark.rule("S-03")
def test_a_full_quota_is_named_with_its_figures(office, clerk):
    quotas.people(office, 5)

    with pytest.raises(QuotaFull) as refusal:
        services.enter(**entering(office, clerk))

    assert (refusal.value.approved, refusal.value.actual) == (5, 5)
    assert Person.objects.filter(name="单雄信").count() == 0


@pytest.mark.rule("S-01")
def test_one_person_holds_one_place(office, other, clerk):
    staff.enter(office, "单雄信", id_no=number(12))

    with pytest.raises(errors.AlreadyInQuota) as refusal:
        services.enter(**entering(other, clerk))

    assert refusal.value.spell.unit == office
    assert figures(other) == (2, 0)


@pytest.mark.rule("S-01")
def test_days_may_not_meet_an_ended_spell(office, other, clerk):
    first = staff.enter(office, "单雄信", id_no=number(12), starts_on=dt.date(2010, 1, 1))
    services.leave(
        spell=first, on=dt.date(2016, 8, 1), exit_mode="exit_mode.06", document=None, by=clerk
    )

    with pytest.raises(errors.OverlappingSpell):
        services.enter(**entering(other, clerk, starts_on=dt.date(2016, 7, 31)))
    assert services.enter(**entering(other, clerk, starts_on=dt.date(2016, 8, 1))).counts


def test_a_known_number_with_another_name_is_refused(office, clerk):
    first = staff.enter(office, "单雄信", id_no=number(12), starts_on=dt.date(2010, 1, 1))
    services.leave(
        spell=first, on=dt.date(2015, 1, 1), exit_mode="exit_mode.06", document=None, by=clerk
    )
    with pytest.raises(errors.AlreadyRegistered):
        services.enter(**entering(office, clerk, person_data={
            "name": "单雄心", "id_no": number(12)}))  # fmt: skip


@pytest.mark.rule("S-06")
def test_an_exit_frees_the_place_and_ends_the_posts_in_the_unit(office, clerk):
    spell = staff.enter(office)
    post = services.start_posting(
        person=spell.person, unit=office, post_kind=staff.code("post_kind.11"), post_name="副局长",
        starts_on=dt.date(2018, 1, 1), by=clerk,
    )  # fmt: skip

    services.leave(
        spell=spell, on=dt.date(2020, 3, 1), exit_mode="exit_mode.03", document=None,
        destination="退休", by=clerk,
    )  # fmt: skip

    spell.refresh_from_db()
    post.refresh_from_db()
    assert (spell.ends_on, post.ends_on) == (dt.date(2020, 3, 1), dt.date(2020, 3, 1))
    # it still counts on the days it held, so that a past day is counted alike
    assert (spell.counts, spell.status_id) == (True, "person_status.110")
    assert Occupancy.objects.on_day(dt.date(2020, 2, 29)).count() == 1
    assert figures(office) == (5, 0)
    assert drift() == []
    with pytest.raises(errors.SpellClosed):
        services.leave(
            spell=spell, on=dt.date(2020, 3, 2), exit_mode="exit_mode.03", document=None, by=clerk
        )


@pytest.mark.rule("S-06")
@pytest.mark.parametrize(
    ("on", "error"),
    [
        (dt.date(2015, 5, 31), errors.ExitBeforeEntry),
        (dt.date(2999, 1, 1), errors.ExitInFuture),
    ],
)
def test_an_exit_on_a_wrong_day_is_refused(office, clerk, on, error):
    spell = staff.enter(office)
    events = AuditEvent.objects.count()
    with pytest.raises(error):
        services.leave(spell=spell, on=on, exit_mode="exit_mode.06", document=None, by=clerk)
    spell.refresh_from_db()
    assert spell.ends_on is None
    assert AuditEvent.objects.count() == events


@pytest.mark.rule("S-07")
def test_a_transfer_moves_person_place_and_particulars(office, other, clerk):
    spell = staff.enter(office, identity="person_identity.11", civil_rank="civil_rank.07")
    document = DocumentFactory(scope=office.path)

    new = services.transfer(
        spell=spell, to_unit=other, on=dt.date(2021, 5, 1), document=document, by=clerk,
        post_name="科长",
    )  # fmt: skip

    spell.refresh_from_db()
    assert (spell.ends_on, spell.destination) == (dt.date(2021, 5, 1), "嵊州市民政局")
    assert (new.starts_on, new.from_unit, new.post_name) == (
        dt.date(2021, 5, 1),
        "嵊州市教育局",
        "科长",
    )
    assert (new.identity_id, new.civil_rank_id) == ("person_identity.11", "civil_rank.07")
    assert (figures(office), figures(other)) == ((5, 0), (2, 1))
    assert AuditEvent.objects.filter(kind="occupancy.transfer").count() == 2
    assert drift() == []


@pytest.mark.rule("S-07")
def test_a_transfer_into_a_full_unit_moves_nothing(office, other, clerk):
    quotas.people(other, 2)
    spell = staff.enter(office)
    events = AuditEvent.objects.count()

    with pytest.raises(QuotaFull):
        services.transfer(
            spell=spell, to_unit=other, on=dt.date(2021, 5, 1), document=None, by=clerk
        )

    spell.refresh_from_db()
    assert spell.ends_on is None
    assert AuditEvent.objects.count() == events
    with pytest.raises(errors.SameUnit):
        services.transfer(
            spell=spell, to_unit=office, on=dt.date(2021, 5, 1), document=None, by=clerk
        )


def test_a_corrected_number_takes_sex_and_birth_with_it(office, clerk):
    spell = staff.enter(office, id_no=number(12))
    right = number(13, dt.date(1986, 2, 3))

    services.change_person(person=spell.person, by=clerk, id_no=right, reason="证件更正")

    person = Person.objects.get()
    assert secrets.id_no(person).reveal() == right
    assert (person.sex_id, person.birth_month) == ("sex.1", dt.date(1986, 2, 1))
    event = AuditEvent.objects.get(kind="person.change")
    assert event.after["id_no"].endswith(right[14:])
    assert right not in str(event.after)


def test_a_number_of_somebody_else_is_not_taken_over(office, clerk):
    staff.enter(office, id_no=number(12))
    spell = staff.enter(office, id_no=number(14))
    with pytest.raises(errors.AlreadyRegistered):
        services.change_person(person=spell.person, by=clerk, id_no=number(12))


def test_nothing_changed_writes_nothing(office, clerk):
    spell = staff.enter(office, "单雄信")
    rows = (spell.person.history.count(), AuditEvent.objects.count())
    services.change_person(person=spell.person, by=clerk, name="单雄信", phone="")
    services.change_spell(spell=spell, by=clerk, post_name="")
    assert (spell.person.history.count(), AuditEvent.objects.count()) == rows


def test_who_saves_second_sees_what_the_first_one_changed(office, clerk):
    spell = staff.enter(office, "单雄信")
    seen = version_of(spell.person)
    services.change_person(person=spell.person, by=clerk, version=seen, school="浙江大学")

    with pytest.raises(errors.ChangedMeanwhile) as refusal:
        services.change_person(person=spell.person, by=clerk, version=seen, major="法学")

    assert refusal.value.by == "周经办"
    assert {"label": "毕业院校", "before": "", "after": "浙江大学"} in refusal.value.changes
    services.change_person(
        person=spell.person, by=clerk, version=refusal.value.version, major="法学"
    )
    person = Person.objects.get()
    assert (person.school, person.major) == ("浙江大学", "法学")


def test_another_quota_type_needs_a_place_of_its_own(office, clerk):
    spell = staff.enter(office)
    with pytest.raises(QuotaFull):
        services.change_spell(spell=spell, by=clerk, quota_type=staff.code("quota_type.19"))
    quotas.grant(office, 1, "quota_type.19")
    services.change_spell(spell=spell, by=clerk, quota_type=staff.code("quota_type.19"))
    assert figures(office) == (5, 0)
    assert drift() == []


def test_a_status_outside_the_quota_gives_the_place_back(office, clerk):
    spell = staff.enter(office)
    services.change_spell(spell=spell, by=clerk, status="person_status.300")
    assert figures(office) == (5, 0)
    services.change_spell(spell=spell, by=clerk, status="person_status.141")
    assert figures(office) == (5, 1)


@pytest.mark.rule("S-08")
def test_a_post_is_held_once_and_ended_once(office, clerk):
    spell = staff.enter(office)
    values = {
        "person": spell.person, "unit": office, "post_kind": staff.code("post_kind.10"),
        "post_name": "局长", "starts_on": dt.date(2018, 1, 1), "by": clerk,
    }  # fmt: skip
    post = services.start_posting(**values)
    assert office.post_balances.get().filled == 1
    with pytest.raises(errors.PostingOpen):
        services.start_posting(**values)
    with pytest.raises(errors.ExitBeforeEntry):
        services.end_posting(posting=post, on=dt.date(2017, 1, 1), by=clerk)
    services.end_posting(posting=post, on=dt.date(2020, 1, 1), by=clerk)
    with pytest.raises(errors.PostingClosed):
        services.end_posting(posting=post, on=dt.date(2020, 1, 2), by=clerk)
    assert office.post_balances.get().filled == 0
    assert PostHolding.objects.count() == 1


@pytest.mark.rule("P-09")
def test_a_number_is_shown_for_a_purpose_and_noted(office, unit_clerk):
    spell = staff.enter(office, id_no=number(12), phone="13812345678")
    person = spell.person

    assert services.reveal(person=person, field="id_no", purpose="核对", by=unit_clerk) == number(
        12
    )
    assert services.reveal(person=person, field="phone", purpose="核对", by=unit_clerk) == (
        "13812345678"
    )
    events = AuditEvent.objects.filter(kind="person.reveal")
    assert {e.note for e in events} == {"公民身份号码", "联系电话"}
    assert {(e.purpose, e.scope, e.actor_id) for e in events} == {
        ("核对", office.path, unit_clerk.pk)
    }
    assert number(12) not in str(list(events.values()))
    with pytest.raises(errors.PurposeMissing):
        services.reveal(person=person, field="id_no", purpose=" ", by=unit_clerk)


@pytest.mark.rule("P-09")
def test_who_may_only_read_sees_no_number_in_full(office, reader, leader, stranger):
    person = staff.enter(office).person
    for user in (reader, leader, stranger):
        with pytest.raises(PermissionDenied):
            services.reveal(person=person, field="id_no", purpose="看看", by=user)
    assert AuditEvent.objects.filter(kind="person.reveal").count() == 0


@pytest.mark.rule("P-09")
def test_thirty_numbers_a_day_and_no_more(office, clerk, unit_clerk):
    person = staff.enter(office).person
    for _ in range(services.REVEALS_A_DAY):
        services.reveal(person=person, field="id_no", purpose="核对", by=clerk)
    with pytest.raises(errors.RevealLimit):
        services.reveal(person=person, field="id_no", purpose="核对", by=clerk)
    assert services.reveals_today(clerk) == services.REVEALS_A_DAY == 30
    assert services.reveal(person=person, field="id_no", purpose="核对", by=unit_clerk)
