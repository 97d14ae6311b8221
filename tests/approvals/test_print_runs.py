"""Many forms in one file: what is offered, what goes to the worker, and for whose eyes."""

from __future__ import annotations

import io
import os
import time
import uuid

import pypdf
import pytest
from django.test import Client
from django.urls import reverse

from apps.approvals import sealed, services, tasks
from apps.approvals.models import Paper
from apps.approvals.papers import making, verifying
from apps.approvals.services import print_runs as runs
from apps.audit.models import AuditEvent
from apps.core import jobs
from apps.core.models import Job
from tests.factories import quotas
from tests.factories.approvals import draft_entry, entry_line, filed_entry

pytestmark = pytest.mark.django_db(transaction=True)
CHOOSE, NOW, LATER = (reverse(f"approvals:papers_{name}") for name in ("choose", "now", "later"))


@pytest.fixture(autouse=True)
def short(monkeypatch, settings, tmp_path):
    monkeypatch.setattr(runs, "AT_ONCE", 2)
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def office(bureau):
    quotas.grant(bureau, 9)
    return bureau


@pytest.fixture
def cases(office, unit_clerk, supervisor):
    """Two alike cases: of two people, and of one."""
    return [
        filed_entry(
            office, unit_clerk, entry_line(office, 11, "甲䶮"), entry_line(office, 12, "乙")
        ),
        filed_entry(office, unit_clerk, entry_line(office, 13, "丙")),
    ]


