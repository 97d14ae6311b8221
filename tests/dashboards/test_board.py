"""领导总览: its figures are the command's and the facts', and nobody else's units are on it."""

from __future__ import annotations

import datetime as dt
import io
import json

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.dashboards.queries.board import board
from apps.dashboards.queries.summary import as_json
from tests.factories import posts as p
from tests.factories import quotas as q
from tests.factories import units

from .conftest import PLANTED

pytestmark = pytest.mark.django_db
BOARD = "dashboards:board"


def opened(client, user, **query):
    client.force_login(user)
    return client.get(reverse(BOARD), query)


def told(code: str) -> dict:
    out = io.StringIO()
    call_command("figures", "--json", "--under", code, stdout=out)
    return json.loads(out.getvalue())


def test_the_board_says_what_the_command_says(client, world, leader):
    found = opened(client, leader).context["board"]

    assert as_json(found.summary, under=world.home.code) == told(world.home.code)


@pytest.mark.rule("B-01")
def test_the_board_says_what_the_facts_say(client, world, leader):
    """A live GROUP BY over ledger and spells; the board itself reads kept sums only."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH a AS (SELECT unit_id, quota_type_id, sum(change) n FROM quotas_quotaentry
                        WHERE scope LIKE %(under)s GROUP BY 1, 2),
                 c AS (SELECT unit_id, quota_type_id, count(*) n FROM staff_occupancy
                        WHERE scope LIKE %(under)s AND counts AND ends_on IS NULL GROUP BY 1, 2),
                 cells AS (SELECT unit_id, coalesce(a.n, 0) a, coalesce(c.n, 0) c
                             FROM a FULL JOIN c USING (unit_id, quota_type_id))
            SELECT sum(a), sum(c), sum(a) - sum(c), sum(greatest(a - c, 0)),
                   sum(greatest(c - a, 0)), count(DISTINCT unit_id) FILTER (WHERE c > a)
              FROM cells
            """,
            {"under": f"{world.home.path}%"},
        )
        facts = cursor.fetchone()

    total = opened(client, leader).context["board"].summary.quotas.total

    assert facts == (112, 111, 1, 6, 5, 1)
    assert (
        total.approved, total.actual, total.net, total.vacant, total.excess, total.over
    ) == facts  # fmt: skip


def test_net_gross_and_excess_are_three_figures_on_the_page(client, world, leader):
    page = opened(client, leader, at=world.bureau.pk).content.decode()

    assert "毛空编 6 − 毛超编 5" in page  # domain.md §5.2: A 50/44, B 30/35, C 20/20
    assert "实有 99 / 核定 100" in page
    assert "超编 5 名" in page


def test_posts_do_not_net_chief_against_deputy(client, world, leader):
    found = opened(client, leader).context["board"].summary.posts

    assert (found.total.over, found.total.short) == (1, 2)  # domain.md §5.3, rules L-01


def test_the_rows_below_add_up_to_the_node(client, world, leader):
    for node in (world.home, world.organs, world.bureau, world.inner):
        found = opened(client, leader, at=node.pk).context["board"]
        for name in ("approved", "actual", "vacant", "excess", "over"):
            rows = sum(getattr(row.sums, name) for row in found.rows)
            assert rows == getattr(found.summary.quotas.total, name), (node.name, name)
        rows = sum(row.posts.over for row in found.rows)
        assert rows == found.summary.posts.total.over


def test_a_leader_walks_down_to_a_unit(client, world, leader):
    top = opened(client, leader)
    assert [row.unit.name for row in top.context["board"].rows] == ["嵊州市教育局", "党委机关"]
    assert f"?at={world.bureau.pk}" in top.content.decode()

    below = opened(client, leader, at=world.bureau.pk)
    own, inner = below.context["board"].rows
    assert (own.own, own.sums.actual, inner.unit) == (True, 35, world.inner)

    last = opened(client, leader, at=world.inner.pk)
    assert reverse("quotas:unit", args=[world.school.pk]) in last.content.decode()
    assert [a.name for a in last.context["board"].ancestors] == ["嵊州市", "嵊州市教育局"]


def test_an_over_staffed_unit_shows_since_when_and_by_which_document(client, world, leader):
    (line,) = opened(client, leader).context["board"].over
    (cell,) = line.cells

    assert (line.unit, line.excess) == (world.bureau, 5)
    assert (cell.since, cell.basis, cell.document) == (q.DAY, "历史遗留", None)
    assert cell.latest == world.bureau.quota_entries.get().document


def test_the_latest_changes_of_places_posts_and_units_stand_in_one_list(client, world, leader):
    day = dt.date(2020, 1, 2)
    q.grant(world.school, 2, q.FULL, on=day)
    p.due(world.school, 1, on=day + dt.timedelta(days=1))

    changes = opened(client, leader).context["board"].changes

    assert [(line.unit, line.text) for line in changes[:2]] == [
        (world.school, "单位领导正职职数 +1"),
        (world.school, "事业编制（全额） +2（核增）"),
    ]


