"""出编入编动态平衡: the running figure, its variants, and what it does to an approval."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from apps.approvals import dynamic, errors, refusals, services
from apps.approvals.dynamic import Flow
from apps.approvals.models import UseSetting
from apps.staff.models import Occupancy
from apps.units.models import Office
from tests.factories import quotas, units
from tests.factories.approvals import filed_use, issued_notice, use_line
from tests.factories.quotas import ADMIN, SUPPORT

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 1)


def setting(**more) -> UseSetting:
    given = {"prefix": "剡编控", "balance": "block", "relation": "lt", "per": "all"}
    return UseSetting(**{"number": 1, "exempt_modes": [], **given, **more})


@pytest.mark.rule("NT-10")
@pytest.mark.parametrize(
    ("variant", "allowed", "over", "said"),
    [
        ({}, 29, 0, "180 ＋ 140 − 1 − 250 − 40 = 29"),
        ({"relation": "le"}, 30, 0, "180 ＋ 140 − 250 − 40 = 30"),
        (
            {"relation": "ratio", "ratio_in": 2, "ratio_out": 3},
            0,
            290 - 213,
            "（180 ＋ 140）× 2 ÷ 3 − 250 − 40 = −77，按 0 计",
        ),
    ],
)
def test_the_worked_example_comes_out(variant, allowed, over, said):
    flow = Flow("", "本级合计", 180, 140, 250, 40, setting(**variant))
    assert (flow.allowed, flow.over, flow.said) == (allowed, over, said)


@pytest.mark.rule("NT-10")
@pytest.mark.parametrize(
    ("counts", "most", "allowed", "over"),
    [((0, 0, 0, 0), 0, 0, 0), ((0, 0, 2, 1), 0, 0, 3), ((3, 0, 2, 0), 2, 0, 0)],
)
def test_a_count_is_never_below_zero(counts, most, allowed, over):
    """Where nobody left, nobody may come: 0, not −1, and what came all the same is told apart."""
    flow = Flow("", "本级合计", *counts, setting())
    assert (flow.most, flow.allowed, flow.over) == (most, allowed, over)


@pytest.mark.rule("NT-10")
def test_the_page_of_an_empty_register_says_nought(client, home, clerk):
    Office.objects.create(name="嵊州市委编办", home=home)
    client.force_login(clerk)
    page = client.get(reverse("approvals:year_balance")).content.decode()
    assert 'data-label="现可再批"><b>0</b>' in page
    assert 'data-label="至多入编">0<' in page
    assert "已到上限" in page
    assert "已突破" not in page


@pytest.fixture
def year(home, bureau, clerk):
    """Five left, one was taken on, one came by 军转, two heads are unused."""
    Office.objects.create(name="嵊州市委编办", home=home)
    quotas.grant(bureau, 40)
    quotas.grant(bureau, 10, SUPPORT)
    this_year = dt.date(2026, 3, 1)
    quotas.people(bureau, 4, ends_on=this_year, exit_mode_id="exit_mode.03")
    quotas.people(bureau, 1, SUPPORT, ends_on=this_year, exit_mode_id="exit_mode.03")
    quotas.people(bureau, 1, on=this_year, entry_mode_id="entry_mode.01")
    quotas.people(bureau, 1, on=this_year, entry_mode_id="entry_mode.10")
    issued_notice(bureau, 2, by=clerk)
    return bureau


@pytest.mark.rule("NT-10")
def test_the_figure_counts_what_came_went_and_waits(year):
    setting(exempt_modes=["entry_mode.10"]).save()
    flow = dynamic.year_balance(year, TODAY).total
    assert (flow.exits, flow.entries, flow.issued) == (5, 1, 2)
    assert flow.allowed == flow.exits + flow.committed - 1 - 1 - 2


@pytest.mark.rule("NT-10")
def test_types_are_counted_apart_when_set(year):
    setting(per="type").save()
    flows = {one.key: one for one in dynamic.year_balance(year, TODAY).flows}
    assert (flows[ADMIN].exits, flows[ADMIN].entries, flows[ADMIN].issued) == (4, 2, 2)
    assert (flows[SUPPORT].exits, flows[SUPPORT].entries) == (1, 0)
    broken = dynamic.year_balance(year, TODAY).broken_by({SUPPORT: 1})
    assert [(flow.key, heads) for flow, heads in broken] == [(SUPPORT, 1)]


@pytest.mark.rule("NT-10")
def test_who_moves_within_the_county_has_neither_come_nor_gone(year, home):
    other = units.unit("嵊州市民政局", home, nature_id="nature.101", established_on=units.DAY)
    quotas.grant(other, 5)
    before = dynamic.year_balance(year, TODAY).total
    spell = Occupancy.objects.filter(unit=year, quota_type=ADMIN, ends_on=None).first()
    day = dt.date(2026, 6, 1)
    Occupancy.objects.filter(pk=spell.pk).update(ends_on=day, exit_mode="exit_mode.03")
    Occupancy.objects.create(
        person=spell.person,
        unit=other,
        quota_type_id=ADMIN,
        status_id="person_status.110",
        starts_on=day,
    )
    after = dynamic.year_balance(year, TODAY).total
    assert (after.exits, after.entries) == (before.exits, before.entries)


@pytest.mark.rule("NT-10")
@pytest.mark.parametrize(("mode", "stops"), [("block", True), ("warn", False), ("off", False)])
def test_a_broken_balance_blocks_only_when_set(
    mode, stops, home, office, unit_clerk, supervisor, clerk
):
    Office.objects.create(name="嵊州市委编办", home=home)
    setting(balance=mode).save()
    case = filed_use(office, unit_clerk, use_line(office, 1))  # nobody left: none is allowed
    case = services.advance(application=case, move="pass", by=supervisor)
    if not stops:
        assert services.advance(application=case, move="pass", by=clerk).state == "signing"
        return
    with pytest.raises(errors.BalanceBroken) as refused:
        services.advance(application=case, move="pass", by=clerk)
    assert "现可再批 0 名" in refusals.sentence(refused.value)
