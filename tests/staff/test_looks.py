"""Who looked at whom: noted, read by the unit's office, in plain sentences (docs/rules.md P-10)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import LookHold, Proposal
from apps.audit import looks
from apps.audit.models import AuditEvent
from apps.staff import services
from apps.staff.models import Occupancy
from apps.staff.own import DISCIPLINE
from apps.units.models import Unit
from tests.factories import quotas, staff, units

pytestmark = [pytest.mark.django_db, pytest.mark.rule("P-10")]


@pytest.fixture
def zhang(staffed_bureau: Unit) -> Occupancy:
    return staff.enter(staffed_bureau, "张三丰")


def take(client, address, **query):
    """Take a list out, whole."""
    answer = client.get(address, {**query, "export": "xlsx"})
    assert answer.status_code == 200
    b"".join(answer.streaming_content)


def whats(user, **query):
    from django.test import Client

    client = Client()
    client.force_login(user)
    answer = client.get(reverse("staff:looks"), query)
    assert answer.status_code == 200
    return [looks.what(event) for event in answer.context["page"].object_list]


def test_opening_a_person_is_noted_once_a_day(client, clerk, unit_clerk, zhang):
    client.force_login(clerk)
    for _ in range(2):
        client.get(zhang.person.get_absolute_url())
    client.get(reverse("staff:changes", args=[zhang.person_id]))

    assert whats(unit_clerk) == ["打开了张三丰的人员资料"]


def test_a_full_number_is_told_with_its_purpose(client, clerk, unit_clerk, zhang):
    services.reveal(person=zhang.person, field="id_no", purpose="核对入编资料", by=clerk)
    client.force_login(unit_clerk)

    text = client.get(reverse("staff:looks")).content.decode()

    assert "查看了张三丰的完整公民身份号码" in text
    assert "核对入编资料" in text
    assert "周经办" in text


def test_finding_somebody_by_number_is_noted(client, clerk, unit_clerk, staffed_bureau):
    number = staff.id_no()
    staff.enter(staffed_bureau, "李四光", id_no=number)
    client.force_login(clerk)

    client.post(reverse("staff:by_number"), {"number": number})
    client.post(reverse("staff:by_number"), {"number": number[-4:]})

    assert whats(unit_clerk) == ["按证件号查到了李四光"] * 2


def test_a_list_that_reached_over_the_unit_is_told_one_that_did_not_is_not(
    client, clerk, unit_clerk, zhang, home
):
    other = units.unit("嵊州市卫健局", home)
    client.force_login(clerk)
    take(client, reverse("staff:list"))
    take(client, reverse("staff:list"), under=other.pk)
    take(client, reverse("staff:roster", args=[zhang.unit_id]))
    take(client, reverse("units:list"))  # no people in it

    found = whats(unit_clerk)

    assert len(found) == 2
    assert found[1].startswith("导出了“在编人员”")
    assert found[0].startswith("导出了“嵊州市教育局在编人员花名册”")


def test_looks_at_other_units_people_stay_with_them(client, stranger, clerk, unit_clerk, home):
    other = units.unit("嵊州市卫健局", home)
    quotas.grant(other, 3)
    theirs = staff.enter(other, "隔壁老王")
    client.force_login(clerk)
    client.get(theirs.person.get_absolute_url())

    assert whats(unit_clerk) == []
    assert whats(stranger) == []
    assert whats(clerk) == ["打开了隔壁老王的人员资料"]


def test_a_unit_outside_the_scope_does_not_exist(client, unit_clerk, foreign_bureau, bureau):
    client.force_login(unit_clerk)

    assert client.get(reverse("staff:looks"), {"unit": bureau.pk}).status_code == 200
    assert client.get(reverse("staff:looks"), {"unit": foreign_bureau.pk}).status_code == 404


def test_who_keeps_no_people_may_not_read_who_looked(client, reader):
    client.force_login(reader)

    assert client.get(reverse("staff:looks")).status_code == 403


def test_one_person_has_their_own_looks_and_the_lists_over_their_unit(client, clerk, zhang):
    client.force_login(clerk)
    client.get(zhang.person.get_absolute_url())
    take(client, reverse("staff:list"))

    alone = looks.told(looks.at_person(zhang.person_id))
    both = looks.told(looks.at_person(zhang.person_id, [zhang.scope]))

    assert [one.what for one in alone] == ["打开了张三丰的人员资料"]
    assert [one.kind for one in both] == ["export.run", "person.view"]
    assert alone[0].person_id == zhang.person_id


def test_a_stranger_leaves_no_look(client, stranger, zhang):
    client.force_login(stranger)

    assert client.get(zhang.person.get_absolute_url()).status_code == 404
    assert not AuditEvent.objects.filter(kind="person.view").exists()


@pytest.mark.parametrize(
    ("paths", "root"),
    [([], ""), (["0001"], "0001"), (["00010002", "00010003"], "0001000"), (["1", "2"], "")],
)
def test_lists_over_several_subtrees_lie_at_their_common_root(paths, root):
    assert looks.common_root(paths) == root


def test_a_look_for_a_case_of_discipline_is_held_back_from_the_unit_too(
    client, clerk, unit_clerk, zhang
):
    """Who keeps the unit's people could tell the person looked at (rules A-20)."""
    services.reveal(person=zhang.person, field="id_no", purpose=DISCIPLINE, by=clerk)
    assert whats(unit_clerk) == ["查看了张三丰的完整公民身份号码"]
    proposal = Proposal.objects.create(
        kind="person.hold",
        summary="暂缓",
        once="person.hold:1",
        reason="案件",
        proposed_by=clerk,
        expires_at=timezone.now() + dt.timedelta(days=7),
    )
    LookHold.objects.create(
        person_id=zhang.person_id,
        until=timezone.localdate() + dt.timedelta(days=30),
        proposal=proposal,
    )
    assert whats(unit_clerk) == []
