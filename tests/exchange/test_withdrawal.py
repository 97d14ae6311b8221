"""A written batch goes back whole, or not at all, and says what stands in the way."""

import datetime as dt
import uuid

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from apps.audit.models import AuditEvent
from apps.core.history import tracked_models
from apps.core.models import Holiday
from apps.exchange import services
from apps.exchange.choices import BatchState
from apps.exchange.errors import BatchNotReady
from apps.exchange.models import ImportBatch
from apps.quotas.models import Balance, OverageEntry, QuotaEntry
from apps.staff import services as staff_services
from apps.staff.models import Occupancy, Person
from apps.units.models import DocumentUnit, Unit
from tests.factories import quotas, units
from tests.identity_numbers import number
from tests.races import meet_at

from .books import QUOTA_HEADERS, book, upload

pytestmark = pytest.mark.django_db(transaction=True)

ROSTER = ["姓名", "公民身份号码", "编制所在单位", "编制类型", "入编时间"]
UNITS = ["机构名称", "上级机构名称", "机构编码", "类别", "机构性质"]
ZHANG = number("330683", dt.date(1979, 4, 12), 17)
LI = number("330683", dt.date(1980, 5, 6), 25)


@pytest.fixture
def staffed(bureau, document):
    quotas.grant(bureau, 10, document=document)
    return bureau


def written(client, kind, headers, *rows):
    """Import through the wizard and return the written batch."""
    client.post(
        reverse("exchange:upload", args=[kind]),
        {"_key": uuid.uuid4(), "file": upload(book(headers, *rows), f"{kind}.xlsx")},
    )
    batch = ImportBatch.objects.first()
    assert batch.state == BatchState.CLEAN, (batch.state, batch.report, batch.sentence)
    client.post(reverse("exchange:confirm", args=[batch.pk]), {"_key": uuid.uuid4()})
    batch.refresh_from_db()
    assert batch.state == BatchState.DONE, (batch.sentence, batch.report)
    return batch


def take_back(client, batch):
    address = reverse("exchange:withdraw", args=[batch.pk])
    answer = client.post(address, {"_key": uuid.uuid4()}, follow=True)
    batch.refresh_from_db()
    return answer.content.decode()


def everything():
    """Return the rows of every business table that an import writes."""
    found = {}
    for model in tracked_models():
        if model._meta.app_label in ("exchange", "accounts", "core"):
            continue
        fields = [f.attname for f in model._meta.concrete_fields]
        found[model._meta.label] = sorted(
            repr([bytes(v) if isinstance(v, memoryview) else v for v in row])
            for row in model._base_manager.values_list(*fields)
        )
    for model in (Balance,):
        rows = model.objects.exclude(approved=0, actual=0, reserved=0, over_allowed=0)
        found[model._meta.label] = sorted(
            rows.values_list("unit_id", "quota_type_id", "approved", "actual", "over_allowed")
        )
    return found


def person(name, identity, unit, kind="行政编制", day="2015-03-01"):
    return [name, identity, unit.name, kind, day]


@pytest.mark.rule("W-10")
def test_new_and_changed_people_go_back_to_what_they_were(client, clerk, staffed):
    client.force_login(clerk)
    written(client, "roster", ROSTER, person("张三", ZHANG, staffed))
    before = everything()
    second = [person("张三丰", ZHANG, staffed), person("李四", LI, staffed)]
    batch = written(client, "roster", ROSTER, *second)
    assert Balance.objects.get(unit=staffed).actual == 2
    assert batch.reach == staffed
    page = client.get(reverse("exchange:withdraw", args=[batch.pk])).content.decode()
    assert "撤回整批" in page

    page = take_back(client, batch)
    assert batch.state == BatchState.WITHDRAWN, (batch.sentence, batch.obstacles)
    assert everything() == before
    assert batch.report["withdrawn"] == 2
    assert "已撤回" in page
    assert Person.objects.get().history.first().history_user_id == clerk.pk
    event = AuditEvent.objects.get(kind="import.withdraw")
    assert (event.actor_id, event.after["lines"]) == (clerk.pk, 2)
    call_command("check_facts")


