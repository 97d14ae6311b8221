"""The printed papers of a case: their text, their numbers, and the public check of their codes."""

from __future__ import annotations

import io
from dataclasses import replace

import pypdf
import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from apps.approvals import services
from apps.approvals.models import Paper
from apps.approvals.papers import making, verifying
from apps.approvals.services import papers as printing
from apps.audit.models import AuditEvent
from apps.staff import errors as staff_errors
from tests.factories.approvals import draft_entry, entry_line, filed_entry

pytestmark = pytest.mark.django_db
NUMBER_TAIL = 4


def text_of(made: bytes) -> str:
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(made)).pages]
    return "".join("".join(pages).replace("\u200b", "").split())


def body_of(response) -> bytes:
    return b"".join(response.streaming_content)


@pytest.fixture
def case(office, unit_clerk):
    return filed_entry(
        office, unit_clerk, entry_line(office, name="张䶮", post_name="科员", note="无")
    )


def paper_url(case, kind="entry"):
    return reverse("approvals:paper", args=[case.pk, kind])


def passed(case, *people):
    for number, one in enumerate(people):
        case = services.advance(application=case, move="pass", by=one, opinion=f"第{number}条意见")
    return case


@pytest.mark.rule("PP-01")
def test_the_entry_form_holds_the_ten_blocks_and_the_opinions_so_far(
    client, case, unit_clerk, supervisor, clerk
):
    case.refresh_from_db()
    client.force_login(clerk)

    response = client.get(paper_url(case))

    text = text_of(body_of(response))
    assert response["Content-Type"] == "application/pdf"
    blocks = (
        "单位名称 姓名 政治面貌 编制类型 岗位类别/等级 进入方式 编制使用通知单号 入编时间 "
        "单位意见 主管部门意见 经办人意见 科长意见 主任意见 组织或人社部门意见 财政部门意见 "
        "社保经办机构意见 备注"
    ).split()
    places = [text.index(word) for word in blocks]
    assert places == sorted(places)
    assert "张䶮" in text
    assert str(unit_clerk) in text
    paper = Paper.objects.get()
    assert f"编号：{paper.number}" in text
    assert paper.number.startswith(case.number)


def test_a_newcomers_sex_and_birth_are_read_from_the_number(office, unit_clerk):
    line = entry_line(office)
    line.values["person"] = {"political_status": "political_status.03"}
    case = filed_entry(office, unit_clerk, line)

    told = making.said("entry", case, case.lines.get(), full=False).values

    assert (told["性别"], told["出生年月"]) == ("男", "1995年3月")
    assert told["政治面貌"] == "共青团员"  # as offices write it


@pytest.mark.rule("PP-03")
def test_who_has_the_right_prints_the_number_in_full_and_is_noted(client, case, clerk):
    client.force_login(clerk)
    number = case.lines.get()
    from apps.approvals import sealed

    plain = sealed.id_no(number).reveal()
    assert plain not in text_of(body_of(client.get(paper_url(case))))

    full = text_of(body_of(client.post(paper_url(case), {"purpose": "送人社部门"})))

    assert plain in full
    event = AuditEvent.objects.get(kind="person.reveal")
    assert event.purpose == "送人社部门"
    assert Paper.objects.filter(full=True, purpose="送人社部门").count() == 1


def test_without_a_purpose_or_the_right_no_number_is_printed(client, case, clerk, reader):
    client.force_login(clerk)
    assert client.post(paper_url(case), {"purpose": " "}).status_code == 422
    client.force_login(reader)
    assert client.get(paper_url(case)).status_code == 200
    assert client.post(paper_url(case), {"purpose": "看看"}).status_code == 403
    assert not AuditEvent.objects.filter(kind="person.reveal").exists()
    assert not Paper.objects.filter(full=True).exists()


def test_looks_by_printing_count_with_the_looks_of_the_day(case, clerk, monkeypatch):
    monkeypatch.setattr(printing.reveals, "reveals_today", lambda user: 30)
    with pytest.raises(staff_errors.RevealLimit):
        printing.make(asked=making.papers_of(case)[:1], by=clerk, full=True, purpose="核对")
    assert not Paper.objects.exists()


def test_a_stranger_finds_no_paper_and_a_draft_has_none(client, case, stranger, office, unit_clerk):
    client.force_login(stranger)
    assert client.get(paper_url(case)).status_code == 404
    client.force_login(unit_clerk)
    draft = draft_entry(office, unit_clerk, entry_line(office, 12, "李四"))
    assert client.get(paper_url(draft)).status_code == 404
    assert client.get(reverse("approvals:print", args=[draft.pk])).status_code == 404
    assert client.get(paper_url(case, "card")).status_code == 404


def test_several_people_make_one_file_with_a_form_and_a_number_each(client, office, unit_clerk):
    case = filed_entry(office, unit_clerk, *[entry_line(office, n, f"甲{n}") for n in (11, 12)])
    client.force_login(unit_clerk)

    made = body_of(client.get(paper_url(case)))

    assert len(pypdf.PdfReader(io.BytesIO(made)).pages) == 2
    assert Paper.objects.count() == 2
    assert len(set(Paper.objects.values_list("number", flat=True))) == 2


