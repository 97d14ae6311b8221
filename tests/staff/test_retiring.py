"""The stored estimate, the month somebody chose, the due lists and the forecast (R-01 to R-05)."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from apps.audit.models import AuditEvent
from apps.dashboards.facts import CHECKS
from apps.staff import errors, forecast, services
from apps.staff.models import Occupancy, Person, RetirementChoice, RetirementShift
from apps.staff.outlook import outlook
from apps.staff.retirement import retirement_month, shifted
from apps.units.models import Unit
from tests.factories import quotas, staff, units
from tests.races import meet_at

pytestmark = pytest.mark.django_db

THIS = timezone.localdate().replace(day=1)


def born_for(months: int) -> dt.date:
    """Return a month of birth of men who retire so many months from now (or the next such)."""
    born = shifted(THIS, months - 63 * 12)
    while retirement_month(born, "M").month < shifted(THIS, months):
        born = shifted(born, 1)
    return born


def worker(unit: Unit, months: int, name: str = "") -> Occupancy:
    """Put a man into the unit's quota who retires in so many months."""
    (spell,) = quotas.people(unit, 1, birth_month=born_for(months))
    if name:
        Person.objects.filter(pk=spell.person_id).update(name=name)
    spell.refresh_from_db()
    return spell


def left_of(spell: Occupancy) -> int:
    return (spell.retires_on.year - THIS.year) * 12 + spell.retires_on.month - THIS.month


@pytest.mark.rule("R-02")
class TestTheEstimate:
    def test_follows_form_and_corrected_number(self, staffed_bureau, clerk):
        spell = staff.enter(staffed_bureau, id_no=staff.id_no(dt.date(1970, 3, 5)))
        spell.refresh_from_db()
        assert (spell.retires_as, spell.retires_on) == ("M", dt.date(2031, 7, 1))

        services.change_person(
            person=spell.person, by=clerk, id_no=staff.id_no(dt.date(1980, 3, 5), woman=True)
        )

        spell.refresh_from_db()
        assert (spell.retires_as, spell.retires_on) == (
            "F55",
            retirement_month(dt.date(1980, 3, 1), "F55").month,
        )

    def test_follows_the_identity_by_sql(self, staffed_bureau):
        spell = staff.enter(staffed_bureau, id_no=staff.id_no(dt.date(1980, 3, 5), woman=True))
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE staff_occupancy SET identity_id = 'person_identity.7', retires_on = NULL "
                "WHERE id = %s",
                [spell.pk],
            )
        spell.refresh_from_db()
        assert spell.retires_as == "F50"
        assert spell.retires_on == retirement_month(dt.date(1980, 3, 1), "F50").month

    def test_cannot_be_written_by_hand(self, staffed_bureau):
        spell = staff.enter(staffed_bureau, id_no=staff.id_no(dt.date(1970, 3, 5)))
        Occupancy.objects.update(retires_on=dt.date(2099, 1, 1), retires_as="F50")
        spell.refresh_from_db()
        assert (spell.retires_as, spell.retires_on) == ("M", dt.date(2031, 7, 1))

    def test_nothing_is_said_of_an_unknown_sex(self, staffed_bureau):
        spell = staff.enter(staffed_bureau)
        Person.objects.filter(pk=spell.person_id).update(sex="sex.0")
        spell.refresh_from_db()
        assert (spell.retires_as, spell.retires_on) == (None, None)
        assert forecast.dues([staffed_bureau.path], THIS).unknown == 1

    def test_adds_no_history_of_its_own(self, staffed_bureau, document):
        spell = worker(staffed_bureau, 30)
        before = spell.history.count()
        RetirementChoice.objects.create(
            person=spell.person, month=shifted(spell.retires_on, 2), reason="延迟"
        )
        assert spell.history.count() == before
        assert RetirementChoice.history.count() == 1


