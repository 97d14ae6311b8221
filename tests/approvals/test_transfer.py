"""跨单位划转: filed by the receiving unit, seen by both offices, one place less and one more."""

from __future__ import annotations

import datetime as dt

import pytest

from apps.approvals import errors, kinds, services
from apps.approvals.choices import State
from apps.approvals.models import Application, KindVersion
from apps.approvals.refusals import sentence
from apps.quotas.errors import QuotaFull
from apps.quotas.models import Balance
from apps.staff.models import Occupancy
from apps.units.models import Unit
from tests.factories import quotas, staff, units
from tests.factories.approvals import decided, drafted, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def giving(home: Unit) -> Unit:
    """Another unit of the county, with one person in its one place."""
    made = units.unit("嵊州市水利局", home, nature_id="nature.101", established_on=units.DAY)
    quotas.grant(made, 1)
    return made


@pytest.fixture
def spell(giving):
    return staff.enter(giving, "张玥", post_name="科员")


def data(unit, **more):
    return {
        "unit": unit.pk,
        "quota_type": quotas.ADMIN,
        "on": "2026-09-01",
        "document_no": "嵊组干〔2026〕3号",
        "entry_mode": "entry_mode.07",
        "exit_mode": "exit_mode.13",
        "post_name": "一级科员",
        **more,
    }


def balance(unit):
    return Balance.objects.get(unit=unit).actual


@pytest.mark.rule("TR-01")
def test_a_person_goes_from_one_unit_to_another(
    spell, giving, office, unit_clerk, cast, partners, home, foreign_home
):
    case = submitted("transfer", unit_clerk, data(office), spell=spell)
    assert (case.unit, case.other_unit, case.number[:2]) == (office, giving, "HZ")
    assert case.summary == "张玥 由嵊州市水利局划转到嵊州市教育局"
    kind = kinds.of("transfer")
    boxes = kind.boxes(case, list(case.lines.all()))
    assert [(b.unit, b.actual, b.actual_after) for b in boxes] == [(giving, 1, 0), (office, 0, 1)]
    facts = dict(kind.facts(case.lines.get()))
    assert next((f.label, f.before, f.value) for f in facts["划入"]) == (
        "划入单位", "嵊州市水利局", "嵊州市教育局",
    )  # fmt: skip
    sender = units.holder("sender", "office_clerk", giving, "何转出")
    assert Application.objects.visible_to(sender).get() == case
    outside = units.holder("outside", "office_clerk", foreign_home, "何外县")
    assert not Application.objects.visible_to(outside).exists()

    case = decided(case, cast)
    assert case.state == State.CONFIRMING
    old, new = Occupancy.objects.order_by("pk")
    assert (old.unit, old.ends_on, old.exit_document_no) == (
        giving, dt.date(2026, 9, 1), "嵊组干〔2026〕3号",
    )  # fmt: skip
    assert (new.unit, new.starts_on, new.document_no, new.post_name) == (
        office, dt.date(2026, 9, 1), "嵊组干〔2026〕3号", "一级科员",
    )  # fmt: skip
    assert case.lines.get().result == new
    assert (balance(giving), balance(office)) == (0, 1)
    for code in ("organisation", "personnel", "finance", "insurance"):
        case = services.advance(application=case, move="confirm", by=partners[code])
    assert case.state == State.DONE


@pytest.mark.rule("TR-01")
def test_a_full_unit_receives_nobody(spell, giving, home, cast, clerk):
    full = units.unit("嵊州市档案局", home, nature_id="nature.101")
    quotas.staffed(full, 2, 2)
    draft = drafted("transfer", clerk, data(full), spell=spell)
    with pytest.raises(errors.LineFails) as refused:
        services.advance(application=draft, move="submit", by=clerk)
    assert isinstance(refused.value.refusal, QuotaFull)
    assert "核定 2 名" in sentence(refused.value)
    assert (balance(giving), balance(full)) == (1, 2)


@pytest.mark.rule("EN-01")
def test_where_heads_are_required_a_transfer_uses_one(spell, office, unit_clerk):
    old = KindVersion.objects.in_force("transfer")
    KindVersion.objects.create(
        kind="transfer",
        number=old.number + 1,
        steps=old.steps,
        materials=old.materials,
        partners=old.partners,
        options={"slot_required": True, "slot_exempt_modes": ["entry_mode.09"]},
    )
    draft = drafted("transfer", unit_clerk, data(office), spell=spell)
    with pytest.raises(errors.LineFails) as refused:
        services.advance(application=draft, move="submit", by=unit_clerk)
    assert isinstance(refused.value.refusal, errors.SlotMissing)
    exempt = drafted("transfer", unit_clerk, data(office, entry_mode="entry_mode.09"), spell=spell)
    services.advance(application=exempt, move="submit", by=unit_clerk)


@pytest.mark.rule("TR-02")
def test_people_of_a_third_unit_do_not_go_along(spell, giving, home, office, unit_clerk):
    third = units.unit("嵊州市统计局", home, nature_id="nature.101")
    quotas.grant(third, 1)
    other = staff.enter(third, "王强")
    draft = drafted("transfer", unit_clerk, data(office), spell=spell)
    kind = kinds.of("transfer")
    form = kind.form(data(office), user=unit_clerk, spell=other)
    assert form.is_valid()
    services.add_line(application=draft, data=kind.line(form), by=unit_clerk)
    with pytest.raises(errors.LineFails) as refused:
        services.advance(application=draft, move="submit", by=unit_clerk)
    assert isinstance(refused.value.refusal, errors.NotOfThisUnit)
    assert refused.value.line.name == "王强"


def test_two_people_go_together(giving, office, unit_clerk, cast):
    quotas.grant(giving, 1)
    pair = [staff.enter(giving, name) for name in ("张玥", "王强")]
    draft = drafted("transfer", unit_clerk, data(office), spell=pair[0])
    kind = kinds.of("transfer")
    form = kind.form(data(office), user=unit_clerk, spell=pair[1])
    assert form.is_valid()
    services.add_line(application=draft, data=kind.line(form), by=unit_clerk)
    draft.refresh_from_db()
    assert draft.summary == "张玥等 2 人 由嵊州市水利局划转到嵊州市教育局"
    decided(services.advance(application=draft, move="submit", by=unit_clerk), cast)
    assert (balance(giving), balance(office)) == (0, 2)


def test_a_form_sends_nobody_where_they_are(spell, giving, clerk):
    form = kinds.of("transfer").form(data(giving), user=clerk, spell=spell)
    assert "本人就在嵊州市水利局" in form.errors["unit"][0]


def test_a_clerk_files_for_the_own_unit_only(spell, giving, home, unit_clerk):
    third = units.unit("嵊州市统计局", home, nature_id="nature.101")
    form = kinds.of("transfer").form(data(third), user=unit_clerk, spell=spell)
    assert "unit" in form.errors


def test_a_line_comes_back_into_its_form(spell, office, unit_clerk):
    case = drafted("transfer", unit_clerk, data(office), spell=spell)
    line = case.lines.get()
    kind = kinds.of("transfer")
    form = kind.form(user=unit_clerk, spell=spell, initial=kind.initial(line))
    assert form["unit"].initial == office.pk
    assert form["on"].initial == "2026-09-01"
    assert form["document_no"].initial == "嵊组干〔2026〕3号"
