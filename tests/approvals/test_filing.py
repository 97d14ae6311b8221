"""The clerk's pages: filling in, checking, submitting, following. Wrong input, scopes, races."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.approvals import sealed, services
from apps.approvals.choices import State
from apps.approvals.models import Application, Attachment, Line, Typed
from apps.approvals.services import typed
from apps.core.masking import mask_identity, mask_phone
from apps.staff.models import Occupancy
from tests.factories import quotas, staff, units
from tests.factories.approvals import PDF, draft_entry, entry_line, filed_entry, pdf, slot

pytestmark = pytest.mark.django_db

PHONE = "13805759731"


@pytest.fixture
def window(client, unit_clerk, supervisor):
    client.force_login(unit_clerk)
    return client


def text(answer):
    return unescape(answer.content.decode())


def at(name, *args):
    return reverse(f"approvals:{name}", args=args)


def post(client, name, /, *args, **data):
    return client.post(at(name, *args), {"_key": uuid.uuid4(), **data})


def filled(unit, document, /, **more):
    """What a clerk types into the form of an entry exempt from 用编."""
    return {
        "id_no": staff.id_no(),
        "name": "赵新民",
        "unit": unit.pk,
        "quota_type": quotas.ADMIN,
        "status": "person_status.110",
        "starts_on": timezone.localdate().isoformat(),
        "document": "",
        "document_text": document.number,
        "entry_mode": "entry_mode.13",
        "phone": PHONE,
        "on_unified_payroll": "on",
        **more,
    }


# -- the way through -----------------------------------------------------------------------------
def test_an_entry_is_filled_in_checked_and_submitted(window, office, document):
    page = window.get(at("file"))
    assert "需要什么材料" in text(page)
    assert "录用、聘用、调动或任职文件" in text(page)
    page = window.get(at("new", "entry"))
    assert page.context["form"].initial["unit"] == office.pk
    answer = post(window, "new", "entry", **filled(office, document))
    draft = Application.objects.get()
    assert answer.url == at("check", draft.pk)
    assert (draft.state, draft.summary) == (State.DRAFT, "赵新民 入编 行政编制")
    page = window.get(answer.url)
    assert "待上传（必交）" in text(page)
    refused = post(window, "submit", draft.pk, seen=draft.revision)
    assert refused.status_code == 422
    assert "还缺必交材料：录用、聘用、调动或任职文件" in text(refused)
    post(window, "attach", draft.pk, material="basis", file=pdf())
    draft.refresh_from_db()
    answer = post(
        window, "submit", draft.pk, seen=draft.revision, contact="郑人事", phone="83030001"
    )
    assert answer.url == at("filed", draft.pk)
    draft.refresh_from_db()
    assert draft.state == State.SUPERVISING
    assert (draft.contact, sealed.contact(draft)) == ("郑人事", "83030001")
    page = text(window.get(answer.url))
    for words in (draft.number, "主管部门审核", "嵊州市", "继续办理下一件"):
        assert words in page
    assert not Occupancy.objects.exists()


def test_a_second_person_is_another_line_of_the_draft(window, office, document):
    answer = post(window, "new", "entry", **filled(office, document, _more="1"))
    draft = Application.objects.get()
    assert answer.url == at("line_add", draft.pk)
    form = window.get(answer.url).context["form"]
    assert form.initial["document"].text == document.number
    assert "id_no" not in form.initial
    post(window, "line_add", draft.pk, **filled(office, document, name="钱来"))
    draft.refresh_from_db()
    assert draft.summary == "赵新民等 2 人 入编 行政编制"
    line = draft.lines.get(name="钱来")
    post(window, "line_remove", line.pk)
    assert [one.name for one in draft.lines.all()] == ["赵新民"]


def test_two_equal_presses_file_one_draft(window, office, document):
    data = {"_key": str(uuid.uuid4()), **filled(office, document)}
    first, second = (window.post(at("new", "entry"), data) for _ in range(2))
    assert first.url == second.url
    assert Application.objects.count() == 1
    draft = Application.objects.get()
    post(window, "attach", draft.pk, material="basis", file=pdf())
    draft.refresh_from_db()
    sent = {"_key": str(uuid.uuid4()), "seen": draft.revision}
    first, second = (window.post(at("submit", draft.pk), sent) for _ in range(2))
    assert first.url == second.url
    assert draft.trail.count() == 1


# -- wrong input ---------------------------------------------------------------------------------
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(window, office, document):
    typed_in = filled(office, document, id_no="330683199503020019", name="", entry_mode="")
    answer = post(window, "new", "entry", **typed_in)
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert {"id_no", "name", "entry_mode"} <= set(errors)
    assert "请填写姓名" in text(answer)
    assert PHONE in text(answer)
    assert not Application.objects.exists()


@pytest.mark.rule("FL-05")
def test_many_people_are_folded_and_a_faulty_one_stands_open(window, office, unit_clerk):
    few = [entry_line(office, 21 + 2 * n, f"人{n}") for n in range(3)]
    assert "case-fold" not in text(
        window.get(at("check", draft_entry(office, unit_clerk, *few).pk))
    )
    lines = [entry_line(office, 31 + 2 * n, f"人{n}") for n in range(5)]
    draft = draft_entry(office, unit_clerk, *lines)
    page = window.get(at("check", draft.pk))
    assert text(page).count('<details class="case-fold">') == 5
    one = page.context["lines"][0]
    assert one.brief[0] == mask_identity(sealed.id_no(one.line).reveal())
    assert "编制类型 行政编制" in one.brief
    quotas.people(office, 5)
    page = window.get(at("check", draft.pk) + "?checks=1")
    assert all(one.said for one in page.context["lines"])
    assert '<details class="case-fold">' not in text(page)


def test_the_same_person_twice_in_one_draft_is_refused(window, office, document):
    data = filled(office, document)
    post(window, "new", "entry", **data)
    draft = Application.objects.get()
    answer = post(window, "line_add", draft.pk, **data)
    assert answer.status_code == 422
    assert "已在本件第 1 行" in answer.context["form"].errors["id_no"][0]


@pytest.mark.rule("FL-05")
def test_another_unit_is_another_application(client, home, office, document):
    both = units.holder("both", "unit_clerk", home, "双单位")
    other = units.unit("嵊州市卫生局", home)
    quotas.grant(other, 3)
    client.force_login(both)
    post(client, "new", "entry", **filled(office, document))
    draft = Application.objects.get()
    answer = post(client, "line_add", draft.pk, **filled(other, document))
    assert "一件只能涉及一个单位" in answer.context["form"].errors["unit"][0]
    assert draft.lines.count() == 1


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("录用.exe", b"MZ\x90\x00", "不是可以保存的文件"),
        ("录用.pdf", b"\x89PNG\r\n\x1a\n", "与文件名的类型不符"),
        ("机密★录用.pdf", PDF, "涉密文件不得上传"),
        ("空.pdf", b"", "空"),
    ],
)
def test_a_wrong_file_is_refused_kindly(window, office, unit_clerk, name, content, says):
    draft = draft_entry(office, unit_clerk)
    Attachment.objects.all().delete()
    upload = SimpleUploadedFile(name, content, "application/pdf")
    answer = post(window, "attach", draft.pk, material="basis", file=upload)
    assert answer.status_code == 422
    assert says in text(answer)
    assert not draft.attachments.exists()


def test_what_the_register_would_refuse_stands_at_its_line(window, office, unit_clerk):
    quotas.people(office, 5)
    draft = draft_entry(office, unit_clerk, entry_line(office, 11), entry_line(office, 13, "王强"))
    page = text(window.get(at("check", draft.pk) + "?checks=1"))
    lines = list(draft.lines.all())
    assert page.count("可用") >= 1
    for line in lines:
        assert f"第 {line.place} 行 {line.name}" in page
    draft.refresh_from_db()
    answer = post(window, "submit", draft.pk, seen=draft.revision)
    assert answer.status_code == 422
    assert "张玥：" in text(answer)
    draft.refresh_from_db()
    assert (draft.state, draft.number) == (State.DRAFT, None)
    assert not draft.trail.exists()


def test_the_checks_come_after_the_page_and_change_nothing(window, office, unit_clerk, document):
    draft = draft_entry(office, unit_clerk, entry_line(office))
    answer = window.get(at("checks", draft.pk), headers={"HX-Request": "true"})
    assert "没有入编文号" in text(answer)
    draft = draft_entry(office, unit_clerk, entry_line(office, 13, document=document.pk))
    answer = window.get(at("checks", draft.pk), headers={"HX-Request": "true"})
    assert "没有发现问题" in text(answer)
    assert not Occupancy.objects.exists()
    assert window.get(at("checks", draft.pk)).url == at("check", draft.pk) + "?checks=1"


# -- colleagues ----------------------------------------------------------------------------------
@pytest.mark.rule("FL-02")
def test_a_draft_changed_by_a_colleague_is_not_submitted_unseen(window, office, bureau, unit_clerk):
    draft = draft_entry(office, unit_clerk)
    draft.refresh_from_db()
    seen = draft.revision
    colleague = units.holder("colleague", "unit_clerk", bureau, "同事")
    services.add_line(application=draft, data=entry_line(office, 13, "王强"), by=colleague)
    answer = post(window, "submit", draft.pk, seen=seen)
    assert answer.status_code == 422
    assert "您看到的页面已不是最新的" in text(answer)
    assert "王强" in text(answer)
    draft.refresh_from_db()
    assert draft.state == State.DRAFT
    answer = post(window, "submit", draft.pk, seen=draft.revision)
    assert answer.status_code == 302


@pytest.mark.rule("FL-02")
def test_a_line_changed_by_a_colleague_is_not_overwritten_unseen(
    window, office, bureau, unit_clerk, document
):
    post(window, "new", "entry", **filled(office, document))
    line = Line.objects.get()
    version = window.get(at("line", line.pk)).context["version"]
    colleague = units.holder("colleague", "unit_clerk", bureau, "同事")
    theirs = entry_line(office, 11, "同事改的")
    services.change_line(line=line, data=theirs, by=colleague)
    data = filled(office, document, name="我改的", _version=version)
    answer = post(window, "line", line.pk, **data)
    assert answer.status_code == 422
    assert "您填写时同事修改了这一行" in text(answer)
    assert "同事改的" in text(answer)
    assert "我改的" in text(answer)
    line.refresh_from_db()
    assert line.name == "同事改的"
    data["_version"] = answer.context["version"]
    assert post(window, "line", line.pk, **data).status_code == 302
    line.refresh_from_db()
    assert line.name == "我改的"


def test_a_draft_submitted_meanwhile_is_written_no_more(window, office, unit_clerk, document):
    draft = draft_entry(office, unit_clerk)
    line = draft.lines.get()
    services.advance(application=draft, move="submit", by=unit_clerk)
    for answer in (
        post(window, "line", line.pk, **filled(office, document)),
        post(window, "line_add", draft.pk, **filled(office, document)),
        post(window, "line_remove", line.pk),
        post(window, "submit", draft.pk, seen=draft.revision),
        post(window, "discard", draft.pk),
    ):
        assert answer.url == at("filed", draft.pk)
    assert draft.lines.count() == 1
    assert window.get(at("check", draft.pk)).url == at("filed", draft.pk)


# -- returned and withdrawn ----------------------------------------------------------------------
def test_a_returned_case_shows_the_opinion_and_marks_what_was_changed(
    window, office, unit_clerk, supervisor, document
):
    case = filed_entry(office, unit_clerk)
    services.advance(application=case, move="return", by=supervisor, opinion="进入方式不对，请核对")
    page = text(window.get(at("mine")))
    assert "待补正" in page
    assert window.get(at("mine")).context["returned"][0] == case
    line = case.lines.get()
    page = text(window.get(at("check", case.pk)))
    assert "进入方式不对，请核对" in page
    assert supervisor.name in page
    shown = window.get(at("line", line.pk)).context["form"]
    data = filled(
        office,
        document,
        id_no=shown["id_no"].value(),
        name="张玥",
        phone="",
        entry_mode="entry_mode.14",
    )
    assert post(window, "line", line.pk, **data).status_code == 302
    page = text(window.get(at("check", case.pk)))
    assert "原为" in page
    assert "退回后改了" in page
    case.refresh_from_db()
    answer = post(window, "submit", case.pk, seen=case.revision)
    assert answer.status_code == 302
    case.refresh_from_db()
    assert case.state == State.SUPERVISING
    assert sealed.id_no(case.lines.get()).reveal() == sealed.id_no(line).reveal()


def test_a_case_is_withdrawn_with_a_reason(window, office, unit_clerk):
    case = filed_entry(office, unit_clerk)
    answer = post(window, "withdraw", case.pk, opinion=" ", seen=case.revision)
    assert answer.status_code == 422
    answer = post(window, "withdraw", case.pk, opinion="人员放弃录用", seen=case.revision)
    assert answer.status_code == 302
    case.refresh_from_db()
    assert (case.state, case.trail.last().opinion) == (State.WITHDRAWN, "人员放弃录用")
    assert post(window, "withdraw", case.pk, opinion="再撤一次").status_code == 422


def test_a_draft_is_thrown_away(window, office, unit_clerk):
    draft = draft_entry(office, unit_clerk)
    assert post(window, "discard", draft.pk).url == at("mine")
    draft.refresh_from_db()
    assert draft.state == State.WITHDRAWN
    assert "草稿已删除" in text(window.get(at("mine")))


# -- own cases -----------------------------------------------------------------------------------
def test_a_draft_is_called_by_its_matter_and_its_person(window, office, unit_clerk):
    draft = draft_entry(office, unit_clerk, entry_line(office, 25, "三三"))
    assert "草稿：三三 入编 行政编制" in text(window.get(at("mine")))
    services.remove_line(line=draft.lines.get(), by=unit_clerk)
    assert "草稿：入编申报" in text(window.get(at("mine")))


def test_own_cases_come_in_the_order_of_what_waits(window, office, unit_clerk, supervisor):
    done = filed_entry(office, unit_clerk, entry_line(office, 21, "一一"))
    services.advance(application=done, move="withdraw", by=unit_clerk, opinion="不办了")
    returned = filed_entry(office, unit_clerk, entry_line(office, 23, "二二"))
    services.advance(application=returned, move="return", by=supervisor, opinion="请补充")
    draft = draft_entry(office, unit_clerk, entry_line(office, 25, "三三"))
    under_way = filed_entry(office, unit_clerk, entry_line(office, 27, "四四"))
    rows = [row.pk for row in window.get(at("mine")).context["table"].page]
    assert rows == [returned.pk, draft.pk, under_way.pk, done.pk]
    for query, found in (
        ("state=draft", [draft.pk]),
        ("state=open", [under_way.pk]),
        ("kind=exit", []),
        (f"q={under_way.number}", [under_way.pk]),
        ("q=三三", [draft.pk]),
        (f"unit={office.pk}&state=withdrawn", [done.pk]),
    ):
        page = window.get(f"{at('mine')}?{query}").context["table"].page
        assert [row.pk for row in page] == found, query
    answer = window.get(at("mine") + "?export=csv")
    taken = b"".join(answer.streaming_content if answer.streaming else [answer.content])
    answer.close()
    assert under_way.number in taken.decode("utf-8-sig")


@pytest.mark.parametrize("cases", [1, 4])
def test_pages_cost_few_queries(window, office, unit_clerk, clerk, cases):
    quotas.grant(office, 10)
    head = slot(office, clerk)
    for n in range(cases):
        filed_entry(office, unit_clerk, entry_line(office, 31 + 2 * n))
    lines = [entry_line(office, 61 + 2 * n) for n in range(cases)]
    draft = draft_entry(office, unit_clerk, *lines)
    for address in (
        at("mine"),
        at("file"),
        at("new", "entry"),
        f"{at('new', 'entry')}?slot={head.token}",
        at("check", draft.pk),
        at("line", draft.lines.first().pk),
        at("filed", Application.objects.exclude(number=None).first().pk),
    ):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert window.get(address).status_code == 200
        assert len(seen) <= 30, (address, len(seen))


# -- scopes --------------------------------------------------------------------------------------
def test_a_foreign_case_is_not_there(client, office, unit_clerk, foreign_bureau, document):
    other = units.holder("other", "unit_clerk", foreign_bureau, "外县经办")
    draft = draft_entry(office, unit_clerk)
    case = filed_entry(office, unit_clerk, entry_line(office, 13, "王强"))
    line, attachment = draft.lines.get(), draft.attachments.get()
    client.force_login(other)
    for name, key in (
        ("check", draft.pk),
        ("checks", draft.pk),
        ("line_add", draft.pk),
        ("line", line.pk),
        ("filed", case.pk),
        ("withdraw", case.pk),
    ):
        assert client.get(at(name, key)).status_code == 404, name
    for name, key in (
        ("submit", draft.pk),
        ("discard", draft.pk),
        ("attach", draft.pk),
        ("detach", attachment.pk),
        ("line_remove", line.pk),
        ("line", line.pk),
        ("withdraw", case.pk),
    ):
        assert post(client, name, key).status_code == 404, name
    assert "张玥" not in text(client.get(at("mine")))
    answer = post(client, "new", "entry", **filled(office, document))
    assert answer.status_code == 422
    assert "unit" in answer.context["form"].errors
    assert not Application.objects.filter(applicant=other).exists()


def test_who_sees_but_does_not_file_is_refused(client, office, unit_clerk, reader, clerk):
    case = filed_entry(office, unit_clerk)
    client.force_login(reader)
    assert client.get(at("file")).status_code == 403
    assert client.get(at("filed", case.pk)).status_code == 403
    client.force_login(clerk)
    draft = draft_entry(office, unit_clerk, entry_line(office, 13, "王强"))
    assert client.get(at("check", draft.pk)).status_code == 404
    assert client.get(at("check", case.pk)).status_code == 403
    assert client.get(at("withdraw", case.pk)).status_code == 403


def test_a_document_of_the_office_is_cited_by_its_number_only(window, office, document):
    """The paper is in the clerk's hand; the register of the office stays closed to them."""
    answer = post(window, "new", "entry", **filled(office, document, document_text="嵊编发"))
    assert "没有登记过" in answer.context["form"].errors["document"][0]
    key_only = filled(office, document, document=document.pk, document_text="")
    answer = post(window, "new", "entry", **key_only)
    assert "document" in answer.context["form"].errors
    assert document.number not in text(answer)
    assert post(window, "new", "entry", **filled(office, document)).status_code == 302
    assert Application.objects.get().document == document


