"""待办中心 and 办理页, as each role opens and uses them."""

from __future__ import annotations

import re
import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.approvals import errors, services
from apps.approvals.choices import State
from apps.approvals.models import Application, Batch, Copy, Phrase, Step
from apps.approvals.queries import inbox
from apps.approvals.services import batches, desk
from apps.audit.models import AuditEvent
from apps.staff.models import Occupancy
from tests.factories import quotas, units
from tests.factories.approvals import draft_entry, entry_line, filed_entry, filed_use

pytestmark = pytest.mark.django_db


def window(user):
    client = Client()
    client.force_login(user)
    return client


def act(client, case, move, **more):
    data = {"_key": str(uuid.uuid4()), "move": move, "seen": case.revision, "_query": "", **more}
    return client.post(reverse("approvals:act", args=[case.pk]), data)


def opened(client, case, query=""):
    return client.get(reverse("approvals:detail", args=[case.pk]) + query)


def listed(client, **query):
    answer = client.get(reverse("approvals:inbox"), query)
    assert answer.status_code == 200
    return [answer.context["table"].case(row) for row in answer.context["page"].object_list]


def move(case, name, by, **more):
    return services.advance(application=case, move=name, by=by, **more)


@pytest.fixture
def case(office, unit_clerk, supervisor):
    return filed_entry(office, unit_clerk)


@pytest.fixture
def examined(case, supervisor, clerk):
    """A case the office's clerk has to examine."""
    return move(case, "pass", supervisor)


# -- the inbox -------------------------------------------------------------------------------
@pytest.mark.rule("AP-13")
def test_a_case_waits_for_who_holds_the_right_of_its_step_only(
    case, unit_clerk, supervisor, clerk, chief, director, partners
):
    everybody = (unit_clerk, supervisor, clerk, chief, director, partners["finance"])
    for who, also in ((supervisor, []), (clerk, [chief]), (chief, [director]), (director, [])):
        assert [u for u in everybody if case in inbox.todo(u)] == [who, *also]
        case = move(case, "pass", who)
    waiting = [name for name, user in partners.items() if case in inbox.todo(user)]
    assert waiting == ["organisation", "personnel"]
    case = move(case, "confirm", partners["organisation"])
    assert case not in inbox.todo(partners["organisation"])
    assert case.due_at is not None


def test_what_was_handed_to_a_colleague_waits_for_the_colleague(examined, clerk, home):
    other = units.holder("clerk2", "office_clerk", home, "郑经办")
    case = move(examined, "reassign", clerk, to=other, opinion="请郑经办办理")
    assert case not in inbox.todo(clerk)
    assert case in inbox.todo(other)


def test_nobody_finds_their_own_case_to_decide(office, clerk):
    own = filed_entry(office, clerk)
    assert own.state == State.EXAMINING
    assert own not in inbox.todo(clerk)
    assert own in inbox.mine(clerk)


def test_a_returned_case_waits_for_its_unit(examined, clerk, unit_clerk):
    case = move(examined, "return", clerk, opinion="缺任职文件")
    assert case in inbox.todo(unit_clerk)
    assert case in inbox.returned(clerk)
    assert [row.move for row in inbox.done(clerk)] == ["return"]


def test_the_most_urgent_case_is_first_and_lamps_narrow(office, unit_clerk, supervisor):
    now = timezone.now()
    cases = [
        filed_entry(office, unit_clerk, entry_line(office, serial, name))
        for serial, name in ((11, "张一"), (13, "张二"), (15, "张三"), (17, "张四"))
    ]
    due = (now + timezone.timedelta(days=30), None, now - timezone.timedelta(days=3), now)
    for one, at in zip(cases, due, strict=True):
        Application.objects.filter(pk=one.pk).update(due_at=at)
    client = window(supervisor)
    assert listed(client) == [cases[2], cases[3], cases[0], cases[1]]
    assert listed(client, lamp="late") == [cases[2], cases[3]]
    assert listed(client, lamp="fine") == [cases[0]]
    assert listed(client, lamp="none") == [cases[1]]
    assert listed(client, q="张三") == [cases[2]]
    assert listed(client, q=cases[0].number) == [cases[0]]
    assert listed(client, kind="exit") == []
    assert listed(client, under=office.pk) == [cases[2], cases[3], cases[0], cases[1]]


