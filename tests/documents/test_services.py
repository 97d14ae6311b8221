"""Registering documents, keeping their originals, and what is refused."""

import datetime as dt
import io
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from apps.audit.models import AuditEvent
from apps.documents import errors, files, services
from apps.documents.models import ApprovalDocument
from apps.documents.refusals import sentence
from apps.units import services as units
from tests.factories.documents import DocumentFactory

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n%%EOF\n"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    """Each test keeps its files in a folder of its own."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def stored(media):
    return [path for path in Path(media).rglob("*") if path.is_file()]


def upload(name="批复.pdf", content=PDF):
    return SimpleUploadedFile(name, content)


def package(*parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for part in parts:
            archive.writestr(part, "x")
    return out.getvalue()


def register(clerk, home, **values):
    facts = {
        "number": "嵊编发[2015] 012号",
        "title": "关于设立体育局的批复",
        "issuer": "嵊州市编委",
        "issued_on": dt.date(2015, 3, 1),
        "kind": "doc_kind.11",
        "scope_unit_path": home.path,
    }
    return services.register(by=clerk, **{**facts, **values})


def test_a_number_is_stored_in_one_spelling_with_history_and_event(clerk, home):
    document = register(clerk, home)

    assert document.number == "嵊编发〔2015〕12号"
    row = document.history.get()
    event = AuditEvent.objects.get(kind="document.register")
    assert (row.history_user_id, row.change_id) == (clerk.pk, event.change_id)
    assert event.scope == home.path


@pytest.mark.rule("D-01")
def test_the_second_registration_names_the_first(clerk, home):
    register(clerk, home)
    with pytest.raises(errors.NumberTaken) as refused:
        register(clerk, home, number="嵊编发〔2015〕12号", title="另一份")

    assert "《关于设立体育局的批复》" in sentence(refused.value, clerk)
    assert ApprovalDocument.objects.count() == 1
    assert AuditEvent.objects.filter(kind="document.register").count() == 1


def test_who_may_not_see_the_first_is_not_told_its_title(clerk, stranger, home, foreign_home):
    register(clerk, home)
    with pytest.raises(errors.NumberTaken) as refused:
        register(stranger, foreign_home)

    said = sentence(refused.value, stranger)
    assert "体育局" not in said
    assert "其他登记范围" in said


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"number": "嵊编发12号"}, errors.NumberUnreadable),
        ({"number": ""}, errors.NumberUnreadable),
        ({"issued_on": dt.date(2999, 1, 1)}, errors.IssuedInFuture),
        ({"secrecy": "classified", "file": upload()}, errors.ClassifiedKeepsNoFile),
        ({"file": upload("批复.exe", b"MZ")}, errors.FileUnknown),
    ],
)
def test_a_refused_registration_leaves_nothing(clerk, home, media, values, error):
    with pytest.raises(error):
        register(clerk, home, **values)

    assert not ApprovalDocument.objects.exists()
    assert not AuditEvent.objects.filter(kind="document.register").exists()
    assert stored(media) == []


def test_today_is_no_future(clerk, home):
    assert register(clerk, home, issued_on=timezone.localdate()).pk


@pytest.mark.rule("D-05")
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", PDF),
        ("a.JPG", b"\xff\xd8\xff\xe0rest"),
        ("a.png", b"\x89PNG\r\n\x1a\nrest"),
        ("a.tif", b"II*\x00rest"),
        ("a.docx", package("[Content_Types].xml", "word/document.xml")),
        ("a.ofd", package("OFD.xml", "Doc_0/Document.xml")),
    ],
)
def test_an_original_is_kept_under_a_random_name(clerk, home, media, name, content):
    document = register(clerk, home, file=upload(name, content))

    assert (document.file_name, document.file_size) == (name, len(content))
    (place,) = stored(media)
    assert place.read_bytes() == content
    assert name not in str(place)
    assert document.history.first().file_sha256 == document.file_sha256
    assert len(document.file_sha256) == 64