@pytest.mark.rule("D-10")
def test_a_foreign_or_classified_document_is_not_cited(window, office, foreign_home):
    from apps.documents.models import ApprovalDocument
    from tests.factories.documents import DocumentFactory

    foreign = DocumentFactory(scope=foreign_home.path)
    secret = DocumentFactory(scope=office.path[:4])
    ApprovalDocument.objects.filter(pk=secret.pk).update(secrecy="classified")
    for one in (foreign, secret):
        answer = post(window, "new", "entry", **filled(office, one))
        assert "document" in answer.context["form"].errors


@pytest.mark.rule("D-09")
def test_a_clerk_registers_the_document_and_comes_back(window, office, document):
    data = filled(office, document, document_text="嵊人社〔2026〕77号")
    answer = post(window, "new", "entry", _register="1", **data)
    assert answer.url.startswith(reverse("documents:register"))
    stored = Typed.objects.get()
    assert data["id_no"] not in json.dumps(stored.data)
    assert data["id_no"] not in json.dumps(dict(window.session.items()))
    answer = window.post(
        answer.url,
        {
            "_key": uuid.uuid4(),
            "number": "嵊人社〔2026〕77号",
            "issued_on": timezone.localdate().isoformat(),
            "kind_id": "doc_kind.51",
            "secrecy": "internal",
            "title": "关于录用赵新民的通知",
            "issuer": "嵊州市人力资源和社会保障局",
        },
    )
    page = window.get(answer.url)
    form = page.context["form"]
    assert form.initial["name"] == "赵新民"
    assert form.initial["document"].text == "嵊人社〔2026〕77号"
    assert form.initial["id_no"] == mask_identity(data["id_no"])


