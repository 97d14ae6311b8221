"""Word templates of the papers: versions, guards with sentences, and the filled file."""

from __future__ import annotations

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.approvals.models import Paper, PaperKind, PaperTemplate
from apps.approvals.papers import making, verifying, words
from apps.approvals.services import templates
from apps.core.prints import docx, pictures, word
from tests.factories.approvals import (
    decided_use,
    entry_line,
    filed_entry,
    issued_notice,
    use_line,
)

pytestmark = pytest.mark.django_db
URL = "/approvals/templates/entry/"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def upload(body: bytes, name: str = "入编.docx") -> dict:
    return {"file": SimpleUploadedFile(name, body), "note": "加一栏", "_key": str(uuid.uuid4())}


def own(*texts: str) -> bytes:
    return docx.document([docx.paragraph(text) for text in texts])


@pytest.mark.parametrize("kind", PaperKind)
def test_the_first_template_knows_only_names_its_paper_has(kind):
    template = words.default(kind)
    assert words.unknown(kind, template) == []
    assert "编号" in word.names(template)


def test_a_filled_word_file_holds_the_case_and_is_registered(client, office, unit_clerk):
    case = filed_entry(office, unit_clerk, entry_line(office, name="张䶮"))
    client.force_login(unit_clerk)

    response = client.get(reverse("approvals:paper_word", args=[case.pk, "entry"]))

    parts = word.unpack(b"".join(response.streaming_content))
    xml, foot = (parts[f"word/{name}.xml"].decode() for name in ("document", "footer1"))
    paper = Paper.objects.get()
    assert "张䶮" in xml
    assert "{{" not in xml + foot
    assert paper.number in foot
    assert (paper.fmt, paper.template.number) == ("docx", 1)


def test_the_notice_as_word_holds_its_heads_with_a_code_each(client, office, unit_clerk, clerk):
    notice = issued_notice(office, 2, by=clerk)
    client.force_login(unit_clerk)
    page = client.get(notice.get_absolute_url()).content.decode()
    address = reverse("approvals:paper_word", args=[notice.application_id, "notice"])
    assert address in page

    response = client.get(address)

    parts = word.unpack(b"".join(response.streaming_content))
    xml = parts["word/document.xml"].decode()
    text = "".join(word._TEXT.findall(xml))
    paper = Paper.objects.get()
    assert "{{" not in text
    assert notice.number in text
    assert f"核准你单位使用编制2名（{notice.slots.first().quota_type.label}2名）" in text
    day = notice.issued_on
    assert f"{day.year}年{day.month}月{day.day}日" in text
    assert paper.number in parts["word/footer1.xml"].decode()
    for number, slot in enumerate(notice.slots.order_by("no"), start=1):
        link = f"http://testserver{reverse('approvals:slot', args=[slot.token])}"
        assert parts[f"word/media/code-document-{number}.png"] == pictures.png(link)
    code = verifying.code_of(
        pk=paper.pk, kind=paper.kind, application=paper.application, line_id=None
    )
    link = f"http://testserver{verifying.path_of(code)}"
    assert parts["word/media/code-footer1-1.png"] == pictures.png(link)
    assert (paper.fmt, paper.template.kind) == ("docx", "notice")


def test_a_stranger_gets_no_notice_and_a_case_without_one_has_none(client, office, clerk, stranger):
    notice = issued_notice(office, 1, by=clerk)
    waiting = decided_use(office, use_line(office, 1))
    client.force_login(stranger)
    address = reverse("approvals:paper_word", args=[notice.application_id, "notice"])
    assert client.get(address).status_code == 404
    client.force_login(clerk)
    address = reverse("approvals:paper_word", args=[waiting.pk, "notice"])
    assert client.get(address).status_code == 404
    assert not Paper.objects.exists()


def test_the_office_words_the_notice_itself_and_a_print_of_old_words_still_holds(
    client, office, clerk
):
    notice = issued_notice(office, 1, by=clerk)
    case = notice.application
    (asked,) = [one for one in making.papers_of(case) if one.kind == "notice"]
    _, before = templates.make_word(asked=asked, by=clerk)
    client.force_login(clerk)
    body = own("{{ 单位名称 }}：核准 {{ 编制明细 }}。{{ 人员来源 }}{{ 二维码 }}")
    assert client.post("/approvals/templates/notice/", upload(body)).status_code == 302
    assert templates.in_force("notice").number == 2

    made, _ = templates.make_word(asked=asked, by=clerk)

    # the case was filed before: it keeps the template it began with
    assert "逾期未使用的自动失效" in word.unpack(made)["word/document.xml"].decode()
    assert verifying.standing(Paper.objects.get(pk=before.pk)).word == "有效"


@pytest.mark.rule("PP-04")
def test_a_new_version_serves_new_cases_and_running_ones_keep_theirs(
    client, office, unit_clerk, clerk
):
    running = filed_entry(office, unit_clerk, entry_line(office))
    templates.in_force("entry")
    client.force_login(clerk)

    assert client.post(URL, upload(own("新 {{ 姓名 }}"))).status_code == 302

    new = filed_entry(office, unit_clerk, entry_line(office, 12, "李四"))
    assert templates.in_force("entry", running).number == 1
    assert templates.in_force("entry", new).number == 2
    assert client.post(URL, upload(own("新 {{ 姓名 }}"))).status_code == 422
    assert PaperTemplate.objects.count() == 2


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (own("{{ 名姓 }}"), "{{ 名姓 }}"),
        (own("{{ 姓名"), "没有成对"),
        (b"PK\x03\x04", "不是 Word 文档"),
        (word.pack(word.unpack(own("x")) | {"word/vbaProject.bin": b"x"}), "宏"),
    ],
)
def test_an_unfit_template_is_refused_at_its_field(client, clerk, body, says):
    client.force_login(clerk)
    answer = client.post(URL, upload(body))
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not PaperTemplate.objects.filter(number=2).exists()


def test_a_unit_clerk_does_not_see_the_templates(client, unit_clerk):
    client.force_login(unit_clerk)
    assert client.get(URL).status_code == 403
