"""The sheets that existed before, now also as PDF: one layout, every medium, each one audited."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from apps.audit import prints as printing
from apps.audit.models import AuditEvent
from apps.core import prints
from tests.factories import quotas as q
from tests.factories import staff as s

from .conftest import content, pdf_text, sheet_rows

pytestmark = pytest.mark.django_db


def pages(world):
    return {
        "roster": reverse("staff:roster", args=[world.bureau.pk]),
        "leavers": reverse("staff:unit_left", args=[world.bureau.pk]),
        "quota ledger": reverse("quotas:ledger", args=[world.bureau.pk]),
        "post ledger": reverse("posts:ledger", args=[world.bureau.pk]),
        "quota sheet": f"{reverse('dashboards:quota_sheet')}?at={world.home.pk}&open=all",
        "posts sheet": f"{reverse('dashboards:posts_sheet')}?at={world.home.pk}&open=all",
    }


@pytest.mark.parametrize(
    "which", ["roster", "leavers", "quota ledger", "post ledger", "quota sheet", "posts sheet"]
)
@pytest.mark.rule("B-10")
def test_each_sheet_is_a_pdf_and_a_workbook_of_the_same_cells(client, clerk, world, which):
    url = pages(world)[which]
    client.force_login(clerk)
    mark = "&" if "?" in url else "?"
    page = client.get(url)
    response = client.get(f"{url}{mark}export=pdf")
    assert response["Content-Type"] == "application/pdf"
    text = pdf_text(content(response))
    rows = sheet_rows(content(client.get(f"{url}{mark}export=xlsx")))
    title = rows[0][0]
    assert title in text
    assert title in page.content.decode()
    for row in rows:
        for cell in row:
            if isinstance(cell, str):
                assert "".join(cell.split()) in text, cell


@pytest.mark.rule("B-11")
def test_a_print_is_recorded_and_its_number_verified(client, clerk, reader, world):
    client.force_login(clerk)
    text = pdf_text(content(client.get(f"{pages(world)['quota ledger']}?export=pdf")))
    event = AuditEvent.objects.get(kind="print.run")
    assert event.actor_id == clerk.pk
    assert event.after["list"] == "嵊州市教育局编制台账"
    number = re.search(r"编号：(\d{8}-\d+)", text)[1]
    assert number.endswith(f"-{event.pk}")

    client.force_login(reader)
    address = printing.verify_address(number, None)
    page = client.get(address)
    assert page.status_code == 200
    assert "嵊州市教育局编制台账" in page.content.decode()
    assert client.get(address.replace(number, number[:-1] + "999")).status_code == 404
    assert client.get(reverse("audit:print_check", args=[number, "x" * 16])).status_code == 404
    assert client.get(reverse("audit:print_check", args=["x", "y"])).status_code == 404


def test_a_print_that_fails_leaves_no_event_and_offers_the_workbook(
    client, clerk, world, monkeypatch
):
    def broken(*layouts, stamp):
        raise prints.NotPrintable("这张表太大，请缩小单位范围。")

    monkeypatch.setattr(prints, "pdf", broken)
    client.force_login(clerk)
    page = client.get(f"{pages(world)['quota sheet']}&export=pdf")
    assert page.status_code == 422
    assert "请缩小单位范围" in page.content.decode()
    assert "export=xlsx" in page.content.decode()
    assert not AuditEvent.objects.filter(kind="print.run").exists()


def test_more_rows_than_a_print_holds_are_refused_before_anything_is_set(
    client, clerk, world, monkeypatch
):
    monkeypatch.setattr(printing, "AT_ONCE", 2)
    client.force_login(clerk)
    page = client.get(f"{pages(world)['quota sheet']}&export=pdf")
    assert page.status_code == 422
    assert "超过直接打印的上限 2 行" in page.content.decode()


def test_an_unknown_format_is_a_bad_request(client, clerk, world):
    client.force_login(clerk)
    assert client.get(f"{pages(world)['quota ledger']}?export=docx").status_code == 400


@pytest.mark.parametrize(
    "which", ["roster", "leavers", "quota ledger", "post ledger", "quota sheet", "posts sheet"]
)
def test_nobody_prints_a_unit_outside_the_own_scope(client, stranger, world, which):
    client.force_login(stranger)
    url = pages(world)[which]
    response = client.get(f"{url}{'&' if '?' in url else '?'}export=pdf")
    assert response.status_code == 404
    assert not AuditEvent.objects.filter(kind="print.run").exists()


def test_a_roster_says_who_printed_it_and_shows_numbers_masked(client, unit_clerk, world):
    spell = s.enter(world.nursery, "曌𬱖", q.FULL)
    client.force_login(unit_clerk)
    roster = reverse("staff:roster", args=[world.nursery.pk])
    text = pdf_text(content(client.get(f"{roster}?export=pdf")))
    assert "曌𬱖" in text
    assert "********" in text
    assert "郑人事" in text
    assert spell.person.birth_month.strftime("%Y-%m") in text
    number = re.findall(r"\d{17}[\dX]", text)
    assert number == []


def test_the_day_of_the_sheet_is_the_day_of_the_print(client, clerk, world):
    client.force_login(clerk)
    url = f"{pages(world)['roster']}?on=2014-01-01&export=pdf"
    text = pdf_text(content(client.get(url)))
    assert "截止日期：2014-01-01" in text
    assert "共0名" in text