def window(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def send(client, address, cases, paper="entry", **more):
    items = ",".join(str(one.pk) for one in cases)
    return client.post(address, {"items": items, "paper": paper, "_key": str(uuid.uuid4()), **more})


def text_of(made: bytes) -> list[str]:
    pages = pypdf.PdfReader(io.BytesIO(made)).pages
    return ["".join(page.extract_text().replace("\u200b", "").split()) for page in pages]


def finished(job: Job) -> Job:
    if job.state == Job.State.WAITING:
        jobs.run(job.pk, runs.run)
    job.refresh_from_db()
    return job


def test_ticked_cases_are_asked_which_papers_and_drafts_have_none(
    cases, office, unit_clerk, supervisor
):
    draft = draft_entry(office, unit_clerk, entry_line(office, 14, "丁"))
    client = window(unit_clerk)
    page = client.get(reverse("approvals:mine")).content.decode()
    assert f'formaction="{CHOOSE}"' in page
    data = {"pk": [one.pk for one in (*cases, draft)], "tab": "own", "_key": str(uuid.uuid4())}

    answer = client.post(CHOOSE, data)

    assert [
        (o["kind"], o["forms"], o["cases"], o["by_worker"]) for o in answer.context["offers"]
    ] == [("entry", 3, 2, True), ("flow", 2, 2, False)]
    assert draft.pk not in {one.pk for one in answer.context["cases"]}
    wrong = send(client, NOW, cases, "entry", purpose=" ", tab="own")
    for shown in (answer, wrong):  # the way back is to the list they were ticked in
        assert f'<a href="{reverse("approvals:mine")}">我的办件</a>' in shown.content.decode()
    only_draft = client.post(CHOOSE, {"pk": [draft.pk], "tab": "own", "_key": str(uuid.uuid4())})
    assert only_draft.url == reverse("approvals:mine")
    todo = window(supervisor).post(
        CHOOSE, {"all": "1", "_query": "tab=todo&q=丙", "tab": "todo", "_key": str(uuid.uuid4())}
    )
    assert [one.pk for one in todo.context["cases"]] == [cases[1].pk]


def test_what_was_dealt_with_is_ticked_by_its_steps(cases, supervisor):
    for case in cases:
        services.advance(application=case, move="pass", by=supervisor)
    client = window(supervisor)
    rows = client.get(reverse("approvals:inbox"), {"tab": "done"}).context["page"].object_list
    data = {"pk": [row.pk for row in rows], "tab": "done", "_key": str(uuid.uuid4())}
    answer = client.post(CHOOSE, data)
    assert {one.pk for one in answer.context["cases"]} == {one.pk for one in cases}


@pytest.mark.rule("PP-05")
def test_a_few_papers_come_at_once_and_many_go_to_the_worker(cases, unit_clerk, reader):
    client = window(unit_clerk)
    few = send(client, NOW, cases, "flow")
    assert len(text_of(b"".join(few.streaming_content))) == 2
    assert send(client, NOW, cases).status_code == 422
    assert Paper.objects.count() == 2

    answer = send(client, LATER, cases)

    job = finished(Job.objects.get())
    assert answer.url == reverse("exchange:job", args=[job.pk])
    assert (job.state, job.message) == (Job.State.DONE, "")
    address = reverse("approvals:papers_file", args=[job.pk])
    assert address in client.get(answer.url).content.decode()
    pages = text_of(b"".join(client.get(address).streaming_content))
    assert [name for page in pages for name in ("甲䶮", "乙", "丙") if f"姓名{name}" in page] == [
        "甲䶮", "乙", "丙",
    ]  # fmt: skip
    number = sealed.id_no(cases[0].lines.first()).reveal()
    assert not any(number in page for page in pages)
    printed = list(Paper.objects.filter(kind="entry").order_by("pk"))
    assert [paper.number in page for paper, page in zip(printed, pages, strict=True)] == [True] * 3
    code = verifying.code_of(
        pk=printed[0].pk, kind="entry", application=cases[0], line_id=printed[0].line_id
    )
    assert f"http://testserver{verifying.path_of(code)}" in pages[0]
    event = AuditEvent.objects.filter(kind="print.run").latest("pk")
    assert (event.actor_id, event.after["rows"]) == (unit_clerk.pk, 3)
    assert AuditEvent.objects.filter(kind="export.run", actor_id=unit_clerk.pk).count() == 1
    assert window(reader).get(address).status_code == 404


@pytest.mark.rule("PP-05")
def test_the_worker_asks_again_what_its_owner_may_see(cases, unit_clerk, office, stranger):
    asked = [one for one in making.papers_of_cases(cases) if one.kind == "entry"]
    job = finished(runs.queue(asked=asked, by=stranger, host="https://b/"))
    assert job.state == Job.State.FAILED
    assert "查看范围" in job.message
    assert not Paper.objects.exists()
    assert send(window(stranger), NOW, cases, "flow").status_code == 404
    assert send(window(unit_clerk), NOW, cases, "card").status_code == 404


@pytest.mark.rule("PP-03")
def test_full_numbers_of_many_need_the_right_a_purpose_and_count(
    cases, unit_clerk, reader, monkeypatch
):
    assert send(window(unit_clerk), LATER, cases, purpose=" ").status_code == 422
    assert send(window(reader), LATER, cases, purpose="看看").status_code == 403
    assert not Job.objects.exists()
    send(window(unit_clerk), LATER, cases, purpose="送人社部门")
    job = finished(Job.objects.get())
    looks = AuditEvent.objects.filter(kind="person.reveal", actor_id=unit_clerk.pk)
    assert (job.state, looks.count()) == (Job.State.DONE, 3)
    assert Paper.objects.filter(full=True, purpose="送人社部门").count() == 3
    pages = text_of(runs.file_of(job).read_bytes())
    assert sealed.id_no(cases[0].lines.first()).reveal() in pages[0]

    monkeypatch.setattr("apps.staff.services.reveals.reveals_today", lambda user: 30)
    send(window(unit_clerk), LATER, cases, purpose="再送一次")
    second = finished(Job.objects.exclude(pk=job.pk).get())
    assert second.state == Job.State.FAILED
    assert (looks.count(), Paper.objects.count()) == (3, 3)


def test_who_has_not_the_right_when_it_is_made_gets_no_numbers(cases, reader):
    asked = [one for one in making.papers_of_cases(cases) if one.kind == "entry"]
    queued = runs.queue(asked=asked, by=reader, host="https://b/", full=True, purpose="送审")
    job = finished(queued)
    assert (job.state, job.result_file) == (Job.State.FAILED, "")
    assert "权限" in job.message
    assert not Paper.objects.exists()
    assert not AuditEvent.objects.filter(kind="person.reveal").exists()


def test_the_page_of_a_case_sends_many_people_to_the_worker(office, unit_clerk):
    lines = [entry_line(office, n, f"甲{n}") for n in (11, 12, 13)]
    case = filed_entry(office, unit_clerk, *lines)
    client = window(unit_clerk)
    page = client.get(reverse("approvals:print", args=[case.pk])).content.decode()
    assert "全部 3 份" in page
    assert LATER in page
    whole = client.get(reverse("approvals:paper", args=[case.pk, "entry"]))
    assert whole.status_code == 422
    assert "后台打印" in whole.content.decode()
    one = client.get(
        reverse("approvals:paper", args=[case.pk, "entry"]), {"line": case.lines.first().pk}
    )
    assert one["Content-Type"] == "application/pdf"


def test_pressing_twice_queues_once(cases, unit_clerk):
    client = window(unit_clerk)
    key = str(uuid.uuid4())
    answers = [send(client, LATER, cases, _key=key) for _ in range(2)]
    assert answers[0].url == answers[1].url
    assert Job.objects.count() == 1


@pytest.mark.rule("PP-05")
def test_a_file_is_let_go_after_its_days(cases, unit_clerk):
    asked = [one for one in making.papers_of_cases(cases) if one.kind == "flow"]
    first = finished(runs.queue(asked=asked, by=unit_clerk, host="https://b/"))
    second = finished(runs.queue(asked=asked, by=unit_clerk, host="https://b/"))
    old, young = runs.file_of(first), runs.file_of(second)
    past = time.time() - runs.KEPT_DAYS * 86_400 - 1
    os.utime(old, (past, past))
    client = window(unit_clerk)
    for _ in range(2):  # whether the night has been or not
        assert client.get(reverse("approvals:papers_file", args=[first.pk])).status_code == 404
        page = client.get(reverse("exchange:job", args=[first.pk])).content.decode()
        assert "下载 PDF" not in page
        tasks.let_go_of_prints()
    assert (old.exists(), young.exists()) == (False, True)


@pytest.mark.parametrize("people", [1, 4])
def test_more_people_cost_the_choice_no_query(
    office, unit_clerk, people, django_assert_max_num_queries
):
    lines = [entry_line(office, 20 + n, f"甲{n}") for n in range(people)]
    case = filed_entry(office, unit_clerk, *lines)
    client = window(unit_clerk)
    data = {"pk": [case.pk], "tab": "own", "_key": str(uuid.uuid4())}
    client.post(CHOOSE, data)
    with django_assert_max_num_queries(16):
        client.post(CHOOSE, data)
