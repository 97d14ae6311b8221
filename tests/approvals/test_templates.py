"""Word templates of the papers: versions, guards with sentences, and the filled file."""

from __future__ import annotations

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.approvals.models import Paper, PaperTemplate
from apps.approvals.papers import words
from apps.approvals.services import templates
from apps.core.prints import docx, word
from tests.factories.approvals import entry_line, filed_entry

pytestmark = pytest.mark.django_db
URL = "/approvals/templates/entry/"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def upload(body: bytes, name: str = "入编.docx") -> dict:
    return {"file": SimpleUploadedFile(name, body), "note": "加一栏", "_key": str(uuid.uuid4())}


def own(*texts: str) -> bytes:
    return docx.document([docx.paragraph(text) for text in texts])


@pytest.mark.parametrize("kind", words.KINDS)
def test_the_first_template_knows_only_names_its_paper_has(kind):
    template = words.default(kind)
    assert words.unknown(kind, template) == []
    assert "编号" in word.names(template)


def test_a_filled_word_file_holds_the_case_and_is_registered(client, office, unit_clerk):
    case = filed_entry(office, unit_clerk, entry_line(office, name="张䶮"))
    client.force_login(unit_clerk)

    response = client.get(reverse("approvals:paper_word", args=[case.pk, "entry"]))

    xml = word.unpack(b"".join(response.streaming_content))["word/document.xml"].decode()
    paper = Paper.objects.get()
    assert "张䶮" in xml
    assert "{{" not in xml
    assert paper.number in xml
    assert (paper.fmt, paper.template.number) == ("docx", 1)


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
