"""The parts of pages: tags, wording, menu, forms."""

import datetime as dt
import re
from decimal import Decimal
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django import forms as django_forms
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory

from apps.core import forms, http, menu, wording
from apps.core.icons import icon
from apps.core.lamps import TONES, lamp
from apps.core.prints.screen import Cell, Row
from apps.core.tags import doing, frame, lists, small
from scripts.build_icons import NAMES


def draw(source: str, **context: object) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


def request(path: str = "/", **headers: str) -> object:
    made = RequestFactory().get(path, headers=headers)
    made.user = AnonymousUser()
    return made


# -- wording --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "words"), [(2, "+2"), (-3, "−3"), (0, "0"), (None, "—"), (Decimal("-0.5"), "−0.5")]
)
def test_a_difference_carries_its_sign_and_nothing_is_never_plus_zero(value, words):
    assert wording.signed(value) == words


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [
        (2592, 2976, "87.1%"),
        (1, 8, "12.5%"),
        (1, 2000, "0.1%"),  # 0.05 rounds half up
        (3, 0, "—"),
        (None, 5, "—"),
        (0, 5, "0.0%"),
        (61, 58, "105.2%"),
    ],
)
def test_a_share_has_one_decimal_rounded_half_up(part, whole, words):
    assert wording.percent(part, whole) == words


def test_people_days_and_sizes_are_written_as_the_office_writes_them():
    moment = dt.datetime(2026, 11, 21, 23, 30, tzinfo=dt.UTC)

    assert wording.people(32) == "32 名"
    assert wording.thousands(13244) == "13,244"
    assert wording.day(dt.date(2026, 11, 2)) == "2026-11-02"
    assert wording.day(moment) == "2026-11-22"  # local day
    assert wording.moment(moment.astimezone(ZoneInfo("Asia/Shanghai"))) == "2026-11-22 07:30"
    assert wording.month(dt.date(2026, 3, 1)) == "2026-03"
    assert wording.dash(0) == 0
    assert wording.dash("") == "—"
    assert wording.size(3_355_443) == "3.2 MB"


# -- tags -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "tag",
    [
        '{% icon nmae="people" %}',
        '{% lamp tone="red" word="超编" %}',
        '{% figure "核定" value=1 %}',
        '{% figure label="核定" value=1 colour="red" %}',
        '{% card tittle="x" %}{% endcard %}',
        '{% fact name="x" %}{% endfact %}',
        '{% field form=form field="name" %}',
        "{% steps items=items %}",
        "{% progress label=1 done=1 %}",
        "{% tree nodes=nodes %}",
        "{% tabs items=items %}",
    ],
)
def test_a_wrong_argument_fails_when_the_template_is_compiled(tag):
    with pytest.raises(TemplateSyntaxError):
        Template("{% load ui %}" + tag)


def test_every_tag_takes_keywords_only():
    """A call without a single argument fails for each tag that needs one, never guesses."""
    import inspect

    named = [small.icon, small.lamp, small.figure, small.masked, small.timeline]
    for tag in (*named, doing.button, lists.chart, frame.crumb):
        arguments = inspect.signature(inspect.unwrap(tag)).parameters.items()
        kinds = {argument.kind for key, argument in arguments if key != "context"}
        assert kinds == {inspect.Parameter.KEYWORD_ONLY}, tag


@pytest.mark.parametrize("tone", TONES)
def test_a_lamp_says_its_state_in_words(tone):
    html = lamp(tone, "超编 <3>")

    assert f"lamp-{tone}" in html
    assert html.endswith("超编 &lt;3&gt;</span>")
    assert re.sub(r"<[^>]+>", "", lamp(tone)) == TONES[tone]


def test_an_unknown_tone_stops_the_page():
    with pytest.raises(KeyError):
        lamp("pink", "x")
    with pytest.raises(TemplateSyntaxError):
        draw('{% figure label="x" value=1 tone="pink" %}')


def test_icons_that_templates_name_are_in_the_sprite():
    from pathlib import Path

    root = Path(__file__).resolve().parents[2]
    sources = [*root.glob("templates/**/*.html"), *root.glob("apps/**/*.py")]
    named = set()
    for source in sources:
        text = source.read_text(encoding="utf-8")
        named.update(re.findall(r'{% icon name="([a-z0-9-]+)"', text))
        named.update(re.findall(r'\bicon="([a-z0-9-]+)"', text))

    assert named - set(NAMES) == set()
    assert 'aria-hidden="true"' in icon("people")
    assert 'aria-label="人员"' in icon("people", "人员")


def test_a_figure_links_to_the_rows_behind_it():
    html = draw('{% figure label="超编单位" value=1065 suffix="个" tone="over" to="/units/?x=1" %}')

    assert '<a href="/units/?x=1">1,065</a>' in html
    assert "figure-over" in html