@pytest.mark.rule("R-02")
class TestTheChoice:
    def choose(self, spell, month, document, by, **more):
        return services.choose_retirement(
            person=spell.person, month=month, reason="本人申请", document=document, by=by, **more
        )

    def test_moves_the_estimate_and_goes_back(self, staffed_bureau, document, clerk):
        spell = worker(staffed_bureau, 30)
        statutory = spell.retires_on

        self.choose(spell, shifted(statutory, 12), document, clerk)
        spell.refresh_from_db()
        assert spell.retires_on == shifted(statutory, 12)

        services.withdraw_retirement(person=spell.person, by=clerk)
        spell.refresh_from_db()
        assert spell.retires_on == statutory
        kinds = AuditEvent.objects.order_by("id").values_list("kind", flat=True)
        assert [k for k in kinds if k.startswith("retirement.")] == [
            "retirement.choose",
            "retirement.withdraw",
        ]

    @pytest.mark.parametrize(
        ("months", "refusal"),
        [
            (37, errors.RetirementOutOfBounds),
            (-37, errors.RetirementOutOfBounds),
            (0, errors.StatutoryMonth),
        ],
    )
    def test_is_bounded(self, staffed_bureau, document, clerk, months, refusal):
        spell = worker(staffed_bureau, 60)
        with pytest.raises(refusal):
            self.choose(spell, shifted(spell.retires_on, months), document, clerk)
        assert not RetirementChoice.objects.exists()
        assert not AuditEvent.objects.filter(kind="retirement.choose").exists()

    def test_is_not_in_the_past(self, staffed_bureau, document, clerk):
        spell = worker(staffed_bureau, 4)
        with pytest.raises(errors.RetirementInPast):
            self.choose(spell, shifted(THIS, -1), document, clerk)

    def test_is_for_those_in_quota(self, staffed_bureau, document, clerk):
        spell = worker(staffed_bureau, 30)
        services.leave(
            spell=spell, on=timezone.localdate(), exit_mode=staff.RETIRED, document=None, by=clerk
        )
        with pytest.raises(errors.NotInQuota):
            self.choose(spell, shifted(THIS, 12), document, clerk)

    def test_does_not_overwrite_a_colleagues(self, staffed_bureau, document, clerk):
        spell = worker(staffed_bureau, 30)
        self.choose(spell, shifted(spell.retires_on, 6), document, clerk)
        with pytest.raises(errors.ChangedMeanwhile):
            self.choose(spell, shifted(spell.retires_on, 8), document, clerk, version=0)
        assert RetirementChoice.objects.get().month == shifted(spell.retires_on, 6)

    def test_page_says_the_bounds_and_refuses_beside_the_field(
        self, client, clerk, staffed_bureau, document
    ):
        spell = worker(staffed_bureau, 60)
        client.force_login(clerk)
        page = client.get(reverse("staff:retirement", args=[spell.person_id]))
        assert "最低缴费年限" in page.content.decode()

        answer = client.post(
            reverse("staff:retirement", args=[spell.person_id]),
            {
                "month": "2099-01",
                "document": document.pk,
                "reason": "延迟",
                "_key": str(uuid.uuid4()),
            },
        )

        assert answer.status_code == 422
        assert "都不超过三年" in str(answer.context["form"].errors["month"])

    def test_of_a_foreign_person_does_not_exist(
        self, client, stranger, clerk, unit_clerk, staffed_bureau
    ):
        spell = worker(staffed_bureau, 60)
        address = reverse("staff:retirement", args=[spell.person_id])
        client.force_login(stranger)
        assert client.get(address).status_code == 404
        client.force_login(unit_clerk)
        assert client.get(address).status_code == 403


