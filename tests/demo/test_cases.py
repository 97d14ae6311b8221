"""The cases of the demo county: their attachments can be read, and one notice shows its ways."""

from __future__ import annotations

import io
import struct

import pypdf
import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.approvals.choices import Kind, SlotState, State
from apps.approvals.models import Application, Attachment, Line, Notice
from apps.documents import files
from tests.demo.conftest import Seeded

pytestmark = pytest.mark.django_db


def body_of(attachment: Attachment) -> bytes:
    with files.open_stored(attachment.key) as file:
        return file.read()


def test_every_attachment_is_a_page_that_says_what_it_is(seeded: Seeded):
    rows = list(Attachment.objects.select_related("application__unit"))
    bodies = {row: body_of(row) for row in rows}
    assert len(rows) > len({row.application_id for row in rows}) >= 9

    pages = {row: body for row, body in bodies.items() if row.name.endswith(".pdf")}
    pictures = {row: body for row, body in bodies.items() if row.name.endswith(".png")}

    assert len(pages) + len(pictures) == len(rows)
    assert pages
    for row, body in pages.items():
        (page,) = pypdf.PdfReader(io.BytesIO(body)).pages
        text = "".join(page.extract_text().split())
        assert "样例" in text
        assert row.application.unit.name in text
        assert row.name.removesuffix(".pdf") in text
    assert pictures
    for body in pictures.values():
        width, height = struct.unpack(">II", body[16:24])
        assert body.startswith(b"\x89PNG")
        assert (width > 600, height > 900) == (True, True)


def test_a_notice_shows_a_head_of_each_way(seeded: Seeded):
    notice = Notice.objects.get()
    used, busy, free, returned = notice.slots.order_by("no")

    assert notice.application.kind == Kind.QUOTA_USE
    assert notice.application.state == State.DONE
    states = [one.state for one in (used, busy, free, returned)]
    assert states == [SlotState.USED, SlotState.FREE, SlotState.FREE, SlotState.RETURNED]
    came = Line.objects.get(slot=used)
    assert (came.application.state, came.name) == (State.CONFIRMING, used.name)
    assert came.result.slot_no == "1"
    waits = Line.objects.get(slot=busy)
    assert waits.is_open
    assert not Line.objects.filter(slot__in=[free, returned]).exists()


def test_the_page_of_the_notice_tells_the_heads_apart(seeded: Seeded):
    notice = Notice.objects.get()
    used = Line.objects.get(slot__notice=notice, slot__no=1)
    client = Client()
    client.force_login(User.objects.get(username="jingban"))

    text = client.get(notice.get_absolute_url()).content.decode()

    assert text.count("办理中") == 1
    assert text.count("已退回") == 1
    assert used.application.number in text  # its case is still with the partners
    page = client.get(reverse("approvals:detail", args=[used.application_id])).content.decode()
    assert notice.number in page


def test_the_free_head_opens_its_entry_form(seeded: Seeded):
    free = Notice.objects.get().slots.get(no=3)
    client = Client()
    client.force_login(User.objects.get(username="danwei"))

    answer = client.get(reverse("approvals:slot", args=[free.token]), follow=True)

    assert answer.status_code == 200
    assert free.notice.number in answer.content.decode()


def test_a_county_next_door_asks_for_somebody_and_the_office_answers(seeded: Seeded):
    case = Application.objects.get(kind=Kind.TRANSFER)

    assert (case.state, case.releases) == (State.RELEASING, True)
    assert case.other_unit.path.startswith(seeded.root.path)
    assert not case.unit.path.startswith(seeded.root.path)
    assert not User.objects.get(username="linxian").has_usable_password()
    clerk = Client()
    clerk.force_login(User.objects.get(username="jingban"))
    assert case.number in clerk.get(reverse("approvals:inbox")).text
    page = clerk.get(reverse("approvals:detail", args=[case.pk])).text
    assert "不同意划出" in page
    assert f"{case.other_unit.name} · " in page
    assert f"{case.unit.name} · " not in page


def test_every_step_of_the_way_has_a_case_that_waits(seeded: Seeded):
    states = set(Application.objects.values_list("state", flat=True))
    assert states >= {
        State.SUPERVISING,
        State.EXAMINING,
        State.SIGNING,
        State.DECIDING,
        State.RETURNED,
        State.CONFIRMING,
        State.DONE,
    }
