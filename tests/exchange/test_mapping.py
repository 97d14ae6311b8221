"""A foreign layout through the wizard and the command: mapped once, remembered, put right."""

import datetime as dt
import json
import uuid

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from apps.audit.models import AuditEvent
from apps.exchange.choices import BatchState
from apps.exchange.models import ImportBatch, ImportSource
from apps.staff.models import Occupancy, Person
from tests.factories import quotas
from tests.identity_numbers import number

from .books import office_roster, upload
from .test_import_file import run

pytestmark = pytest.mark.django_db(transaction=True)


ZHANG = number("330683", dt.date(1979, 4, 12), 17)
LI = number("330683", dt.date(1980, 5, 6), 25)


@pytest.fixture
def staffed(bureau, document):
    quotas.grant(bureau, 10, document=document)
    return bureau


def send(client, content, name="某县组织部花名册.xlsx", kind="roster", **fields):
    client.post(
        reverse("exchange:upload", args=[kind]),
        {"_key": uuid.uuid4(), "file": upload(content, name), **fields},
    )
    return ImportBatch.objects.first()


def chosen(client, batch, **changes):
    """Return the mapping form's fields as the page proposes them, with some changed."""
    form = client.get(reverse("exchange:mapping", args=[batch.pk])).context["form"]
    return {name: form[name].value() or "" for name in form.fields} | changes


def post(client, name, batch, **fields):
    address = reverse(f"exchange:{name}", args=[batch.pk])
    answer = client.post(address, {"_key": uuid.uuid4(), **fields})
    batch.refresh_from_db()
    return answer


def rows(unit, second="201804"):
    return [
        ["张三", ZHANG, "1979.4", unit.name, "行政", "2015.3"],
        ["李四", LI, "1980.5", unit.name, "行政", second],
    ]


@pytest.mark.rule("W-07")
def test_a_foreign_roster_is_mapped_checked_and_written(client, clerk, staffed):
    client.force_login(clerk)
    batch = send(client, office_roster(*rows(staffed)))
    assert batch.state == BatchState.MAPPING
    page = client.get(reverse("exchange:mapping", args=[batch.pk])).content.decode()
    assert "基本信息/姓名" in page
    assert ZHANG not in page, "samples are masked like every identity number"
    assert ZHANG[:6] + "********" in page

    fields = chosen(client, batch)
    assert fields["to_1"] == "name"
    post(client, "mapping", batch, **fields)
    assert batch.state == BatchState.FAULTY, "a month is no day until somebody says which"
    fields = chosen(client, batch) | {"day_starts_on": "first"}
    post(client, "mapping", batch, **fields)
    assert (batch.state, batch.created) == (BatchState.CLEAN, 2)
    page = client.get(batch.get_absolute_url()).content.decode()
    assert "不导入的列：序号、准考证号" in page
    assert not Person.objects.exists()

    post(client, "confirm", batch)
    assert batch.state == BatchState.DONE
    assert sorted(Occupancy.objects.values_list("starts_on", flat=True)) == [
        dt.date(2015, 3, 1),
        dt.date(2018, 4, 1),
    ]
    assert batch.source.name == "某县组织部花名册"
    assert AuditEvent.objects.filter(kind="import.map", actor_id=clerk.pk).exists()


@pytest.mark.rule("W-09")
def test_the_next_file_of_the_same_source_is_read_by_itself(client, clerk, staffed, tmp_path):
    client.force_login(clerk)
    batch = send(client, office_roster(*rows(staffed)[:1]))
    fields = chosen(client, batch) | {"day_starts_on": "first", "remember": "组织部"}
    post(client, "mapping", batch, **fields)
    again = send(client, office_roster(*rows(staffed)), "三月.xlsx")

    assert (again.state, again.created) == (BatchState.CLEAN, 2)
    assert again.source.name == "组织部"
    assert "组织部" in client.get(again.get_absolute_url()).content.decode()
    path = tmp_path / "三月.xlsx"
    path.write_bytes(office_roster(*rows(staffed)))
    code, report = run("roster", path, "--commit", "--actor", "clerk", out=tmp_path / "r.json")
    assert (code, report["created"]) == (0, 2)
    kept = ImportBatch.objects.first()
    assert (kept.state, kept.owner) == (BatchState.DONE, clerk)


