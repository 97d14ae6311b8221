"""Audit search: everything, for one reader, read only."""

import datetime as dt
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.accounts import services
from apps.accounts.choices import AdministratorKind
from apps.audit import services as audit
from apps.audit import views
from apps.audit.models import AuditEvent
from apps.audit.sentences import SENTENCES
from apps.audit.tables import EventTable
from apps.units.services import rename
from tests.factories import accounts

pytestmark = pytest.mark.django_db

LIST = "/audit/"


@pytest.fixture
def auditor():
    return accounts.administrator(AdministratorKind.AUDIT, "shenji1", "纪审计")


@pytest.fixture
def page(client, auditor):
    client.force_login(auditor)
    return client


def found(page, query=""):
    table = page.get(f"{LIST}?{query}").context["table"]
    return [event.kind for event in table.page.object_list]


@pytest.fixture
def events(home, bureau, clerk):
    AuditEvent.objects.all()
    start = AuditEvent.objects.count()
    audit.record("unit.change", target=bureau, by=clerk, before={"a": 1}, after={"a": 2}, note="改")
    audit.record("person.reveal", by=clerk, purpose="核对档案", note="查看身份证号")
    audit.record("access.refuse", by=clerk, refused=True, note="GET /units/9/")
    return start


def test_it_finds_by_who_what_when_and_outcome(page, events, clerk, bureau):
    assert set(found(page, "kind=person.reveal")) == {"person.reveal"}
    assert set(found(page, "outcome=refused")) == {"access.refuse"}
    assert set(found(page, f"who={clerk.name}")) == {
        "unit.change",
        "person.reveal",
        "access.refuse",
    }
    assert set(found(page, "target_type=units.unit")) == {"unit.change"}
    assert set(found(page, f"target={bureau.name}")) == {"unit.change"}
    today = timezone.localdate()
    assert found(page, f"at_after={today + dt.timedelta(days=1)}") == []
    assert "unit.change" in found(page, f"at_after={today}&at_before={today}")


def test_it_finds_all_of_one_change_or_request(page, bureau, document, clerk):
    rename(
        unit=bureau, name="嵊州市教育体育局", on=dt.date(2020, 1, 1), document=document, by=clerk
    )
    event = AuditEvent.objects.get(kind="unit.rename")

    kinds = found(page, f"number={event.change_id}")

    assert "unit.rename" in kinds
    assert len(kinds) == AuditEvent.objects.filter(change_id=event.change_id).count()
    assert found(page, "number=nothing-like-it") == []


def test_an_event_shows_every_row_of_its_change(page, bureau, document, clerk):
    rename(
        unit=bureau, name="嵊州市教育体育局", on=dt.date(2020, 1, 1), document=document, by=clerk
    )
    event = AuditEvent.objects.get(kind="unit.rename")

    answer = page.get(reverse("audit:event_detail", args=[event.pk]))

    tables = {table.title: table for table in answer.context["tables"]}
    assert {"机构", "机构沿革"} <= set(tables)
    # the whole test is one transaction, hence one change: the making of the units is in it too
    lines = [line for change in tables["机构"].shown if change.sign == "~" for line in change.rows]
    name = next(line for line in lines if line["label"] == "机构名称")
    assert (name["before"], name["after"]) == ("嵊州市教育局", "嵊州市教育体育局")
    assert clerk.name in answer.content.decode()


def test_personal_values_of_a_change_are_not_shown(page, clerk, db):
    from apps.core import changes
    from apps.core.models import CodeValue
    from apps.staff.models import Person
    from tests.factories import reference

    reference.load()
    person = Person.objects.create(
        person_no="P1",
        name="李隐名",
        id_no_ct=b"sealed-number",
        id_no_bi=b"index",
        id_no_tail=1,
        sex_id="sex.1",
        birth_month=dt.date(1980, 7, 1),
    )
    assert CodeValue.objects.exists()
    audit.record("export.run", by=clerk)
    event = AuditEvent.objects.get(kind="export.run")
    assert person.history.get().change_id == event.change_id

    body = page.get(reverse("audit:event_detail", args=[event.pk])).content.decode()

    assert "李隐名" not in body
    assert "1980-07" not in body
    assert "sealed-number" not in body
    assert changes.HIDDEN in body


@pytest.mark.parametrize("kind", [None, AdministratorKind.SYSTEM, AdministratorKind.SECURITY])
@pytest.mark.asvs("8.2.1")
def test_nobody_else_reads_the_trail(client, events, kind):
    client.force_login(accounts.account(admin_kind=kind))
    pk = AuditEvent.objects.order_by("pk").first().pk

    for name, args in (
        ("audit:event_list", ()),
        ("audit:sign_ins", ()),
        ("audit:looks", ()),
        ("audit:exports", ()),
        ("audit:event_detail", (pk,)),
    ):
        answer = client.get(reverse(name, args=args))
        assert answer.status_code == 403
        assert "核对档案" not in answer.content.decode()


