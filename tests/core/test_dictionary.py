"""Code tables and the holiday calendar as the system administrator keeps them."""

import datetime as dt
import uuid

import pytest
from django.urls import reverse

from apps.accounts.choices import AdministratorKind
from apps.audit.models import AuditEvent
from apps.core import changes
from apps.core.dictionary import attributes, holidays
from apps.core.dictionary.forms import PREFIX, ValueForm
from apps.core.models import CodeTable, CodeValue, Holiday
from apps.quotas.models import Balance, QuotaEntry
from apps.staff.models import Occupancy, Person
from tests.factories import accounts, reference, units
from tests.factories.documents import DocumentFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def tables():
    reference.load()


@pytest.fixture
def page(client, tables):
    client.force_login(accounts.administrator(AdministratorKind.SYSTEM))
    return client


def post(client, view, *args, **fields):
    return client.post(reverse(view, args=args), {"_key": str(uuid.uuid4()), **fields})


def as_shown(value):
    """Return the fields of the edit form as a browser would send them unchanged."""
    form = ValueForm(table=value.table, row=value, initial=ValueForm.initial_of(value))
    fields = {"version": changes.version_of(value)}
    for name in form.fields:
        shown = form.get_initial_for_field(form.fields[name], name)
        if shown is None or shown is False:
            continue
        if name != "version":
            fields[name] = "on" if shown is True else shown
    return fields


def test_every_value_of_every_table_survives_its_own_form(page):
    """Opening and saving a value without a change changes nothing: no attribute is lost."""
    for value in CodeValue.objects.select_related("table"):
        form = ValueForm(as_shown(value), table=value.table, row=value)
        assert form.is_valid(), (value.key, form.errors)
        facts = form.facts()
        assert facts["attrs"] == value.attrs, value.key
        assert facts["external_map"] == value.external_map, value.key


def test_every_attribute_of_the_fixtures_has_a_field(tables):
    for value in CodeValue.objects.all():
        known = {one.name for one in attributes.of(value.table_id)}
        assert set(value.attrs) <= known, value.key


def test_a_value_is_added_with_its_history_and_event(page):
    answer = post(
        page,
        "core:code_value_create",
        "entry_mode",
        value="77",
        label="人才引进（试点）",
        sort="770",
        valid_from="2026-01-01",
        external_map="budget=09\nlocal = 7",
    )

    row = CodeValue.objects.get(pk="entry_mode.77")
    assert answer["Location"] == reverse("core:code_value", args=[row.pk])
    assert row.external_map == {"budget": "09", "local": "7"}
    assert row.history.get().history_user is not None
    event = AuditEvent.objects.get(kind="codevalue.create")
    assert event.change_id == row.history.get().change_id
    assert "人才引进（试点）" in page.get(answer["Location"]).content.decode()


def test_a_value_once_used_is_never_given_a_second_meaning(page):
    CodeValue.objects.filter(pk="entry_mode.01").update(valid_to=dt.date(2020, 1, 1))

    answer = post(
        page, "core:code_value_create", "entry_mode", value="01", label="另一个意思", sort="1"
    )

    assert answer.status_code == 422
    assert "代码值 01 已有（考试录用）" in answer.content.decode()
    assert CodeValue.objects.get(pk="entry_mode.01").label == "考试录用"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"value": "a b"}, "只能用字母和数字"),
        ({"value": "../x"}, "只能用字母和数字"),
        ({"external_map": "ZB09"}, "第 1 行“ZB09”应写成 标准=代码"),
        ({"external_map": "A=1\nA=2"}, "标准“A”写了两次"),
        ({"valid_from": "2026-02-01", "valid_to": "2026-02-01"}, "停用日期应晚于启用日期"),
        ({"valid_to": "2026-02-30"}, "2026-02-30"),
        ({"label": ""}, "请输入名称"),
    ],
)
def test_wrong_input_is_refused_with_a_sentence(page, fields, sentence):
    good = {"value": "77", "label": "试点", "sort": "1"}

    answer = post(page, "core:code_value_create", "entry_mode", **{**good, **fields})

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not CodeValue.objects.filter(label="试点").exists()
    assert not AuditEvent.objects.exists()