@pytest.mark.rule("W-09")
def test_another_office_remembers_nothing_of_it(client, clerk, stranger, staffed):
    client.force_login(clerk)
    batch = send(client, office_roster(*rows(staffed)))
    post(client, "mapping", batch, **chosen(client, batch, day_starts_on="first"))
    assert ImportSource.objects.exists()
    client.force_login(stranger)
    theirs = send(client, office_roster(*rows(staffed)))

    assert theirs.state == BatchState.MAPPING
    assert not ImportSource.objects.visible_to(stranger).exists()


def test_two_columns_for_one_and_a_missing_one_are_told_at_their_fields(client, clerk, staffed):
    client.force_login(clerk)
    batch = send(client, office_roster(*rows(staffed)))
    fields = chosen(client, batch) | {"to_0": "name", "to_5": ""}
    answer = post(client, "mapping", batch, **fields)
    page = answer.content.decode()

    assert answer.status_code == 422
    assert "都对照到「姓名」，请只留一列" in page
    assert "还缺少「编制类型」" in page
    assert batch.state == BatchState.MAPPING
    assert not ImportSource.objects.exists()


def test_a_missing_column_may_be_given_as_a_constant(client, clerk, staffed):
    client.force_login(clerk)
    batch = send(client, office_roster(*rows(staffed)))
    fields = chosen(client, batch) | {"to_5": "", "fill_quota_type": "行政编制"}
    fields["day_starts_on"] = "first"
    post(client, "mapping", batch, **fields)

    assert (batch.state, batch.created) == (BatchState.CLEAN, 2)


@pytest.mark.rule("W-11")
def test_faulty_cells_are_put_right_in_the_page(client, clerk, staffed):
    client.force_login(clerk)
    content = office_roster(
        ["张三", ZHANG[:-1] + "0", "1979.4", staffed.name, "行政", "2015.3"],
        ["李四", LI, "1980.5", "嵊州市教玉局", "行政", "2018.4"],
    )
    batch = send(client, content)
    post(client, "mapping", batch, **chosen(client, batch, day_starts_on="first"))
    assert batch.state == BatchState.FAULTY
    page = client.get(batch.get_absolute_url()).content.decode()
    assert 'name="cell_5_3"' in page
    assert f'<option value="{staffed.name}">' in page, "the nearest name is offered"
    assert ZHANG[:-1] not in page

    post(client, "fix", batch, cell_5_3="", cell_6_5="嵊州市教玉局")
    assert batch.state == BatchState.FAULTY, "nothing was changed"
    post(client, "fix", batch, cell_5_3=ZHANG, cell_6_5=staffed.name)
    assert batch.state == BatchState.CLEAN
    kept = json.dumps(batch.corrections, ensure_ascii=False)
    assert ZHANG not in kept, "a personal number is kept as ciphertext"
    assert "嵊州市教玉局" in kept
    page = client.get(batch.get_absolute_url()).content.decode()
    assert "已在页面上更正" in page
    assert ZHANG not in page
    post(client, "confirm", batch)
    assert Person.objects.count() == 2
    assert AuditEvent.objects.get(kind="import.fix").after == {"cells": 2}


def test_only_cells_that_were_faulty_can_be_put_right(client, clerk, staffed):
    client.force_login(clerk)
    batch = send(client, office_roster(*rows(staffed, "去年")))
    post(client, "mapping", batch, **chosen(client, batch, day_starts_on="first"))
    post(client, "fix", batch, cell_5_2="赵六", cell_6_7="2018-04-01")

    assert batch.state == BatchState.CLEAN
    assert [one["where"] for one in batch.corrections] == ["入编时间（G列）"]