# -- drafts of a form ----------------------------------------------------------------------------
@pytest.mark.rule("FL-01")
def test_what_is_typed_is_kept_sealed_and_comes_back(window, office, document, unit_clerk):
    data = filled(office, document, note=f"原单位电话 {PHONE}", from_unit="")
    address = at("new", "entry")
    answer = window.post(at("typed"), {"_address": address, **data})
    assert "草稿已保存" in text(answer)
    row = Typed.objects.get()
    stored = json.dumps(row.data, ensure_ascii=False)
    assert data["id_no"] not in stored
    assert PHONE not in stored
    assert row.data["name"] == "赵新民"
    assert typed.opened(row)["id_no"] == data["id_no"]
    page = window.get(address)
    assert page.context["pending"] == row
    assert "上次未提交的草稿" in text(page)
    page = window.get(address + "?resume=1")
    shown = text(page)
    assert data["id_no"] not in shown
    assert mask_identity(data["id_no"]) in shown
    data |= {"id_no": mask_identity(data["id_no"]), "phone": mask_phone(PHONE)}
    window.post(at("typed"), {"_address": address, **data})
    assert typed.opened(Typed.objects.get())["phone"] == PHONE
    assert post(window, "new", "entry", **data).status_code == 302
    line = Line.objects.get()
    assert (sealed.phone(line), Typed.objects.count()) == (PHONE, 0)


