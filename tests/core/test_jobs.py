"""Outbox and jobs: nothing lost, nothing twice, an honest end."""

import threading
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.utils import timezone
from kombu import pools

from apps.core import jobs, outbox
from apps.core.models import Holiday, Job, OutboxMessage

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def owner():
    return get_user_model().objects.create_user("owner", "correct-Horse-9", name="经办人")


@pytest.fixture
def calls():
    seen = []

    def work(**payload):
        seen.append(payload)

    outbox.HANDLERS["test.work"] = work
    yield seen
    del outbox.HANDLERS["test.work"]


def waiting(owner, **fields):
    return Job.objects.create(kind="test", title="测试", owner=owner, **fields)


def add_holiday(job, progress):
    progress.stage("写入", 1)
    Holiday.objects.create(day="2026-12-30", kind="holiday", name="测试")
    return {"created": 1}


def test_a_message_of_a_rolled_back_transaction_does_not_exist(calls):
    with transaction.atomic():
        outbox.send("test.work", {"n": 1}, key="k1")
        transaction.set_rollback(True)
    assert not OutboxMessage.objects.exists()
    assert calls == []


def test_a_message_is_done_once_however_often_it_is_sent_and_run(calls, monkeypatch):
    monkeypatch.setattr(outbox, "ring", lambda *message: None)
    with transaction.atomic():
        outbox.send("test.work", {"n": 1}, key="k1")
        outbox.send("test.work", {"n": 1}, key="k1")
    message = OutboxMessage.objects.get()

    assert outbox.run(message.pk) is True
    assert outbox.run(message.pk) is False
    assert calls == [{"n": 1}]


def test_two_workers_do_not_run_one_message_at_the_same_time(monkeypatch):
    monkeypatch.setattr(outbox, "ring", lambda *message: None)
    inside, go = threading.Event(), threading.Event()

    def slow():
        inside.set()
        go.wait(5)

    outbox.HANDLERS["test.slow"] = slow
    try:
        with transaction.atomic():
            outbox.send("test.slow", {}, key="slow")
        pk = OutboxMessage.objects.get().pk

        def first_worker():
            outbox.run(pk)
            connection.close()

        thread = threading.Thread(target=first_worker)
        thread.start()
        assert inside.wait(5)
        assert outbox.is_worked_on("slow")
        assert outbox.run(pk) is False
        go.set()
        thread.join(5)
    finally:
        del outbox.HANDLERS["test.slow"]
    assert OutboxMessage.objects.get().done_at is not None


def test_without_redis_the_row_waits_and_then_runs(calls, monkeypatch, tmp_path):
    from apps.core.tasks import run_message

    conf, app = run_message.app.conf, run_message.app

    def forget_connections():
        pools.reset()
        app._pool = app.amqp._producer_pool = None

    with monkeypatch.context() as down:
        down.setitem(conf, "task_always_eager", False)
        down.setitem(conf, "broker_write_url", f"redis+socket://{tmp_path}/nobody.sock")
        forget_connections()
        with transaction.atomic():
            outbox.send("test.work", {"n": 7}, key="k7")
        forget_connections()
    message = OutboxMessage.objects.get()
    assert (message.sent_at, message.done_at, calls) == (None, None, [])

    outbox.drain()  # what the next beat does; the broker is back
    message.refresh_from_db()
    assert message.done_at is not None
    assert calls == [{"n": 7}]


def test_a_job_writes_its_end_with_its_work(owner):
    job = waiting(owner)
    jobs.run(job.pk, add_holiday)
    job.refresh_from_db()

    assert (job.state, job.result) == (Job.State.DONE, {"created": 1})
    assert Holiday.objects.count() == 1


def test_a_failing_job_writes_nothing_and_says_so(owner):
    job = waiting(owner)

    def fail(job, progress):
        add_holiday(job, progress)
        raise RuntimeError("broken")

    jobs.run(job.pk, fail)
    job.refresh_from_db()

    assert job.state == Job.State.FAILED
    assert "未写入任何数据" in job.message
    assert not Holiday.objects.exists()


def test_a_job_that_ran_is_not_run_again(owner):
    job = waiting(owner, state=Job.State.RUNNING)
    jobs.run(job.pk, add_holiday)
    assert not Holiday.objects.exists()


def test_a_cancelled_job_stops_at_its_next_report(owner):
    job = waiting(owner)

    def ask_from_outside(job, progress):
        def ask():
            jobs.ask_to_cancel(job=job)
            connection.close()

        thread = threading.Thread(target=ask)
        thread.start()
        thread.join(5)
        return add_holiday(job, progress)

    jobs.run(job.pk, ask_from_outside)
    job.refresh_from_db()

    assert job.state == Job.State.CANCELLED
    assert not Holiday.objects.exists()


def test_a_running_job_whose_worker_is_gone_is_ended_with_a_sentence(owner):
    old = timezone.now() - timedelta(minutes=5)
    gone = waiting(owner, state=Job.State.RUNNING, beat_at=old)
    fresh = waiting(owner, state=Job.State.RUNNING, beat_at=timezone.now())

    assert jobs.sweep() == 1
    gone.refresh_from_db()
    fresh.refresh_from_db()
    assert gone.state == Job.State.FAILED
    assert "重新提交" in gone.message
    assert fresh.state == Job.State.RUNNING
