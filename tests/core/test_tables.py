"""Lists: sorting by allowed columns only, paging, settings, batch, pickers, on real rows."""

import datetime as dt
import re
import uuid

import pytest
from django.http import HttpResponse, QueryDict
from django.test import RequestFactory
from django.urls import reverse

from apps.core import filters, forms, http, tables
from apps.core.models import CodeTable, CodeValue
from tests.factories.accounts import account


class Values(tables.Table):
    key = "values"
    caption = "代码值"
    selectable = True
    hidden = ("table",)

    label = tables.LinkColumn("名称", order_by="label", url=lambda row: f"/values/{row.value}")
    value = tables.CodeColumn("代码值")
    sort = tables.SignedColumn("排序", order_by="sort")
    table = tables.Column("代码表", accessor="table.name", order_by="table__name")
    valid_from = tables.DayColumn("启用日期")


class ValueFilter(filters.FilterSet):
    primary = ("q",)

    q = filters.TextFilter(label="名称", field_name="label", lookup_expr="contains")
    parent = filters.CodeFilter(label="上级", table="colour")
    since = filters.DayRangeFilter(label="启用日期", field_name="valid_from")


@pytest.fixture
def colours(db):
    table = CodeTable.objects.create(code="colour", name="颜色")
    return [
        CodeValue.objects.create(
            key=f"colour.{n}",
            table=table,
            value=str(n),
            label=f"颜色<{n % 3}>",
            sort=n - 2,
            valid_from=dt.date(2020 + n, 1, 1) if n else None,
        )
        for n in range(5)
    ]


@pytest.fixture
def values(colours):
    return CodeValue.objects.filter(table_id="colour").select_related("table")


@pytest.fixture
def reader(db):
    return account("reader")


@pytest.fixture
def ask(reader):
    def make(path="/list", **headers):
        request = RequestFactory().get(path, headers=headers)
        request.user = reader
        return request

    return make


def names(table):
    return [row.value for row in table.page.object_list]


def test_only_columns_with_an_order_can_be_sorted_by(ask, values):
    by_value = http.prepare_table(ask("/list?sort=-value"), Values, values.order_by("key"))
    by_label = http.prepare_table(ask("/list?sort=-label"), Values, values)
    injected = http.prepare_table(ask("/list?sort=table__code"), Values, values.order_by("key"))

    assert names(by_value) == names(injected) == ["0", "1", "2", "3", "4"]
    assert names(by_label) == ["2", "1", "4", "0", "3"]  # ties in the order of the key


def test_headings_say_how_the_list_is_sorted_and_where_a_click_leads(ask, values):
    table = http.prepare_table(ask("/list?sort=-label&q=颜&page=2"), Values, values)
    heads = {head.name: head for head in table.heads}

    assert heads["label"].aria_sort == "descending"
    assert heads["sort"].aria_sort == "none"
    assert heads["value"].aria_sort == ""
    assert QueryDict(heads["sort"].sort_url[1:]).dict() == {"sort": "sort", "q": "颜"}
    assert heads["value"].sort_url == ""


@pytest.mark.parametrize("rows", [1, 3])
def test_a_longer_list_costs_no_query(ask, values, rows, django_assert_num_queries):
    request = ask()
    with django_assert_num_queries(3):  # settings of the reader, count, page
        table = http.prepare_table(request, Values, values.filter(sort__lt=rows - 2))
        html = table.as_html(request)

    assert table.page.paginator.count == rows
    assert html.count('name="pk"') == rows


def test_cells_are_escaped_and_figures_carry_their_sign(ask, values):
    html = str(http.prepare_table(ask(), Values, values.order_by("key")).body())

    assert '<a href="/values/0">颜色&lt;0&gt;</a>' in html
    assert '<span class="is-below">−2</span>' in html
    assert ">0</td>" in html
    assert ">+2</td>" in html
    assert 'data-label="启用日期">2021-01-01</td>' in html
    assert ">—</td>" in html
    assert html.count('scope="row"') == 5