@pytest.mark.rule("FL-01")
def test_a_form_that_was_sent_is_not_kept_by_a_late_save(window, office, document):
    data = {"_key": str(uuid.uuid4()), **filled(office, document)}
    window.post(at("new", "entry"), data)
    late = {"_address": at("new", "entry"), "_form": data["_key"], **data}
    assert window.post(at("typed"), late).status_code == 204
    assert not Typed.objects.exists()


def test_without_script_a_button_keeps_the_form(window, office, document):
    data = filled(office, document, id_no="3306", name="")
    answer = post(window, "new", "entry", _save="1", **data)
    assert answer.url == at("new", "entry") + "?resume=1"
    form = window.get(answer.url).context["form"]
    assert form.initial["document"].text == document.number
    assert "未提交" in text(window.get(at("file")))
    answer = post(window, "new", "entry", _drop="1")
    assert answer.url == at("new", "entry")
    assert not Typed.objects.exists()


def test_an_unsent_form_is_nobody_elses(window, client, office, document, bureau, unit_clerk):
    window.post(at("typed"), {"_address": at("new", "entry"), **filled(office, document)})
    other = units.holder("colleague", "unit_clerk", bureau, "同事")
    client.force_login(other)
    assert client.get(at("new", "entry")).context["pending"] is None
    for address in ("/people/enter/", "https://elsewhere/approvals/new/entry/", "", "/x"):
        answer = client.post(at("typed"), {"_address": address, "name": "甲"})
        assert answer.status_code == 400, address
    draft = draft_entry(office, unit_clerk)
    line = draft.lines.get()
    client.force_login(units.holder("third", "unit_clerk", units.unit("别处", None), "别处"))
    assert client.post(at("typed"), {"_address": at("line", line.pk)}).status_code == 404
    assert Typed.objects.count() == 1