def test_who_signs_watches_what_is_late(case, chief, clerk, supervisor):
    assert case not in inbox.watch(chief)
    Application.objects.filter(pk=case.pk).update(due_at=timezone.now())
    assert case in inbox.watch(chief)
    assert listed(window(chief), tab="watch") == [case]
    assert "督办" not in window(supervisor).get("/approvals/").content.decode()


def test_an_inbox_costs_few_statements(
    office, unit_clerk, supervisor, chief, django_assert_max_num_queries
):
    for serial in range(11, 31, 2):
        filed_entry(office, unit_clerk, entry_line(office, serial, f"张{serial}"))
    client = window(supervisor)
    for tab in ("todo", "done", "mine", "copies", "watch"):
        with django_assert_max_num_queries(15):
            assert client.get(f"/approvals/?tab={tab}").status_code == 200


def test_the_badge_says_how_many_wait(case, supervisor, unit_clerk):
    assert ">1<" in window(supervisor).get("/approvals/badge/").content.decode()
    assert window(unit_clerk).get("/approvals/badge/").content.decode().strip() == ""
    assert "/approvals/badge/" in window(supervisor).get("/units/").content.decode()


# -- the page of a case ----------------------------------------------------------------------
def test_who_has_no_move_reads_the_same_page_without_the_bar(case, unit_clerk, supervisor, clerk):
    assert "不予通过" not in opened(window(supervisor), case).content.decode()
    page = opened(window(clerk), case).content.decode()
    assert "张玥" in page
    assert 'id="act"' not in page
    assert 'id="act"' in opened(window(supervisor), case).content.decode()
    assert f"/approvals/{case.pk}/withdraw/" in opened(window(unit_clerk), case).content.decode()


@pytest.mark.asvs("8.2.2")
def test_strangers_find_no_case_and_readers_may_not_act(case, foreign_home, leader):
    outside = window(units.holder("foreign", "office_director", foreign_home, "外县主任"))
    assert opened(outside, case).status_code == 404
    for name in ("act", "review_checks"):
        address = reverse(f"approvals:{name}", args=[case.pk])
        assert outside.get(address).status_code in (404, 405)
        assert outside.post(address, {"_key": str(uuid.uuid4())}).status_code in (404, 405)
    file = case.attachments.get()
    assert outside.get(reverse("approvals:attachment", args=[file.pk])).status_code == 404
    line = reverse("approvals:reveal", args=[case.lines.get().pk])
    assert outside.post(line, {"_key": str(uuid.uuid4()), "field": "id_no"}).status_code == 404
    assert outside.get("/approvals/").content.decode().count(case.number) == 0
    reader = window(leader)
    assert opened(reader, case).status_code == 200
    assert act(reader, case, "pass", opinion="同意").status_code == 403
    assert Step.objects.filter(move="pass").count() == 0


def test_the_page_of_a_case_costs_few_statements(
    office, unit_clerk, supervisor, clerk, django_assert_max_num_queries
):
    people = [entry_line(office, 11 + 2 * n, f"张{n}") for n in range(4)]
    case = filed_entry(office, unit_clerk, *people)
    case = move(case, "return", supervisor, opinion="请补充")
    case = move(case, "submit", unit_clerk)
    client = window(supervisor)
    opened(client, case)
    with django_assert_max_num_queries(30):
        page = opened(client, case, "?tab=todo&kind=entry")
    assert page.status_code == 200
    assert "与上次提交相比没有改动" in page.content.decode()


def test_numbers_are_masked_and_shown_for_a_purpose_only(case, supervisor, leader):
    number = entry_line(case.unit).id_no
    client = window(supervisor)
    page = opened(client, case).content.decode()
    assert number not in page
    assert f"{number[:6]}********{number[14:]}" in page
    address = reverse("approvals:reveal", args=[case.lines.get().pk])
    data = {"field": "id_no", "purpose": "核对人员信息"}
    assert client.post(address, {"_key": str(uuid.uuid4()), "field": "id_no"}).status_code == 422
    answer = client.post(address, {**data, "_key": str(uuid.uuid4())})
    assert number in answer.content.decode()
    event = AuditEvent.objects.get(kind="person.reveal")
    assert (event.actor_id, event.target_label, event.purpose) == (
        supervisor.pk,
        case.number,
        "核对人员信息",
    )
    refused = window(leader).post(address, {**data, "_key": str(uuid.uuid4())})
    assert refused.status_code == 403
    steps = Step.objects.filter(facts__has_key="said")
    assert steps.count() == 1
    assert number not in str(steps.get().facts)
    assert "********" not in str(steps.get().facts)