def test_contents_of_a_card_are_escaped_once():
    html = draw("{% card title=title %}{{ text }}{% endcard %}", title="<b>", text="<i>")

    assert "&lt;b&gt;" in html
    assert "&lt;i&gt;" in html
    assert "&amp;" not in html


def test_a_fact_without_value_shows_a_dash():
    assert "<dd>—</dd>" in draw('{% fact label="x" %} {% endfact %}')
    assert "<dd>0</dd>" in draw('{% fact label="x" value=0 %}{% endfact %}')


def test_only_changed_rows_appear_in_a_comparison():
    rows = [
        {"label": "行政编制", "before": 41, "after": 43},
        {"label": "规格", "before": "正科级", "after": "正科级"},
        {"label": "牌子", "before": "", "after": "中医药局"},
    ]
    html = draw("{% diff_table rows=rows %}", rows=rows)

    assert "行政编制" in html
    assert "规格" not in html
    assert html.count("<del>") == 1
    assert html.count("<ins>") == 2
    assert html.count("＋") == 2  # marked by sign, not by colour alone


def test_masked_text_offers_no_way_to_see_it_unless_there_is_one():
    assert "<form" not in draw('{% masked value="110105********002X" %}')
    html = draw('{% masked value="110105********002X" reveal="/reveal" field="identity" %}')
    assert 'name="purpose"' in html
    assert 'name="_key"' in html
    assert 'name="field" value="identity"' in html


def test_a_step_says_that_it_is_the_present_one():
    html = draw("{% steps items=items current=2 %}", items=["上传", "校验", "确认"])

    assert html.count('aria-current="step"') == 1
    assert html.index("上传") < html.index('aria-current="step"') < html.index("校验")
    assert "（已完成）" in html


def test_each_form_gets_a_key_of_its_own():
    keys = re.findall(r'value="([0-9a-f-]{36})"', draw("{% form_key %}{% form_key %}"))

    assert len(set(keys)) == 2


def test_the_quota_bar_says_over_and_vacant_in_words():
    assert "超 3" in draw("{% quota_bar approved=58 actual=61 %}")
    assert "空 2" in draw("{% quota_bar approved=41 actual=38 reserved=1 %}")
    assert "满编" in draw("{% quota_bar approved=3 actual=3 %}")


def test_the_tree_carries_roles_levels_and_its_children():
    child = {"id": 2, "name": "人事科", "url": "/2", "level": 2, "has_children": False}
    top = {
        "id": 1,
        "name": "教育局",
        "url": "/1",
        "children_url": "/1/children",
        "level": 1,
        "has_children": True,
        "expanded": True,
        "children": [child],
        "lamp": ("red", "超编"),
    }
    html = draw('{% tree nodes=nodes label="机构树" %}', nodes=[top])

    assert 'role="tree" aria-label="机构树"' in html
    assert html.count('role="treeitem"') == 2
    assert 'aria-expanded="true" data-children="/1/children"' in html
    assert '<ul role="group">' in html
    assert html.count("aria-expanded") == 1  # a leaf cannot be opened


# -- menu -----------------------------------------------------------------------------------------


@pytest.fixture
def empty_menu(monkeypatch):
    for name in ("_groups", "_items", "_topbar", "_bottom"):
        monkeypatch.setattr(menu, name, {})


def user(*permissions):
    return SimpleNamespace(
        is_authenticated=True,
        is_administrator=False,
        may_anywhere=lambda perm: perm in permissions,
    )


def asking(someone, view_name=""):
    return SimpleNamespace(user=someone, resolver_match=SimpleNamespace(view_name=view_name))


def test_a_role_sees_only_what_it_may_open(empty_menu):
    menu.group("系统管理", icon="gear", order=90)
    menu.register(group="系统管理", label="账号", url_name="core:gallery", perm="maintain")
    menu.register(label="工作台", url_name="core:gallery", icon="house", order=1)
    menu.register(label="看板", url_name="core:gallery", perm=("lead", "decide"), order=2)
    menu.register(label="没有地址", url_name="nowhere:list")
    menu.register(label="自定", url_name="core:gallery", predicate=lambda u: False)

    assert [e.label for e in menu.for_request(asking(user()))] == ["工作台"]
    assert [e.label for e in menu.for_request(asking(user("decide")))] == ["工作台", "看板"]
    both = menu.for_request(asking(user("maintain")))
    assert [(e.label, [i.label for i in e.items]) for e in both] == [
        ("工作台", []),
        ("系统管理", ["账号"]),
    ]


