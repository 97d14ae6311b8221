"""Two clerks and the last vacancy: by form, service, import and raw SQL one wins, one is told."""

from __future__ import annotations

import threading
import uuid
from html import unescape

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from apps.audit.models import AuditEvent
from apps.core.imports import RefusedByRegister
from apps.exchange import runs
from apps.quotas.errors import QuotaFull
from apps.quotas.models import Balance
from apps.quotas.refusals import refusal_of
from apps.quotas.refusals import sentence as quota_sentence
from apps.staff import errors, refusals, services
from apps.staff.models import Occupancy, Person
from tests.factories import quotas, staff, units
from tests.quotas import world
from tests.quotas.test_balance import RAW_SPELL
from tests.races import PATIENCE, meet_at

from . import rosters

pytestmark = pytest.mark.django_db(transaction=True)

NAMES = ("赵先来", "钱后到")


class Roads:
    """The ways into a quota; each gives a call that enters one person of the given name."""

    def __init__(self, unit, clerk, document, folder):
        self.unit, self.clerk, self.document, self.folder = unit, clerk, document, folder

    def service(self, name):
        return lambda: staff.enter(self.unit, name, by=self.clerk)

    def form(self, name):
        client = Client()
        client.force_login(self.clerk)
        data = {
            "_key": str(uuid.uuid4()),
            "_checked": "1",
            "id_no": staff.id_no(),
            "name": name,
            "unit": self.unit.pk,
            "quota_type": quotas.ADMIN,
            "status": "person_status.110",
            "starts_on": "2015-06-01",
            "document": self.document.pk,
            "entry_mode": staff.CIVIL_EXAM,
        }
        return lambda: client.post(reverse("staff:enter"), data)

    def book(self, name):
        row = rosters.row(self.unit, 姓名=name)
        file = rosters.saved(self.folder / f"{uuid.uuid4()}.xlsx", row)
        run = runs.check(file, file.name, "roster", user=self.clerk)
        assert run.plan.is_clean, run.plan.faults.as_json()
        return lambda: runs.commit(run, by=self.clerk)

    def sql(self, name):
        person = world.person()
        Person.objects.filter(pk=person.pk).update(name=name)

        def call():
            with connection.cursor() as cursor:
                cursor.execute(RAW_SPELL, [person.pk, self.unit.pk, quotas.ADMIN])

        return call


def told(outcome):
    """Return what the loser of a race was told."""
    error = outcome.error
    if error is None:
        assert outcome.value.status_code == 422
        return unescape(outcome.value.content.decode())
    if isinstance(error, RefusedByRegister):
        (fault,) = error.faults.sorted()
        return fault.message
    if isinstance(error, IntegrityError):
        return quota_sentence(refusal_of(error))
    assert isinstance(error, QuotaFull)
    return refusals.sentence(error)


@pytest.fixture
def roads(bureau, clerk, document, tmp_path):
    return Roads(bureau, clerk, document, tmp_path)


@pytest.mark.rule("Q-03")
@pytest.mark.parametrize(
    ("winner", "loser"),
    [
        ("form", "form"),
        ("form", "book"),
        ("book", "form"),
        ("service", "book"),
        ("book", "service"),
        ("book", "book"),
        ("sql", "form"),
        ("form", "sql"),
        ("sql", "book"),
        ("book", "sql"),
        ("sql", "service"),
    ],
)
def test_the_last_place_is_taken_once(bureau, roads, winner, loser):
    quotas.staffed(bureau, 3, 2)
    calls = [getattr(roads, road)(name) for road, name in zip((winner, loser), NAMES, strict=True)]
    first, second = meet_at(Balance.objects.filter(unit=bureau), *calls)

    assert first.won, first.error
    if winner == "form":
        assert first.value.status_code == 302, unescape(first.value.content.decode())[-3000:]
    words = told(second)
    assert "嵊州市教育局行政编制" in words
    assert "核定 3 名、实有 3 名" in words
    assert Balance.objects.get(unit=bureau).actual == 3
    entered = Occupancy.objects.filter(person__name__in=NAMES).values_list(
        "person__name", flat=True
    )
    assert list(entered) == [NAMES[0]]
    if loser != "sql":
        assert not Person.objects.filter(name=NAMES[1]).exists(), "nothing of the loser stays"
    assert (
        AuditEvent.objects.filter(
            kind__in=("occupancy.enter", "roster.import", "person.register"), outcome="done"
        ).count()
        == {"sql": 0, "book": 1, "form": 2, "service": 2}[winner]
    )
    assert world.drift() == []