@pytest.mark.rule("AP-15")
def test_changes_since_the_last_submission_are_marked(office, unit_clerk, supervisor):
    case = filed_entry(office, unit_clerk)
    case = move(case, "return", supervisor, opinion="姓名有误")
    data = entry_line(office, 11, "张玥玥", post_name="科员")
    services.change_line(line=case.lines.get(), data=data, by=unit_clerk)
    case = move(Application.objects.get(pk=case.pk), "submit", unit_clerk)
    page = opened(window(supervisor), case)
    part = page.context["review"].parts[0]
    changed = {row.label: row.was for _, rows in part.sections for row in rows if row.was}
    assert changed == {"姓名": "张玥", "职务": "（空）"}
    assert "改了 2 处" in page.content.decode()


def test_an_attachment_is_handed_out_and_noted(case, supervisor):
    file = case.attachments.get()
    address = reverse("approvals:attachment", args=[file.pk])
    client = window(supervisor)
    taken = client.get(address)
    assert taken["Content-Disposition"].startswith("attachment")
    assert b"".join(taken.streaming_content).startswith(b"%PDF")
    shown = client.get(f"{address}?view=1")
    assert shown["Content-Disposition"].startswith("inline")
    assert shown["X-Frame-Options"] == "SAMEORIGIN"
    assert "default-src 'none'" in shown["Content-Security-Policy"]
    assert b"".join(shown.streaming_content).startswith(b"%PDF")
    assert AuditEvent.objects.filter(kind="application.file", note=file.name).count() == 2


def test_the_checks_are_asked_and_nothing_is_written(examined, clerk):
    page = window(clerk).get(reverse("approvals:review_checks", args=[examined.pk]))
    text = page.content.decode()
    assert "Q28" in text
    assert "有红色校核" not in text
    assert not Occupancy.objects.exists()
    assert Application.objects.get(pk=examined.pk).revision == examined.revision


# -- acting ----------------------------------------------------------------------------------
def test_acting_goes_on_with_the_next_case_of_the_inbox(office, unit_clerk, supervisor):
    first, second = (
        filed_entry(office, unit_clerk, entry_line(office, serial, name))
        for serial, name in ((11, "张一"), (13, "张二"))
    )
    client = window(supervisor)
    page = opened(client, first, "?tab=todo&kind=entry")
    assert page.context["next"] == second
    assert page.context["previous"] is None
    answer = act(client, first, "pass", opinion="同意", _query="tab=todo&kind=entry")
    assert answer.status_code == 302
    assert answer["Location"] == f"/approvals/{second.pk}/?tab=todo&kind=entry"
    text = client.get(answer["Location"]).content.decode()
    assert f"{first.number}" in text
    assert "这是下一件" in text
    last = act(client, second, "return", opinion="缺材料", _query="tab=todo&kind=entry")
    assert last["Location"] == "/approvals/?tab=todo&kind=entry"
    assert "已全部办完" in client.get(last["Location"]).content.decode()


def test_a_stale_page_says_who_was_faster_and_keeps_the_opinion(case, supervisor, home):
    other = units.holder("supervisor2", "supervisor", home, "吴主管")
    move(case, "return", other, opinion="请补充任职文件")
    answer = act(window(supervisor), case, "pass", opinion="材料齐全，同意上报")
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "吴主管" in text
    assert "退回补正" in text
    case.refresh_from_db()
    assert case.state == State.RETURNED
    assert Step.objects.filter(move="pass").count() == 0


def test_a_colleague_who_handed_it_on_is_told_and_the_typed_opinion_stays(examined, clerk, home):
    other = units.holder("clerk2", "office_clerk", home, "郑经办")
    move(examined, "reassign", other, to=clerk, opinion="请经办办理")
    answer = act(window(clerk), examined, "pass", opinion="材料齐全，同意上报")
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "郑经办" in text
    assert "材料齐全，同意上报</textarea>" in text
    seen = re.search(r'name="seen" value="(\d+)"', text)
    assert seen is not None
    assert int(seen[1]) == examined.revision + 1


