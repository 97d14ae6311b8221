"""All jobs for the system administrator, and how the portal does."""

import json
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.accounts.choices import AdministratorKind
from apps.audit.models import AuditEvent
from apps.core import health, jobs
from apps.core.models import Job
from apps.core.running import kinds
from apps.dashboards.queries import health as parts
from tests.factories import accounts

pytestmark = pytest.mark.django_db

LOST = "任务在执行中断开，未写入任何数据；请重新提交。"
SECRET = "导入绝密单位花名册"


@pytest.fixture
def owner():
    return accounts.account("jingban", "周经办")


@pytest.fixture
def page(client):
    client.force_login(accounts.administrator(AdministratorKind.SYSTEM))
    return client


def job(owner, state=Job.State.FAILED, message=LOST, kind="test.again"):
    ended = None if state in ("waiting", "running") else timezone.now()
    return Job.objects.create(
        kind=kind, title=SECRET, owner=owner, state=state, message=message, finished_at=ended
    )


def post(client, view, *args, **fields):
    return client.post(reverse(view, args=args), {"_key": str(uuid.uuid4()), **fields})


@pytest.fixture
def again(monkeypatch):
    made = []

    def start(old, by):
        made.append(Job.objects.create(kind=old.kind, title=old.title, owner=old.owner))
        return made[-1]

    monkeypatch.setitem(kinds.KINDS, "test.again", kinds.Kind("试验任务", start))
    return made


@pytest.mark.rule("A-19")
def test_states_and_reasons_are_shown_and_no_business_content(page, owner, again):
    job(owner)
    theirs = job(owner, message="第 3 行：嵊州市教育局编制已满")

    text = page.get(reverse("core:jobs")).content.decode()
    detail = page.get(reverse("core:job", args=[theirs.pk])).content.decode()

    assert "试验任务" in text
    assert "执行中断开" in text
    for content in (SECRET, "教育局编制已满"):
        assert content not in text + detail
    assert "重新执行" not in detail


@pytest.mark.rule("A-19")
def test_a_job_lost_by_its_worker_is_started_again_for_its_owner(page, owner, again):
    lost = job(owner)

    answer = post(page, "core:job_again", lost.pk)

    assert answer["Location"] == reverse("core:job", args=[again[0].pk])
    assert again[0].owner == owner
    event = AuditEvent.objects.get(kind="job.again")
    assert SECRET not in event.note + event.target_label


@pytest.mark.rule("A-19")
@pytest.mark.parametrize(
    ("state", "message"),
    [
        (Job.State.DONE, ""),
        (Job.State.RUNNING, ""),
        (Job.State.CANCELLED, "已取消，尚未开始。"),
        (Job.State.FAILED, "第 3 行有误"),
    ],
)
def test_other_jobs_are_not_started_again(page, owner, again, state, message):
    one = job(owner, state, message)

    post(page, "core:job_again", one.pk)

    assert again == []
    assert not AuditEvent.objects.filter(kind="job.again").exists()


def test_a_waiting_job_is_cancelled_once(page, owner):
    one = job(owner, Job.State.WAITING, "")
    post(page, "core:job_cancel", one.pk)
    post(page, "core:job_cancel", one.pk)

    one.refresh_from_db()
    assert one.state == Job.State.CANCELLED
    assert AuditEvent.objects.filter(kind="job.cancel").count() == 1


@pytest.mark.parametrize("kind", [None, AdministratorKind.SECURITY, AdministratorKind.AUDIT])
@pytest.mark.asvs("8.2.1")
def test_only_the_system_administrator(client, owner, kind):
    one = job(owner)
    client.force_login(accounts.account(admin_kind=kind))
    for view, args in (("core:jobs", ()), ("core:job", (one.pk,)), ("dashboards:health", ())):
        assert client.get(reverse(view, args=args)).status_code == 403
    assert post(client, "core:job_again", one.pk).status_code == 403


class TestHealth:
    def found(self):
        return {part.label: part for part in parts.parts(timezone.now())}

    def test_every_part_has_its_line_and_what_is_wrong_says_what_to_do(self, page, redis_server):
        answer = page.get(reverse("dashboards:health"))
        assert answer.status_code == 200
        for part in answer.context["parts"]:
            assert (part.tone in ("red", "amber")) == bool(part.advice), part
        words = {part.label: part.word for part in answer.context["parts"]}
        assert words["数据库"] == "正常"
        assert words["后台进程"] == words["备份"].replace("没有备份过", "没有响应") == "没有响应"

    def test_worker_and_beat_are_seen(self, redis_server):
        health.beat()
        health.note_tick()
        found = self.found()
        assert found["后台进程"].tone == found["定时任务"].tone == "green"

    def test_redis_down_is_told_and_hides_nothing(self, settings):
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
        found = self.found()
        assert found["消息队列"].word == "没有响应"
        assert found["数据库"].tone == "green"

    @pytest.mark.parametrize(
        ("told", "word"),
        [
            ({"ok": True, "file": "b.tar", "bytes": 5, "made_at": "now"}, "正常"),
            ({"ok": True, "made_at": "2026-01-01T00:00:00+08:00"}, "过期"),
            ({"ok": False, "problem": "磁盘已满", "made_at": "now"}, "上次没有成功"),
            ({"nothing": 1}, "记录损坏"),
        ],
    )
    def test_the_last_backup(self, settings, tmp_path, told, word):
        settings.BIANZHI_BACKUP_DIR = tmp_path
        if told.get("made_at") == "now":
            told["made_at"] = timezone.localtime().isoformat()
        (tmp_path / "last.json").write_text(json.dumps(told), encoding="utf-8")
        assert self.found()["备份"].word == word

    def test_failed_jobs_are_counted(self, owner):
        job(owner)
        assert self.found()["后台任务"].word == "近七天失败 1 个"


def test_a_job_of_a_switched_off_owner_does_not_run(owner):
    """Stale authority (X-06): queued before, run after."""
    waiting = job(owner, Job.State.WAITING, "")
    owner.is_active = False
    owner.save()

    jobs.run(waiting.pk, lambda job, progress: pytest.fail("it ran"))

    waiting.refresh_from_db()
    assert waiting.state == Job.State.FAILED
    assert "停用" in waiting.message
