"""限时申办 and exits the system opens for who retires (rules AP-22, AP-23)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.approvals import kinds, services
from apps.approvals.choices import Event, State
from apps.approvals.models import Application, LateFiling, Message, RetirementDraft
from apps.approvals.services import lateness, retiring
from apps.staff import services as staff_services
from apps.staff.models import Occupancy, RetirementChoice
from tests.factories import staff
from tests.factories.approvals import entry_line, filed_entry

pytestmark = pytest.mark.django_db
needs_exit = pytest.mark.skipif("exit" not in kinds.KINDS, reason="出编 is built beside this")


@pytest.mark.rule("AP-22")
def test_what_is_filed_late_is_noted_once_by_working_days(office, unit_clerk, supervisor):
    day = timezone.localdate() - dt.timedelta(days=60)
    case = filed_entry(office, unit_clerk, entry_line(office, starts_on=day.isoformat()))
    late = LateFiling.objects.get()
    assert (late.application, late.unit, late.fact_on) == (case, office, day)
    assert 25 <= late.days <= 33
    services.advance(application=case, move="return", by=supervisor, opinion="补材料")
    services.advance(application=case, move="submit", by=unit_clerk)
    assert LateFiling.objects.count() == 1


def test_what_is_filed_in_time_is_not_noted(office, unit_clerk):
    filed_entry(office, unit_clerk)
    assert not LateFiling.objects.exists()


def test_the_limit_is_a_setting_and_can_be_none(office, unit_clerk):
    case = filed_entry(office, unit_clerk)
    assert lateness.within(case) == 10
    case.version.options["file_within"] = 0
    assert lateness.within(case) == 0


def test_the_list_shows_units_in_sight_with_their_figures(
    client, office, unit_clerk, clerk, stranger
):
    day = timezone.localdate() - dt.timedelta(days=60)
    case = filed_entry(office, unit_clerk, entry_line(office, starts_on=day.isoformat()))
    Application.objects.filter(pk=case.pk).update(due_at=timezone.now() - dt.timedelta(days=3))
    client.force_login(clerk)
    page = client.get(reverse("approvals:late"))
    (row,) = [bound.record for bound in page.context["table"].rows]
    assert (row.unit, row.open, row.entries, row.exits, row.total) == (office, 1, 1, 0, 2)
    shown = client.get(row.get_absolute_url()).content.decode()
    assert shown.count(case.number) == 2
    tab = client.get(reverse("approvals:unit", args=[office.pk]))
    assert tab.context["late"] == row
    assert f'href="{row.get_absolute_url()}"' in tab.content.decode()
    export = client.get(reverse("approvals:late"), {"export": "csv"})
    assert office.name in b"".join(export.streaming_content).decode("utf-8-sig")
    client.force_login(stranger)
    assert client.get(row.get_absolute_url()).status_code in (403, 404)


@pytest.fixture
def retiree(office) -> Occupancy:
    """Somebody who reaches the age this month."""
    spell = staff.enter(office)
    month = timezone.localdate().replace(day=1)
    RetirementChoice.objects.create(person=spell.person, month=month, reason="试")
    spell.refresh_from_db()
    assert spell.retires_on == month
    return spell


@needs_exit
@pytest.mark.rule("AP-23")
def test_a_draft_is_opened_once_and_told_to_the_clerk(retiree, unit_clerk, office, client):
    assert retiring.run() == (1, 0)
    assert retiring.run() == (0, 0)
    draft = Application.objects.get()
    assert (draft.state, draft.kind, draft.applicant, draft.unit) == (
        State.DRAFT,
        "exit",
        None,
        office,
    )
    line = draft.lines.get()
    assert (line.spell, line.person) == (retiree, retiree.person)
    told = Message.objects.get(user=unit_clerk)
    assert told.event == Event.RETIRING
    client.force_login(unit_clerk)
    opened = client.get(told.get_absolute_url())
    assert opened.url == reverse("approvals:check", args=[draft.pk])
    assert client.get(opened.url).status_code == 200


@needs_exit
def test_a_draft_the_unit_threw_away_is_not_opened_again_this_month(retiree, unit_clerk):
    retiring.run()
    services.advance(application=Application.objects.get(), move="discard", by=unit_clerk)
    assert retiring.run() == (0, 0)
    later = (timezone.localdate().replace(day=1) + dt.timedelta(days=40)).replace(day=1)
    assert retiring.run(later) == (1, 0)


@needs_exit
def test_a_draft_goes_when_the_person_left_or_retires_later(retiree, unit_clerk, clerk):
    retiring.run()
    later = timezone.localdate().replace(day=1) + dt.timedelta(days=400)
    RetirementChoice.objects.update(month=later.replace(day=1))
    assert retiring.run() == (0, 1)
    draft = RetirementDraft.objects.get()
    assert draft.reason == "该人员的退休年月已推迟"
    assert draft.application.state == State.WITHDRAWN


@needs_exit
def test_a_person_with_an_open_case_gets_no_draft(retiree, office, unit_clerk, clerk):
    retiring.run()
    staff_services.leave(
        spell=retiree,
        on=timezone.localdate(),
        exit_mode="exit_mode.04",
        document=None,
        by=clerk,
    )
    assert retiring.run() == (0, 1)
    assert retiring.run() == (0, 0)
