"""Pages of leadership posts."""

from __future__ import annotations

import io
import uuid

import openpyxl
import pytest
from django.urls import reverse

from tests.factories import posts as p
from tests.factories import units

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_clerk(client, clerk):
    client.force_login(clerk)
    return client


def text(response) -> str:
    return response.content.decode()


@pytest.fixture
def county(home, bureau, foreign_bureau):
    p.due(bureau, 1, reason="机构改革核定")
    p.due(bureau, 3, p.DEPUTY)
    for kind in (p.CHIEF, p.CHIEF, p.DEPUTY):
        p.holder(bureau, kind)
    p.due(foreign_bureau, 9)
    quiet = units.unit("民政局", home)
    p.due(quiet, 2, p.DEPUTY)
    return home


def test_the_list_never_nets_chief_and_deputy(as_clerk, county, bureau, foreign_bureau):
    answer = as_clerk.get(reverse("posts:list"))

    rows = [(r.unit.name, r.due, r.filled, r.over, r.short) for r in answer.context["page"]]
    assert rows == [
        (bureau.name, 1, 2, 1, 0),
        (bureau.name, 3, 1, 0, 2),
        ("民政局", 2, 0, 0, 2),
    ]
    assert answer.context["table"].totals == {"due": 6, "filled": 3, "over": 1, "short": 4}
    assert foreign_bureau.name not in text(answer)


@pytest.mark.parametrize(
    ("query", "count"),
    [({"state": "over"}, 1), ({"state": "short"}, 2), ({"q": "民政"}, 1), ({"level": "unit"}, 3),
     ({"level": "department"}, 0), ({"post_kind": p.DEPUTY}, 2)],
)  # fmt: skip
def test_the_list_is_narrowed(as_clerk, county, query, count):
    assert as_clerk.get(reverse("posts:list"), query).context["page"].paginator.count == count


@pytest.mark.parametrize("number", [1, 3])
def test_a_longer_list_costs_no_query(as_clerk, home, number, django_assert_num_queries):
    for serial in range(number):
        p.due(units.unit(f"单位{serial}", home), 1)
    as_clerk.get(reverse("posts:list"))
    with django_assert_num_queries(8):
        as_clerk.get(reverse("posts:list"))


def test_the_tab_of_a_unit_shows_its_posts(as_clerk, county, bureau):
    page = text(as_clerk.get(reverse("quotas:unit", args=[bureau.pk])))
    assert "单位领导正职" in page
    assert "超配" in page
    assert reverse("posts:ledger", args=[bureau.pk]) in page


def test_the_ledger_of_posts_is_printed_and_exported(as_clerk, county, bureau, foreign_bureau):
    address = reverse("posts:ledger", args=[bureau.pk])
    page = text(as_clerk.get(address))
    for word in ("领导职数台账", "增加数", "减少数", "机构改革核定", "单位领导副职"):
        assert word in page
    book = as_clerk.get(address, {"export": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(book.streaming_content))).active
    rows = [[c for c in row if c is not None] for row in sheet.iter_rows(values_only=True)]
    assert ["小计", 3, 0, 3] in rows
    assert as_clerk.get(reverse("posts:ledger", args=[foreign_bureau.pk])).status_code == 404


def entry(unit, document, **values):
    return {
        "document": document.pk,
        "on": "2016-01-01",
        "_key": str(uuid.uuid4()),
        "lines-TOTAL_FORMS": "1",
        "lines-INITIAL_FORMS": "0",
        "lines-0-unit": unit.pk,
        "lines-0-post_kind": p.CHIEF,
        "lines-0-reason": "机构改革",
        **{f"lines-0-{k}" if not k.startswith("_") else k: v for k, v in values.items()},
    }


def test_posts_are_checked_then_entered(as_clerk, bureau, document):
    check = as_clerk.post(reverse("posts:entry_create"), entry(bureau, document, more=2))
    assert "记账 1 笔" in text(check)
    assert not bureau.leadership_entries.exists()

    done = as_clerk.post(
        reverse("posts:entry_create"), entry(bureau, document, more=2, _checked="1")
    )
    assert done.status_code == 302
    assert done.url == reverse("quotas:unit", args=[bureau.pk])
    assert bureau.leadership_entries.get().change == 2


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "请填增加数或减少数"),
        ({"fewer": 1}, "不能小于 0"),
        ({"more": 1, "post_kind": "post_kind.14"}, "不占领导职数"),
        ({"more": 1, "reason": ""}, "请填写变化原因"),
    ],
)
def test_a_faulty_line_says_what_is_wrong(as_clerk, bureau, document, values, words):
    answer = as_clerk.post(
        reverse("posts:entry_create"), entry(bureau, document, **values, _checked="1")
    )
    assert answer.status_code == 422
    assert words in text(answer)
    assert not bureau.leadership_entries.exists()


def test_only_who_examines_enters_posts(client, unit_clerk, reader, bureau, document):
    for user in (unit_clerk, reader):
        client.force_login(user)
        sent = client.post(
            reverse("posts:entry_create"), entry(bureau, document, more=1, _checked="1")
        )
        assert sent.status_code == 403
    assert not bureau.leadership_entries.exists()


def test_the_preview_tells_before_and_after(as_clerk, bureau, document):
    p.due(bureau, 1)
    p.holder(bureau)
    answer = as_clerk.post(reverse("posts:entry_preview"), entry(bureau, document, fewer=1))
    assert "1 → <strong>0</strong>" in text(answer)
    assert "超配 1" in text(answer)