def test_nothing_here_can_be_posted(page, events):
    pk = AuditEvent.objects.order_by("pk").first().pk
    for name, args in (("audit:event_list", ()), ("audit:event_detail", (pk,))):
        answer = page.post(reverse(name, args=args), {"_key": str(uuid.uuid4())})
        assert answer.status_code == 405


def test_the_named_lists_hold_their_kinds(page, auditor, events):
    services.note_sign_out(by=auditor)
    for name, kinds in (
        ("audit:sign_ins", views.SIGN_INS),
        ("audit:looks", views.LOOKS),
        ("audit:exports", views.EXPORTS),
    ):
        assert set(kinds) <= set(SENTENCES)
        rows = page.get(reverse(name)).context["table"].page.object_list
        assert {row.kind for row in rows} <= set(kinds)


def test_the_trail_is_taken_out_as_shown_and_that_is_an_event(page, events):
    import io

    import openpyxl

    answer = page.get(f"{LIST}?kind=unit.change&export=xlsx")

    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    rows = list(book.active.iter_rows(values_only=True))
    assert rows[0][0] == "时间"
    assert [row[2] for row in rows[1:]] == [SENTENCES["unit.change"]]
    assert AuditEvent.objects.get(kind="export.run").actor_name == "纪审计"


@pytest.mark.parametrize("extra", [1, 3])
def test_a_longer_list_costs_no_query(page, clerk, extra, django_assert_num_queries):
    AuditEvent.objects.count()
    for _ in range(extra):
        audit.record("print.run", by=clerk)
    page.get(f"{LIST}?kind=print.run")

    with django_assert_num_queries(6):  # one is the badge of alerts
        answer = page.get(f"{LIST}?kind=print.run")

    assert answer.context["page"].paginator.count == extra


def test_each_kind_has_its_place_in_the_query_bar():
    from apps.audit.filters import NOUNS

    nouns = {kind.partition(".")[0] for kind in SENTENCES}
    assert nouns <= set(NOUNS), nouns - set(NOUNS)


def test_a_name_is_found_by_its_beginning_else_by_any_part_of_it(page, bureau, clerk):
    for name in ("张三丰", "小张三", "张三"):
        event = audit.record("person.view", target=bureau, by=clerk)
        AuditEvent.objects.filter(pk=event.pk).update(target_label=name)

    def labels(text):
        answer = page.get(f"{LIST}?kind=person.view&target={text}").context
        rows = [event.target_label for event in answer["table"].page.object_list]
        return sorted(rows), answer["filters"].narrowed

    assert labels("张三") == (["张三", "张三丰"], False)
    assert labels("三丰") == (["张三丰"], True)
    assert labels("李四") == ([], True)


@pytest.mark.parametrize(
    ("typed", "found_there"),
    [
        ("10.1.3.31", True), ("10.1.3", True), ("10.1.", True), ("10", True),
        ("10.1.30", False), ("10.2", False), ("1", False), ("厅里", False), ("10.1.3.31.", True),
        ("999", False), ("10.1.3.31.5", False), ("", True),
    ],
)  # fmt: skip
def test_an_address_is_found_whole_or_by_its_first_parts(page, clerk, typed, found_there):
    event = audit.record("export.run", by=clerk)
    AuditEvent.objects.filter(pk=event.pk).update(address="10.1.3.31")
    assert bool(found(page, f"kind=export.run&address={typed}")) is found_there


def test_past_the_rows_that_are_counted_the_list_goes_on_by_day(page, clerk, monkeypatch):
    monkeypatch.setattr(EventTable, "counted_to", 20)
    now = timezone.now()
    for days in range(25):
        event = audit.record("export.run", by=clerk)
        AuditEvent.objects.filter(pk=event.pk).update(at=now - dt.timedelta(days=days))

    answer = page.get(f"{LIST}?kind=export.run")

    last = timezone.localtime(now - dt.timedelta(days=19)).date()
    assert answer.context["older"]() == f"?kind=export.run&at_before={last}"
    assert f"at_before={last}" in answer.content.decode()
    further = page.get(f"{LIST}{answer.context['older']()}")
    assert len(further.context["table"].page.object_list) == 6
    assert "接着往前查" not in further.content.decode()
    assert page.get(f"{LIST}?kind=export.run&sort=at").context["older"]() == ""
