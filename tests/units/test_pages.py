"""The pages of the tree: what they show, to whom, and at what cost."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.documents.models import ApprovalDocument
from apps.units import services
from apps.units.choices import EntityKind
from apps.units.models import Unit, UnitEvent
from tests.factories import units
from tests.factories.documents import DocumentFactory

pytestmark = pytest.mark.django_db
TABS = ("detail", "departments", "history", "documents", "changes", "card")
FORMS = ("establish", "rename", "abolish")


def text(response):
    return response.content.decode()


def post(client, url, **fields):
    return client.post(url, {"_key": str(uuid.uuid4()), **fields})


@pytest.fixture
def signed_in(client, clerk):
    client.force_login(clerk)
    return client


@pytest.fixture
def full_bureau(bureau, document, clerk):
    """A unit with departments, a past and documents."""
    services.establish(
        parent=bureau,
        name="办公室",
        entity_kind=EntityKind.DEPARTMENT,
        on=units.DAY,
        document=document,
        by=clerk,
    )
    services.rename(unit=bureau, name="嵊州市教育体育局", on=units.DAY, document=document, by=clerk)
    services.change(unit=bureau, by=clerk, short_name="教体局", reason="补录简称")
    return Unit.objects.get(pk=bureau.pk)


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_names_its_unit_and_ancestors(signed_in, full_bureau, home, tab):
    page = text(signed_in.get(reverse(f"units:{tab}", args=[full_bureau.pk])))

    assert "嵊州市教育体育局" in page
    assert home.get_absolute_url() in page


@pytest.mark.parametrize("tab", [*TABS, "edit", "tree_children"])
def test_a_foreign_unit_is_not_found_like_a_missing_one(signed_in, foreign_bureau, tab, client):
    foreign = signed_in.get(reverse(f"units:{tab}", args=[foreign_bureau.pk]))
    missing = signed_in.get(reverse(f"units:{tab}", args=[10**9]))

    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert "新昌" not in text(foreign)


@pytest.mark.parametrize("url", ["list", "tree", "suggest", "suggest_maintained", *FORMS])
def test_no_page_names_a_foreign_unit(signed_in, home, foreign_bureau, url):
    for query in ("", "?q=新昌", "?q=xc", f"?under={foreign_bureau.pk}", "?kind=&status="):
        page = text(signed_in.get(reverse(f"units:{url}") + query))
        assert "保密名称" not in page
        assert "新昌县" not in page


def test_a_unit_clerk_does_not_learn_what_is_above(
    client, unit_clerk, bureau, home, document, clerk
):
    units.unit("嵊州市公安局", home)
    services.change(unit=bureau, by=clerk, supervising_unit=home)
    client.force_login(unit_clerk)

    for name in ("list", "tree", "suggest"):
        page = text(client.get(reverse(f"units:{name}")))
        assert "嵊州市教育局" in page
        assert "公安局" not in page
        assert ">嵊州市<" not in page
        assert "· 嵊州市<" not in page
    for tab in TABS:
        page = text(client.get(reverse(f"units:{tab}", args=[bureau.pk])))
        assert home.get_absolute_url() + '"' not in page


@pytest.mark.parametrize("url", [*FORMS])
def test_a_reader_may_not_open_the_forms(client, reader, url):
    client.force_login(reader)
    assert client.get(reverse(f"units:{url}")).status_code == 403


def test_a_reader_may_not_edit_what_he_sees(client, reader, bureau):
    client.force_login(reader)
    assert client.get(reverse("units:edit", args=[bureau.pk])).status_code == 403
    assert "修改信息" not in text(client.get(bureau.get_absolute_url()))


def queries(client, url):
    """Return how many queries a page takes, and the page."""
    client.get(url)
    with CaptureQueriesContext(connection) as asked:
        page = text(client.get(url))
    return len(asked), page


def test_a_longer_list_costs_no_query(signed_in, home):
    counts = []
    for number in (1, 3):
        while Unit.objects.bodies().count() < number:
            units.unit("", home, nature_id="nature.101", rank_id="institution_rank.41")
        count, page = queries(signed_in, reverse("units:list"))
        assert f"共 {number} 条" in page
        counts.append(count)

    assert counts[0] == counts[1] <= 12


def test_a_wider_tree_costs_no_query(signed_in, home):
    counts = []
    for number in (1, 3):
        while Unit.objects.bodies().count() < number:
            units.unit("", units.unit("", home, entity_kind=EntityKind.GROUPING))
        url = reverse("units:tree_children", args=[home.pk])
        count, page = queries(signed_in, url)
        assert page.count("1 个单位") == number
        counts.append(count)

    assert counts[0] == counts[1] <= 8


def test_more_documents_of_a_unit_cost_no_query(signed_in, home, bureau, clerk):
    counts = []
    for number in (1, 3):
        while bureau.document_links.count() < number:
            document = DocumentFactory(scope=home.path)
            services.change(
                unit=bureau,
                by=clerk,
                document=document,
                on=units.DAY,
                short_name=f"简称{document.pk}",
            )
        url = reverse("units:documents", args=[bureau.pk])
        count, page = queries(signed_in, url)
        assert page.count("信息变更：简称") == number
        counts.append(count)

    assert counts[0] == counts[1] <= 20


def test_a_longer_past_costs_no_query(signed_in, bureau, document, clerk):
    counts = []
    for number in (1, 3):
        while bureau.events.count() < number:
            name = f"嵊州市教育局{bureau.events.count()}"
            services.rename(unit=bureau, name=name, on=units.DAY, document=document, by=clerk)
        urls = [reverse(f"units:{tab}", args=[bureau.pk]) for tab in TABS]
        counts.append([queries(signed_in, url)[0] for url in urls])

    assert counts[0] == counts[1]
    assert max(counts[0]) <= 30


@pytest.mark.parametrize(
    "words", ["教育", "州市教", "szsjyj", "jyj", "shengzhoushijiaoyu", "jiaoyuju", "教育 嵊州"]
)
def test_a_unit_is_found_by_parts_pinyin_and_initials(signed_in, bureau, home, words):
    units.unit("嵊州市公安局", home)

    found = signed_in.get(reverse("units:list"), {"q": words}).context["page"]

    assert [row.name for row in found.object_list] == ["嵊州市教育局"]
    assert "嵊州市教育局" in text(signed_in.get(reverse("units:suggest"), {"q": words}))
    assert "嵊州市教育局" in text(signed_in.get(reverse("units:tree"), {"q": words}))


def test_suggestions_begin_with_what_begins_so(signed_in, home):
    units.unit("嵊州市教育考试院", home)
    units.unit("教育局", home, code="77")

    options = signed_in.get(reverse("units:suggest"), {"q": "教育"}).context["options"]
    assert [option.label for option in options] == ["教育局", "嵊州市教育考试院"]
    options = signed_in.get(reverse("units:suggest"), {"q": "77"}).context["options"]
    assert [option.label for option in options] == ["教育局"]


def test_abolished_units_show_only_when_asked_for(signed_in, home, bureau, document, clerk):
    services.abolish(unit=bureau, on=units.DAY, document=document, by=clerk)

    for name in ("list", "tree", "suggest"):
        assert "教育局" not in text(signed_in.get(reverse(f"units:{name}")))
    listed = text(signed_in.get(reverse("units:list"), {"status": "abolished"}))
    assert "嵊州市教育局" in listed
    assert "教育局" in text(signed_in.get(reverse("units:tree"), {"abolished": "1"}))
    assert "已撤销" in text(signed_in.get(bureau.get_absolute_url()))


def test_the_list_is_taken_along_as_shown(signed_in, bureau):
    answer = signed_in.get(reverse("units:list"), {"export": "csv"})

    content = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert "嵊州市教育局" in content
    assert content.startswith('"机构名称","机构编码","上级机构"')


def test_the_tabs_are_taken_along_as_shown(signed_in, full_bureau, document):
    for tab, content in (("departments", "办公室"), ("documents", "更名：嵊州市教育局")):
        url = reverse(f"units:{tab}", args=[full_bureau.pk])
        assert "?export=xlsx" in text(signed_in.get(url))
        answer = signed_in.get(url, {"export": "csv"})
        assert content in b"".join(answer.streaming_content).decode("utf-8-sig")
        assert signed_in.get(url, {"export": "exe"}).status_code == 400


def test_a_unit_is_set_up_from_a_document(signed_in, home, document):
    url = reverse("units:establish")
    page = signed_in.get(url, {"document": document.pk, "parent": home.pk})
    assert document.number in text(page)

    answer = post(
        signed_in,
        url,
        document_text="嵊编发[2015]" + document.number.split("〕")[1],
        on="2015.3.1",
        parent=home.pk,
        name="嵊州市体育局",
        entity_kind="body",
        nature="nature.101",
    )
    unit = Unit.objects.get(name="嵊州市体育局")
    assert answer.url == unit.get_absolute_url()
    assert unit.events.get().document == document


def test_a_refused_form_says_why_beside_the_field(signed_in, home, bureau, document):
    answer = post(
        signed_in,
        reverse("units:establish"),
        document=document.pk,
        on="2015-03-01",
        parent=home.pk,
        name="嵊州市教育局",
        entity_kind="body",
        uscc="11330683MB1234567X",
    )
    assert answer.status_code == 422
    assert "校验码应为" in text(answer)
    answer = post(
        signed_in,
        reverse("units:establish"),
        document=document.pk,
        on="2015-03-01",
        parent=home.pk,
        name="嵊州市教育局",
        entity_kind="body",
    )
    assert answer.status_code == 422
    assert "“嵊州市”下已有“嵊州市教育局”" in text(answer)
    assert Unit.objects.filter(name="嵊州市教育局").count() == 1


def test_without_a_document_nothing_is_set_up(signed_in, home):
    answer = post(
        signed_in,
        reverse("units:establish"),
        on="2015-03-01",
        parent=home.pk,
        name="无文局",
        entity_kind="body",
    )
    assert answer.status_code == 422
    assert not Unit.objects.filter(name="无文局").exists()


@pytest.mark.parametrize("field", ["parent", "document"])
def test_what_is_out_of_sight_cannot_be_chosen(signed_in, home, document, foreign_home, field):
    hidden = DocumentFactory(scope=foreign_home.path)
    chosen = {"parent": home.pk, "document": document.pk}
    chosen[field] = {"parent": foreign_home.pk, "document": hidden.pk}[field]

    answer = post(
        signed_in,
        reverse("units:establish"),
        on="2015-03-01",
        name="局",
        entity_kind="body",
        **chosen,
    )
    assert answer.status_code == 422
    assert not Unit.objects.filter(name="局").exists()


def test_a_half_filled_form_waits_while_its_document_is_registered(signed_in, home):
    url = reverse("units:establish")
    away = post(signed_in, f"{url}?parent={home.pk}", name="嵊州市体育局", _register="1")
    assert away.status_code == 302
    back = post(
        signed_in,
        away.url,
        number="嵊编发（2016）07号",
        title="关于设立体育局的批复",
        issuer="嵊州市编委",
        issued_on="2016-01-05",
        kind_id="doc_kind.11",
        secrecy="internal",
    )
    document = ApprovalDocument.objects.get(number="嵊编发〔2016〕7号")
    assert back.url == f"{url}?parent={home.pk}&document={document.pk}"
    page = text(signed_in.get(back.url))
    assert 'value="嵊州市体育局"' in page
    assert "嵊编发〔2016〕7号" in page


def test_an_abolition_is_checked_before_it_is_done(signed_in, full_bureau, document):
    url = reverse("units:abolish")
    filled = {"unit": full_bureau.pk, "document": document.pk, "on": "2015-03-01"}

    page = post(signed_in, url, **filled)
    assert "还有 1 个下级机构未撤销" in text(page)
    assert "确认撤销" not in text(page)
    page = post(signed_in, url, with_departments="on", **filled)
    assert "办公室" in text(page)
    assert Unit.objects.get(pk=full_bureau.pk).is_active

    answer = post(signed_in, url, with_departments="on", _checked="1", **filled)
    assert answer.url == full_bureau.get_absolute_url()
    assert not Unit.objects.get(pk=full_bureau.pk).is_active


def test_who_confirms_too_late_is_told_what_stands_in_the_way(signed_in, bureau, document, clerk):
    filled = {"unit": bureau.pk, "document": document.pk, "on": "2015-03-01"}
    assert "确认撤销" in text(post(signed_in, reverse("units:abolish"), **filled))
    units.unit("嵊州中学", bureau)

    answer = post(signed_in, reverse("units:abolish"), _checked="1", **filled)

    assert answer.status_code == 422
    assert "还不能撤销" in text(answer)
    assert Unit.objects.get(pk=bureau.pk).is_active


def test_an_edit_saves_what_was_changed_only(signed_in, bureau):
    url = reverse("units:edit", args=[bureau.pk])
    form = signed_in.get(url).context["form"]
    fields = {name: form[name].value() or "" for name in form.fields}
    fields = {k: getattr(v, "pk", v) for k, v in fields.items()}
    fields.update(short_name="教育局", is_classified="", is_civil_service_ref="")

    answer = post(signed_in, url, **fields)

    assert answer.url == bureau.get_absolute_url()
    event = UnitEvent.objects.get(unit=bureau)
    assert event.after == {"short_name": "教育局"}


def test_the_changes_tab_says_what_who_and_why(signed_in, full_bureau):
    page = text(signed_in.get(reverse("units:changes", args=[full_bureau.pk])))

    assert "补录简称" in page
    assert "周经办" in page
    assert "嵊州市教育局" in page
    assert "name_initials" not in page
