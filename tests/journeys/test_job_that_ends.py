"""The page of an uploaded file goes on by itself when the work on it has ended."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from apps.core.models import Job
from apps.exchange.choices import BatchState
from apps.exchange.models import ImportBatch
from tests.browser import DESK

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_batch_shows_what_comes_next_as_soon_as_its_check_has_ended(visit, clerk):
    now = timezone.now()
    job = Job.objects.create(
        kind="exchange.check", title="校验", owner=clerk, state=Job.State.RUNNING, started_at=now
    )
    batch = ImportBatch.objects.create(
        owner=clerk, kind="roster", name="花名册.xlsx", path="x", sha256="0" * 64, size=1, job=job
    )
    page = visit(DESK, clerk).open(batch.get_absolute_url())
    expect(page.get_by_text("正在处理")).to_be_visible()
    ImportBatch.objects.filter(pk=batch.pk).update(
        state=BatchState.REFUSED, sentence="文件里没有数据。", ended_at=now
    )
    Job.objects.filter(pk=job.pk).update(state=Job.State.DONE, finished_at=now)
    expect(page.get_by_text("文件里没有数据。")).to_be_visible(timeout=15_000)