@pytest.mark.rule("K-03")
def test_a_value_is_ended_not_deleted(page):
    value = CodeValue.objects.get(pk="entry_mode.02")

    post(page, "core:code_value_edit", value.pk, **{**as_shown(value), "valid_to": "2026-01-01"})

    value.refresh_from_db()
    assert value.valid_to == dt.date(2026, 1, 1)
    assert value not in CodeValue.objects.on_day(dt.date(2026, 1, 1))
    assert value in CodeValue.objects.on_day(dt.date(2025, 12, 31))
    names = [pattern.name for pattern in _patterns()]
    assert not [
        name for name in names if "value" in name and ("delete" in name or "remove" in name)
    ]


def _patterns():
    from apps.core.dictionary import urls

    return urls.urlpatterns


def test_saving_over_a_colleagues_change_is_refused(page):
    value = CodeValue.objects.get(pk="entry_mode.02")
    fields = as_shown(value)
    CodeValue.objects.filter(pk=value.pk).update(label="选调")

    answer = post(page, "core:code_value_edit", value.pk, **{**fields, "sort": "5"})

    assert answer.status_code == 422
    assert "刚被他人修改" in answer.content.decode()
    value.refresh_from_db()
    assert (value.label, value.sort) == ("选调", 20)


@pytest.mark.rule("K-03")
def test_attributes_of_a_value_in_use_change_only_after_a_look_at_the_effect(page):
    root = units.county()
    units.unit("某事业单位", root, nature_id="nature.104")
    value = CodeValue.objects.get(pk="nature.104")
    fields = as_shown(value)
    del fields[PREFIX + "public_institution"]

    first = post(page, "core:code_value_edit", value.pk, **fields)

    assert first.status_code == 200
    body = first.content.decode()
    assert "请核对后再确认" in body
    assert "机构 1 行" in body
    assert "看板上的事业单位数" in body
    value.refresh_from_db()
    assert value.attrs["public_institution"] is True

    fields["confirmed"] = first.context["seen"]
    assert post(page, "core:code_value_edit", value.pk, **fields).status_code == 302
    value.refresh_from_db()
    assert value.attrs["public_institution"] is False
    event = AuditEvent.objects.get(kind="codevalue.change")
    assert set(event.before) == {"attrs"}


def test_what_is_altered_after_the_look_is_looked_at_again(page):
    units.unit("某机关", units.county(), nature_id="nature.101")
    value = CodeValue.objects.get(pk="nature.101")
    fields = {**as_shown(value), PREFIX + "public_institution": "on", "confirmed": "organ"}

    assert post(page, "core:code_value_edit", value.pk, **fields).status_code == 200
    value.refresh_from_db()
    assert value.attrs["public_institution"] is False


def test_a_count_that_would_break_a_rule_is_refused_and_nothing_changes(page):
    """One place, one who counts, one whose status does not: if it did, the unit would be over."""
    root = units.county()
    unit = units.unit("某局", root, nature_id="nature.101")
    facts = {"unit": unit, "quota_type_id": "quota_type.10"}
    document = DocumentFactory(scope=root.path)
    QuotaEntry.objects.create(
        change=1, on=units.DAY, document=document, reason="核定", kind="grant", **facts
    )
    for number, status in enumerate(("110", "202")):
        person = Person.objects.create(
            person_no=f"P{number}",
            name=f"某人{number}",
            id_no_ct=b"sealed",
            id_no_bi=f"index{number}".encode(),
            id_no_tail=number,
            sex_id="sex.1",
            birth_month=dt.date(1980, 1, 1),
        )
        Occupancy.objects.create(
            person=person,
            status_id=f"person_status.{status}",
            starts_on=units.DAY,
            document=document,
            **facts,
        )
    value = CodeValue.objects.get(pk="person_status.202")
    fields = {**as_shown(value), PREFIX + "in_quota": "on", "confirmed": "in_quota"}

    answer = post(page, "core:code_value_edit", value.pk, **fields)

    assert answer.status_code == 422
    assert "有单位的实有会超过核定与允许超编之和" in answer.content.decode()
    value.refresh_from_db()
    assert value.attrs["in_quota"] is False
    assert not AuditEvent.objects.filter(kind="codevalue.change").exists()
    assert Balance.objects.get(unit=unit).actual == 1


PAGES = [
    ("core:code_tables", ()),
    ("core:code_table", ("entry_mode",)),
    ("core:code_value_create", ("entry_mode",)),
    ("core:code_value", ("entry_mode.01",)),
    ("core:code_value_edit", ("entry_mode.01",)),
    ("core:holidays", ()),
    ("core:holiday_create", ()),
    ("core:holiday_edit", ("2026-10-01",)),
]