def test_a_typing_error_in_an_accessor_is_no_empty_column(ask, values):
    class Wrong(tables.Table):
        label = tables.Column("名称", accessor="lable")

    with pytest.raises(AttributeError):
        http.prepare_table(ask(), Wrong, values).body()


@pytest.mark.parametrize(
    ("query", "number", "size"),
    [
        ("", 1, 20),
        ("page=2&per=50", 2, 50),
        ("page=999", 7, 20),
        ("page=x&per=7", 1, 20),
        ("per=100000000000", 1, 20),
    ],
)
def test_pages_and_sizes_outside_the_offer_are_put_right(ask, query, number, size):
    rows = [{"name": f"单位{n}", "pk": n} for n in range(130)]

    class Names(tables.Table):
        name = tables.Column("名称")

    table = http.prepare_table(ask(f"/list?{query}"), Names, rows)

    assert (table.page.number, table.per_page) == (number, size)
    assert len(table.page.object_list) == min(size, 130 - (number - 1) * size)


def test_chosen_columns_and_size_are_kept_with_the_account(client, reader, ask, values):
    client.force_login(reader)
    before = [head.name for head in http.prepare_table(ask(), Values, values).heads]

    answer = client.post(
        reverse("core:table_settings", args=["values"]),
        {
            "_key": str(uuid.uuid4()),
            "next": "/list",
            "columns": ["table", "nonsense"],
            "per_page": "50",
            "save": "1",
        },
    )
    table = http.prepare_table(ask(), Values, values)

    assert (answer.status_code, answer.url) == (302, "/list")
    assert before == ["label", "value", "sort", "valid_from"]
    assert [head.name for head in table.heads] == ["label", "table"]  # the first column stays
    assert table.per_page == 50


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:x", ""])
def test_settings_lead_back_into_the_portal_only(client, reader, target):
    client.force_login(reader)
    data = {"_key": str(uuid.uuid4()), "next": target, "density": "loose"}

    assert client.post(reverse("core:preferences"), data).url == "/"
    assert reader.preferences.get(key="density").value == "loose"


def test_an_unknown_row_height_is_refused_and_nothing_is_kept(client, reader):
    client.force_login(reader)
    data = {"_key": str(uuid.uuid4()), "next": "/", "density": "huge"}

    assert client.post(reverse("core:preferences"), data).status_code == 400
    assert not reader.preferences.exists()


def test_the_export_is_what_the_screen_shows(ask, values):
    request = ask("/list?sort=-sort&q=1&export=xlsx")
    seen = {}

    def export(request, table, fmt):
        heads, rows = table.export_rows()
        seen.update(fmt=fmt, heads=heads, rows=list(rows))
        return HttpResponse("file")

    found = ValueFilter(request.GET, values, user=request.user)
    answer = http.render_list(
        request, table=Values, filters=found, template="list_page.html", export=export
    )

    assert answer.content == b"file"
    assert seen["fmt"] == "xlsx"
    assert seen["heads"] == ["名称", "代码值", "排序", "启用日期"]
    assert seen["rows"] == [
        ("颜色<1>", "4", 2, dt.date(2024, 1, 1)),
        ("颜色<1>", "1", -1, dt.date(2021, 1, 1)),
    ]


def test_htmx_gets_the_card_and_everybody_else_the_page(ask, values):
    def page(**headers):
        request = ask("/list", **headers)
        found = ValueFilter(request.GET, values, user=request.user)
        return http.render_list(request, table=Values, filters=found, template="list_page.html")

    part, whole = page(**{"HX-Request": "true"}), page()

    assert part.content.decode().strip().startswith('<section class="card list-card')
    assert "<!DOCTYPE html>" in whole.content.decode()
    assert 'id="list-values"' in whole.content.decode()
    assert "HX-Request" in part["Vary"]
    assert "HX-Request" in whole["Vary"]


def test_an_empty_list_says_what_to_do_next(ask, values):
    table = http.prepare_table(ask(), Values, values.none())
    html = table.as_html(ask())

    assert "没有记录" in html
    assert "<table" not in html


