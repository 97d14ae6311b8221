"""使用领导职数 and 离任: figures before and after; over-filling passes by a named right only."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.urls import reverse

from apps.approvals import errors, kinds, services
from apps.approvals.choices import State
from apps.approvals.refusals import sentence
from apps.posts.models import PostBalance
from apps.staff.models import PostHolding
from tests.factories import posts, staff
from tests.factories.approvals import decided, drafted, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(office):
    return staff.enter(office, "张玥", post_level="post_level.1A11").person


def taking(unit, **more):
    return {
        "unit": unit.pk,
        "post_kind": posts.CHIEF,
        "post_name": "局长",
        "starts_on": "2026-09-01",
        "document_no": "嵊委干〔2026〕5号",
        **more,
    }


LEAVING = {"on": "2026-10-01", "document_no": "嵊委干〔2026〕8号"}


def filled(unit):
    return PostBalance.objects.get(unit=unit, post_kind=posts.CHIEF).filled


@pytest.mark.rule("PT-01")
def test_a_post_is_taken_and_left(person, office, unit_clerk, cast, partners):
    posts.due(office, 1)
    case = submitted("post_take", unit_clerk, taking(office), person=person)
    assert (case.state, case.number[:2], case.summary) == (
        State.EXAMINING, "ZS", "张玥 任嵊州市教育局局长",
    )  # fmt: skip
    (box,) = kinds.of("post_take").posts(case, list(case.lines.all()))
    assert (box.due, box.filled, box.filled_after, box.lamp) == (1, 0, 1, ("green", "配齐"))
    case = decided(case, cast)
    case = services.advance(application=case, move="confirm", by=partners["organisation"])
    assert case.state == State.DONE
    posting = PostHolding.objects.get()
    assert (posting.document_no, posting.starts_on) == (
        "嵊委干〔2026〕5号", dt.date(2026, 9, 1),
    )  # fmt: skip
    assert filled(office) == 1

    case = submitted("post_leave", unit_clerk, LEAVING, posting=posting)
    assert case.summary == "张玥 离任嵊州市教育局局长"
    (box,) = kinds.of("post_leave").posts(case, list(case.lines.all()))
    assert (box.filled_after, box.lamp) == (0, ("blue", "缺配 1 名"))
    case = decided(case, cast)
    posting.refresh_from_db()
    assert (case.state, posting.ends_on, filled(office)) == (
        State.CONFIRMING, dt.date(2026, 10, 1), 0,
    )  # fmt: skip


@pytest.mark.rule("PT-02")
@pytest.mark.parametrize("before", [0, 1, 2])
def test_over_filling_passes_only_by_the_right_to_let_it(
    before, person, office, unit_clerk, cast, director, document
):
    posts.due(office, 1)
    for _ in range(before):
        posts.holder(office)
    case = submitted("post_take", unit_clerk, taking(office), person=person)
    if before == 0:
        assert decided(case, cast).state == State.CONFIRMING
        return
    with pytest.raises(errors.PostsOver) as refused:
        services.advance(application=case, move="pass", by=cast[case.state])
    words = sentence(refused.value)
    assert f"核定 1 名、现任 {before} 名，再任 1 名将超配 {before} 名" in words
    assert filled(office) == before
    case = services.advance(
        application=case, move="override", by=director, opinion="换届过渡", document=document
    )
    assert decided(case, cast).state == State.CONFIRMING
    assert filled(office) == before + 1


@pytest.mark.rule("AP-07")
def test_who_is_stuck_asks_and_who_may_lets_it_through_on_the_page(
    client, person, office, unit_clerk, cast, clerk, director, document
):
    posts.due(office, 1)
    posts.holder(office)
    case = submitted("post_take", unit_clerk, taking(office), person=person)
    address = reverse("approvals:detail", args=[case.pk])
    client.force_login(clerk)
    page = client.get(address).content.decode()
    assert "领导职数" in page  # due and filled stand beside the case
    assert "放行理由" not in page
    checks = client.get(reverse("approvals:review_checks", args=[case.pk])).content.decode()
    assert "请示放行" in checks
    ask = reverse("approvals:ask_to_let_through", args=[case.pk])
    answer = client.post(ask, {"_key": uuid.uuid4()}, follow=True)
    assert f"已请示 {director}" in answer.content.decode()
    client.force_login(director)
    inbox = client.get(reverse("approvals:inbox"))
    assert [one.count for one in inbox.context["tabs"] if one.label == "抄送"] == [1]
    page = client.get(address).content.decode()
    assert "放行理由" in page
    assert 'value="pass"' not in page  # the step is not theirs
    assert client.post(ask, {"_key": uuid.uuid4()}).status_code == 403
    act = reverse("approvals:act", args=[case.pk])
    said = {"_key": uuid.uuid4(), "move": "override", "seen": case.revision, "_query": ""}
    refused = client.post(act, {**said, "opinion": "换届过渡"})
    assert refused.status_code == 422
    assert "换届过渡" in refused.content.decode()
    said |= {"opinion": "换届过渡", "document": document.pk, "_key": uuid.uuid4()}
    page = client.post(act, said, follow=True).content.decode()
    assert "本件有红色校核被放行" in page
    client.force_login(clerk)
    assert "本件有红色校核被放行" in client.get(address).content.decode()
    case.refresh_from_db()
    assert services.advance(application=case, move="pass", by=clerk).state == State.SIGNING


@pytest.mark.rule("PT-02")
def test_a_post_that_does_not_count_is_never_over(person, office, unit_clerk, cast):
    posts.due(office, 1)
    posts.holder(office)
    data = taking(office, post_kind="post_kind.14", post_name="督查专员")
    case = submitted("post_take", unit_clerk, data, person=person)
    assert decided(case, cast).state == State.CONFIRMING


def test_a_post_of_another_unit_is_refused(person, office, home, foreign_bureau, unit_clerk):
    posting = posts.holder(office)
    draft = drafted("post_leave", unit_clerk, LEAVING, posting=staffed(posting, person))
    line = draft.lines.get()
    line.posting = posts.holder(foreign_bureau)
    line.save()
    with pytest.raises(errors.LineFails) as refused:
        services.advance(application=draft, move="submit", by=unit_clerk)
    assert isinstance(refused.value.refusal, errors.NotOfThisUnit)
    form = kinds.of("post_take").form(taking(foreign_bureau), user=unit_clerk, person=person)
    assert "unit" in form.errors


def staffed(posting, person):
    """Let somebody with a real number hold the post."""
    posting.person = person
    posting.save()
    return posting


def test_the_form_begins_with_the_unit_of_the_person(person, office, unit_clerk):
    form = kinds.of("post_take").form(user=unit_clerk, person=person)
    assert form["unit"].initial == office.pk


def test_the_pages_show_the_posts_before_and_after(client, person, office, unit_clerk):
    posts.due(office, 1)
    posts.holder(office)
    client.force_login(unit_clerk)
    subject = f"?person={person.pk}"
    address = reverse("approvals:new", args=["post_take"]) + subject
    assert client.get(address).status_code == 200
    look = client.post(reverse("approvals:look", args=["post_take"]) + subject, taking(office))
    assert "办理后超配 1 名" in look.text
    answer = client.post(address, {"_key": str(uuid.uuid4()), **taking(office)})
    assert answer.status_code == 302
    assert "办理后超配 1 名" in client.get(answer.url).text
