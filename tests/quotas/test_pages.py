"""Pages of quotas: each figure with its documents, in scope only, at the same query count."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from apps.core.models import CodeValue
from apps.documents import effects
from apps.quotas import services
from apps.units.errors import StillInUse
from apps.units.services import abolish
from tests.factories import posts as p
from tests.factories import quotas as q
from tests.factories import units

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_clerk(client, clerk):
    client.force_login(clerk)
    return client


def text(response) -> str:
    return response.content.decode()


# -- 编制与职数 -----------------------------------------------------------------------------------


def test_a_unit_shows_each_type_with_its_documents(as_clerk, bureau, document):
    q.grant(bureau, 10, document=document, on=dt.date(2014, 5, 1), reason="机构改革核定")
    q.allow(bureau, 2)
    q.people(bureau, 12)
    q.grant(bureau, 5, q.SUPPORT)

    answer = as_clerk.get(reverse("quotas:unit", args=[bureau.pk]))
    page = text(answer)

    assert answer.status_code == 200
    assert [r["cell"].quota_type.pk for r in answer.context["rows"]] == [q.ADMIN, q.SUPPORT]
    assert answer.context["total"].excess == 2
    assert document.number in page
    assert "机构改革核定" in page
    assert "历史遗留" in page
    assert "超编" in page
    assert "120.0%" in page


def test_a_unit_with_children_tells_their_sum_too(as_clerk, bureau):
    q.staffed(bureau, 10, 8)
    q.staffed(units.unit("实验小学", bureau), 20, 15, q.FULL)
    bureau.refresh_from_db()

    answer = as_clerk.get(reverse("quotas:unit", args=[bureau.pk]))

    assert (answer.context["below"].approved, answer.context["total"].approved) == (30, 10)


def test_a_past_day_is_told_as_such(as_clerk, bureau):
    q.grant(bureau, 10, on=dt.date(2012, 1, 1))
    q.grant(bureau, -3, on=dt.date(2016, 1, 1))
    answer = as_clerk.get(reverse("quotas:unit", args=[bureau.pk]), {"on": "2015-06-01"})
    assert answer.context["rows"][0]["cell"].approved == 10
    assert "2015 年 6 月 1 日" in text(answer)
    assert as_clerk.get(answer.request["PATH_INFO"], {"on": "yesterday"}).status_code == 400


@pytest.mark.parametrize("name", ["quotas:unit", "quotas:ledger"])
def test_a_foreign_unit_is_missing(as_clerk, foreign_bureau, name):
    foreign = as_clerk.get(reverse(name, args=[foreign_bureau.pk]))
    missing = as_clerk.get(reverse(name, args=[999_999]))
    assert foreign.status_code == missing.status_code == 404
    assert foreign_bureau.name not in text(foreign)


@pytest.mark.parametrize("types", [1, 3])
def test_more_types_cost_no_query(as_clerk, bureau, types, django_assert_num_queries):
    bureau.nature_id = None
    bureau.save()
    for kind in (q.ADMIN, q.SUPPORT, q.FULL)[:types]:
        q.staffed(bureau, 5, 6, kind)
        p.due(bureau, 1, (p.CHIEF, p.DEPUTY, p.OTHER)[types - 1])
    address = reverse("quotas:unit", args=[bureau.pk])
    as_clerk.get(address)
    with django_assert_num_queries(17):
        as_clerk.get(address)


def test_only_who_examines_is_offered_an_entry(client, clerk, unit_clerk, bureau):
    address = reverse("quotas:unit", args=[bureau.pk])
    entry = reverse("quotas:entry_create")
    for user, offered in ((clerk, True), (unit_clerk, False)):
        client.force_login(user)
        assert (f"{entry}?unit={bureau.pk}" in text(client.get(address))) is offered
        assert (client.get(entry).status_code == 200) is offered


# -- the ledger -----------------------------------------------------------------------------------


def test_the_ledger_is_ruled_as_the_office_rules_it(as_clerk, bureau):
    q.grant(bureau, 10, on=dt.date(2012, 1, 1), reason="期初核定", note="二〇一二年登记")
    q.grant(bureau, -3, on=dt.date(2016, 1, 1), reason="精简")

    page = text(as_clerk.get(reverse("quotas:ledger", args=[bureau.pk])))

    for word in ("日期", "变化原因", "批准文号", "增编数", "减编数", "控编数", "备注", "单位：名"):
        assert word in page
    assert page.index("期初核定") < page.index("精简")


def test_the_ledger_comes_as_a_workbook_in_its_layout(as_clerk, bureau):
    q.grant(bureau, 10, on=dt.date(2012, 1, 1), reason="=1+1")
    q.grant(bureau, -3, on=dt.date(2016, 1, 1))

    answer = as_clerk.get(reverse("quotas:ledger", args=[bureau.pk]), {"export": "xlsx"})

    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    rows = [[c for c in row if c is not None] for row in sheet.iter_rows(values_only=True)]
    assert rows[0] == ["嵊州市教育局编制台账"]
    assert ["日期", "变化原因", "批准文号", "增编数", "减编数", "控编数", "备注"] in rows
    assert ["小计", 10, 3, 7] in rows
    cells = [c for row in sheet.iter_rows() for c in row if c.value == "=1+1"]
    assert [c.data_type for c in cells] == ["s"]


# -- lists ----------------------------------------------------------------------------------------


def test_the_overview_puts_units_beside_types(as_clerk, home, bureau, foreign_bureau):
    q.staffed(bureau, 10, 12)
    school = units.unit("实验小学", home)
    q.staffed(school, 20, 15, q.FULL)
    q.staffed(foreign_bureau, 7, 1)
    p.due(bureau, 2)
    p.holder(bureau)

    answer = as_clerk.get(reverse("quotas:list"))
    page = text(answer)

    assert answer.context["page"].paginator.count == 2
    assert foreign_bureau.name not in page
    totals = answer.context["table"].totals
    assert (totals["approved"], totals["vacant"], totals["excess"]) == (30, 5, 2)
    assert (totals["t10"], totals["t21"]) == ((10, 12), (20, 15))
    assert "90.0%" in page
    headers, rows = exported(as_clerk, reverse("quotas:list"))
    row = dict(zip(headers, rows[0], strict=True))
    assert (row["单位"], row["行政编制核定"], row["行政编制空超"], row["职数应配"]) == (
        bureau.name, 10, -2, 2,
    )  # fmt: skip


def exported(client, address, **query):
    answer = client.get(address, {"export": "xlsx", **query})
    assert answer.status_code == 200
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    return rows[0], rows[1:]


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("name", "queries"), [("quotas:list", 11), ("quotas:over", 8)])
def test_a_longer_list_costs_no_query(
    as_clerk, home, count, name, queries, django_assert_num_queries
):
    for number in range(count):
        where = units.unit(f"单位{number}", home)
        q.staffed(where, 3, 4)
        p.due(where, 1)
    as_clerk.get(reverse(name))
    with django_assert_num_queries(queries):
        answer = as_clerk.get(reverse(name))
    assert answer.context["page"].paginator.count == count


def test_the_overview_is_narrowed_by_type_lamp_and_subtree(as_clerk, home, bureau):
    q.staffed(bureau, 10, 12)
    school = units.unit("实验小学", bureau)
    q.staffed(school, 20, 15, q.FULL)

    def names(**query):
        page = as_clerk.get(reverse("quotas:list"), query).context["page"]
        return [unit.name for unit in page.object_list]

    assert names(type=q.FULL) == [school.name]
    assert names(lamp="over") == [bureau.name]
    assert names(q="实验") == [school.name]
    assert names(under=str(school.pk)) == [school.name]


def test_over_staffed_cells_come_with_their_basis(as_clerk, home, bureau, foreign_bureau):
    q.staffed(bureau, 10, 12)
    q.staffed(units.unit("实验小学", home), 4, 9, q.FULL)
    q.staffed(foreign_bureau, 1, 3)

    answer = as_clerk.get(reverse("quotas:over"))

    rows = answer.context["page"].object_list
    assert [(r.unit.name, r.excess) for r in rows] == [("实验小学", 5), (bureau.name, 2)]
    assert "历史遗留" in text(answer)
    assert answer.context["table"].totals["excess"] == 7
    headers, lines = exported(as_clerk, reverse("quotas:over"))
    assert dict(zip(headers, lines[0], strict=True))["依据"] == "历史遗留"


# -- entering lines -------------------------------------------------------------------------------


def lines(*rows, **basis):
    data = {"lines-TOTAL_FORMS": str(len(rows)), "lines-INITIAL_FORMS": "0", **basis}
    for number, row in enumerate(rows):
        data.update({f"lines-{number}-{name}": value for name, value in row.items()})
    return data


@pytest.fixture
def post(as_clerk, document):
    import uuid

    def send(*rows, **extra):
        basis = {"document": document.pk, "on": "2016-01-01", "_key": str(uuid.uuid4()), **extra}
        return as_clerk.post(reverse("quotas:entry_create"), lines(*rows, **basis))

    return send


def row(unit, **values):
    return {"unit": unit.pk, "quota_type": q.ADMIN, "reason": "机构改革", **values}


def test_lines_are_checked_then_entered(post, home, bureau, document):
    other = units.unit("民政局", home)
    q.staffed(bureau, 10, 4)
    moved = (row(bureau, fewer=3, kind="transfer"), row(other, more=3, kind="transfer"))

    check = post(*moved)
    assert check.status_code == 200
    page = text(check)
    assert "记账 2 笔" in page
    assert (check.context["changes"][0].approved, check.context["changes"][0].after) == (10, 7)
    assert bureau.quota_entries.count() == 1

    done = post(*moved, _checked="1")
    assert done.status_code == 302
    assert done.url == reverse("documents:detail", args=[document.pk])
    assert bureau.total.__class__.objects.get(unit=bureau).approved == 7
    assert other.quota_entries.get().kind == "transfer"


def test_the_same_form_sent_twice_takes_effect_once(as_clerk, bureau, document):
    data = lines(
        row(bureau, more=3), document=document.pk, on="2016-01-01", _checked="1",
        _key="0b0f1c6e-3f1f-4c39-9c0b-1f1f3a5e2d10",
    )  # fmt: skip
    first = as_clerk.post(reverse("quotas:entry_create"), data)
    second = as_clerk.post(reverse("quotas:entry_create"), data)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first.url == second.url == reverse("quotas:unit", args=[bureau.pk])
    assert bureau.quota_entries.count() == 1


def test_a_cut_below_the_people_is_refused_at_its_line(post, bureau):
    q.staffed(bureau, 10, 8)

    check = post(row(bureau, fewer=5))
    assert "有 3 名在编或在途人员将超出核定" in text(check)
    assert "记账 1 笔" not in text(check)

    forced = post(row(bureau, fewer=5), _checked="1")
    assert forced.status_code == 422
    assert "核定 10 名，已有 8 人在编" in text(forced)
    assert bureau.quota_entries.count() == 1

    done = post(row(bureau, fewer=5), _checked="1", allow_over="document")
    assert done.status_code == 302
    assert bureau.balances.get().over_allowed == 3


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "请填增编数或减编数"),
        ({"more": 1, "fewer": 1}, "只能填一个"),
        ({"more": 0}, "增编数应为 1 以上的整数"),
        ({"fewer": 1, "kind": "grant"}, "应填增编数"),
        ({"more": 1, "reason": ""}, "请填写变化原因"),
        ({"more": 1, "quota_type": "quota_type.21"}, "不能使用事业编制（全额）"),
        ({"fewer": 1}, "不能小于 0"),
        ({"more": 1, "quota_type": "quota_type.30"}, "周转到期"),
    ],
)
def test_a_faulty_line_says_what_is_wrong(post, bureau, values, words):
    answer = post(row(bureau, **values), _checked="1")
    assert answer.status_code == 422
    assert words in text(answer)
    assert not bureau.quota_entries.exists()


def test_a_form_without_document_or_of_tomorrow_is_refused(post, bureau):
    assert post(row(bureau, more=1), document="", _checked="1").status_code == 422
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    answer = post(row(bureau, more=1), on=str(tomorrow), _checked="1")
    assert answer.status_code == 422
    assert "在今天之后" in text(answer)
    assert post(on="2016-01-01").status_code == 422


def test_foreign_units_and_documents_cannot_be_named(post, bureau, foreign_bureau, foreign_home):
    from tests.factories.documents import DocumentFactory

    foreign = DocumentFactory(scope=foreign_home.path)
    answer = post(row(foreign_bureau, more=1), _checked="1")
    assert answer.status_code == 422
    assert foreign_bureau.name not in text(answer)
    assert post(row(bureau, more=1), document=foreign.pk, _checked="1").status_code == 422
    assert not foreign_bureau.quota_entries.exists()


def test_a_line_more_keeps_what_was_typed(post, bureau):
    answer = post(row(bureau, more=3), _more="1")
    assert answer.status_code == 200
    assert len(answer.context["lines"].forms) == 2
    assert "机构改革" in text(answer)
    back = post(row(bureau, more=3), _checked="1", _back="1")
    assert len(back.context["lines"].forms) == 1
    assert not bureau.quota_entries.exists()


def test_the_address_fills_in_unit_and_document(as_clerk, bureau, document):
    page = text(
        as_clerk.get(reverse("quotas:entry_create"), {"unit": bureau.pk, "document": document.pk})
    )
    assert bureau.name in page
    assert document.number in page


def test_the_preview_tells_before_and_after(as_clerk, bureau):
    q.staffed(bureau, 10, 8)
    answer = as_clerk.post(reverse("quotas:entry_preview"), lines(row(bureau, fewer=5, reason="")))
    page = text(answer)
    assert "10 → <strong>5</strong>" in page
    assert "将有 3 名超出核定" in page
    assert as_clerk.post(reverse("quotas:entry_preview"), {}).status_code == 200


# -- what other pages hear ------------------------------------------------------------------------


def test_a_document_tells_what_came_of_it(clerk, stranger, bureau, document):
    q.grant(bureau, 3, document=document)
    p.due(bureau, 1, document=document)

    told = {group.label: group.rows for group in effects.of(document, clerk)}

    assert [row.text for row in told["编制"]] == ["行政编制 +3"]
    assert [row.text for row in told["领导职数"]] == ["单位领导正职职数 +1"]
    assert effects.of(document, stranger) == []
    assert effects.on_unit(bureau, [document.pk], clerk)[document.pk][-2:] == [
        "行政编制 +3",
        "单位领导正职职数 +1",
    ]


def test_a_unit_with_quotas_is_not_abolished(bureau, document, clerk):
    q.staffed(bureau, 3, 1)
    p.due(bureau, 1)
    with pytest.raises(StillInUse) as refused:
        abolish(unit=bureau, on=dt.date(2020, 1, 1), document=document, by=clerk)
    words = "；".join(o.sentence for o in refused.value.obstacles)
    assert "行政编制核定 3 名、在编 1 人" in words
    assert "单位领导正职应配 1 名" in words


def test_reserved_places_are_listed(as_clerk, bureau):
    q.grant(bureau, 3)
    services.reserve(
        unit=bureau, quota_type=CodeValue.objects.get(pk=q.ADMIN), places=2,
        purpose="公开招考录用", by=None,
    )  # fmt: skip
    assert "公开招考录用" in text(as_clerk.get(reverse("quotas:unit", args=[bureau.pk])))