@pytest.mark.rule("R-04")
class TestTheLists:
    @pytest.fixture
    def cast(self, staffed_bureau):
        return {
            name: worker(staffed_bureau, months, name)
            for name, months in (
                ("已超", -8),
                ("本月", 0),
                ("一月", 1),
                ("半年", 5),
                ("两年", 23),
                ("三年", 36),
            )
        }

    def test_terms_hold_whom_they_say(self, cast, staffed_bureau):
        by_term = {
            term: {
                name
                for name, spell in cast.items()
                if forecast.in_quota([staffed_bureau.path])
                .filter(forecast.due(term, THIS), pk=spell.pk)
                .exists()
            }
            for term in ("overdue", "1", "6", "24")
        }
        expected = {
            "overdue": {n for n, s in cast.items() if left_of(s) < 0},
            **{
                t: {n for n, s in cast.items() if 0 <= left_of(s) <= int(t)}
                for t in ("1", "6", "24")
            },
        }
        assert by_term == expected
        assert by_term["overdue"] == {"已超"}
        assert "三年" not in by_term["24"]

    def test_counts_are_the_lists(self, client, clerk, cast, staffed_bureau):
        client.force_login(clerk)
        found = forecast.dues([staffed_bureau.path], timezone.localdate())
        for term, _, number in found.lines:
            page = client.get(reverse("staff:retiring"), {"term": term}).context["page"]
            assert page.paginator.count == number, term

    def test_without_a_term_the_overdue_and_two_years_are_shown(self, client, clerk, cast):
        client.force_login(clerk)
        page = client.get(reverse("staff:retiring")).context["page"]
        names = {spell.person.name for spell in page.object_list}
        assert names == {n for n, s in cast.items() if left_of(s) <= 24}

    def test_who_has_left_is_in_none(self, client, clerk, cast):
        services.leave(
            spell=cast["已超"],
            on=timezone.localdate(),
            exit_mode=staff.RETIRED,
            document=None,
            by=clerk,
        )
        client.force_login(clerk)
        page = client.get(reverse("staff:retiring"), {"term": "overdue"}).context["page"]
        assert page.paginator.count == 0

    def test_others_people_are_not_there(self, client, stranger, cast):
        client.force_login(stranger)
        assert client.get(reverse("staff:retiring")).context["page"].paginator.count == 0

    def test_a_longer_list_costs_no_query(self, client, clerk, cast, django_assert_max_num_queries):
        client.force_login(clerk)
        client.get(reverse("staff:retiring"))
        with django_assert_max_num_queries(20):
            client.get(reverse("staff:retiring"))


@pytest.mark.rule("R-05")
class TestTheForecast:
    def test_adds_up_month_by_month(self, staffed_bureau):
        spells = [worker(staffed_bureau, months) for months in (-8, 3, 3, 50, 130)]
        made = outlook([staffed_bureau.path], timezone.localdate())
        found = made.forecast

        assert len(found.months) == 120
        assert found.total_today == 10 - 5
        assert found.overdue == 1
        expected = 5
        for number, month in enumerate(found.months):
            gone = sum(max(0, left_of(spell)) == number for spell in spells)
            expected += gone
            assert (month.month, month.total_leaving, month.total_vacant) == (
                shifted(THIS, number),
                gone,
                expected,
            )
        assert found.total_leaving == 4
        assert len(made.table["rows"]) == 120
        assert "今天净空编 5 名；今后十年预计退休 4 名" in made.finding

    def test_keeps_types_apart_and_leaves_those_outside_the_totals_out(self, staffed_bureau):
        quotas.grant(staffed_bureau, 3, "quota_type.10")
        worker(staffed_bureau, 3)
        made = outlook([staffed_bureau.path], timezone.localdate()).forecast
        assert {key for key, _ in made.types} == {"quota_type.10"}

    def test_of_a_past_day_there_is_none(self, client, clerk, staffed_bureau, leader):
        worker(staffed_bureau, 3)
        client.force_login(clerk)
        address = reverse("quotas:unit", args=[staffed_bureau.pk])
        assert "净空编预测" in client.get(address).content.decode()
        assert "净空编预测" not in client.get(address, {"on": "2026-01-05"}).content.decode()
        client.force_login(leader)
        board = client.get(reverse("dashboards:board")).content.decode()
        assert "净空编预测" in board
        assert reverse("staff:retiring") in board

    def test_the_first_page_counts_who_retires(self, client, clerk, unit_clerk, staffed_bureau):
        worker(staffed_bureau, -8)
        for user in (clerk, unit_clerk):
            client.force_login(user)
            assert "term=overdue" in client.get(reverse("dashboards:workbench")).content.decode()


