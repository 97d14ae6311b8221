"""The import wizard as a clerk goes through it."""

import uuid

import pytest
from django.urls import reverse

from apps.audit.models import AuditEvent
from apps.core.models import Job
from apps.exchange import services
from apps.exchange.choices import BatchState
from apps.exchange.models import ImportBatch
from apps.quotas.models import QuotaEntry

from .books import QUOTA_HEADERS, book, upload

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def good(bureau, document):
    row = [None, bureau.name, "行政编制", "2015-03-01", document.number, 12, None, "核定"]
    return book(QUOTA_HEADERS, row)


def send(client, content, name="台账.xlsx", **fields):
    return client.post(
        reverse("exchange:upload", args=["quotas"]),
        {"_key": uuid.uuid4(), "file": upload(content, name), **fields},
    )


def confirm(client, batch, key=None):
    return client.post(
        reverse("exchange:confirm", args=[batch.pk]), {"_key": key or uuid.uuid4()}, follow=True
    )


def test_upload_check_preview_confirm_result(client, clerk, bureau, good):
    client.force_login(clerk)
    answer = send(client, good)
    batch = ImportBatch.objects.get()
    assert answer.url == batch.get_absolute_url()
    assert (batch.state, batch.created) == (BatchState.CLEAN, 1)
    assert not QuotaEntry.objects.exists(), "nothing is written before it is confirmed"
    page = client.get(batch.get_absolute_url()).content.decode()
    assert "确认导入 1 条" in page
    assert bureau.name in page

    confirm(client, batch)
    batch.refresh_from_db()
    assert batch.state == BatchState.DONE
    entry = QuotaEntry.objects.get()
    assert entry.history.get().history_user_id == clerk.pk
    event = AuditEvent.objects.get(kind="quotaentry.import")
    assert (event.actor_id, event.change_id) == (clerk.pk, entry.history.get().change_id)


def test_faults_come_back_in_the_same_workbook(client, clerk, bureau, document):
    client.force_login(clerk)
    row = [None, bureau.name, "行政编治", "2015-03-01", document.number, 12, None, "核定"]
    send(client, book(QUOTA_HEADERS, row))
    batch = ImportBatch.objects.get()
    page = client.get(batch.get_absolute_url()).content.decode()

    assert batch.state == BatchState.FAULTY
    assert "编制类型（C列）" in page
    assert reverse("exchange:confirm", args=[batch.pk]) not in page
    marked = client.get(reverse("exchange:marked", args=[batch.pk]))
    assert b"".join(marked.streaming_content)[:2] == b"PK"
    confirm(client, batch)
    assert not QuotaEntry.objects.exists()


def test_a_file_that_is_no_workbook_is_refused_at_the_form(client, clerk):
    client.force_login(clerk)
    answer = send(client, b"MZ not a workbook")

    assert answer.status_code == 422
    assert not ImportBatch.objects.exists()
    assert list(services.folder().glob("*")) == []


def test_confirming_twice_writes_once(client, clerk, good):
    client.force_login(clerk)
    send(client, good)
    batch = ImportBatch.objects.get()
    key = uuid.uuid4()
    confirm(client, batch, key)
    confirm(client, batch, key)
    answer = confirm(client, batch)

    assert QuotaEntry.objects.count() == 1
    assert "没有再次导入" in answer.content.decode()


def test_what_changed_since_the_check_is_checked_again(client, clerk, bureau, document, good):
    client.force_login(clerk)
    send(client, good)
    batch = ImportBatch.objects.get()
    document.delete()
    confirm(client, batch)
    batch.refresh_from_db()

    assert batch.state == BatchState.FAULTY
    assert not QuotaEntry.objects.exists()
    assert "校验之后数据又有变动" in batch.sentence


def test_a_batch_is_its_owners_alone(client, clerk, stranger, good):
    client.force_login(clerk)
    send(client, good)
    batch = ImportBatch.objects.get()
    client.force_login(stranger)

    for name in ("batch", "marked"):
        assert client.get(reverse(f"exchange:{name}", args=[batch.pk])).status_code == 404
    assert confirm(client, batch).status_code == 404
    assert client.get(reverse("exchange:job", args=[batch.job_id])).status_code == 404
    assert batch.name not in client.get(reverse("exchange:imports")).content.decode()


def test_who_may_not_maintain_does_not_get_in(client, unit_clerk):
    client.force_login(unit_clerk)
    assert client.get(reverse("exchange:imports")).status_code == 403
    assert client.get(reverse("exchange:upload", args=["quotas"])).status_code == 403


def test_a_job_that_dies_leaves_nothing_and_the_batch_says_so(client, clerk, good, monkeypatch):
    client.force_login(clerk)
    send(client, good)
    batch = ImportBatch.objects.get()

    def die(*args, **kwargs):
        QuotaEntry.objects.all().delete()
        raise MemoryError

    monkeypatch.setattr("apps.quotas.workbook.link_documents", die)
    page = confirm(client, batch).content.decode()
    batch.refresh_from_db()

    assert batch.state == BatchState.STOPPED
    assert not QuotaEntry.objects.exists()
    assert Job.objects.get(pk=batch.job_id).state == Job.State.FAILED
    assert "未写入任何数据" in page


def test_templates_of_every_kind_can_be_downloaded_and_read(client, clerk, home, tmp_path):
    from apps.core import sheets
    from apps.core.imports import KINDS

    client.force_login(clerk)
    for kind in KINDS.values():
        answer = client.get(reverse("exchange:template", args=[kind.code]))
        path = tmp_path / f"{kind.code}.xlsx"
        path.write_bytes(b"".join(answer.streaming_content))
        assert sheets.template_of(sheets.read(path)) == (kind.code, kind.version)


@pytest.mark.parametrize("batches", [1, 3])
def test_a_longer_list_costs_no_query(client, clerk, good, batches, django_assert_max_num_queries):
    client.force_login(clerk)
    for _ in range(batches):
        send(client, good)
    with django_assert_max_num_queries(12):
        page = client.get(reverse("exchange:imports")).context["page"]
    assert page.paginator.count == batches