def test_a_returned_case_needs_an_opinion(case, supervisor):
    answer = act(window(supervisor), case, "return")
    assert answer.status_code == 422
    assert "请填写退回补正的意见" in answer.content.decode()
    assert Step.objects.filter(move="return").count() == 0


def test_a_double_click_moves_once(case, supervisor):
    client = window(supervisor)
    data = {"_key": str(uuid.uuid4()), "move": "pass", "seen": case.revision, "opinion": "同意"}
    address = reverse("approvals:act", args=[case.pk])
    first, second = client.post(address, data), client.post(address, data)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"]
    assert Step.objects.filter(move="pass").count() == 1


def test_own_cases_show_no_buttons_and_refuse(office, clerk):
    own = filed_entry(office, clerk)
    client = window(clerk)
    assert 'id="act"' not in opened(client, own).content.decode()
    answer = act(client, own, "pass", opinion="同意")
    assert answer.status_code == 422
    assert "您自己申报" in answer.content.decode()


def test_some_people_are_granted_and_others_not(office, unit_clerk, supervisor):
    case = filed_entry(
        office, unit_clerk, entry_line(office, 11, "张一"), entry_line(office, 13, "王二")
    )
    kept, refused = case.lines.order_by("place")
    client = window(supervisor)
    page = opened(client, case).content.decode()
    assert f'name="granted-{refused.pk}" value="0"' in page
    none = {f"granted-{kept.pk}": "0", f"granted-{refused.pk}": "0"}
    assert act(client, case, "pass", opinion="不同意", **none).status_code == 422
    some = {f"granted-{kept.pk}": "1", f"granted-{refused.pk}": "0"}
    assert act(client, case, "pass", opinion="部分同意", **some).status_code == 302
    refused.refresh_from_db()
    assert refused.verdict == "refused"
    assert Step.objects.get(move="pass").facts["refused"] == ["王二"]


def test_a_case_is_handed_to_somebody_who_holds_the_right_only(examined, clerk, home, unit_clerk):
    other = units.holder("clerk2", "office_clerk", home, "郑经办")
    client = window(clerk)
    assert "郑经办" in opened(client, examined).content.decode()
    wrong = act(client, examined, "reassign", to=unit_clerk.pk, opinion="请办理")
    assert wrong.status_code == 422
    right = act(client, examined, "reassign", to=other.pk, opinion="请办理")
    assert right.status_code == 302
    examined.refresh_from_db()
    assert examined.handler == other


def test_nothing_red_is_nothing_to_let_through(examined, clerk, chief, director, document):
    case = move(move(examined, "pass", clerk), "pass", chief)
    with pytest.raises(errors.NothingToOverride):
        move(case, "override", director, opinion="特批", document=document)
    assert Application.objects.get(pk=case.pk).override_by is None


def test_copies_reach_colleagues_in_sight_once(case, supervisor, clerk, foreign_home):
    outside = units.holder("foreign", "office_clerk", foreign_home, "外县经办")
    client = window(supervisor)
    answer = act(client, case, "pass", opinion="同意", copies=[clerk.pk])
    assert answer.status_code == 302
    assert [one.user for one in Copy.objects.all()] == [clerk]
    assert desk.send_copies(application=case, users=[outside, clerk], by=supervisor) == [
        Copy.objects.get()
    ]
    theirs = window(clerk)
    assert listed(theirs, tab="copies") == [case]
    opened(theirs, case)
    assert Copy.objects.get().seen_at is not None


def test_phrases_are_ones_own_and_the_offices(case, supervisor, chief, unit_clerk, home):
    client = window(supervisor)
    answer = act(client, case, "pass", opinion="经审核属实", keep="on")
    assert answer.status_code == 302
    own = Phrase.objects.get(owner=supervisor)
    assert (own.text, own.move) == ("经审核属实", "pass")
    offices = {"_key": str(uuid.uuid4()), "text": "拟同意，报编委会", "move": "", "unit": home.pk}
    assert window(chief).post("/approvals/phrases/", offices).status_code == 302
    theirs = window(unit_clerk).get("/approvals/phrases/").content.decode()
    assert "拟同意，报编委会" in theirs
    assert "经审核属实" not in theirs
    drop = reverse("approvals:phrase_drop", args=[own.pk])
    assert window(chief).post(drop, {"_key": str(uuid.uuid4())}).status_code == 404
    assert client.post(drop, {"_key": str(uuid.uuid4())}).status_code == 302
    assert not Phrase.objects.filter(owner=supervisor).exists()