def test_the_present_page_is_marked_and_its_group_is_open(empty_menu):
    cover = ("units:detail",)
    menu.register(group="机构", label="机构库", url_name="core:gallery", covers=cover, order=1)
    menu.register(group="机构", label="机构树", url_name="core:gallery_list", order=2)

    [here] = menu.for_request(asking(user(), "core:gallery"))
    [under] = menu.for_request(asking(user(), "units:detail"))
    [away] = menu.for_request(asking(user(), "other:page"))

    assert [i.current for i in here.items] == ["page", ""]
    assert [i.current for i in under.items] == ["true", ""]
    assert (here.is_open, under.is_open, away.is_open) == (True, True, False)


def test_the_bottom_bar_holds_five(empty_menu):
    for number in range(7):
        menu.bottom(label=str(number), url_name="core:gallery", icon="house", order=number)

    assert [e.label for e in menu.bottom_for(asking(user()))] == ["0", "1", "2", "3", "4"]


def test_equal_menus_are_drawn_once_and_no_reader_gets_anothers(empty_menu, monkeypatch):
    badge = {"n": 2}
    menu.register(label="工作台", url_name="core:gallery", icon="house", order=1)
    menu.register(
        group="办理",
        label="待办",
        url_name="core:gallery",
        perm="decide",
        badge=lambda u: badge["n"],
    )

    def drawn(someone, view_name=""):
        page = "{% load ui %}{% app_menu %}"
        return Template(page).render(Context({"request": asking(someone, view_name)}))

    plain, deciding = drawn(user()), drawn(user("decide"))
    assert "待办" not in plain
    assert "待办" in deciding
    assert '<span class="badge-count">2<' in deciding
    assert drawn(user()) == plain
    assert 'aria-current="page"' in drawn(user(), "core:gallery")

    def refuse(*args, **kwargs):
        raise AssertionError("the same menu was drawn a second time")

    monkeypatch.setattr(frame, "render_to_string", refuse)
    assert drawn(user("decide")) == deciding
    badge["n"] = 3  # another count is another menu
    with pytest.raises(AssertionError, match="second time"):
        drawn(user("decide"))


# -- views' helpers -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        ({}, False),
        ({"HX-Request": "true"}, True),
        ({"HX-Request": "true", "HX-Boosted": "true"}, False),
        ({"HX-Request": "true", "HX-History-Restore-Request": "true"}, False),
    ],
)
def test_only_plain_htmx_calls_get_a_fragment(headers, wanted):
    assert http.wants_fragment(request(**headers)) is wanted


def test_a_page_asks_for_sign_in_first_and_for_the_right_second():
    @http.requires("maintain", "lead")
    def page(request):
        return HttpResponse("in")

    nobody, outsider, leader = request("/x"), request("/x"), request("/x")
    outsider.user, leader.user = user("view_subtree"), user("lead")

    assert page(nobody).status_code == 302
    with pytest.raises(PermissionDenied):
        page(outsider)
    assert page(leader).content == b"in"
    assert page.required_permissions == ("maintain", "lead")


def test_a_day_in_the_address_is_a_day_or_refused():
    assert http.on_day(request("/?on=2024-06-01")) == dt.date(2024, 6, 1)
    assert http.on_day(request("/")) is None
    with pytest.raises(BadRequest, match="2026-11-22"):
        http.on_day(request("/?on=2024-13-01"))


def test_at_most_twenty_suggestions_are_shown_and_more_is_said():
    options = [http.Option(n, f"单位{n}", "330683") for n in range(30)]
    html = http.suggestions(request("/?q=单位"), options).content.decode()

    assert html.count("data-value") == 20
    assert "结果较多" in html
    none = http.suggestions(request("/?q=<b>"), []).content.decode()
    assert "没有找到“&lt;b&gt;”" in none


# -- forms ----------------------------------------------------------------------------------------


class Entry(forms.Form):
    suffixes = {"places": "名"}
    widths = {"reason": "full"}
    sections = [("依据", ("since", "places"))]

    name = django_forms.CharField(label="姓名", help_text="与身份证一致")
    places = django_forms.IntegerField(label="编制数", min_value=1)
    since = forms.DayField(label="起始日期")
    month = forms.MonthField(label="起始年月", required=False)
    sex = django_forms.ChoiceField(
        label="性别", choices=[("1", "男"), ("2", "女")], widget=django_forms.RadioSelect
    )
    file = forms.UploadField(label="批文", types=("pdf",), max_mb=1, required=False)
    reason = django_forms.CharField(label="事由", required=False, widget=django_forms.Textarea)


