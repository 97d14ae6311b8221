"""kill -9 of the worker, or of the database under it, at any stage: all or nothing, and said so."""

import os
import signal
import subprocess
import sys
import time
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.urls import reverse
from django.utils import timezone

from apps.core import jobs, outbox
from apps.core.models import Job, OutboxMessage
from apps.exchange.choices import BatchState
from apps.exchange.models import ImportBatch
from apps.quotas.models import Balance, QuotaEntry

from .books import QUOTA_HEADERS, book, upload

# alone: killing a session makes the whole server recover
pytestmark = [pytest.mark.alone, pytest.mark.django_db(transaction=True)]

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def own_media():
    """The killed worker reads the file where the settings of all processes say."""


@pytest.fixture
def batch(client, clerk, bureau, document, request, monkeypatch):
    """A batch whose next step (“where”) waits for a worker: the program beside this file."""
    where = request.getfixturevalue("where")
    client.force_login(clerk)
    row = [None, bureau.name, "行政编制", "2015-03-01", document.number, 12, None, "核定"]
    content = upload(book(QUOTA_HEADERS, row))
    if where == "check":
        monkeypatch.setattr(outbox, "ring", lambda *message: None)
    address = reverse("exchange:upload", args=["quotas"])
    client.post(address, {"_key": uuid.uuid4(), "file": content})
    found = ImportBatch.objects.get()
    if where == "withdraw":
        client.post(reverse("exchange:confirm", args=[found.pk]), {"_key": uuid.uuid4()})
    monkeypatch.setattr(outbox, "ring", lambda *message: None)
    if where != "check":
        name = "confirm" if where == "write" else "withdraw"
        client.post(reverse(f"exchange:{name}", args=[found.pk]), {"_key": uuid.uuid4()})
    found.refresh_from_db()
    return found


@pytest.fixture
def worker(batch, where):
    """The worker, stopped half-way; `session` is the process id of its database session."""
    message = OutboxMessage.objects.get(key=f"job:{batch.job_id}")
    database = connection.settings_dict["NAME"]
    started = subprocess.Popen(
        [sys.executable, "-m", "tests.exchange.killed_worker", database, str(message.pk), where],
        cwd=ROOT,
        env={**os.environ, "BIANZHI_VAR": str(settings.VAR)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        started.session = int(started.stdout.readline())
        yield started
    finally:
        started.kill()
        started.wait()
        started.stdin.close()
        started.stdout.close()


def written():
    return QuotaEntry.objects.count(), Balance.objects.exclude(approved=0).count()


def end_of(batch):
    """Let the sweeper and the next worker find what is left, and return the batch."""
    message = OutboxMessage.objects.get(key=f"job:{batch.job_id}")
    Job.objects.filter(pk=batch.job_id, state=Job.State.RUNNING).update(
        beat_at=timezone.now() - timedelta(minutes=1)
    )
    jobs.sweep()
    outbox.run(message.pk)
    batch.refresh_from_db()
    return batch


def await_database():
    """Wait until the crashed server has recovered."""
    give_up = time.monotonic() + 60
    while True:
        connection.close()
        try:
            connection.ensure_connection()
        except OperationalError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.2)
        else:
            return


@pytest.mark.parametrize("victim", ["worker", "database"])
@pytest.mark.parametrize("where", ["check", "write", "withdraw"])
def test_nothing_is_half_done_and_the_batch_says_what_to_do(
    client, clerk, batch, worker, where, victim
):
    before = (1, 1) if where == "withdraw" else (0, 0)
    assert Job.objects.get(pk=batch.job_id).state == Job.State.RUNNING
    assert jobs.sweep() == 0, "a job whose worker lives is left alone"
    if victim == "worker":
        worker.kill()
        worker.wait()
    else:
        os.kill(worker.session, signal.SIGKILL)  # PostgreSQL drops all sessions and recovers
        await_database()
        worker.stdin.write("\n")
        worker.stdin.flush()
        worker.wait(60)

    assert written() == before
    batch = end_of(batch)
    assert written() == before
    page = client.get(batch.get_absolute_url()).content.decode()
    if where == "withdraw":
        assert batch.state == BatchState.DONE
        assert "撤回没有完成，本批数据仍在库中" in page
        client.post(reverse("exchange:withdraw", args=[batch.pk]), {"_key": uuid.uuid4()})
        batch.refresh_from_db()
        assert end_of(batch).state == BatchState.WITHDRAWN, "it can be tried again"
        assert written() == (0, 0)
    else:
        assert batch.state == BatchState.STOPPED
        assert "未写入任何数据" in page
        assert "重新上传" in page