@pytest.mark.rule("FL-01")
def test_numbers_stand_nowhere(window, office, document, unit_clerk, supervisor, caplog, capfd):
    data = filled(office, document)
    window.post(at("typed"), {"_address": at("new", "entry"), **data})
    window.post(at("look", "entry"), data)
    post(window, "new", "entry", **data)
    draft = Application.objects.get()
    post(window, "attach", draft.pk, material="basis", file=pdf())
    draft.refresh_from_db()
    post(window, "submit", draft.pk, seen=draft.revision, phone=PHONE)
    services.advance(application=draft, move="return", by=supervisor, opinion="请核对")
    line = draft.lines.get()
    said = [
        text(window.get(address))
        for address in (
            at("check", draft.pk),
            at("check", draft.pk) + "?checks=1",
            at("line", line.pk),
            at("mine"),
            at("filed", draft.pk),
        )
    ]
    said += [json.dumps(dict(window.session.items()), default=str), caplog.text]
    said += capfd.readouterr()
    said += [json.dumps(row.data) for row in Typed.objects.all()]
    said += [json.dumps(row.values) for row in Line.objects.all()]
    for where in said:
        assert data["id_no"] not in where
        assert PHONE not in where


@pytest.mark.rule("AP-05")
def test_who_of_several_people_has_an_open_application_is_named(window, office, unit_clerk):
    first = filed_entry(office, unit_clerk, entry_line(office, 11, "甲"))
    draft = draft_entry(
        office, unit_clerk, entry_line(office, 12, "乙"), entry_line(office, 11, "甲")
    )
    draft.refresh_from_db()
    answer = post(
        window, "submit", draft.pk, seen=draft.revision, contact="郑人事", phone="83030001"
    )
    assert answer.status_code == 422
    page, line = text(answer), draft.lines.get(name="甲")
    assert page.count(f"甲已有办理中的入编（{first.number}") == 2  # above, and at the person
    assert f'href="#line-{line.pk}"' in page
    draft.refresh_from_db()
    assert draft.state == State.DRAFT