def test_a_stale_preview_is_not_confirmed(client, clerk, staffed):
    client.force_login(clerk)
    batch = send(client, office_roster(*rows(staffed)))
    post(client, "mapping", batch, **chosen(client, batch, day_starts_on="first"))
    seen = batch.job_id
    post(client, "mapping", batch, **chosen(client, batch) | {"day_starts_on": "last"})
    answer = post(client, "confirm", batch, checked=str(seen))

    assert batch.state == BatchState.CLEAN
    assert "又重新校验过" in client.get(answer.url).content.decode()
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    ("mode", "created", "changed", "skipped"), [("add", 1, 0, 1), ("update", 0, 1, 1)]
)
def test_a_mode_leaves_rows_out_and_says_so(
    client, clerk, staffed, tmp_path, mode, created, changed, skipped
):
    client.force_login(clerk)
    batch = send(client, office_roster(*rows(staffed)[:1]))
    post(client, "mapping", batch, **chosen(client, batch, day_starts_on="first"))
    post(client, "confirm", batch)
    both = [["张三丰", ZHANG, "1979.4", staffed.name, "行政", "2015.3"], rows(staffed)[1]]
    next_one = send(client, office_roster(*both), mode=mode)

    assert next_one.state == BatchState.CLEAN, next_one.report["faults"]
    told = [w["message"] for w in next_one.report["warnings"] if "按“只" in w["message"]]
    assert (next_one.created, next_one.changed, next_one.skipped) == (created, changed, skipped)
    assert len(told) == 1
    post(client, "confirm", next_one)
    assert Person.objects.count() == 1 + created
    assert Person.objects.filter(name="张三丰").exists() is bool(changed)


def test_the_command_says_what_a_foreign_file_lacks(clerk, staffed, tmp_path):
    path = tmp_path / "r.xlsx"
    path.write_bytes(office_roster(*rows(staffed)))
    code, report = run("roster", path, "--commit", "--actor", "clerk", out=tmp_path / "r.json")

    assert code == 2
    assert "没有记住的对照方案" in report["faults"][-1]["message"]
    assert report["mapping"]["columns"]["基本信息/姓名"] == "name"
    assert not Person.objects.exists()

    plan = report["mapping"] | {"days": {"入编时间": "first"}}
    (tmp_path / "m.json").write_text(json.dumps(plan))
    code, report = run(
        "roster",
        path,
        "--commit",
        "--actor",
        "clerk",
        "--mapping",
        tmp_path / "m.json",
        out=tmp_path / "r.json",
    )
    assert (code, report["created"]) == (0, 2)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('{"columns": {"a": "name", "a": "sex"}}', "写了两次"),
        ("[1]", "应是一个对象"),
        ("{", "读不懂"),
    ],
)
def test_a_mapping_file_that_cannot_be_read_is_told(clerk, staffed, tmp_path, content, sentence):
    path = tmp_path / "r.xlsx"
    path.write_bytes(office_roster(*rows(staffed)))
    (tmp_path / "m.json").write_text(content)
    with pytest.raises(CommandError, match=sentence):
        call_command("import_file", "roster", str(path), "--mapping", str(tmp_path / "m.json"))


def test_a_mapping_of_another_kind_is_refused(clerk, staffed, tmp_path):
    path = tmp_path / "r.xlsx"
    path.write_bytes(office_roster(*rows(staffed)))
    (tmp_path / "m.json").write_text('{"columns": {"基本信息/姓名": "number"}}')
    code, report = run(
        "roster", path, "--actor", "clerk", "--mapping", tmp_path / "m.json", out=tmp_path / "r"
    )

    assert code == 2
    assert "不是本类数据的列" in report["faults"][0]["message"]


def test_another_sheet_of_the_file_can_be_looked_at(client, clerk, staffed):
    import io

    import openpyxl

    made = openpyxl.load_workbook(io.BytesIO(office_roster(*rows(staffed))))
    made.create_sheet("退休").append(["姓名", "身份证号码", "部门名称", "退休时间"])
    out = io.BytesIO()
    made.save(out)
    client.force_login(clerk)
    batch = send(client, out.getvalue())
    assert batch.layout["sheet"] == "在编人员"
    post(client, "sheet", batch, sheet="退休")

    assert (batch.state, batch.layout["sheet"]) == (BatchState.MAPPING, "退休")
    post(client, "sheet", batch, sheet="没有这张")
    assert batch.layout["sheet"] == "退休"