# -- many at once ----------------------------------------------------------------------------
@pytest.mark.rule("AP-14")
def test_a_batch_moves_each_case_by_itself_and_loses_none(office, unit_clerk, supervisor, clerk):
    cases = [
        filed_entry(office, unit_clerk, entry_line(office, 11 + 2 * n, f"张{n}")) for n in range(4)
    ]
    client = window(supervisor)
    ask = client.post(
        "/approvals/batch/", {"_key": str(uuid.uuid4()), "pk": [one.pk for one in cases]}
    )
    items = ask.context["groups"][0]["items"]
    assert ask.context["groups"][0]["number"] == 4
    move(cases[1], "return", supervisor, opinion="缺材料")
    stale = move(cases[2], "reassign", supervisor, to=supervisor, opinion="我来办")
    empty = client.post(
        "/approvals/batch/", {"_key": str(uuid.uuid4()), "items": items, "opinion": ""}
    )
    assert empty.status_code == 422
    begun = client.post(
        "/approvals/batch/", {"_key": str(uuid.uuid4()), "items": items, "opinion": "同意"}
    )
    batch = Batch.objects.get()
    assert begun["Location"] == f"/approvals/batch/{batch.pk}/"
    run(batch)
    outcome = {item.application_id: item for item in batch.items.all()}
    assert {key: item.outcome for key, item in outcome.items()} == {
        cases[0].pk: "done",
        cases[1].pk: "failed",
        cases[2].pk: "failed",
        cases[3].pk: "done",
    }
    assert "退回补正" in outcome[cases[1].pk].sentence  # gone from the inbox, not from the report
    assert "我来办" not in outcome[stale.pk].sentence
    assert "转办" in outcome[stale.pk].sentence
    page = client.get(begun["Location"]).content.decode()
    assert stale.number in page
    states = {one.pk: one.state for one in Application.objects.all()}
    assert states[cases[0].pk] == states[cases[3].pk] == State.EXAMINING
    assert states[stale.pk] == State.SUPERVISING
    assert Step.objects.filter(move="pass").count() == 2
    run(batch)
    assert Step.objects.filter(move="pass").count() == 2
    assert window(clerk).get(begun["Location"]).status_code == 404


def run(batch):
    """Do the work of a batch as its job does."""

    class Progress:
        def stage(self, *_):
            pass

        at = stage

    batches.run(batch.job, Progress())


def test_unlike_cases_are_passed_group_by_group(office, unit_clerk, supervisor, clerk, chief):
    first = filed_entry(office, unit_clerk)
    second = filed_entry(office, unit_clerk, entry_line(office, 13, "王二"))
    move(move(first, "pass", supervisor), "pass", clerk)
    move(second, "pass", supervisor)
    ask = window(chief).post(
        "/approvals/batch/", {"_key": str(uuid.uuid4()), "pk": [first.pk, second.pk]}
    )
    assert sorted(one["label"] for one in ask.context["groups"]) == [
        "入编 · 科长审签",
        "入编 · 编办经办审核",
    ]


def test_the_other_group_is_not_lost_by_a_fault_in_the_first(
    office, unit_clerk, supervisor, clerk, chief
):
    first = filed_entry(office, unit_clerk)
    second = filed_entry(office, unit_clerk, entry_line(office, 13, "王二"))
    move(move(first, "pass", supervisor), "pass", clerk)
    move(second, "pass", supervisor)
    client = window(chief)
    keys = {"_key": str(uuid.uuid4()), "pk": [first.pk, second.pk]}
    group = client.post("/approvals/batch/", keys).context["groups"][0]
    sent = {"items": group["items"], "rest": group["rest"]}
    page = client.post("/approvals/batch/", {"_key": str(uuid.uuid4()), "opinion": "", **sent})
    assert page.status_code == 422
    told = {one["label"]: bool(one["form"].errors) for one in page.context["groups"]}
    assert told == {group["label"]: True, _other(group["label"]): False}
    sent["opinion"] = "同意"
    page = client.post("/approvals/batch/", {"_key": str(uuid.uuid4()), **sent}, follow=True)
    assert "另外 1 件不属于这一组" in page.content.decode()
    assert Batch.objects.get().items.count() == 1