def test_a_fault_is_tied_to_its_field_and_listed_on_top():
    form = Entry({"places": "两", "since": "2015.3.1"})
    html = draw("{% error_summary form=form %}{% form_fields form=form %}", form=form)

    assert "有 3 处需要更正" in html
    assert '<a href="#id_name">请填写姓名</a>' in html
    assert '<a href="#id_sex_0">请选择性别</a>' in html
    assert '<a href="#id_places">编制数应为整数，如 3</a>' in html
    assert 'id="id_name_error"' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'value="两"' in html  # what was typed stays
    assert form.cleaned_data["since"] == dt.date(2015, 3, 1)


def test_a_form_without_faults_has_no_summary():
    assert draw("{% error_summary form=form %}", form=Entry()).strip() == ""


def test_required_fields_are_marked_before_their_label_and_units_stand_inside():
    html = draw("{% form_fields form=form %}", form=Entry())

    assert '<span class="req" aria-hidden="true">*</span>姓名</label>' in html
    assert '<span class="suffix">名</span>' in html
    assert "field-full" in html
    assert html.index("起始日期") < html.index("姓名")  # sections first, the rest after
    assert 'type="number"' not in html


def test_a_date_that_cannot_be_read_is_a_fault_and_stays_as_typed():
    form = Entry(
        {"name": "张玥", "places": "1", "sex": "2", "since": "2015年13月1日", "month": "20"}
    )

    assert not form.is_valid()
    assert set(form.errors) == {"since", "month"}
    assert "13" in form.errors["since"][0]
    html = draw('{% field form=form name="since" %}', form=form)
    assert 'type="text"' in html
    assert "2015年13月1日" in html


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("批文.pdf", b"x", None),
        ("批文.PDF", b"x", None),
        ("批文.exe", b"x", "类型不能上传"),
        ("批文", b"x", "类型不能上传"),
        ("批文.pdf", b"", "文件是空的"),
        ("批文.pdf", b"x" * (1024 * 1024 + 1), "1.0 MB"),
    ],
)
def test_a_file_is_refused_by_type_and_size_in_words(name, content, fault):
    data = {"name": "张玥", "places": "1", "sex": "2", "since": "2015-03-01"}
    form = Entry(data, {"file": SimpleUploadedFile(name, content)})

    assert form.is_valid() is (fault is None)
    if fault:
        assert fault in form.errors["file"][0]


def test_contrib_forms_come_out_in_the_same_look():
    from django.contrib.auth.forms import AuthenticationForm

    html = str(AuthenticationForm(None))

    assert 'class="form-control"' in html
    assert 'class="form-label"' in html
    assert "style=" not in html


def test_a_form_page_with_faults_answers_422(rf):
    good, bad = Entry(), Entry({})

    for form, status in ((good, 200), (bad, 422)):
        made = request("/")
        response = http.render_form(made, "components/form_fields.html", form)
        assert response.status_code == status


# -- long tables ----------------------------------------------------------------------------------

TEXT_ROWS = """{% for line in lines %}<tr>{% for value in line.cells %}\
{% if forloop.counter == 2 %}<th scope="row">{{ value }}</th>\
{% else %}<td>{{ value|default_if_none:"" }}</td>{% endif %}{% endfor %}</tr>{% endfor %}"""
LAYOUT_ROWS = """{% for row in rows %}<tr class="row-{{ row.sort }}">{% for cell in row.cells %}\
{% if cell.head %}<th scope="row"{% if cell.columns > 1 %} colspan="{{ cell.columns }}"{% endif %}\
{% if cell.css %} class="{{ cell.css }}"{% endif %}>{{ cell.text }}</th>{% else %}\
<td{% if cell.columns > 1 %} colspan="{{ cell.columns }}"{% endif %}\
{% if cell.css %} class="{{ cell.css }}"{% endif %}>{% if cell.url %}<a href="{{ cell.url }}">\
{{ cell.text }}</a>{% else %}{{ cell.text }}{% endif %}</td>{% endif %}{% endfor %}</tr>\
{% endfor %}"""


def test_long_tables_are_what_a_template_would_draw_with_everything_escaped():
    hostile = "<script>alert('1&2')</script>\""
    lines = [SimpleNamespace(cells=[1, hostile, None, "", 0]), SimpleNamespace(cells=[1_234, "王"])]
    cells = [
        Cell(hostile, "num", 2),
        Cell(hostile, "", 1, f"/?q={hostile}&a=1"),
        Cell("名", "mid is-over", 3, head=True),
        Cell("", ""),
    ]
    rows = [Row("total", cells), Row("plain", [])]

    assert draw("{% text_rows lines=lines head=1 %}", lines=lines) == draw(TEXT_ROWS, lines=lines)
    assert draw("{% layout_rows rows=rows %}", rows=rows) == draw(LAYOUT_ROWS, rows=rows)
    assert "<script" not in draw("{% layout_rows rows=rows %}", rows=rows)