def test_long_texts_and_rare_characters_stay_in_one_page_each(office, unit_clerk):
    line = entry_line(
        office,
        name="䶮𬀩·买买提·阿卜杜勒热合曼·吐尔逊",
        post_name="党委书记、局长、一级调研员，兼任市乡村振兴领导小组办公室主任" * 2,
        from_unit="嵊州市农产品质量安全检验检测中心（动物疫病预防控制中心）" * 2,
        note="备注" * 60,
    )
    case = filed_entry(office, unit_clerk, line)

    made, _ = printing.make(asked=making.papers_of(case)[:1], by=unit_clerk)

    reader = pypdf.PdfReader(io.BytesIO(made))
    assert len(reader.pages) == 1
    assert "䶮𬀩" in text_of(made)


def verify(client, paper, **changes):
    code = verifying.code_of(
        pk=paper.pk, kind=paper.kind, application=paper.application, line_id=paper.line_id
    )
    for old, new in changes.items():
        code = code.replace(old, new)
    return client.get(verifying.path_of(code)), code


@pytest.mark.rule("PP-02")
def test_the_public_page_says_what_the_paper_is_and_no_personal_data(client, case, unit_clerk):
    _, (paper,) = printing.make(asked=making.papers_of(case)[:1], by=unit_clerk)

    page, code = verify(client, paper)

    text = page.content.decode()
    assert page.status_code == 200
    assert "人员入编登记表" in text
    assert paper.number in text
    assert "有效" in text
    assert "张*" in text
    assert "张䶮" not in text
    assert case.unit.name not in text
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    hand = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert verifying.find(hand) == paper


@pytest.mark.rule("PP-02")
def test_wrong_and_unknown_codes_get_the_same_answer(client, case, unit_clerk):
    _, (paper,) = printing.make(asked=making.papers_of(case)[:1], by=unit_clerk)
    _, code = verify(client, paper)
    last = "0" if code[-1] != "0" else "1"
    wrong = code[:-1] + last
    unknown = "ZZZZ-" + code.partition("-")[2]

    answers = [client.get(verifying.path_of(one)) for one in (wrong, unknown, "x" * 300)]

    assert [one.status_code for one in answers] == [404, 404, 404]
    shown = [
        one.content.decode().replace(text, "")
        for one, text in zip(answers, (wrong, unknown, "x" * 40), strict=True)
    ]
    assert paper.number not in "".join(shown)
    assert "没有这份打印件" in shown[0]
    assert verifying.find("") is None
    assert verifying.find("Z" * 12 + "-" + "Z" * 16) is None


@pytest.mark.rule("PP-02")
def test_a_source_that_asks_too_often_waits(client, monkeypatch):
    monkeypatch.setattr(verifying, "A_MINUTE", 3)
    codes = [client.get(verifying.path_of("A-" + "0" * 16)).status_code for _ in range(5)]
    assert codes[:3] == [404, 404, 404]
    assert codes[4] == 429


def test_a_later_print_that_says_more_replaces_the_earlier_one(case, unit_clerk, clerk, supervisor):
    asked = making.papers_of(case)[:1]
    _, (first,) = printing.make(asked=asked, by=unit_clerk)
    _, (again,) = printing.make(asked=asked, by=unit_clerk)
    assert verifying.standing(first).word == "有效"

    case = passed(case, clerk if case.state == "examining" else supervisor)
    assert verifying.standing(Paper.objects.get(pk=again.pk)).word == "有效"
    _, (new,) = printing.make(asked=[replace(asked[0], application=case)], by=unit_clerk)

    assert verifying.standing(Paper.objects.get(pk=first.pk)).word == "已被新版替换"
    assert verifying.standing(Paper.objects.get(pk=new.pk)).word == "有效"


def test_a_paper_of_a_withdrawn_case_holds_no_longer(client, case, unit_clerk):
    _, (paper,) = printing.make(asked=making.papers_of(case)[:1], by=unit_clerk)
    services.advance(application=case, move="withdraw", by=unit_clerk, opinion="填错了")

    page, _ = verify(client, Paper.objects.select_related("application").get(pk=paper.pk))

    assert "已作废" in page.content.decode()


def test_what_was_printed_is_never_rewritten(case, unit_clerk):
    _, (paper,) = printing.make(asked=making.papers_of(case)[:1], by=unit_clerk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Paper.objects.filter(pk=paper.pk).update(sha256="0" * 64)
    with pytest.raises(IntegrityError), transaction.atomic():
        Paper.objects.filter(pk=paper.pk).delete()


def test_the_page_of_papers_lists_forms_and_prints(client, case, unit_clerk):
    printing.make(asked=making.papers_of(case)[:1], by=unit_clerk)
    client.force_login(unit_clerk)

    text = client.get(reverse("approvals:print", args=[case.pk])).content.decode()

    assert "人员入编登记表" in text
    assert "业务流转单" in text
    assert Paper.objects.get().number in text


def test_the_flow_paper_lists_every_step(client, case, unit_clerk):
    client.force_login(unit_clerk)
    text = text_of(body_of(client.get(paper_url(case, "flow"))))
    assert "提交审核" in text
    assert case.number in text