@pytest.mark.parametrize(("view", "args"), PAGES)
@pytest.mark.parametrize("kind", [None, AdministratorKind.SECURITY, AdministratorKind.AUDIT])
def test_only_the_system_administrator_opens_them(client, tables, view, args, kind):
    client.force_login(accounts.account(admin_kind=kind))

    assert client.get(reverse(view, args=args)).status_code == 403
    assert post(client, view, *args, label="改").status_code in (403, 405)


@pytest.mark.parametrize(("view", "args"), PAGES)
def test_the_pages_open(page, view, args):
    Holiday.objects.create(day=dt.date(2026, 10, 1), kind="holiday", name="国庆节", source="通知")

    assert page.get(reverse(view, args=args)).status_code == 200


@pytest.mark.parametrize(("query", "rows"), [("q=行政编制", 1), ("per=50", 17)])
def test_a_longer_list_costs_no_query(page, query, rows, django_assert_num_queries):
    address = f"{reverse('core:code_table', args=['quota_type'])}?{query}"
    page.get(address)

    with django_assert_num_queries(8):
        answer = page.get(address)

    assert answer.context["page"].paginator.count == rows


def test_filters_of_values(page):
    CodeValue.objects.filter(pk="entry_mode.01").update(valid_to=dt.date(2020, 1, 1))
    address = reverse("core:code_table", args=["entry_mode"])

    def values(query):
        return {
            row.value for row in page.get(f"{address}?{query}").context["table"].page.object_list
        }

    assert values("q=选调生") == {"02"}
    assert values("state=off") == {"01"}
    assert "01" not in values("state=on&per=100")
    assert values("state=later") == set()


class TestHolidays:
    FIELDS = {"day": "2027-10-01", "kind": "holiday", "name": "国庆节", "source": "2027年通知"}

    def test_a_day_is_added_changed_and_removed_with_events_and_history(self, page):
        post(page, "core:holiday_create", **self.FIELDS)
        day = Holiday.objects.get(pk=dt.date(2027, 10, 1))
        post(page, "core:holiday_edit", "2027-10-01", kind="workday", name="调休", source="更正")
        day.refresh_from_db()
        assert (day.kind, day.source) == ("workday", "更正")

        post(page, "core:holiday_remove", "2027-10-01")

        assert not Holiday.objects.exists()
        assert AuditEvent.objects.filter(kind="holiday.change").count() == 3
        signs = Holiday.history.order_by("history_id").values_list("history_type", flat=True)
        assert list(signs) == ["+", "~", "-"]

    def test_a_day_needs_its_source(self, page):
        answer = post(page, "core:holiday_create", **{**self.FIELDS, "source": ""})

        assert answer.status_code == 422
        assert "请写明依据" in answer.content.decode()
        assert not Holiday.objects.exists()

    def test_a_day_is_entered_once(self, page):
        post(page, "core:holiday_create", **self.FIELDS)

        answer = post(page, "core:holiday_create", **{**self.FIELDS, "kind": "workday"})

        assert answer.status_code == 422
        assert "已登记为放假" in answer.content.decode()
        assert Holiday.objects.get().kind == "holiday"

    @pytest.mark.parametrize("day", ["2027-13-01", "nonsense", "2031-01-01"])
    def test_a_day_that_is_not_there_is_not_found(self, page, day):
        assert page.get(reverse("core:holiday_edit", args=[day])).status_code == 404

    @pytest.mark.parametrize("year", ["x", "12", "99999", "-1"])
    def test_a_wrong_year_is_a_bad_request(self, page, year):
        assert page.get(reverse("core:holidays"), {"year": year}).status_code == 400

    @pytest.mark.parametrize(
        ("today", "expected"),
        [
            (dt.date(2026, 10, 31), []),
            (dt.date(2026, 11, 1), [2027]),
            (dt.date(2027, 3, 1), [2027]),
        ],
    )
    def test_the_next_year_is_missed_from_november_on(self, today, expected):
        Holiday.objects.create(day=dt.date(2026, 10, 1), kind="holiday")

        assert holidays.missing(today) == expected

    def test_the_list_warns_of_a_missing_year(self, page):
        body = page.get(reverse("core:holidays")).content.decode()

        assert "放假安排还没有登记" in body


def test_a_table_that_is_not_there_is_not_found(page):
    assert page.get(reverse("core:code_table", args=["nothing"])).status_code == 404
    assert page.get(reverse("core:code_value", args=["nothing.1"])).status_code == 404
    assert CodeTable.objects.exists()
