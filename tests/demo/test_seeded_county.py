"""The demo county as it stands in the database: the figures that are promised."""

from __future__ import annotations

import io
import json
from collections import Counter

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count, F

from apps.accounts.demo import DEMO_ACCOUNTS
from apps.accounts.models import User
from apps.core import identity
from apps.documents import numbers
from apps.documents.models import ApprovalDocument
from apps.posts.models import PostBalance
from apps.quotas.models import Balance, OverageEntry, UnitTotal
from apps.staff import secrets
from apps.staff.models import Occupancy, Person, PostHolding
from apps.units.choices import EventKind, UnitStatus
from apps.units.models import Office, Unit, UnitEvent
from tests.demo.conftest import Seeded

pytestmark = pytest.mark.django_db


def _figures(*arguments: str) -> dict:
    said = io.StringIO()
    call_command("figures", "--json", *arguments, stdout=said)
    return json.loads(said.getvalue())


@pytest.mark.parametrize("day", [(), ("--on", "2015-10-31")])
def test_the_county_comes_to_the_printed_figures(seeded: Seeded, day: tuple[str, ...]):
    found = _figures(*day)

    families = {name: (f["approved"], f["actual"]) for name, f in found["by_family"].items()}
    assert {name: both for name, both in families.items() if both != (0, 0)} == {
        "行政": (2976, 2592),
        "事业": (13244, 11358),
    }
    assert (found["approved"], found["actual"]) == (16220, 13950)
    assert found["vacant"]["net"] == 2270
    assert found["vacant"]["gross"] - found["excess"] == 2270
    assert found["over_units"] == 65
    assert found["institutions"] == 435


def test_the_county_has_its_documents(seeded: Seeded):
    assert _figures()["documents"] == 973
    assert ApprovalDocument.objects.filter(scope=seeded.root.path).count() == 973


def test_the_past_is_as_it_was_printed(seeded: Seeded):
    end_of_2012, end_of_2013 = _figures("--on", "2012-12-31"), _figures("--on", "2013-12-31")
    end_of_2014 = _figures("--on", "2014-12-31")

    assert end_of_2012["over_units"] == 84
    assert end_of_2013["by_family"]["行政"]["actual"] == 2648
    assert end_of_2014["by_family"]["事业"]["approved"] == 13244 + 521
    institutions = Unit.objects.under(seeded.root).filter(nature="nature.104")
    assert institutions.count() == 485
    assert institutions.filter(status=UnitStatus.ABOLISHED).count() == 50


def test_every_derived_figure_follows_from_the_facts(seeded: Seeded):
    said = io.StringIO()

    call_command("check_facts", stdout=said)  # exits with 1 on any drift

    assert "全部一致" in said.getvalue()


def test_a_unit_is_over_in_one_type_and_only_with_a_reason(seeded: Seeded):
    over = Balance.objects.filter(scope__startswith=seeded.root.path, excess__gt=0)

    assert over.count() == over.values("unit").distinct().count() == 65
    allowed = OverageEntry.objects.filter(scope__startswith=seeded.root.path)
    assert {(e.unit_id, e.quota_type_id): e.places for e in allowed} == {
        (b.unit_id, b.quota_type_id): b.excess for b in over
    }


def test_some_units_are_full_and_some_stand_empty(seeded: Seeded):
    totals = UnitTotal.objects.filter(scope__startswith=seeded.root.path, approved__gt=0)

    assert totals.filter(approved=F("actual")).count() >= 20
    assert totals.filter(actual=0).count() >= 2


def test_no_ledger_was_ever_below_zero(seeded: Seeded):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(running), count(*) FROM (SELECT sum(change) OVER "
            '(PARTITION BY unit_id, quota_type_id ORDER BY "on", id) AS running '
            "FROM quotas_quotaentry) x"
        )
        lowest, lines = cursor.fetchone()

    assert lowest >= 0
    assert lines > 1000


def test_leaders_are_over_in_nine_units_and_short_in_about_thirty(seeded: Seeded):
    posts = PostBalance.objects.filter(scope__startswith=seeded.root.path)

    over = posts.filter(over__gt=0)
    assert over.count() == over.values("unit").distinct().count() == 9
    assert set(over.values_list("over", flat=True)) == {1}
    assert 20 <= posts.filter(short__gt=0).values("unit").distinct().count() <= 40
    assert PostHolding.objects.filter(counted=False).exists()


