"""The first page of each role: what it offers, and what it keeps to itself."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.choices import AdministratorKind
from apps.approvals.services import plans as planning
from apps.approvals.services import pool as lending
from apps.core.models import CodeValue, Job
from apps.units.models import Office
from tests.factories import accounts, units
from tests.factories import quotas as q
from tests.factories.documents import DocumentFactory

from .conftest import PLANTED

#: Of a first page (performance budget P8).
MOST_STATEMENTS = 30

pytestmark = pytest.mark.django_db


def first_page(client, user):
    client.force_login(user)
    return client.get("/")


def test_the_office_sees_its_figures_changes_and_what_is_missing(client, world, clerk):
    unused = DocumentFactory(scope=world.home.path)
    units.unit("没有编制的中心", world.home, nature_id="nature.104")
    Job.objects.create(kind="import", title="导入花名册", owner=clerk)

    page = first_page(client, clerk)
    text = page.content.decode()

    assert page.context["summary"].quotas.total.net == 1
    assert [line.unit for line in page.context["over"]] == [world.bureau]
    assert {(line.text, line.number) for line in page.context["unfinished"]} == {
        ("批文还没有机构引用", 1),
        ("单位没有核定编制", 1),
        ("单位没有填系统类别", 1),
    }
    assert "没有编制的中心" in text
    assert unused.number in text
    assert "导入花名册" in text
    for name in ("quotas:entry_create", "documents:register", "exchange:imports", "staff:enter"):
        assert reverse(name) in text


def test_the_links_of_what_is_missing_list_as_many(client, world, clerk):
    DocumentFactory.create_batch(2, scope=world.home.path)
    (line,) = [line for line in first_page(client, clerk).context["unfinished"] if line.url]

    assert client.get(line.url).context["page"].paginator.count == line.number == 2


def test_people_in_and_out_are_numbers_not_names(client, world, clerk):
    from django.utils import timezone

    q.grant(world.office, 2)
    spells = q.people(world.office, 2, on=timezone.localdate())
    page = first_page(client, clerk)

    assert (page.context["flow"].entered, page.context["flow"].left) == (2, 0)
    assert spells[0].person.name not in page.content.decode()


def test_a_unit_clerk_sees_the_unit_by_type_with_lamps_and_links(client, world, unit_clerk):
    page = first_page(client, unit_clerk)
    (card,) = page.context["cards"]
    text = page.content.decode()

    cells = [row["cell"] for row in card.cells]
    assert [(cell.approved, cell.actual, cell.usable) for cell in cells] == [(30, 35, 0)]
    assert card.lamp == ("red", "超编 5")
    assert [unit.name for unit, _ in card.units] == ["实验小学", "机关幼儿园"]
    assert reverse("quotas:ledger", args=[world.bureau.pk]) in text
    assert reverse("staff:unit", args=[world.bureau.pk]) in text
    assert "中共嵊州市委办公室" not in text
    assert reverse("quotas:entry_create") not in text


def test_a_department_above_sees_the_over_staffed_units_first(client, world):
    q.staffed(units.unit("末位学校", world.inner, nature_id="nature.104"), 3, 9, q.FULL)
    above = units.holder("above", "supervisor", world.bureau)

    (card,) = first_page(client, above).context["cards"]

    assert [(unit.name, lamp[1]) for unit, lamp in card.units] == [
        ("末位学校", "超编 6"), ("实验小学", "满编"), ("机关幼儿园", "空编 6"),
    ]  # fmt: skip


def test_a_partner_of_the_whole_county_sees_its_nodes(client, world, reader):
    (card,) = first_page(client, reader).context["cards"]
    assert [(row.unit.name, row.sums.approved) for row in card.nodes] == [
        ("嵊州市教育局", 100), ("党委机关", 12),
    ]  # fmt: skip


@pytest.mark.parametrize("role", ["clerk", "reader", "unit_clerk"])
def test_nothing_of_another_county_is_on_a_first_page(client, world, role, request):
    text = first_page(client, request.getfixturevalue(role)).content.decode()
    assert PLANTED not in text
    assert "新昌" not in text


def test_who_has_no_right_yet_comes_to_his_own_account(client, db):
    assert first_page(client, units.person("nobody"))["Location"] == reverse("accounts:own")


@pytest.mark.parametrize("kind", AdministratorKind)
def test_an_administrator_sees_counts_and_nobody(client, world, kind):
    user = accounts.administrator(kind)
    client.force_login(user)
    page = client.get(reverse("dashboards:administration"))
    text = page.content.decode()

    assert page.context["facts"]
    for name in (
        "嵊州市教育局",
        "实验小学",
        *(s.person.name for s in q.Occupancy.objects.all()[:5]),
    ):
        assert name not in text
    assert reverse("dashboards:workbench") not in [e.url for e in page.context["entries"]]


def test_the_administrators_page_is_closed_to_everybody_else(client, world, clerk):
    client.force_login(clerk)
    assert client.get(reverse("dashboards:administration")).status_code == 403


def test_the_system_administrator_hears_of_a_silent_worker(client, db):
    client.force_login(accounts.administrator(AdministratorKind.SYSTEM))
    state, *_ = client.get(reverse("dashboards:administration")).context["facts"]
    assert (state.label, state.value) == ("系统状态", "异常")
    assert "后台进程没有响应" in state.note


def test_the_first_page_and_the_page_of_the_system_say_the_same(client, db, settings, tmp_path):
    settings.BIANZHI_BACKUP_DIR = str(tmp_path)
    client.force_login(accounts.administrator(AdministratorKind.SYSTEM))

    state, *_ = client.get(reverse("dashboards:administration")).context["facts"]
    bad = client.get(reverse("dashboards:health")).context["bad"]

    assert "备份没有备份过" not in state.note  # a word, not a stutter
    assert state.note == "；".join(part.sentence for part in bad)
    assert "没有备份过" in state.note
    assert state.value == "异常"


@pytest.mark.parametrize("role", ["clerk", "unit_clerk", "reader"])
@pytest.mark.parametrize("more", [1, 3])
def test_more_units_cost_no_query(client, world, role, more, request):
    user = request.getfixturevalue(role)
    for n in range(more):
        q.staffed(units.unit(f"第{n}中学", world.inner, nature_id="nature.104"), 5, 7, q.FULL)
    first_page(client, user)
    with CaptureQueriesContext(connection) as asked:
        client.get("/")
    counts = request.config.stash.setdefault(_COUNTS, {})
    assert counts.setdefault(role, len(asked)) == len(asked)
    assert len(asked) <= 40


_COUNTS = pytest.StashKey[dict]()


def test_one_thing_alone_that_units_want_is_shown_with_its_examples(client, world, clerk):
    bare = units.unit(
        "没有编制的中心", world.home, nature_id="nature.104", system_class_id="system_class.3"
    )
    (line,) = first_page(client, clerk).context["unfinished"]

    assert (line.text, line.number, line.examples) == ("单位没有核定编制", 1, [bare])


def test_plans_and_loans_that_press_are_named_to_whom_they_concern(
    client, world, clerk, unit_clerk
):
    today = timezone.localdate()
    Office.objects.update_or_create(pk=1, defaults={"name": "县委编办", "home": world.home})
    document = DocumentFactory(scope=world.home.path)
    plan = planning.open_plan(year=today.year, due_on=today + dt.timedelta(days=9), by=clerk)
    admin = CodeValue.objects.get(pk=q.ADMIN)
    filled = lending.put_in(
        quota_type=admin, change=3, on=today, document=document, reason="", by=clerk
    )
    lent = {"pool": filled.pool, "places": 1, "document": document, "by": clerk}
    for unit, days in ((world.office, -2), (world.bureau, 400)):
        lending.lend(
            unit=unit,
            starts_on=today - dt.timedelta(days=9),
            due_on=today + dt.timedelta(days=days),
            reason="周转",
            **lent,
        )

    def card(who):
        address = reverse("approvals:pressing")
        assert f'hx-get="{address}"' in first_page(client, who).text
        return client.get(address, HTTP_HX_REQUEST="true")

    told = {who: card(who).context["pressing"] for who in (clerk, unit_clerk)}
    for who, step in ((clerk, "“结束征集”"), (unit_clerk, "每类编制一行")):
        assert told[who][0].title == str(plan)
        assert step in told[who][0].text
    (loan,) = told[clerk][1:]  # what is not due for a year presses nobody
    assert (loan.title, loan.lamp) == (f"{world.office.name}周转编制", ("red", "逾期 2 天"))
    planning.close_collecting(plan=plan, by=clerk)
    text = card(clerk).text
    with CaptureQueriesContext(connection) as asked:
        client.get("/")
    assert len(asked) <= MOST_STATEMENTS  # whatever presses: the card is read by itself
    assert "用编计划和周转" in text