# -- the live box --------------------------------------------------------------------------------
def test_the_box_answers_while_the_form_is_filled_in(window, office, document, unit_clerk):
    taken = staff.enter(office, "已在编")
    data = {"unit": office.pk, "quota_type": quotas.ADMIN, "id_no": staff.id_no()}
    page = text(window.post(at("look", "entry"), data))
    assert "号码有效，没有重复" in page
    box = window.post(at("look", "entry"), data).context["boxes"][0]
    assert (box.actual, box.actual_after, box.usable, box.usable_after) == (1, 2, 4, 3)
    from apps.staff import secrets

    known = {**data, "id_no": secrets.id_no(taken.person).reveal()}
    assert office.name in text(window.post(at("look", "entry"), known))
    case = filed_entry(office, unit_clerk)
    number = sealed.id_no(case.lines.get()).reveal()
    page = text(window.post(at("look", "entry"), {**data, "id_no": number}))
    assert f"已有办理中的入编（{case.number}" in page


# -- the code on a notice ------------------------------------------------------------------------
def test_a_code_opens_the_form_with_what_was_approved(window, office, clerk, document):
    head = slot(office, clerk)
    answer = window.get(at("slot", head.token))
    assert answer.url == f"{at('new', 'entry')}?slot={head.token}"
    form = window.get(answer.url).context["form"]
    assert form.initial["unit"] == office.pk
    assert form.initial["quota_type"] == quotas.ADMIN
    assert form.initial["slot"] == head.pk
    data = filled(office, document, slot=head.pk, entry_mode=staff.CIVIL_EXAM)
    answer = window.post(answer.url, {"_key": uuid.uuid4(), **data})
    draft = Application.objects.get(kind="entry")
    line = draft.lines.get()
    assert line.slot == head
    assert window.get(at("slot", head.token)).url == at("line", line.pk)
    post(window, "attach", draft.pk, material="basis", file=pdf())
    draft.refresh_from_db()
    post(window, "submit", draft.pk, seen=draft.revision)
    page = text(window.get(at("slot", head.token)))
    draft.refresh_from_db()
    assert f"正由 {draft.number} 使用" in page


