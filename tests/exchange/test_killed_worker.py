"""kill -9 of the worker between writing and committing: nothing is there, and the job says so."""

import os
import signal
import subprocess
import sys
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from apps.core import jobs, outbox
from apps.core.models import Job, OutboxMessage
from apps.exchange.choices import BatchState
from apps.exchange.models import ImportBatch
from apps.quotas.models import Balance, QuotaEntry

from .books import QUOTA_HEADERS, book, upload

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def own_media():
    """The killed worker reads the file where the settings of all processes say."""


def test_a_killed_worker_leaves_nothing_and_the_job_says_so(
    client, clerk, bureau, document, monkeypatch
):
    client.force_login(clerk)
    row = [None, bureau.name, "行政编制", "2015-03-01", document.number, 12, None, "核定"]
    client.post(
        reverse("exchange:upload", args=["quotas"]),
        {"_key": uuid.uuid4(), "file": upload(book(QUOTA_HEADERS, row))},
    )
    batch = ImportBatch.objects.get()
    monkeypatch.setattr(outbox, "ring", lambda: None)  # the worker is the program below
    client.post(reverse("exchange:confirm", args=[batch.pk]), {"_key": uuid.uuid4()})
    batch.refresh_from_db()
    message = OutboxMessage.objects.get(key=f"job:{batch.job_id}")

    worker = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tests.exchange.killed_worker",
            connection.settings_dict["NAME"],
            str(message.pk),
        ],
        cwd=ROOT,
        env={**os.environ, "BIANZHI_VAR": str(settings.VAR)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert worker.stdout.readline().strip() == "written, not committed"
        assert Job.objects.get(pk=batch.job_id).state == Job.State.RUNNING
        assert outbox.is_worked_on(message.key)
        assert jobs.sweep() == 0, "a job whose worker lives is left alone"
    finally:
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
        worker.stdout.close()

    assert not QuotaEntry.objects.exists()
    assert not Balance.objects.exists()
    Job.objects.filter(pk=batch.job_id).update(beat_at=timezone.now() - timedelta(minutes=1))
    assert jobs.sweep() == 1
    assert outbox.run(message.pk) is True, "the message comes again and finds the job ended"
    batch.refresh_from_db()
    assert batch.state == BatchState.STOPPED
    assert "未写入任何数据" in batch.sentence
    assert not QuotaEntry.objects.exists()
