"""比较两天: who came, went and moved; what changed, by which document; sums of both days."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from apps.staff.models import Occupancy
from tests.dashboards.conftest import PLANTED
from tests.factories import posts as p
from tests.factories import quotas as q
from tests.factories.documents import DocumentFactory
from tests.quotas import world as w

pytestmark = pytest.mark.django_db

FIRST, SECOND = dt.date(2018, 1, 1), dt.date(2020, 12, 31)


@pytest.fixture
def story(world):
    """One leaves, one comes, one moves to the school; the school's places grow by a document."""
    leaving, moving = Occupancy.objects.filter(unit=world.bureau)[:2]
    ended = {"exit_mode_id": "exit_mode.03", "status_id": w.GONE}
    Occupancy.objects.filter(pk=leaving.pk).update(ends_on=dt.date(2019, 3, 1), **ended)
    Occupancy.objects.filter(pk=moving.pk).update(ends_on=dt.date(2019, 4, 1), **ended)
    paper = DocumentFactory(scope=world.home.path)
    q.grant(world.school, 5, q.FULL, on=dt.date(2019, 5, 1), document=paper)
    p.due(world.school, 2, on=dt.date(2019, 6, 1))
    new = Occupancy.objects.create(
        person=moving.person,
        unit=world.school,
        quota_type_id=q.FULL,
        status_id=w.AT_POST,
        starts_on=dt.date(2019, 4, 1),
    )
    came = q.people(world.school, 1, q.FULL, on=dt.date(2020, 1, 6))[0]
    return {"left": leaving, "moved": new, "came": came, "paper": paper, "world": world}


def ask(client, node, **query):
    asked = {"at": node.pk, "first": FIRST, "second": SECOND, **query}
    return client.get(reverse("dashboards:compare"), asked)


@pytest.mark.rule("B-21")
def test_two_days_of_a_subtree(client, reader, story):
    client.force_login(reader)
    page = ask(client, story["world"].home)
    found = page.context["found"]

    assert [s.person_id for s in found.came] == [story["came"].person_id]
    assert [s.person_id for s in found.went] == [story["left"].person_id]
    assert [(s.person_id, s.was_unit) for s in found.moved] == [
        (story["moved"].person_id, story["world"].bureau.name)
    ]
    assert [(c.unit.pk, c.kind.pk, c.change, c.documents) for c in found.places] == [
        (story["world"].school.pk, q.FULL, 5, [story["paper"]])
    ]
    assert [(c.unit.pk, c.change) for c in found.posts] == [(story["world"].school.pk, 2)]
    rows = {row.label: (row.before, row.after, row.change) for row in found.figures}
    assert rows["核定合计"] == (112, 117, 5)
    assert rows["实有合计"] == (111, 111, 0)
    assert story["paper"].number in page.content.decode()


@pytest.mark.rule("B-21")
def test_whoever_leaves_the_subtree_went_though_he_is_still_in_the_county(client, reader, story):
    client.force_login(reader)
    found = ask(client, story["world"].school).context["found"]
    assert {s.person_id for s in found.came} == {
        story["came"].person_id,
        story["moved"].person_id,
    }
    assert list(found.moved) == []


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"first": SECOND, "second": FIRST}, "后一天须晚于前一天"),
        ({"first": FIRST, "second": FIRST}, "后一天须晚于前一天"),
        ({"second": "2999-01-01"}, "还没有到"),
        ({"first": "2018-02-30"}, "“2018-02-30”不是日期"),
        ({"first": "", "second": "昨天"}, "“昨天”不是日期"),
    ],
)
def test_wrong_days_are_told_at_their_place(client, reader, story, query, words):
    client.force_login(reader)
    page = ask(client, story["world"].home, **query)
    assert page.status_code == 422
    told = "".join(str(found) for found in page.context["form"].errors.values())
    assert words in told


def test_nothing_of_another_county(client, stranger, reader, story, foreign_home):
    client.force_login(stranger)
    assert ask(client, story["world"].home).status_code == 404
    client.force_login(reader)
    assert ask(client, foreign_home).status_code == 404
    assert PLANTED not in ask(client, story["world"].home).content.decode()


def test_the_workbook_has_every_list(client, reader, story):
    client.force_login(reader)
    answer = ask(client, story["world"].home, export="xlsx")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert book.sheetnames == [
        "两日对比", "来的人", "走的人", "内部调动", "编制增减", "职数增减", "机构变动",
    ]  # fmt: skip
    texts = [str(c.value) for sheet in book for row in sheet.iter_rows() for c in row if c.value]
    assert story["paper"].number in texts
    assert any("2018-01-01" in text and "2020-12-31" in text for text in texts)


def test_a_day_that_is_left_out_is_the_usual_one(client, reader, story):
    client.force_login(reader)
    today = timezone.localdate()
    found = ask(client, story["world"].home, first="", second=today).context["found"]
    assert found.first == dt.date(timezone.localdate().year - 1, 12, 31)


def test_from_a_page_of_a_past_day_that_day_is_compared_with_today(client, reader, story):
    client.force_login(reader)
    asked = {"at": story["world"].home.pk, "on": "2018-05-17"}
    page = client.get(reverse("dashboards:compare"), asked)
    found = page.context["found"]
    assert (found.first, found.second) == (dt.date(2018, 5, 17), timezone.localdate())
    assert found.after.quotas.on is None
