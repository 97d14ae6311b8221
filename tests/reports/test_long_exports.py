"""An answer too long to wait for is written by a job: every row, for its owner alone."""

from __future__ import annotations

import datetime as dt
import uuid
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.audit.models import AuditEvent
from apps.core import jobs
from apps.core.models import Job
from apps.core.sheets import writing
from apps.reports import services
from apps.reports.models import KeptReport
from apps.reports.query import answers
from apps.staff.models import Occupancy

from .conftest import content, sheet_rows

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = "reports:people"


@pytest.fixture(autouse=True)
def short(monkeypatch, settings, tmp_path):
    monkeypatch.setattr(answers, "AT_ONCE", 40)
    settings.MEDIA_ROOT = tmp_path


def queue(client, query="col=name&col=age", **values):
    data = {"query": query, "fmt": "csv", "_key": str(uuid.uuid4()), **values}
    return client.post(reverse("reports:export", args=["people"]), data)


def finished(job):
    if job.state == Job.State.WAITING:
        jobs.run(job.pk, services.make_query)
    job.refresh_from_db()
    return job


@pytest.mark.parametrize("fmt", ["xlsx", "csv"])
@pytest.mark.rule("T-12")
def test_every_row_of_a_long_answer_arrives_in_a_kept_file(client, clerk, reader, world, fmt):
    client.force_login(clerk)
    response = queue(client, fmt=fmt)
    job = finished(Job.objects.get())
    assert response.url == reverse("exchange:job", args=[job.pk])
    assert (job.state, job.message) == (Job.State.DONE, "")
    kept = KeptReport.objects.get()
    page = client.get(response.url).content.decode()
    assert reverse("reports:download", args=[kept.pk]) in page
    made = content(client.get(reverse("reports:download", args=[kept.pk])))
    if fmt == "xlsx":
        found = [row[0] for row in sheet_rows(made)[1:]]
    else:
        lines = made.decode("utf-8-sig").split("\r\n")[1:-1]
        found = [line.split(",")[0].strip('"') for line in lines]
    spells = Occupancy.objects.visible_to(clerk).on_day(timezone.localdate())
    wanted = spells.values_list("person__name", flat=True)
    assert sorted(found) == sorted(wanted)
    assert len(found) == kept.rows == 111
    event = AuditEvent.objects.filter(kind="export.run").earliest("pk")
    assert (event.after["rows"], event.actor_id) == (111, clerk.pk)
    assert event.after["scopes"]
    client.force_login(reader)
    assert client.get(reverse("reports:download", args=[kept.pk])).status_code == 404


def test_a_direct_download_of_too_many_rows_becomes_an_offer_and_never_a_cut_file(
    client, clerk, world
):
    client.force_login(clerk)
    answer = client.get(reverse(PEOPLE), {"col": ["name"], "export": "xlsx"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "共 111 行，超过 40 行的导出在后台生成" in text
    assert reverse("reports:export", args=["people"]) in text
    assert not AuditEvent.objects.filter(kind="export.run").exists()
    assert "生成 Excel" in client.get(reverse(PEOPLE)).content.decode()
    # groups are never long, and are downloaded at once
    made = content(client.get(reverse(PEOPLE), {"by": "age_band", "export": "xlsx"}))
    assert sheet_rows(made)[-1][:2] == ["合计", 111]


def test_what_does_not_fit_a_sheet_is_offered_as_csv_and_a_job_for_it_says_so(
    client, clerk, world, monkeypatch, settings
):
    monkeypatch.setattr("apps.reports.views.builder.LAST_LINE", 100)
    monkeypatch.setattr(writing, "LAST_LINE", 100)
    client.force_login(clerk)
    text = client.get(reverse(PEOPLE)).content.decode()
    assert "只能导出为 CSV" in text
    assert "生成 Excel" not in text
    queue(client, fmt="xlsx")
    job = finished(Job.objects.get())
    assert (job.state, job.message) == (Job.State.FAILED, writing.TOO_MANY)
    assert not KeptReport.objects.exists()
    assert not list((Path(settings.MEDIA_ROOT) / "reports").glob("*.xlsx"))


def test_the_job_asks_of_the_day_of_the_page(client, clerk, world):
    past = timezone.localdate() - dt.timedelta(days=20_000)
    client.force_login(clerk)
    queue(client, query=f"on={past}&col=name")
    assert finished(Job.objects.get()).result["rows"] == 0


def test_a_job_finds_what_its_owner_sees_when_it_runs(client, clerk, stranger, world):
    client.force_login(stranger)
    queue(client)
    foreign = Occupancy.objects.under(world.home).on_day(timezone.localdate()).count()
    assert foreign == 111
    assert finished(Job.objects.get()).result["rows"] < foreign


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"fmt": "exe"}, 400),
        ({"query": "on=2026-13-01"}, 400),
        ({"query": "on=2999-01-01"}, 400),
        ({"query": "f1=age&o1=lt&v1=abc"}, 400),
    ],
)
def test_what_cannot_be_read_queues_nothing(client, clerk, world, values, status):
    client.force_login(clerk)
    assert queue(client, **values).status_code == status
    assert not Job.objects.exists()
