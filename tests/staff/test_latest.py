"""The people registered last, for every shape of a scope."""

import pytest
from django.urls import reverse

from apps.accounts.models import User
from apps.staff import latest
from apps.staff.models import Occupancy
from apps.units import appointments
from tests.factories import quotas, units

pytestmark = pytest.mark.django_db


@pytest.fixture
def province(db):
    """Three levels of groupings above the units, people entered crosswise."""
    top = units.county("云浙省")
    bodies = []
    for city in range(2):
        group = units.unit(f"第{city}市", top, entity_kind="grouping")
        for county in range(2):
            place = units.unit(f"第{city}{county}县", group, entity_kind="grouping")
            bureau = units.unit(f"第{city}{county}局", place)
            school = units.unit(f"第{city}{county}小学", bureau)
            bodies += [group, place, bureau, school]
    for body in bodies:
        if body.entity_kind == "body":
            quotas.grant(body, 9)
    for _ in range(3):
        for body in bodies:
            if body.entity_kind == "body":
                quotas.people(body, 1)
    return top, bodies


def expected(user, limit):
    rows = Occupancy.objects.visible_to(user).order_by("-pk")
    return list(rows.values_list("pk", flat=True)[:limit])


@pytest.mark.parametrize("limit", [1, 5, 50])
def test_any_scope_gives_its_newest(province, limit):
    top, bodies = province
    shapes = [[top], [bodies[0]], [bodies[1]], [bodies[2]], [bodies[3]], [bodies[1], bodies[7]]]
    for number, roots in enumerate([*shapes, []]):
        user = User.objects.create_user(f"someone{number}")
        for root in roots:
            appointments.appoint(user=user, unit=root, role="partner", by=None)
        user = User.objects.get(pk=user.pk)
        found = latest.latest(user, limit)
        assert [spell.pk for spell in found] == expected(user, limit)
        assert bool(found) == bool(roots)


def test_a_scope_of_many_parts_is_asked_plainly(province, monkeypatch):
    top, _ = province
    user = units.holder("wide", "partner", top, "某")
    monkeypatch.setattr(latest, "MOST_PARTS", 2)
    assert [spell.pk for spell in latest.latest(user, 7)] == expected(user, 7)


def test_more_units_cost_no_query(province, django_assert_max_num_queries):
    top, _ = province
    user = units.holder("wide", "partner", top, "某")
    user.subtrees("view_subtree")
    with django_assert_max_num_queries(4):
        for spell in latest.latest(user):
            assert spell.person.sex.label
            assert spell.unit.name


def test_the_page_shows_them_to_whom_may_see_them(client, province, bureau, clerk, stranger):
    quotas.grant(bureau, 3)
    (spell,) = quotas.people(bureau, 1)
    client.force_login(clerk)
    assert spell.person.name in client.get(reverse("staff:latest")).content.decode()
    client.force_login(stranger)
    page = client.get(reverse("staff:latest"))
    assert page.status_code == 200
    assert spell.person.name not in page.content.decode()