@pytest.mark.rule("W-10")
def test_a_row_touched_later_stops_it_and_is_named(client, clerk, staffed, leader):
    client.force_login(clerk)
    batch = written(client, "roster", ROSTER, person("张三", ZHANG, staffed))
    spell = Occupancy.objects.get()
    staff_services.leave(
        spell=spell, on=dt.date(2020, 5, 1), exit_mode=_code("exit_mode"), document=None, by=leader
    )
    before = everything()
    page = take_back(client, batch)

    assert batch.state == BatchState.DONE
    assert everything() == before
    assert "后来又有修改" in page
    assert leader.name in page
    assert AuditEvent.objects.filter(kind="import.withdraw", outcome="refused").exists()


def _code(table):
    from apps.core.models import CodeValue

    return CodeValue.objects.filter(table_id=table).order_by("sort").first()


@pytest.mark.rule("W-10")
def test_what_hangs_on_a_new_row_stops_it(client, clerk, home, document):
    client.force_login(clerk)
    batch = written(
        client, "units", UNITS, ["新设局", home.name, "330683900", "法人单位", "行政机关"]
    )
    unit = Unit.objects.get(name="新设局")
    assert batch.reach == home, "the subtree outlives the unit"
    quotas.grant(unit, 3, document=document)
    page = take_back(client, batch)

    assert batch.state == BatchState.DONE
    assert "引用了本批新增的机构" in page
    assert Unit.objects.filter(pk=unit.pk).exists()


@pytest.mark.rule("W-10")
def test_units_go_with_their_events_and_the_parent_counts_its_children(client, clerk, home, bureau):
    client.force_login(clerk)
    before = everything()
    batch = written(
        client,
        "units",
        UNITS,
        ["新设局", home.name, "330683900", "法人单位", "行政机关"],
        ["下属中心", "新设局", "330683901", "法人单位", ""],
    )
    take_back(client, batch)

    assert batch.state == BatchState.WITHDRAWN, (batch.sentence, batch.obstacles)
    assert everything() == before
    home.refresh_from_db()
    assert home.numchild == 1
    assert Unit.objects.find_problems() == ([], [], [], [], [])


def quota(unit, document, more=12):
    return [None, unit.name, "行政编制", "2015-03-01", document.number, more, None, "核定"]


@pytest.mark.rule("W-10")
def test_a_ledger_goes_back_and_the_link_that_others_need_stays(client, clerk, bureau, document):
    client.force_login(clerk)
    batch = written(client, "quotas", QUOTA_HEADERS, quota(bureau, document))
    quotas.grant(bureau, 3, quotas.SUPPORT, document=document)
    take_back(client, batch)

    assert batch.state == BatchState.WITHDRAWN, (batch.sentence, batch.obstacles)
    assert QuotaEntry.objects.get().change == 3
    assert DocumentUnit.objects.filter(document=document, unit=bureau).exists()
    assert not Balance.objects.filter(unit=bureau, approved=12).exists()
    call_command("check_facts")


@pytest.mark.rule("W-10")
def test_a_ledger_that_people_rest_on_stays_and_says_why(client, clerk, bureau, document):
    client.force_login(clerk)
    batch = written(client, "quotas", QUOTA_HEADERS, quota(bureau, document, 2))
    quotas.people(bureau, 2)
    page = take_back(client, batch)

    assert batch.state == BatchState.DONE
    assert "撤回后编制放不下" in page
    assert Balance.objects.get(unit=bureau).approved == 2


@pytest.mark.rule("W-10")
def test_room_above_the_approved_places_goes_back_with_its_people(client, clerk, staffed):
    client.force_login(clerk)
    quotas.people(staffed, 10)
    before = everything()
    rows = [
        [*person("张三", ZHANG, staffed), "历史遗留"],
        [*person("李四", LI, staffed), "历史遗留"],
    ]
    batch = written(client, "roster", [*ROSTER, "超编依据"], *rows)
    assert OverageEntry.objects.get().places == 2
    take_back(client, batch)

    assert batch.state == BatchState.WITHDRAWN, (batch.sentence, batch.obstacles)
    assert everything() == before
    call_command("check_facts")