def _other(label):
    labels = ["入编 · 科长审签", "入编 · 编办经办审核"]
    return labels[1 - labels.index(label)]


def test_a_batch_takes_nothing_from_beyond_the_inbox(case, clerk):
    client = window(clerk)
    items = {"_key": str(uuid.uuid4()), "items": f"{case.pk}:{case.revision},x:1", "opinion": "行"}
    assert client.post("/approvals/batch/", items)["Location"] == "/approvals/"
    assert not Batch.objects.exists()


# -- elsewhere -------------------------------------------------------------------------------
def test_units_and_people_show_their_cases(
    case, office, supervisor, clerk, chief, director, unit_clerk
):
    page = window(clerk).get(reverse("approvals:unit", args=[office.pk])).content.decode()
    assert case.summary in page
    for who in (supervisor, clerk, chief, director):
        case = move(case, "pass", who)
    person = Occupancy.objects.get().person
    shown = window(clerk).get(reverse("staff:detail", args=[person.pk])).content.decode()
    assert case.number in shown


def test_the_cases_of_a_unit_say_whether_those_below_are_among_them(office, unit_clerk, clerk):
    below = units.unit("嵊州市第一中学", office, nature_id="nature.101", established_on=units.DAY)
    quotas.grant(below, 2)
    own = filed_entry(office, unit_clerk, entry_line(office, 41, "本人"))
    lower = filed_entry(below, clerk, entry_line(below, 43, "下属"))
    address = reverse("approvals:unit", args=[office.pk])
    page = window(clerk).get(address).content.decode()
    assert "本单位及下级的办件" in page
    assert own.summary in page
    assert lower.summary in page
    assert below.name in page
    page = window(clerk).get(f"{address}?own=1").content.decode()
    assert "只列本单位的办件" in page
    assert own.summary in page
    assert lower.summary not in page
    leaf = window(clerk).get(reverse("approvals:unit", args=[below.pk])).content.decode()
    assert "本单位的办件" in leaf
    assert "下级" not in leaf.partition("<h2")[2]


def test_the_first_page_counts_and_lists_what_is_urgent(examined, clerk):
    page = window(clerk).get(reverse("dashboards:workbench")).content.decode()
    assert "最急的办件" in page
    assert f"/approvals/{examined.pk}/?tab=todo" in page
    assert "今日到期" in page


def test_a_draft_is_seen_by_its_unit_only(office, unit_clerk, clerk):
    draft = draft_entry(office, unit_clerk)
    assert opened(window(clerk), draft).status_code == 404
    assert opened(window(unit_clerk), draft).status_code == 200


def test_the_timeline_tells_done_now_and_to_come(examined, unit_clerk):
    nodes = opened(window(unit_clerk), examined).context["review"].nodes
    assert [(one.state, one.label) for one in nodes][:4] == [
        ("done", "申报"),
        ("done", "主管部门审核"),
        ("now", "编办经办审核"),
        ("future", "科长审签"),
    ]
    assert nodes[1].by == "钱主管"
    assert nodes[1].limit == "限 3 个工作日"
    assert nodes[2].lamp is not None
    assert nodes[-1].label == "办结"


def test_the_figures_of_the_formula_stand_beside_a_quota_use(client, office, unit_clerk, clerk):
    case = filed_use(office, unit_clerk)
    client.force_login(clerk)
    page = client.get(reverse("approvals:detail", args=[case.pk])).content.decode()
    assert "可用编制" in page
    assert "动态平衡" in page


@pytest.mark.parametrize("name", ["approvals:badge", "approvals:messages_badge"])
def test_a_count_beside_a_page_never_moves_it(client, clerk, name):
    clerk.must_change_password = True
    clerk.save()
    client.force_login(clerk)
    answer = client.get(reverse(name), headers={"HX-Request": "true"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert "HX-Redirect" not in answer.headers
    other = client.get(reverse("approvals:inbox"), headers={"HX-Request": "true"})
    assert other.headers["HX-Redirect"] == reverse("accounts:password_change")
