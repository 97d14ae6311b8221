"""Standing sheets, the print centre, and long reports that a job makes."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from apps.audit.models import AuditEvent
from apps.core import jobs
from apps.core.models import Job
from apps.core.prints import engine
from apps.quotas import queries as quotas
from apps.reports import long, services
from apps.reports.models import KeptReport
from apps.staff.models import Occupancy
from apps.units import services as moves
from apps.units.choices import EntityKind
from apps.units.models import Unit
from tests.factories import quotas as q
from tests.factories import staff as s
from tests.factories import units
from tests.factories.documents import DocumentFactory

from .conftest import content, pdf_text, sheet_rows

pytestmark = pytest.mark.django_db
NOW = f"{timezone.localdate():%Y-%m}"


def both(client, url):
    """Return (text of the page, text of the PDF, rows of the workbook)."""
    mark = "&" if "?" in url else "?"
    page = client.get(url)
    assert page.status_code == 200
    made = content(client.get(f"{url}{mark}export=pdf"))
    rows = sheet_rows(content(client.get(f"{url}{mark}export=xlsx")))
    return page.content.decode(), pdf_text(made), rows


def test_the_overview_tells_places_posts_and_people_of_every_unit(client, clerk, world):
    client.force_login(clerk)
    page, text, rows = both(client, f"{reverse('reports:overview')}?period={NOW}&whole=1")
    total = next(row for row in rows if row[0] == "合计")
    board = quotas.figures(world.home).total
    assert total[1:5] == [board.approved, board.actual, board.vacant, board.excess]
    for word in ("机构编制职数情况一览表", "实验小学", "机关幼儿园", "嵊州市教育局本级"):
        assert word in text
        assert word in page


def test_a_move_inside_is_one_line_with_both_ends(client, clerk, world):
    day = timezone.localdate().replace(day=1)
    q.grant(world.office, 1)
    spell = s.enter(world.nursery, "曌𬱖", q.FULL)
    Occupancy.objects.filter(pk=spell.pk).update(ends_on=day, exit_mode_id="exit_mode.02")
    Occupancy.objects.create(
        person=spell.person, unit=world.office, quota_type_id=q.ADMIN, starts_on=day,
        status_id="person_status.110", entry_mode_id="entry_mode.06", document_no="嵊编〔2026〕9号",
    )  # fmt: skip
    gone = Occupancy.objects.filter(unit=world.school).first()
    Occupancy.objects.filter(pk=gone.pk).update(
        ends_on=day, exit_mode_id="exit_mode.01", destination="绍兴市某局"
    )
    retired = Occupancy.objects.filter(unit=world.school, ends_on=None).first()
    Occupancy.objects.filter(pk=retired.pk).update(ends_on=day, exit_mode_id="exit_mode.03")
    client.force_login(clerk)
    page, text, rows = both(client, f"{reverse('reports:transfers')}?period={NOW}")
    body = [row for row in rows if isinstance(row[0], int)]
    assert len(body) == 2, "who retires is not moved"
    move = next(row for row in body if row[1] == "曌𬱖")
    assert move[2:4] == ["中共嵊州市委办公室", "机关幼儿园"]
    assert "嵊编〔2026〕9号" in move
    assert "绍兴市某局" in text
    assert "曌𬱖" in text
    assert "共 2 人次" in page


def test_the_card_of_a_unit_tells_what_it_is_and_has_on_any_day(client, clerk, world):
    units.unit("办公室", world.bureau, entity_kind=EntityKind.DEPARTMENT, code=None)
    Unit.objects.filter(pk=world.bureau.pk).update(functions_text="主管教育。#set page()")
    client.force_login(clerk)
    url = reverse("reports:card", args=[world.bureau.pk])
    page, text, rows = both(client, url)
    for word in ("嵊州市教育局", "办公室（1个）", "实验小学", "主管教育。#setpage()", "编办意见",
                 "签字（盖章）：", "正科（乡）级"):  # fmt: skip
        assert word in text, word
    assert "主管教育。#set page()" in page
    quota = next(row for row in rows if row[0] == "行政编制")
    assert quota[1:] == [30, 35, 5]
    posts = next(row for row in rows if row[0] == "单位领导正职")
    assert posts[1:4] == [1, 2, 1]
    past = client.get(f"{url}?on=2014-12-31&export=xlsx")
    rows = sheet_rows(content(past))
    assert not any(row[0] == "行政编制" for row in rows)
    assert any("2014-12-31" in str(cell) for row in rows for cell in row)


def test_an_empty_unit_prints_an_empty_form(client, clerk, world):
    empty = units.unit("名" * 60, world.home)
    client.force_login(clerk)
    _, text, _ = both(client, reverse("reports:card", args=[empty.pk]))
    assert "名" * 60 in text
    _, text, _ = both(client, f"{reverse('reports:overview')}?at={empty.pk}&period={NOW}")
    assert "合计" in text


def test_the_print_centre_offers_a_unit_clerk_the_own_unit(client, unit_clerk, world):
    client.force_login(unit_clerk)
    page = client.get(reverse("reports:centre"))
    assert page.context["node"] == world.bureau
    for _, _, url, pdf, xlsx in page.context["prints"]:
        assert client.get(url).status_code == 200
        assert client.get(xlsx).status_code == 200
        assert "export=pdf" in pdf


@pytest.mark.parametrize("name", ["overview", "transfers", "centre"])
def test_other_counties_do_not_exist(client, stranger, world, name):
    client.force_login(stranger)
    assert client.get(reverse(f"reports:{name}"), {"at": world.bureau.pk}).status_code == 404
    assert client.get(reverse("reports:card", args=[world.bureau.pk])).status_code == 404


@pytest.mark.rule("T-13")
def test_a_past_table_says_that_units_were_moved_since(client, clerk, world):
    last_year = timezone.localdate().year - 1
    url = f"{reverse('reports:overview')}?period={last_year}"
    client.force_login(clerk)
    assert "调整了隶属关系" not in client.get(url).content.decode()
    moves.move(
        unit=world.nursery, parent=world.home, on=timezone.localdate(),
        document=DocumentFactory(scope=world.home.path), by=clerk,
    )  # fmt: skip

    page, text, _ = both(client, url)
    assert "之后有 1 处机构调整了隶属关系" in page
    assert "之后有1处机构调整了隶属关系" in text.replace(" ", "").replace("\n", "")
    assert "调整了隶属关系" not in client.get(reverse("reports:overview")).content.decode()


@pytest.mark.parametrize("name", ["overview", "transfers"])
def test_a_wrong_period_is_told(client, clerk, world, name):
    client.force_login(clerk)
    page = client.get(reverse(f"reports:{name}"), {"period": "2199-01"})
    assert page.status_code == 422
    assert "还没有开始" in page.content.decode()
    assert client.get(
        reverse(f"reports:{name}"), {"period": "2199-01", "export": "pdf"}
    ).status_code == 400  # fmt: skip


# -- long reports ---------------------------------------------------------------------------------


def queue(client, kind="roster", **data):
    return client.post(
        reverse("reports:make", args=[kind]), {"fmt": "pdf", "_key": str(uuid.uuid4()), **data}
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fmt", ["pdf", "xlsx"])
@pytest.mark.rule("T-11")
def test_a_long_roster_is_made_by_a_job_kept_and_downloaded_by_its_owner(
    client, clerk, reader, world, fmt
):
    s.enter(world.nursery, "曌𬱖", q.FULL)
    client.force_login(clerk)
    assert queue(client, at=world.nursery.pk, fmt=fmt).status_code == 302
    job = Job.objects.get()
    if job.state == Job.State.WAITING:
        jobs.run(job.pk, services.make_report)
    job.refresh_from_db()
    assert (job.state, job.message) == (Job.State.DONE, "")
    kept = KeptReport.objects.get()
    assert kept.rows == 45
    assert oct((Path(settings.MEDIA_ROOT) / kept.path).stat().st_mode)[-3:] == "600"
    response = client.get(reverse("reports:download", args=[kept.pk]))
    made = content(response)
    if fmt == "pdf":
        assert "曌𬱖" in pdf_text(made)
        assert f"编号：{kept.number}" in pdf_text(made)
        assert "周经办" in pdf_text(made)
    else:
        assert any("曌𬱖" in row for row in sheet_rows(made))
    assert AuditEvent.objects.filter(kind="export.run", after__list=kept.name).exists()
    assert kept.name in client.get(reverse("reports:centre")).content.decode()
    client.force_login(reader)
    assert client.get(reverse("reports:download", args=[kept.pk])).status_code == 404
    (Path(settings.MEDIA_ROOT) / kept.path).unlink()
    client.force_login(clerk)
    assert client.get(reverse("reports:download", args=[kept.pk])).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_more_people_than_a_file_holds_are_refused_and_nothing_is_kept(
    client, clerk, world, monkeypatch
):
    monkeypatch.setattr(long, "MOST_PEOPLE", 10)
    job = services.queue_report(kind="roster", node=world.home, on=None, fmt="pdf", by=clerk)
    jobs.run(job.pk, services.make_report)
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert "请选择下级单位" in job.message
    assert not KeptReport.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_page_that_cannot_be_set_ends_the_job_with_its_sentence(
    client, clerk, world, monkeypatch
):
    monkeypatch.setattr(engine, "MOST_CELLS", 5)
    job = services.queue_report(kind="leavers", node=world.home, on=None, fmt="pdf", by=clerk)
    jobs.run(job.pk, services.make_report)
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert "超过一份 PDF 的上限" in job.message
    assert not AuditEvent.objects.filter(kind="print.run").exists()


@pytest.mark.django_db(transaction=True)
def test_a_job_sees_what_its_owner_sees_when_it_runs(clerk, stranger, world):
    job = services.queue_report(kind="roster", node=world.home, on=None, fmt="pdf", by=stranger)
    jobs.run(job.pk, services.make_report)
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert "不在您的查看范围" in job.message


def test_a_report_of_a_foreign_unit_or_of_no_kind_is_not_queued(client, stranger, clerk, world):
    client.force_login(stranger)
    assert queue(client, at=world.home.pk).status_code == 404
    client.force_login(clerk)
    assert queue(client, kind="everything").status_code == 404
    assert queue(client, fmt="exe").status_code == 400
    assert queue(client, on="昨天").status_code == 400
    assert not Job.objects.exists()