@pytest.mark.rule("D-05")
@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("a.pdf", b"MZ\x90\x00", errors.FileUnknown),
        ("a.docx", PDF, errors.FileUnknown),
        ("a.exe", PDF, errors.FileUnknown),
        ("a.docx", package("word/document.xml", "word/vbaProject.bin"), errors.FileUnknown),
        ("a.docx", package("other.xml"), errors.FileUnknown),
        ("a.docx", b"PK\x03\x04broken", errors.FileUnknown),
        ("a.html", b"<script>alert(1)</script>", errors.FileUnknown),
        ("a.pdf", b"", errors.FileEmpty),
    ],
)
def test_what_is_no_original_is_not_kept(clerk, home, media, name, content, error):
    document = register(clerk, home)
    with pytest.raises(error) as refused:
        services.attach(document=document, file=upload(name, content), by=clerk)

    assert sentence(refused.value)
    assert stored(media) == []
    assert ApprovalDocument.objects.get().file == ""
    assert not AuditEvent.objects.filter(kind="document.file").exists()


def test_a_file_too_large_is_not_kept(clerk, home, media, monkeypatch):
    monkeypatch.setattr(files, "MAX_BYTES", 10)
    with pytest.raises(errors.FileTooLarge):
        register(clerk, home, file=upload())
    assert stored(media) == []


@pytest.mark.rule("D-06")
@pytest.mark.parametrize("name", ["机密★3年.pdf", "[秘密]批复.pdf", "绝密.pdf", "x★.pdf"])
def test_a_marked_file_is_refused_with_the_sentence(clerk, home, media, name):
    with pytest.raises(errors.ClassifiedKeepsNoFile) as refused:
        register(clerk, home, file=upload(name))

    assert "不得上传" in sentence(refused.value)
    assert stored(media) == []


@pytest.mark.rule("D-06")
def test_a_document_with_an_original_does_not_become_classified(clerk, home):
    document = register(clerk, home, file=upload())
    with pytest.raises(errors.ClassifiedKeepsNoFile):
        services.change(document=document, by=clerk, secrecy="classified")

    assert ApprovalDocument.objects.get().secrecy == "internal"


def test_only_what_differs_is_an_event(clerk, home):
    document = register(clerk, home)
    services.change(document=document, by=clerk, title="新标题", issuer="嵊州市编委")
    services.change(document=document, by=clerk, title="新标题")

    event = AuditEvent.objects.get(kind="document.change")
    assert event.before == {"title": "关于设立体育局的批复"}
    assert event.after == {"title": "新标题"}
    assert document.history.count() == 2


@pytest.mark.rule("D-07")
def test_the_number_of_a_cited_document_stays(clerk, home, bureau):
    document = register(clerk, home)
    services.change(document=document, by=clerk, number="嵊编发〔2015〕13号")
    units.link(document=document, unit=bureau, by=clerk)

    with pytest.raises(errors.DocumentInUse):
        services.change(document=document, by=clerk, number="嵊编发〔2015〕14号")
    assert ApprovalDocument.objects.get().number == "嵊编发〔2015〕13号"


def test_a_download_is_noted(clerk, home):
    document = register(clerk, home, file=upload())
    with services.download(document=document, by=clerk) as stream:
        assert stream.read() == PDF

    event = AuditEvent.objects.get(kind="document.download")
    assert (event.actor_id, event.target_id) == (clerk.pk, str(document.pk))


def test_a_missing_original_says_so_and_notes_nothing(clerk, home, media):
    document = register(clerk, home, file=upload())
    stored(media)[0].unlink()
    with pytest.raises(errors.FileMissing):
        services.download(document=document, by=clerk)
    assert not AuditEvent.objects.filter(kind="document.download").exists()


@pytest.mark.rule("D-04")
def test_documents_are_seen_by_their_office_and_by_the_units_they_concern(
    clerk, home, bureau, unit_clerk, stranger
):
    own = register(clerk, home)
    about = DocumentFactory(scope=home.path)
    units.link(document=about, unit=bureau, by=clerk)

    def seen(user):
        return set(ApprovalDocument.objects.visible_to(user))

    assert seen(clerk) == {own, about}
    assert seen(unit_clerk) == {about}
    assert seen(stranger) == set()
