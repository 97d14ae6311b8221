"""花名册 and 减少人员花名册 as Word, from templates the office edits."""

from __future__ import annotations

import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.approvals.models import PaperTemplate, SheetKind
from apps.approvals.papers import words
from apps.approvals.services import templates
from apps.audit import prints as audited
from apps.audit.models import AuditEvent
from apps.core.prints import docx, pictures, word
from apps.documents import files
from apps.staff.sheets import columns
from tests.factories import quotas, staff
from tests.factories.cast import bureau, clerk, home, reader, stranger  # noqa: F401

pytestmark = pytest.mark.django_db
PAGES = {"staff:roster": "roster", "staff:unit_left": "leavers"}


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def staffed(bureau):  # noqa: F811
    quotas.grant(bureau, 9)
    staff.enter(bureau, "张䶮")
    staff.enter(bureau, "𠮷野<花>")
    staff.enter(bureau, "=1+1 {{ 打印人 }}")
    return bureau


def asked(client, unit, name: str = "staff:roster", **query: str):
    return client.get(reverse(name, args=[unit.pk]), {"export": "docx", **query})


def text_of(part: bytes) -> str:
    return "".join(word._plain(one) for one in word._TEXT.findall(part.decode()))


@pytest.mark.rule("PP-06")
def test_the_roster_as_word_holds_its_people_masked(client, reader, staffed):  # noqa: F811
    client.force_login(reader)
    assert "export=docx" in client.get(reverse("staff:roster", args=[staffed.pk])).content.decode()

    response = asked(client, staffed)

    parts = word.unpack(b"".join(response.streaming_content))
    said, foot = text_of(parts["word/document.xml"]), text_of(parts["word/footer1.xml"])
    assert f"{staffed.name}在编人员花名册" in said
    assert "张䶮" in said
    assert "𠮷野<花>" in said
    assert "=1+1 {{ 打印人 }}" in said  # what somebody is called is no placeholder
    assert "共 3 名" in said
    assert re.search(r"\d{6}\*{8}\d{3}[\dX]", said)
    assert not re.search(r"(?<!\d)\d{17}[\dX]", said)
    event = AuditEvent.objects.get(kind="print.run")
    assert (event.after["rows"], event.after["fmt"]) == (3, "docx")
    assert event.after["scopes"] == [staffed.path]
    number = f"-{event.pk}"
    assert number in foot
    assert str(reader) in foot
    assert "{{" not in foot
    link = audited.verify_address(re.search(rf"\d{{8}}{number}", foot)[0], response.wsgi_request)
    assert parts["word/media/code-footer1-1.png"] == pictures.png(link)
    assert client.get(link).status_code == 200


@pytest.mark.rule("PP-06")
@pytest.mark.parametrize("name", PAGES)
def test_a_unit_without_people_gives_an_empty_roster(client, reader, bureau, name):  # noqa: F811
    client.force_login(reader)

    parts = word.unpack(b"".join(asked(client, bureau, name).streaming_content))

    said = text_of(parts["word/document.xml"])
    assert "共 0 名" in said
    assert "公民身份号码" in said
    assert "{{" not in said


@pytest.mark.rule("PP-06")
def test_the_head_of_a_roster_is_on_every_page_of_a_broad_sheet(client, reader, staffed):  # noqa: F811
    client.force_login(reader)
    for name, leaving in (("staff:roster", False), ("staff:unit_left", True)):
        response = asked(client, staffed, name)
        xml = word.unpack(b"".join(response.streaming_content))["word/document.xml"].decode()
        assert 'w:w="16838" w:h="11906" w:orient="landscape"' in xml
        head = xml.split("</w:tr>")[0]
        assert "<w:tblHeader/>" in head
        assert all(f">{heading.path[0]}<" in head for heading in columns(leaving))
        assert xml.count("<w:tblHeader/>") == 1
    assert PaperTemplate.objects.filter(kind__in=PAGES.values()).count() == 2


@pytest.mark.parametrize("kind", SheetKind)
def test_the_first_template_of_a_roster_knows_its_names(kind):
    template = words.default(kind)
    assert words.unknown(kind, template) == words.lacking(kind, template) == []
    known = words.known(kind)
    assert {"单位名称", "打印人", "明细.公民身份号码"} <= set(known)
    assert "受理编号" not in known


@pytest.mark.rule("PP-06")
def test_the_office_edits_the_template_of_a_roster(client, clerk, staffed):  # noqa: F811
    client.force_login(clerk)
    assert "减少人员花名册" in client.get(reverse("approvals:templates")).content.decode()
    page = reverse("approvals:template", args=["roster"])
    assert "明细.入编文号" in client.get(page).content.decode()

    def put(*texts: str):
        body = docx.document([docx.paragraph(text) for text in texts])
        file = SimpleUploadedFile("花名册.docx", body)
        return client.post(page, {"file": file, "note": "少几列", "_key": str(uuid.uuid4())})

    refused = put("{{ 单位名称 }} 共 {{ 人数 }} 人")
    assert refused.status_code == 422
    assert "打印人" in refused.content.decode()
    strange = put("{{ 工资 }} {{ 打印人 }} {{ 打印时间 }}")
    assert strange.status_code == 422
    assert put("{{ 单位名称 }} 共 {{ 人数 }} 人 {{ 打印人 }} {{ 打印时间 }}").status_code == 302

    parts = word.unpack(b"".join(asked(client, staffed).streaming_content))
    said = text_of(parts["word/document.xml"])
    assert said.startswith(f"{staffed.name} 共 3 人 {clerk} ")


def test_a_roster_of_another_county_does_not_exist(client, stranger, staffed):  # noqa: F811
    client.force_login(stranger)
    for name in PAGES:
        assert asked(client, staffed, name).status_code == 404
    assert not AuditEvent.objects.filter(kind="print.run").exists()


def test_what_is_not_made_is_said_and_not_recorded(client, reader, staffed, monkeypatch):  # noqa: F811
    client.force_login(reader)
    monkeypatch.setattr(audited, "AT_ONCE", 2)
    assert asked(client, staffed).status_code == 422
    monkeypatch.setattr(audited, "AT_ONCE", 2000)
    kept = templates.in_force("roster")
    files.discard(kept.key)
    answer = asked(client, staffed)
    assert answer.status_code == 422
    assert "Word 模板" in answer.content.decode()
    assert not AuditEvent.objects.filter(kind="print.run").exists()
    for name in PAGES:
        wrong = client.get(reverse(name, args=[staffed.pk]), {"export": "doc"})
        assert wrong.status_code == 400
