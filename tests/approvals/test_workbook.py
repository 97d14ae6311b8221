"""Several people of one application by workbook: template, faults at cells, preview, lines."""

from __future__ import annotations

import io
import json
import uuid
from html import unescape

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from apps.approvals import sealed
from apps.approvals.models import Application, Typed
from apps.approvals.services import typed
from apps.core.masking import mask_identity
from apps.staff import secrets
from tests.factories import quotas, staff, units
from tests.factories.approvals import draft_entry, entry_line

pytestmark = pytest.mark.django_db

ADDRESS = "/approvals/workbook/entry/"


@pytest.fixture
def window(client, unit_clerk, supervisor):
    client.force_login(unit_clerk)
    return client


def text(answer):
    return unescape(answer.content.decode())


@pytest.fixture
def template(window, office):
    """The template as it is downloaded; a function that fills in rows."""
    answer = window.get(ADDRESS + "?template=1")
    content = answer.content

    def fill(*rows):
        book = openpyxl.load_workbook(io.BytesIO(content))
        sheet = book.worksheets[0]
        headers = {str(cell.value).rstrip("*"): cell.column for cell in sheet[1]}
        for number, row in enumerate(rows, start=3):
            for header, value in row.items():
                sheet.cell(number, headers[header]).value = value
        out = io.BytesIO()
        book.save(out)
        return SimpleUploadedFile("入编人员.xlsx", out.getvalue())

    fill.content = content
    return fill


def row(name, document, **more):
    return {
        "公民身份号码": staff.id_no(),
        "姓名": name,
        "编制类型": "行政编制",
        "人员状态": "在职",
        "入编时间": timezone.localdate().isoformat(),
        "入编文件": document.number,
        "进入方式": "军转安置",
        "联系电话": "13805759731",
        **more,
    }


def send(client, file, address=ADDRESS, **more):
    return client.post(address, {"_key": uuid.uuid4(), "file": file, **more})


@pytest.fixture
def mode(home):
    """The label of a way of entering that needs no 用编."""
    return staff.code("entry_mode.13").label


@pytest.mark.rule("FL-03")
def test_people_of_a_workbook_become_lines_of_one_draft(window, office, document, template, mode):
    rows = [row(name, document, 进入方式=mode) for name in ("甲一", "乙二", "丙三")]
    answer = send(window, template(*rows), unit=office.pk)
    assert answer.status_code == 200, text(answer)
    page = text(answer)
    for one in rows:
        assert one["公民身份号码"] not in page
        assert mask_identity(one["公民身份号码"]) in page
    assert not Application.objects.exists()
    stored = json.dumps([kept.data for kept in Typed.objects.all()])
    assert rows[0]["公民身份号码"] not in stored
    answer = window.post(ADDRESS, {"_key": uuid.uuid4(), "_confirm": "1"})
    draft = Application.objects.get()
    assert answer.url == reverse("approvals:check", args=[draft.pk])
    lines = list(draft.lines.all())
    assert [one.name for one in lines] == ["甲一", "乙二", "丙三"]
    assert sealed.id_no(lines[0]).reveal() == rows[0]["公民身份号码"]
    assert draft.document == document
    assert not Typed.objects.exists()
    again = window.post(ADDRESS, {"_key": uuid.uuid4(), "_confirm": "1"})
    assert again.url == ADDRESS
    assert Application.objects.count() == 1


@pytest.mark.rule("FL-03")
def test_every_fault_stands_at_its_cell_and_nothing_is_written(
    window, office, document, template, mode
):
    number = staff.id_no()
    rows = [
        row("甲一", document, 进入方式=mode, 公民身份号码="330683199503020019"),
        row("乙二", document, 进入方式="走后门"),
        row("丙三", document, 进入方式=mode, 公民身份号码=number),
        row("丁四", document, 进入方式=mode, 公民身份号码=number),
        row("", document, 进入方式=mode, 入编文件="没有这个文号"),
    ]
    answer = send(window, template(*rows), unit=office.pk)
    assert answer.status_code == 422
    faults = {(one.row, one.header) for one in answer.context["faults"]}
    assert {
        (3, "公民身份号码"),
        (4, "进入方式"),
        (5, "公民身份号码"),
        (6, "公民身份号码"),
        (7, "姓名"),
        (7, "入编文件"),
    } <= faults
    assert number not in text(answer)
    assert not Application.objects.exists()
    assert set(Typed.objects.get().data) == {"marked", "name"}  # to be given back, sealed


def test_people_are_added_to_a_draft_and_checked_once_more(
    window, office, document, template, mode, unit_clerk
):
    draft = draft_entry(office, unit_clerk, entry_line(office, 11, "先来"))
    address = f"{ADDRESS}?application={draft.pk}"
    send(window, template(row("后到", document, 进入方式=mode)), address)
    answer = window.post(address, {"_key": uuid.uuid4(), "_confirm": "1"})
    assert answer.status_code == 302
    assert [one.name for one in draft.lines.all()] == ["先来", "后到"]
    same = sealed.id_no(draft.lines.get(name="先来")).reveal()
    send(window, template(row("重复", document, 进入方式=mode, 公民身份号码=same)), address)
    answer = window.post(address, {"_key": uuid.uuid4(), "_confirm": "1"})
    assert answer.status_code == 422
    assert "已在本件第 1 行" in text(answer)
    assert draft.lines.count() == 2


def test_a_file_that_is_no_workbook_is_refused(window, office):
    for name, content in (("表.xlsx", b"no workbook"), ("表.exe", b"MZ"), ("空.xlsx", b"")):
        answer = send(window, SimpleUploadedFile(name, content), unit=office.pk)
        assert answer.status_code == 422, name
        assert "file" in answer.context["form"].errors
    assert not Typed.objects.exists()