def test_holidays_are_their_importers_alone(client, clerk, leader):
    client.force_login(clerk)
    Holiday.objects.create(day="2027-01-02", kind="holiday", name="旧名")
    batch = written(
        client,
        "holidays",
        ["日期", "类别", "名称"],
        ["2027-01-01", "放假", "元旦"],
        ["2027-01-02", "放假", "元旦"],
    )
    assert batch.reach is None
    take_back(client, batch)

    assert batch.state == BatchState.WITHDRAWN
    assert [(str(h.day), h.name) for h in Holiday.objects.all()] == [("2027-01-02", "旧名")]


@pytest.mark.rule("W-10")
def test_of_two_who_withdraw_at_once_one_wins(client, clerk, staffed, home):
    client.force_login(clerk)
    batch = written(client, "roster", ROSTER, person("张三", ZHANG, staffed))
    colleague = units.holder("colleague", "office_clerk", home, "同事甲")
    held = ImportBatch.objects.filter(pk=batch.pk)
    first, second = meet_at(
        held,
        lambda: services.withdraw(batch=batch, by=clerk),
        lambda: services.withdraw(batch=batch, by=colleague),
    )

    assert (first.won, second.won) == (True, False)
    assert isinstance(second.error, BatchNotReady)
    batch.refresh_from_db()
    assert batch.state == BatchState.WITHDRAWN
    client.force_login(colleague)
    assert "没有再次撤回" in take_back(client, batch)


def test_who_sees_and_withdraws_a_batch(client, clerk, staffed, home, stranger, unit_clerk, reader):
    client.force_login(clerk)
    batch = written(client, "roster", ROSTER, person("张三", ZHANG, staffed))
    colleague = units.holder("colleague", "office_clerk", home, "同事甲")
    nearby = units.holder("nearby", "office_clerk", units.unit("卫生局", home), "旁局")
    narrow = units.holder("narrow", "office_clerk", staffed, "本局")
    pages = ("batch", "file", "withdraw")

    for user in (stranger, nearby):
        client.force_login(user)
        for name in pages:
            assert client.get(reverse(f"exchange:{name}", args=[batch.pk])).status_code == 404
        assert batch.name not in client.get(reverse("exchange:imports")).content.decode()
    for user in (unit_clerk, reader):
        client.force_login(user)
        assert client.get(reverse("exchange:batch", args=[batch.pk])).status_code == 403
    for user in (colleague, narrow):
        client.force_login(user)
        page = client.get(batch.get_absolute_url()).content.decode()
        assert "撤回本批" in page
        assert batch.name in client.get(reverse("exchange:imports")).content.decode()
    assert (
        client.post(reverse("exchange:fix", args=[batch.pk]), {"_key": uuid.uuid4()}).status_code
        == 403
    ), "what is not written yet is its owner's"
    take_back(client, batch)
    assert batch.state == BatchState.WITHDRAWN
    assert batch.withdrawn_by == narrow


def test_the_file_is_kept_and_taking_it_out_is_noted(client, clerk, staffed):
    client.force_login(clerk)
    batch = written(client, "roster", ROSTER, person("张三", ZHANG, staffed))
    answer = client.get(reverse("exchange:file", args=[batch.pk]))

    assert b"".join(answer.streaming_content)[:2] == b"PK"
    assert AuditEvent.objects.get(kind="import.download").after["sha256"] == batch.sha256


@pytest.mark.parametrize(
    ("query", "count"), [("q=周经办", 1), ("state=withdrawn", 0), ("mine=0", 0), ("kind=roster", 1)]
)
def test_the_list_is_narrowed(client, clerk, staffed, query, count):
    client.force_login(clerk)
    written(client, "roster", ROSTER, person("张三", ZHANG, staffed))
    page = client.get(f"{reverse('exchange:imports')}?{query}").context["page"]

    assert page.paginator.count == count


@pytest.mark.rule("W-10")
def test_it_can_be_imported_again_after_it_was_withdrawn(client, clerk, staffed):
    client.force_login(clerk)
    batch = written(client, "roster", ROSTER, person("张三", ZHANG, staffed))
    take_back(client, batch)
    written(client, "roster", ROSTER, person("张三", ZHANG, staffed))

    assert Occupancy.objects.get().unit == staffed
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM staff_historicalperson")
        assert cursor.fetchone()[0] == 3, "what was withdrawn stays in the history"
