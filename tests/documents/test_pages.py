"""The pages of the document register."""

import datetime as dt
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.audit.models import AuditEvent
from apps.documents import services
from apps.documents.models import ApprovalDocument
from apps.units import services as units
from tests.factories.documents import DocumentFactory

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n%%EOF\n"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def signed_in(client, clerk):
    client.force_login(clerk)
    return client


@pytest.fixture
def foreign_document(foreign_home):
    """Nobody of the cast may see it; its title must appear nowhere."""
    return DocumentFactory(
        number="新编发〔2015〕1号", title="不可泄露的标题", scope=foreign_home.path
    )


def text(response):
    return response.content.decode()


def post(client, url, **fields):
    return client.post(url, {"_key": str(uuid.uuid4()), **fields})


def filled(**values):
    facts = {
        "number": "嵊编发［2016］０７号",
        "title": "关于设立体育局的批复",
        "issuer": "嵊州市编委",
        "issued_on": "2016.1.5",
        "kind_id": "doc_kind.11",
        "secrecy": "internal",
    }
    return {**facts, **values}


def test_a_document_is_registered_and_its_normalised_number_shown(signed_in, home):
    answer = post(signed_in, reverse("documents:register"), **filled())

    document = ApprovalDocument.objects.get()
    assert answer.url == document.get_absolute_url()
    assert (document.number, document.scope) == ("嵊编发〔2016〕7号", home.path)
    page = text(signed_in.get(answer.url))
    assert "文号由“嵊编发［2016］０７号”规范而来" in page
    for step in ("units:establish", "units:rename", "units:abolish"):
        assert f"{reverse(step)}?document={document.pk}" in page


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"number": "嵊编发7号"}, "嵊编发7号"),
        ({"issued_on": "2099-01-01"}, "晚于今天"),
        ({"issued_on": "昨天"}, "不是可识别的日期"),
        ({"kind_id": ""}, "请选择文件类别"),
        ({"secrecy": "classified", "file": "pdf"}, "不得上传原件"),
        ({"file": "exe"}, "类型不能上传"),
    ],
)
def test_a_refused_form_says_why(signed_in, home, values, said):
    if "file" in values:
        values = {**values, "file": SimpleUploadedFile(f"a.{values['file']}", PDF)}
    answer = post(signed_in, reverse("documents:register"), **filled(**values))

    assert answer.status_code == 422
    assert said in text(answer)
    assert not ApprovalDocument.objects.exists()


def test_a_second_registration_names_the_first(signed_in, home):
    post(signed_in, reverse("documents:register"), **filled())
    answer = post(signed_in, reverse("documents:register"), **filled(number="嵊编发〔2016〕7号"))

    assert answer.status_code == 422
    assert "已登记：《关于设立体育局的批复》" in text(answer)


@pytest.mark.parametrize("name", ["detail", "edit", "file"])
def test_a_foreign_document_is_not_found_like_a_missing_one(signed_in, foreign_document, name):
    foreign = signed_in.get(reverse(f"documents:{name}", args=[foreign_document.pk]))
    missing = signed_in.get(reverse(f"documents:{name}", args=[10**9]))

    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert "不可泄露" not in text(foreign)


@pytest.mark.parametrize("query", ["", "?q=新编", "?q=不可", "?export=csv"])
def test_no_list_names_a_foreign_document(signed_in, document, foreign_document, query):
    for name in ("list", "suggest"):
        answer = signed_in.get(reverse(f"documents:{name}") + query)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert "不可泄露" not in content.decode()
        assert "新编发〔2015〕1号" not in content.decode()


def test_who_only_reads_may_not_register_or_change(client, reader, document):
    client.force_login(reader)

    assert client.get(reverse("documents:register")).status_code == 403
    assert client.get(reverse("documents:edit", args=[document.pk])).status_code == 403
    page = text(client.get(document.get_absolute_url()))
    assert "修改信息" not in page
    assert reverse("documents:attach", args=[document.pk]) not in page


def test_another_office_may_not_change_what_concerns_its_unit(
    client, stranger, foreign_bureau, document, clerk
):
    units.link(document=document, unit=foreign_bureau, by=clerk)
    client.force_login(stranger)

    assert client.get(document.get_absolute_url()).status_code == 200
    assert client.get(reverse("documents:edit", args=[document.pk])).status_code == 403


def test_effects_show_only_units_of_the_readers_own(
    client, unit_clerk, bureau, home, document, clerk
):
    units.rename(unit=bureau, name="教育体育局", on=document.issued_on, document=document, by=clerk)
    units.establish(
        parent=home,
        name="看不见的局",
        entity_kind="body",
        on=document.issued_on,
        document=document,
        by=clerk,
    )
    client.force_login(unit_clerk)

    page = text(client.get(document.get_absolute_url()))
    assert "更名：嵊州市教育局 → 教育体育局" in page
    assert "看不见的局" not in page


