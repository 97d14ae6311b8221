"""Somebody of another unit is found by number, name and unit together, and by nothing less."""

from __future__ import annotations

import uuid

import pytest
from django.urls import reverse

from apps.approvals import elsewhere
from apps.approvals.models import Application
from apps.audit.models import AuditEvent
from apps.staff import looking, secrets
from tests.factories import quotas, staff, units

pytestmark = pytest.mark.django_db

PAGE = reverse("approvals:elsewhere")


@pytest.fixture
def spell(foreign_bureau):
    quotas.grant(foreign_bureau, 1)
    return staff.enter(foreign_bureau, "张玥")


def asked(spell, **more):
    return {
        "_key": str(uuid.uuid4()),
        "unit": spell.unit.name,
        "name": spell.person.name,
        "id_no": secrets.id_no(spell.person).reveal(),
        **more,
    }


@pytest.mark.rule("TR-03")
def test_all_three_lead_to_the_form_and_the_number_stands_in_no_address(
    client, spell, office, unit_clerk
):
    client.force_login(unit_clerk)
    assert spell.unit.name not in client.get(reverse("approvals:new", args=["transfer"])).text
    answer = client.post(PAGE, asked(spell))
    assert answer.status_code == 302
    assert secrets.id_no(spell.person).reveal() not in answer.url
    page = client.get(answer.url)
    assert page.status_code == 200
    assert "张玥" in page.text
    event = AuditEvent.objects.get(kind="person.find")
    assert event.scope == spell.scope
    data = {
        "_key": str(uuid.uuid4()),
        "unit": office.pk,
        "quota_type": quotas.ADMIN,
        "on": "2026-09-01",
        "document_no": "嵊组干〔2026〕3号",
        "entry_mode": "entry_mode.07",
        "exit_mode": "exit_mode.13",
    }
    assert client.post(answer.url, data).status_code == 302
    draft = Application.objects.get()
    assert (draft.unit, draft.other_unit) == (office, spell.unit)


@pytest.mark.rule("TR-03")
@pytest.mark.parametrize("wrong", [{"unit": "新昌县别的局"}, {"name": "张月"}])
def test_two_of_three_tell_nothing(wrong, client, spell, office, unit_clerk):
    client.force_login(unit_clerk)
    answer = client.post(PAGE, asked(spell, **wrong))
    assert answer.status_code == 422
    assert "没有与这三项都相符的在编人员" in answer.text
    unknown = client.post(PAGE, asked(spell, id_no=staff.id_no()))
    assert "没有与这三项都相符的在编人员" in unknown.text
    assert looking.elsewhere_today(unit_clerk) == 1


@pytest.mark.rule("TR-03")
def test_nobody_looks_for_ever(client, spell, office, unit_clerk, monkeypatch):
    monkeypatch.setattr(looking, "ELSEWHERE_A_DAY", 1)
    client.force_login(unit_clerk)
    client.post(PAGE, asked(spell, name="张月"))
    assert "次数已达上限" in client.post(PAGE, asked(spell)).text


@pytest.mark.rule("TR-03")
def test_a_key_is_good_for_who_was_given_it(client, spell, office, home, unit_clerk):
    key = elsewhere.key_of(unit_clerk, spell)
    assert elsewhere.opened(unit_clerk, key) == spell
    second = units.holder("second", "unit_clerk", office, "郑经办")
    assert elsewhere.opened(second, key) is None
    assert elsewhere.opened(unit_clerk, f"~{unit_clerk.pk}-{spell.pk}.x") is None
    client.force_login(second)
    address = reverse("approvals:new", args=["transfer"])
    assert client.get(address, {"spell": key}).status_code == 404
    for kind in ("exit", "adjust", "retype", "correct"):
        client.force_login(unit_clerk)
        address = reverse("approvals:new", args=[kind])
        assert client.get(address, {"spell": key}).status_code == 404
        assert client.get(address, {"spell": spell.pk}).status_code == 404