@pytest.mark.rule("S-01")
def test_one_person_enters_two_units_once(staffed_bureau, school, clerk):
    person = staff.enter(staffed_bureau, "李一人").person
    services.leave(
        spell=person.occupancies.get(),
        on=staff.ENTERED,
        exit_mode=staff.RETIRED,
        document=None,
        by=clerk,
    )

    def entering(unit, kind):
        return lambda: services.enter(
            unit=unit,
            quota_type=staff.code(kind),
            starts_on=staff.ENTERED,
            document=None,
            entry_mode=staff.CIVIL_EXAM,
            person=person,
            by=clerk,
        )

    first, second = meet_at(
        Person.objects.filter(pk=person.pk),
        entering(staffed_bureau, quotas.ADMIN),
        entering(school, quotas.FULL),
    )

    assert first.won, first.error
    assert isinstance(second.error, errors.AlreadyInQuota)
    assert "已在 嵊州市教育局 在编" in refusals.sentence(second.error, clerk)
    assert Occupancy.objects.open().get().unit == staffed_bureau
    assert world.drift() == []


def test_a_change_still_open_while_a_sheet_is_checked_is_not_overwritten(
    staffed_bureau, clerk, tmp_path
):
    """Its history row is older than the check, which could not see it."""
    spell = staff.enter(staffed_bureau, "吴同改", major="语文")
    row = {"人员编号": spell.person.person_no, "专业": "物理"}
    file = rosters.saved(tmp_path / "r.xlsx", row)
    written, checked = threading.Event(), threading.Event()

    def colleague():
        with transaction.atomic():
            services.change_person(person=spell.person, by=clerk, major="数学")
            written.set()
            checked.wait(PATIENCE)
        connection.close()

    other = threading.Thread(target=colleague, daemon=True)
    other.start()
    assert written.wait(PATIENCE)
    run = runs.check(file, file.name, "roster", user=clerk)
    assert run.plan.is_clean
    checked.set()
    other.join(PATIENCE)

    with pytest.raises(RefusedByRegister) as refused:
        runs.commit(run, by=clerk)
    assert [f.message for f in refused.value.faults] == ["已被他人变动，请重新校验后再导入"]
    spell.person.refresh_from_db()
    assert spell.person.major == "数学"

    run = runs.check(file, file.name, "roster", user=clerk)
    runs.commit(run, by=clerk)
    spell.person.refresh_from_db()
    assert spell.person.major == "物理"


@pytest.mark.rule("S-07")
def test_a_person_leaves_once(staffed_bureau, school, clerk, document):
    spell = staff.enter(staffed_bureau, "周去留")

    def leave():
        return services.leave(
            spell=spell, on=staff.ENTERED, exit_mode=staff.RETIRED, document=document, by=clerk
        )

    def transfer():
        return services.transfer(
            spell=spell,
            to_unit=school,
            quota_type=staff.code(quotas.FULL),
            on=staff.ENTERED,
            document=document,
            by=clerk,
        )

    first, second = meet_at(Occupancy.objects.filter(pk=spell.pk), leave, transfer)

    assert first.won, first.error
    assert isinstance(second.error, errors.SpellClosed)
    assert not Occupancy.objects.open().exists()
    assert world.drift() == []


def test_two_transfers_that_cross_do_not_lock_each_other_out(home, clerk, document):
    offices = [units.unit(name, home, nature_id="nature.101") for name in ("甲局", "乙局")]
    for office in offices:
        quotas.grant(office, 2)
    spells = [staff.enter(office) for office in offices]

    def move(spell, to):
        return lambda: services.transfer(
            spell=spell, to_unit=to, on=staff.ENTERED, document=document, by=clerk
        )

    calls = [move(spells[0], offices[1]), move(spells[1], offices[0])]
    outcomes = meet_at(Balance.objects.filter(unit=offices[0]), *calls)

    assert all(outcome.won for outcome in outcomes), [o.error for o in outcomes]
    assert [b.actual for b in Balance.objects.order_by("unit__path")] == [1, 1]
    assert world.drift() == []