def test_every_identity_number_holds_and_is_one_persons_only(seeded: Seeded):
    people = list(Person.objects.only("uid", "id_no_ct", "sex_id", "birth_month"))

    found = secrets.open_id_nos([(person.id_no_ct, person.uid) for person in people])
    checked = identity.check_many(found)

    assert len(set(found)) == len(people) > 20_000
    faults = [one for one in checked if isinstance(one, identity.BadIdentity) or one.warnings]
    assert faults == []
    wrong = [
        person.pk
        for person, one in zip(people, checked, strict=True)
        if person.sex_id != f"sex.{one.sex}"
        or person.birth_month != one.birth_on.replace(day=1)
        or not 20 <= one.age_on(person.birth_month.replace(year=2026)) <= 80
    ]
    assert wrong == []


def test_the_people_have_all_kinds_of_names(seeded: Seeded):
    names = list(Person.objects.values_list("name", flat=True))
    characters = Counter("".join(names))

    assert all(characters[rare] for rare in "堃玥璟祎㛃䶮")
    assert any(name.startswith(("欧阳", "诸葛", "上官")) for name in names)
    assert any("·" in name for name in names)
    assert not Person.objects.filter(name_pinyin="").exists()
    most = Counter(names).most_common(1)[0][1]
    assert most < 60


def test_nobody_holds_two_places_and_nobody_came_before_working(seeded: Seeded):
    spells = Occupancy.objects.all()

    twice = spells.open().values("person").annotate(n=Count("pk")).filter(n__gt=1)
    assert not twice.exists()
    assert not spells.filter(starts_on__lt=F("person__work_started_on")).exists()
    moved = spells.filter(exit_mode="exit_mode.02", scope__startswith=seeded.root.path)
    assert moved.count() == 400
    assert moved.filter(person__occupancies__starts_on=F("ends_on")).count() == 400
    assert spells.filter(ends_on__isnull=False).count() > 2500


def test_every_document_number_is_in_its_one_spelling(seeded: Seeded):
    papers = list(ApprovalDocument.objects.values_list("number", "issued_on"))

    assert [number for number, _ in papers if numbers.normalise(number) != number] == []
    assert [n for n, day in papers if numbers.parse(n).year != day.year] == []


def test_every_unit_begins_with_an_event_and_the_abolished_end_with_one(seeded: Seeded):
    units = Unit.objects.under(seeded.root)
    events = UnitEvent.objects.filter(scope__startswith=seeded.root.path)

    begun = events.filter(kind__in=[EventKind.INITIAL, EventKind.ESTABLISH])
    assert begun.values("unit").distinct().count() == units.count()
    ended = events.filter(kind=EventKind.ABOLISH).values_list("unit", flat=True)
    abolished = units.filter(status=UnitStatus.ABOLISHED).values_list("pk", flat=True)
    assert sorted(ended) == sorted(abolished)


def test_the_demo_accounts_see_their_part(seeded: Seeded):
    users = {user.username: user for user in User.objects.all()}
    bureau = Unit.objects.get(short_name="县教体局", path__startswith=seeded.root.path)

    assert set(users) >= {account.username for account in DEMO_ACCOUNTS}
    for name in ("jingban", "kezhang", "zhuren", "lingdao", "lianban"):
        assert users[name].subtrees("view_subtree") == [seeded.root.path]
    assert users["danwei"].subtrees("file_for") == [bureau.path]
    assert users["zhuguan"].subtrees("supervise") == [bureau.path]
    assert users["jingban"].may("examine", bureau)
    assert users["xitong"].subtrees("view_subtree") == []


def test_the_office_is_the_demo_countys(seeded: Seeded):
    assert Office.objects.get().home == seeded.root


def test_the_neighbours_are_there_to_compare(seeded: Seeded):
    for code in ("33A002", "33A003", "33A004"):
        found = _figures("--under", code)
        assert 900 <= found["actual"] <= 1500
        assert 60 <= found["units"] <= 110
        assert 30 <= found["documents"] <= 60


def test_loading_again_writes_nothing(seeded: Seeded):
    before = Occupancy.objects.count(), Unit.objects.count(), User.objects.count()
    said = io.StringIO()

    call_command("seed", "demo", stdout=said)

    assert "已经在数据库里" in said.getvalue()
    assert (Occupancy.objects.count(), Unit.objects.count(), User.objects.count()) == before


def test_other_seeds_refuse_to_stand_beside_it_unasked(seeded: Seeded):
    before = Unit.objects.count()

    with pytest.raises(CommandError, match="--beside"):
        call_command("seed", "city", stdout=io.StringIO())

    assert Unit.objects.count() == before