@pytest.mark.django_db(transaction=True)
@pytest.mark.rule("R-01")
def test_a_spell_entered_while_the_number_is_corrected_gets_the_new_estimate(home, bureau):
    """The insert waits for the correction of the person, then reads what it left."""
    quotas.grant(bureau, 5)
    spell = staff.enter(bureau, id_no=staff.id_no(dt.date(1970, 3, 5)))
    services.leave(
        spell=spell, on=dt.date(2020, 1, 1), exit_mode=staff.RETIRED, document=None, by=None
    )

    def correct():
        services.change_person(person=spell.person, by=None, id_no=staff.id_no(dt.date(1980, 3, 5)))

    def enter_again():
        services.enter(
            unit=bureau,
            quota_type=staff.code(quotas.ADMIN),
            starts_on=dt.date(2021, 1, 1),
            document=None,
            entry_mode=staff.CIVIL_EXAM,
            by=None,
            person=spell.person,
        )

    meet_at(Person.objects.filter(pk=spell.person_id), correct, enter_again)

    expected = retirement_month(dt.date(1980, 3, 1), "M").month
    assert set(Occupancy.objects.values_list("retires_on", flat=True)) == {expected}


def counted(paths):
    """Count by hand what `leaving` answers."""
    found: dict = {}
    for spell in forecast.in_quota(paths).exclude(retires_on=None):
        key = (spell.retires_on, spell.quota_type_id)
        found[key] = found.get(key, 0) + 1
    return found


@pytest.mark.rule("R-05")
class TestTheKeptSums:
    FAR = dt.date(2200, 1, 1)

    def holds(self, *paths):
        for path in paths:
            assert forecast.leaving([path], self.FAR) == counted([path])
        for name in ("退休推算", "预计退休"):
            with connection.cursor() as cursor:
                cursor.execute(CHECKS[name])
                assert cursor.fetchall() == [], name

    def test_follow_every_road(self, home, staffed_bureau, document, clerk):
        spells = [worker(staffed_bureau, months) for months in (-8, 3, 3, 50)]
        paths = (home.path, staffed_bureau.path)
        self.holds(*paths)
        services.choose_retirement(
            person=spells[3].person,
            month=shifted(spells[3].retires_on, 6),
            reason="申请",
            document=document,
            by=clerk,
        )
        self.holds(*paths)
        services.leave(
            spell=spells[0],
            on=timezone.localdate(),
            exit_mode=staff.RETIRED,
            document=None,
            by=clerk,
        )
        self.holds(*paths)
        Person.objects.filter(pk=spells[1].person_id).update(birth_month=dt.date(1990, 1, 1))
        self.holds(*paths)
        Occupancy.objects.filter(pk=spells[2].pk).update(occupies_slot=False)
        self.holds(*paths)
        with connection.cursor() as cursor:
            cursor.execute("SELECT staff_compact_retirement()")
        self.holds(*paths)
        assert not RetirementShift.objects.filter(number__lte=0).exists()
        Occupancy.objects.all().delete()
        self.holds(*paths)
        assert forecast.leaving([home.path], self.FAR) == {}

    def test_are_those_of_deep_nodes_too(self, home, staffed_bureau):
        node = staffed_bureau
        for number in range(3):
            node = units.unit(f"下级{number}", node)
        quotas.grant(node, 5)
        worker(node, 5)
        worker(staffed_bureau, 5)
        assert len(node.path) > forecast.NEAR
        self.holds(home.path, staffed_bureau.path, node.path)
        both = forecast.leaving([node.path, home.path], self.FAR)
        assert both == counted([home.path])