def test_totals_stand_under_their_columns(ask, values):
    table = http.prepare_table(ask(), Values, values, totals={"sort": 0})

    assert "合计" in table.totals_row()
    assert table.totals_row().count("<t") == 1 + 1 + 4  # row, checkbox cell, four columns


def test_a_query_bar_filters_and_survives_nonsense(values):
    def found(query):
        return [v.value for v in ValueFilter(QueryDict(query), values.order_by("key")).qs]

    assert found("q=1") == ["1", "4"]
    assert found("since_after=2022-01-01&since_before=2023-01-01") == ["2", "3"]
    assert found("since_after=nonsense&parent=colour.99") == ["0", "1", "2", "3", "4"]
    assert found("") == ["0", "1", "2", "3", "4"]


def test_conditions_outside_the_first_row_are_shown_when_they_are_in_use(values):
    shown = ValueFilter(QueryDict("since_after=2022-01-01"), values)
    hidden = ValueFilter(QueryDict("q=1"), values)

    assert [f.name for f in hidden.first_row] == ["q"]
    assert [f.name for f in hidden.second_row] == ["parent", "since"]
    assert (shown.more_in_use, hidden.more_in_use) == (True, False)


def test_a_batch_never_leaves_the_readers_rows(reader, values):
    def post(**data):
        request = RequestFactory().post("/batch", data)
        request.user = reader
        own = values.exclude(pk="colour.4").order_by("key")
        chosen = http.selection(request, own, filters=ValueFilter)
        return [row.pk for row in chosen]

    assert post(pk=["colour.1", "colour.4", "nothing"]) == ["colour.1"]
    assert post() == []
    assert post(all="1", _query="q=1") == ["colour.1"]
    assert len(post(all="1", _query="")) == 4


class Pick(forms.Form):
    colour = forms.PickerField(
        label="颜色",
        url_name="core:gallery_suggestions",
        queryset=CodeValue.objects.filter(table_id="colour", sort__lt=2),
        lookups=("value", "label"),
    )


def pick(**data):
    form = Pick(data)
    return form.cleaned_data["colour"].pk if form.is_valid() else form.errors["colour"][0]


def test_a_picker_takes_the_chosen_row_or_the_typed_code(colours):
    assert pick(colour="colour.1", colour_text="颜色<1>") == "colour.1"
    assert pick(colour="colour.1") == "colour.1"
    assert pick(colour_text="2") == "colour.2"
    assert pick(colour_text=" 颜色<2> ") == "colour.2"
    # without script the text changes under an old key
    assert pick(colour="colour.1", colour_text="2") == "colour.2"


def test_a_picker_refuses_what_is_unknown_double_or_out_of_scope(colours):
    assert "没有找到“9”" in pick(colour_text="9")
    assert "有多条“颜色<0>”" in pick(colour_text="颜色<0>")
    assert "不在您的权限范围内" in pick(colour="colour.4")
    assert "没有找到“颜色<1>" in pick(colour="colour.4", colour_text="颜色<1>x")
    assert pick() == "请填写颜色"


def test_a_picker_shows_what_was_chosen_before(colours):
    html = str(Pick(initial={"colour": "colour.1"})["colour"])

    assert 'name="colour" value="colour.1"' in html
    assert 'value="颜色&lt;1&gt;"' in html
    assert 'role="combobox"' in html
    assert 'id="id_colour"' in html


def test_a_code_field_offers_what_holds_today_and_keeps_what_is_there(colours):
    CodeValue.objects.filter(pk="colour.1").update(valid_to=dt.date(2025, 1, 1))

    class Choose(forms.Form):
        colour = forms.CodeField(label="颜色", table="colour")

    def offered(form):
        return set(re.findall(r'value="(colour\.\d)"', str(form["colour"])))

    assert offered(Choose()) == {"colour.0", "colour.2", "colour.3", "colour.4"}
    assert "colour.1" in offered(Choose(initial={"colour": "colour.1"}))
    assert Choose({"colour": "colour.1"}).errors["colour"]