def test_a_foreign_unit_or_draft_is_not_there(
    client, window, office, document, template, mode, unit_clerk, foreign_bureau
):
    draft = draft_entry(office, unit_clerk)
    filled = template(row("甲一", document, 进入方式=mode))
    client.force_login(units.holder("other", "unit_clerk", foreign_bureau, "外县经办"))
    assert client.get(f"{ADDRESS}?application={draft.pk}").status_code == 404
    answer = send(client, filled, unit=office.pk)
    assert "unit" in answer.context["form"].errors
    assert client.get("/approvals/workbook/nothing/").status_code == 404


def test_the_template_offers_the_units_free_slots(window, office, clerk, template):
    from tests.factories.approvals import slot

    quotas.grant(office, 3)
    head = slot(office, clerk)
    book = openpyxl.load_workbook(io.BytesIO(window.get(ADDRESS + "?template=1").content))
    words = {str(c.value) for page in book for line in page for c in line if c.value}
    assert str(head) in words


@pytest.mark.rule("FL-03")
def test_the_faulty_workbook_comes_back_marked_to_who_sent_it(
    window, client, office, bureau, template, document
):
    number = staff.id_no()
    bad = template(row("甲", document, 公民身份号码=number, 进入方式="亲戚介绍"))
    page = send(window, bad, unit=office.pk)
    assert page.status_code == 422
    answer = window.get(page.context["marked_url"])
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    headers = {cell.value: cell.column for cell in sheet[1]}
    assert "亲戚介绍" in sheet.cell(3, headers["错误说明"]).value
    assert sheet.cell(3, headers["公民身份号码*"]).value == number
    kept = Typed.objects.get()
    assert kept.data["marked"].startswith(typed.SEALED)
    client.force_login(units.holder("colleague", "unit_clerk", bureau, "同事"))
    answer = client.get(page.context["marked_url"])
    assert answer.status_code == 302
    assert Typed.objects.count() == 1


# -- about people of the register ------------------------------------------------------------------
def filled(window, kind, *rows):
    """Return the template of a kind with these rows filled in."""
    content = window.get(f"/approvals/workbook/{kind}/?template=1").content
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    headers = {str(cell.value).rstrip("*"): cell.column for cell in sheet[1]}
    for number, one in enumerate(rows, start=3):
        for header, value in one.items():
            sheet.cell(number, headers[header]).value = value
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile("人员.xlsx", out.getvalue())


def confirmed(window, kind, file, unit):
    address = f"/approvals/workbook/{kind}/"
    page = send(window, file, address, unit=unit.pk)
    assert [fault.message for fault in page.context.get("faults", ())] == []
    assert [one["said"] for one in page.context["rows"]] == [[]]
    answer = window.post(address, {"_key": uuid.uuid4(), "_confirm": "1"})
    assert answer.status_code == 302
    return Application.objects.get().lines.get()


@pytest.fixture
def wang(office):
    place = {"post_name": "科员", "is_dual": True, "on_unified_payroll": False}
    return staff.enter(office, "王小明", phone="13805759731", **place)


@pytest.mark.rule("FL-03")
def test_a_blank_cell_leaves_what_is_registered(window, office, wang):
    who = {"姓名": "王小明", "公民身份号码": secrets.id_no(wang.person).reveal()}
    told = {**who, "职务": "副科长", "调整时间": timezone.localdate().isoformat()}
    file = filled(window, "adjust", {**told, "调整原因": "工作需要"})
    line = confirmed(window, "adjust", file, office)
    assert line.values["change"] == {"post_name": "副科长"}
    assert line.values["before"] == {"post_name": "科员"}


@pytest.mark.rule("FL-03")
def test_a_workbook_corrects_what_is_filled_in_and_nothing_else(window, office, wang, document):
    who = {"姓名": "王小明", "公民身份号码": secrets.id_no(wang.person).reveal()}
    told = {**who, "原单位": "某某厂", "更正依据": document.number, "变更说明": "原表漏填"}
    line = confirmed(window, "correct", filled(window, "correct", told), office)
    assert line.values["spell"] == {"from_unit": "某某厂"}
    assert line.values["person"] == {}


@pytest.mark.rule("FL-03")
def test_a_tick_left_blank_is_as_the_form_begins(window, office, template, document, mode):
    assert send(window, template(row("甲", document)), unit=office.pk).status_code == 200
    window.post(ADDRESS, {"_key": uuid.uuid4(), "_confirm": "1"})
    assert Application.objects.get().lines.get().values["place"]["on_unified_payroll"] is True
    no = template(row("乙", document, 工资统发="否"))
    assert send(window, no, unit=office.pk).status_code == 200
    window.post(ADDRESS, {"_key": uuid.uuid4(), "_confirm": "1"})
    newest = Application.objects.latest("pk").lines.get()
    assert newest.values["place"]["on_unified_payroll"] is False


@pytest.mark.rule("FL-03")
def test_two_rows_alike_name_each_other_in_the_order_of_the_sheet(
    window, office, template, document
):
    same = staff.id_no()
    rows = [row("甲", document, 公民身份号码=same), row("", document)]
    page = send(window, template(*rows, row("丙", document, 公民身份号码=same)), unit=office.pk)
    assert page.status_code == 422
    told = [(fault.row, fault.message) for fault in page.context["faults"]]
    assert [line for line, _ in told] == [3, 4, 5]
    assert "与表中第 5 行号码相同" in told[0][1]
    assert "与表中第 3 行号码相同" in told[2][1]