def test_a_past_day_is_counted_from_facts(client, world, leader):
    page = opened(client, leader, on="2015-02-28")
    assert page.context["board"].summary.quotas.total.approved == 0
    assert "2015 年 2 月 28 日" in page.content.decode()

    page = opened(client, leader, on="2015-03-01")
    assert page.context["board"].summary.quotas.total.net == 1
    board = page.context["board"]
    due = sum(row.posts.due for row in board.rows)  # posts of that day too
    assert due == board.summary.posts.total.due


# -- who sees what --------------------------------------------------------------------------------


def test_nothing_of_another_county_is_on_the_board(client, world, leader, foreign_bureau):
    page = opened(client, leader).content.decode()
    assert PLANTED not in page
    assert "新昌县" not in page


@pytest.mark.parametrize("at", ["foreign", "missing", "word", "department"])
def test_a_node_out_of_reach_does_not_exist(client, world, leader, foreign_bureau, at):
    department = units.unit("人事科", world.bureau, entity_kind="department")
    keys = {"foreign": foreign_bureau.pk, "missing": 0, "word": "x", "department": department.pk}
    answer = opened(client, leader, at=keys[at])

    assert answer.status_code == 404
    assert PLANTED not in answer.content.decode()


def test_a_leader_of_one_bureau_is_told_of_that_bureau_alone(client, world):
    chief = units.holder("chief", "leader", world.bureau)

    found = opened(client, chief)

    assert found.context["board"].node == world.bureau
    assert found.context["board"].summary.quotas.total.approved == 100
    assert "中共嵊州市委办公室" not in found.content.decode()
    assert opened(client, chief, at=world.home.pk).status_code == 404


def test_several_subtrees_stand_side_by_side(client, world):
    chief = units.holder("chief", "leader", world.organs)
    from apps.units import appointments

    appointments.appoint(user=chief, role="leader", unit=world.inner, by=None)
    found = opened(client, chief).context["board"]

    assert found.node is None
    assert [(row.unit, row.sums.approved) for row in found.rows] == [
        (world.inner, 70),
        (world.organs, 12),
    ]
    assert found.summary.quotas.total.approved == 82


@pytest.mark.rule("B-05")
def test_the_board_is_closed_to_those_without_a_leaders_right(client, world, unit_clerk):
    """Rules B-05."""
    assert opened(client, unit_clerk).status_code == 403
    assert opened(client, units.person("nobody")).status_code == 403
    for name in ("definitions", "posts_sheet", "quota_sheet"):
        assert client.get(reverse(f"dashboards:{name}")).status_code == 403


def test_a_leader_lands_on_the_board(client, world, leader, clerk):
    client.force_login(leader)
    assert client.get("/")["Location"] == reverse(BOARD)
    assert opened(client, clerk).status_code == 200  # the office reads what it prepares


def test_every_figure_says_what_it_means(client, leader):
    client.force_login(leader)
    page = client.get(reverse("dashboards:definitions")).content.decode()

    for term in ("核定", "实有", "净空编", "超编单位", "编制使用率", "超配、缺配"):
        assert term in page


# -- cost -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("more", [1, 3])
def test_more_units_cost_no_query(client, world, leader, more, statements):
    for number in range(more):
        q.staffed(units.unit(f"第{number}中学", world.home, nature_id="nature.104"), 5, 7, q.FULL)
    client.force_login(leader)
    client.get(reverse(BOARD))

    with CaptureQueriesContext(connection) as asked:
        client.get(reverse(BOARD))

    assert len(asked) <= 30
    counted = [query["sql"] for query in asked if "staff_occupancy" in query["sql"]]
    # who retires by when is read from the index of the stored estimate, nothing else of people
    assert all("retires_on" in sql for sql in counted), "the board counts people"
    statements(more, len(asked))


@pytest.fixture
def statements(request):
    """Compare the number of statements between the runs of one parametrised test."""
    counts = request.config.stash.setdefault(_COUNTS, {})

    def compare(key, number):
        counts[key] = number
        assert len(set(counts.values())) == 1, counts

    return compare


_COUNTS = pytest.StashKey[dict]()


def test_an_empty_county_says_so(client, home, leader):
    page = opened(client, leader).content.decode()
    assert "还没有核定编制" in page
    assert "没有超编单位" in page


def test_the_month_counts_movements_of_this_month_only(world):
    today = dt.date(2015, 3, 20)
    found = board(world.home, [world.home.path], today)
    assert found.month == 112
    assert board(world.home, [world.home.path], dt.date(2015, 4, 2)).month == 0