def test_an_original_is_handed_out_as_a_download_only(signed_in, document, clerk):
    url = reverse("documents:attach", args=[document.pk])
    assert post(signed_in, url, file=SimpleUploadedFile("批复.pdf", PDF)).status_code == 302

    answer = signed_in.get(reverse("documents:file", args=[document.pk]))
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert AuditEvent.objects.filter(kind="document.download", actor_id=clerk.pk).count() == 1
    assert "下载批文原件" in text(signed_in.get(document.get_absolute_url()))


def test_an_edit_changes_what_was_changed(signed_in, document):
    url = reverse("documents:edit", args=[document.pk])
    form = signed_in.get(url).context["form"]
    fields = {name: form[name].value() or "" for name in form.fields}
    fields["title"] = "改过的标题"

    assert post(signed_in, url, **fields).url == document.get_absolute_url()
    assert ApprovalDocument.objects.get(pk=document.pk).title == "改过的标题"
    assert AuditEvent.objects.get(kind="document.change").after == {"title": "改过的标题"}


def test_a_longer_list_costs_no_query(signed_in, home, bureau, clerk):
    counts = []
    for number in (1, 3):
        while ApprovalDocument.objects.count() < number:
            units.link(document=DocumentFactory(scope=home.path), unit=bureau, by=clerk)
        signed_in.get(reverse("documents:list"))
        with CaptureQueriesContext(connection) as asked:
            page = signed_in.get(reverse("documents:list")).context["page"]
        assert page.paginator.count == number
        counts.append(len(asked))

    assert counts[0] == counts[1] <= 10


@pytest.mark.parametrize(
    "words", ["嵊编发[2015]", "编发〔2015〕77", "消防", "嵊州市机构 消防", "2015"]
)
def test_a_document_is_found_by_number_title_and_issuer(signed_in, home, words):
    found = DocumentFactory(number="嵊编发〔2015〕77号", title="关于消防的批复", scope=home.path)
    DocumentFactory(number="嵊编办〔2017〕3号", title="关于教育的批复", scope=home.path)

    page = signed_in.get(reverse("documents:list"), {"q": words}).context["page"]
    assert [row.pk for row in page.object_list] == [found.pk]


def test_the_exact_number_is_suggested_first(signed_in, home):
    DocumentFactory(number="嵊编发〔2016〕12号", title="嵊编发〔2015〕1号的补充", scope=home.path)
    exact = DocumentFactory(number="嵊编发〔2015〕1号", scope=home.path)

    options = signed_in.get(reverse("documents:suggest"), {"q": "嵊编发[2015]1号"}).context
    assert options["options"][0].value == exact.pk


def test_a_return_address_elsewhere_is_ignored(signed_in, home):
    url = reverse("documents:register") + "?back=https%3A%2F%2Fexample.com%2F"
    answer = post(signed_in, url, **filled())
    assert answer.url == ApprovalDocument.objects.get().get_absolute_url()


def test_services_are_the_only_road(signed_in, document):
    """A form without its key changes nothing."""
    url = reverse("documents:edit", args=[document.pk])
    assert signed_in.post(url, {"title": "x"}).status_code == 400
    assert services.change(document=document, by=None) == document


@pytest.mark.rule("B-20")
def test_a_document_on_a_past_day_shows_what_had_come_of_it_by_then(client, clerk, home):
    from tests.factories import quotas as q
    from tests.factories import units

    unit = units.unit("嵊州市水利局", home)
    document = DocumentFactory(scope=home.path, issued_on=dt.date(2016, 3, 1))
    later = DocumentFactory(scope=home.path, issued_on=dt.date(2020, 5, 6))
    type(document).objects.filter(pk=document.pk).update(superseded_by=later)
    for places, on in ((5, dt.date(2016, 4, 1)), (3, dt.date(2019, 4, 1))):
        q.grant(unit, places, on=on, document=document)
    client.force_login(clerk)
    page = reverse("documents:detail", args=[document.pk])

    now = client.get(page).content.decode()
    then = client.get(page, {"on": "2017-01-01"})
    body = then.content.decode()

    assert "已被替代" in now
    assert "从这份批文办理" in now
    assert 'class="as-of"' in body
    assert [len(group.rows) for group in then.context["effects"]] == [1]
    assert "已被替代" not in body
    assert "从这份批文办理" not in body
    assert "首次录入" not in body  # recorded only today
    early = client.get(page, {"on": "2015-01-01"}).content.decode()
    assert "这一天还没有这份批文" in early
    assert client.get(page, {"on": "2020-13-01"}).status_code == 400