@pytest.mark.rule("FL-04")
def test_a_code_that_is_no_good_says_why(window, office, clerk):
    quotas.grant(office, 10)
    today = timezone.now()
    for state, word in (("returned", "已退回"), ("revoked", "已撤销"), ("expired", "已过期")):
        head = slot(office, clerk, state=state, ended_at=today)
        assert word in text(window.get(at("slot", head.token)))
    used = slot(office, clerk, state="used", used_at=today)
    assert "已使用" in text(window.get(at("slot", used.token)))
    late = slot(office, clerk, days=-1)
    assert "已不能使用" in text(window.get(at("slot", late.token)))


@pytest.mark.rule("FL-04")
def test_a_foreign_code_is_not_there(client, office, clerk, foreign_bureau, reader):
    head = slot(office, clerk)
    client.force_login(units.holder("other", "unit_clerk", foreign_bureau, "外县经办"))
    assert client.get(at("slot", head.token)).status_code == 404
    assert client.get(f"{at('new', 'entry')}?slot={head.token}").status_code == 404
    assert client.get(at("slot", "nosuchtoken")).status_code == 404
    client.force_login(reader)
    assert client.get(at("slot", head.token)).status_code == 403


def test_a_slot_is_used_by_one_line_of_a_draft(window, office, clerk, document):
    head = slot(office, clerk)
    data = filled(office, document, slot=head.pk)
    post(window, "new", "entry", **data)
    draft = Application.objects.get(kind="entry")
    more = filled(office, document, slot=head.pk, name="钱来")
    answer = post(window, "line_add", draft.pk, **more)
    assert "请换一个用编序号" in answer.context["form"].errors["slot"][0]


def test_old_unsent_forms_are_forgotten(window, office, document, unit_clerk):
    window.post(at("typed"), {"_address": at("new", "entry"), **filled(office, document)})
    long_ago = timezone.now() - dt.timedelta(days=typed.DAYS + 1)
    Typed.objects.update(saved_at=long_ago)
    assert window.get(at("new", "entry")).context["pending"] is None
