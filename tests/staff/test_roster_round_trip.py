"""A roster exported, changed in places, comes back in with just those changes."""

import datetime as dt

import openpyxl
import pytest
from django.core.management import call_command

from apps.audit.models import AuditEvent
from apps.core.imports import RefusedByRegister
from apps.exchange import runs
from apps.quotas.models import Balance, OverageEntry
from apps.staff import refusals, secrets, services
from apps.staff.models import Occupancy, Person, PostHolding
from apps.units.choices import EntityKind
from tests.factories import quotas, staff, units
from tests.factories.documents import DocumentFactory
from tests.quotas.world import drift

from . import rosters

pytestmark = pytest.mark.django_db

PHONE = "13805750001"


@pytest.fixture
def roster(staffed_bureau, school):
    """Five people of two units, {name: Occupancy}, with everything a row can say."""
    office = units.unit("办公室", staffed_bureau, entity_kind=EntityKind.DEPARTMENT, code=None)
    chief = staff.enter(
        staffed_bureau,
        "钱局长",
        dept=office,
        document=True,
        phone=PHONE,
        education="education.21",
        degree="degree.403",
        school="浙江大学",
        major="教育学",
        ethnicity="ethnicity.01",
        native_place="浙江嵊州",
        political_status="political_status.01",
        work_started_on=dt.date(2008, 8, 1),
        identity=None,
        post_name="党委书记、局长",
        is_dual=True,
        on_unified_payroll=False,
        note="=1+1 不是公式",
    )
    services.start_posting(
        person=chief.person,
        unit=staffed_bureau,
        post_kind=staff.code("post_kind.10"),
        post_name="局长",
        starts_on=dt.date(2018, 5, 1),
        by=None,
    )
    made = {"钱局长": chief}
    made["孙改名"] = staff.enter(staffed_bureau, "孙改名", phone="0575-83031234")
    made["李调走"] = staff.enter(staffed_bureau, "李调走", post_name="科员")
    made["周老师"] = staff.enter(school, "周老师", quotas.FULL, education="education.21")
    made["吴退休"] = staff.enter(school, "吴退休", quotas.FULL, starts_on=dt.date(2009, 9, 1))
    return made


class Sheet:
    """An exported roster, to be changed at a person and a column."""

    def __init__(self, path):
        self.path = path
        self.book = openpyxl.load_workbook(path)
        self.page = self.book.active
        self.headers = [cell.value for cell in self.page[1]]

    def line(self, name):
        column = self.headers.index("姓名") + 1
        lines = range(2, self.page.max_row + 1)
        return next(line for line in lines if self.page.cell(line, column).value == name)

    def cells(self, name):
        line = self.line(name)
        return {h: self.page.cell(line, n).value for n, h in enumerate(self.headers, 1)}

    def set(self, who, **cells):
        line = self.line(who)
        for header, value in cells.items():
            self.page.cell(line, self.headers.index(header) + 1).value = value

    def add(self, **cells):
        self.page.append([cells.get(header) for header in self.headers])

    def saved(self):
        self.book.save(self.path)
        return self.path


@pytest.fixture
def sheet(roster, clerk, tmp_path):
    path = tmp_path / "out.xlsx"
    call_command("export_file", "roster", str(path), "--actor", "clerk")
    return Sheet(path)


def counted(report):
    return report["created"], report["changed"], report["unchanged"]


def test_an_exported_roster_comes_back_unchanged(roster, sheet, clerk):
    before = rosters.held()
    code, report = rosters.run(sheet.path, "--commit", actor=clerk)

    assert (code, report["faults"], counted(report)) == (0, [], (0, 0, 5))
    assert rosters.held() == before


@pytest.mark.rule("S-11")
def test_exported_numbers_are_masked(roster, sheet):
    plain = {secrets.id_no(spell.person).reveal() for spell in roster.values()} | {PHONE}
    words = {str(cell.value) for line in sheet.page for cell in line}

    assert not plain & words
    cells = sheet.cells("钱局长")
    assert cells["公民身份号码"] == str(secrets.id_no(roster["钱局长"].person))
    assert cells["联系电话"] == "138****0001"
    assert cells["备注"] == "=1+1 不是公式"


@pytest.mark.rule("S-10")
def test_only_the_changes_are_written(roster, sheet, staffed_bureau, school, clerk):
    moved = sheet.cells("李调走")
    sheet.set("钱局长", 职务="局长", 职务层次="县处级正职", 备注=None)
    sheet.set("孙改名", 姓名="孙新名", 联系电话="13905750002")
    sheet.set("周老师", 学历="硕士", 人员状态="借调（借出）", 双肩挑="是")
    sheet.set("吴退休", 出编时间="2022-09-01", 退出方式="退休", 去向="养老")
    sheet.set("李调走", 出编时间="2020-03-01", 退出方式="本区划内调动", 去向="嵊州中学")
    target = {"编制所在单位": school.name, "编制所在单位编码": school.code, "职务": "教师"}
    sheet.add(**moved | target | {"编制类型": "事业编制（全额）", "入编时间": "2020-03-01"})
    sheet.add(**rosters.row(staffed_bureau, 姓名="郑新进"))
    events = set(AuditEvent.objects.values_list("pk", flat=True))
    history = {t: t.history.count() for t in (Person, Occupancy, PostHolding)}
    code, report = rosters.run(sheet.saved(), "--commit", actor=clerk)

    assert (code, report["faults"]) == (0, [])
    assert counted(report) == (2, 5, 0)
    chief = Occupancy.objects.get(pk=roster["钱局长"].pk)
    assert (chief.post_name, chief.note) == ("局长", "")
    person = Person.objects.get(pk=roster["孙改名"].person_id)
    assert (person.name, person.name_initials) == ("孙新名", "sxm")
    assert secrets.phone(person).reveal() == "13905750002"
    teacher = Occupancy.objects.get(pk=roster["周老师"].pk)
    assert teacher.person.education_id == "education.14"
    assert (teacher.status_id, teacher.is_dual, teacher.counts) == (
        "person_status.141",
        True,
        True,
    )
    retired = Occupancy.objects.get(pk=roster["吴退休"].pk)
    assert (retired.ends_on, retired.exit_mode_id, retired.destination) == (
        dt.date(2022, 9, 1),
        "exit_mode.03",
        "养老",
    )
    spells = list(Occupancy.objects.filter(person=roster["李调走"].person).order_by("starts_on"))
    assert [(s.unit, s.starts_on, s.ends_on, s.post_name) for s in spells] == [
        (staffed_bureau, staff.ENTERED, dt.date(2020, 3, 1), "科员"),
        (school, dt.date(2020, 3, 1), None, "教师"),
    ]
    new = Occupancy.objects.get(person__name="郑新进")
    assert new.person.person_no.startswith("R")
    assert new.person.name_initials == "zxj"

    # what was not changed is not written: one history row for each changed row, one change_id
    grown = {t: t.history.count() - n for t, n in history.items()}
    assert grown == {Person: 3, Occupancy: 6, PostHolding: 1}
    event = AuditEvent.objects.exclude(pk__in=events).get(kind="roster.import")
    assert event.actor_id == clerk.pk
    assert {
        row.change_id
        for row in (new.history.get(), new.person.history.get(), retired.history.first())
    } == {event.change_id}
    assert retired.history.first().history_user_id == clerk.pk
    cells = Balance.objects.values_list("unit__name", "approved", "actual").order_by("unit__name")
    assert set(cells) == {("嵊州市教育局", 10, 3), ("嵊州中学", 10, 2)}
    assert drift() == []

    before = rosters.held()
    _, report = rosters.run(sheet.path, "--commit", actor=clerk)
    assert (report["faults"], counted(report)) == ([], (0, 0, 7)), "a second time"
    call_command("export_file", "roster", str(sheet.path), "--actor", "clerk")
    before["events"] += 1
    _, report = rosters.run(sheet.path, "--commit", actor=clerk)
    assert (report["faults"], counted(report)) == ([], (0, 0, 5))
    assert rosters.held() == before


def test_the_preview_shows_each_field_masked(roster, sheet, clerk):
    sheet.set("孙改名", 姓名="孙新名", 联系电话="13905750002")
    plan = runs.check(sheet.saved(), "r.xlsx", "roster", user=clerk).plan

    (line,) = plan.changed
    assert {tuple(change) for change in line.changes} == {
        ("姓名", "孙改名", "孙新名"),
        ("联系电话", "***********34", "139****0002"),
    }


def test_a_number_is_corrected_when_it_is_typed_in_full(roster, sheet, clerk):
    right = staff.id_no(dt.date(1986, 7, 1), woman=True)
    sheet.set("孙改名", 公民身份号码=right, 性别="女", 出生年月="1986-07")
    code, report = rosters.run(sheet.saved(), "--commit", actor=clerk)

    assert (code, counted(report)) == (0, (0, 1, 4)), report["faults"]
    person = secrets.find_by_id_no(right)
    assert person.pk == roster["孙改名"].person_id
    assert (person.sex_id, person.birth_month) == ("sex.2", dt.date(1986, 7, 1))
    assert right not in str(report)
    assert right not in str(list(AuditEvent.objects.values()))


@pytest.mark.rule("S-11")
def test_a_mask_of_another_number_is_a_fault(roster, sheet, clerk):
    sheet.set("孙改名", 公民身份号码=sheet.cells("钱局长")["公民身份号码"])
    before = rosters.held()
    _, report = rosters.run(sheet.saved(), "--commit", actor=clerk)

    assert "脱敏号码与库中的号码不符" in report["faults"][0]["message"]
    assert rosters.held() == before


def test_the_number_of_a_colleague_is_not_taken_over(roster, sheet, clerk):
    number = secrets.id_no(roster["钱局长"].person).reveal()
    sheet.set("孙改名", 公民身份号码=number)
    before = rosters.held()
    _, report = rosters.run(sheet.saved(), "--commit", actor=clerk)

    no = roster["钱局长"].person.person_no
    messages = [f["message"] for f in report["faults"]]
    assert f"该号码已登记为 钱局长（{no}），请核对人员编号和号码" in messages
    assert number not in str(report)
    assert rosters.held() == before


@pytest.mark.rule("S-09")
def test_another_unit_in_the_row_of_an_open_spell_is_no_silent_move(roster, sheet, school, clerk):
    sheet.set(
        "李调走",
        编制所在单位=school.name,
        编制所在单位编码=school.code,
        编制类型="事业编制（全额）",
        入编时间="2020-03-01",
    )
    before = rosters.held()
    code, report = rosters.run(sheet.saved(), "--commit", actor=clerk)

    assert code == 2
    assert "已在 嵊州市教育局 在编" in report["faults"][0]["message"]
    assert rosters.held() == before


def test_who_leaves_makes_room_for_who_enters(bureau, clerk, tmp_path):
    quotas.grant(bureau, 1)
    old = staff.enter(bureau, "王到龄")
    rows = [
        {
            "人员编号": old.person.person_no,
            "出编时间": "2020-03-01",
            "退出方式": "退休",
        },
        rosters.row(bureau, 姓名="赵接替", 入编时间="2020-03-02"),
    ]
    code, report = rosters.run(rosters.saved(tmp_path / "r.xlsx", *rows), "--commit", actor=clerk)

    assert (code, counted(report)) == (0, (1, 1, 0)), report["faults"]
    assert Balance.objects.get().actual == 1
    assert drift() == []


@pytest.mark.rule("S-12")
@pytest.mark.rule("Q-04")
@pytest.mark.parametrize("ground", ["历史遗留", "document"])
def test_an_over_staffed_unit_comes_in_on_its_ground(bureau, home, clerk, tmp_path, ground):
    quotas.grant(bureau, 2)
    document = DocumentFactory(scope=home.path) if ground == "document" else None
    ground = document.number if document else ground
    rows = [rosters.row(bureau, 姓名="人员" + sign) for sign in "甲乙丙丁"]
    file = rosters.saved(tmp_path / "r.xlsx", *rows)
    _, report = rosters.run(file, "--commit", actor=clerk)
    assert len(report["faults"]) == 2
    assert not Person.objects.exists()

    rows = [one | {"超编依据": ground} for one in rows]
    code, report = rosters.run(rosters.saved(file, *rows), "--commit", actor=clerk)
    assert (code, counted(report)) == (0, (4, 0, 0)), report["faults"]
    row = Balance.objects.get()
    assert (row.approved, row.actual, row.over_allowed) == (2, 4, 2)
    entry = OverageEntry.objects.get()
    assert (entry.places, entry.document) == (2, document)
    assert drift() == []


# -- somebody was faster between check and commit ----------------------------------------------
def refused(run, by):
    with pytest.raises(RefusedByRegister) as caught:
        runs.commit(run, by=by)
    return [(fault.row, fault.message) for fault in caught.value.faults.sorted()]


@pytest.mark.rule("Q-03")
def test_the_last_place_taken_meanwhile_is_a_fault_and_no_write(bureau, clerk, tmp_path):
    quotas.staffed(bureau, 2, 1)
    file = rosters.saved(tmp_path / "r.xlsx", rosters.row(bureau))
    run = runs.check(file, file.name, "roster", user=clerk)
    assert run.plan.is_clean
    staff.enter(bureau, "抢先者")
    before = rosters.held()
    ((row, message),) = refused(run, clerk)

    assert row == 2
    assert "嵊州市教育局行政编制" in message
    assert "核定 2 名、实有 2 名" in message
    assert rosters.held() == before


def test_a_person_registered_meanwhile_is_a_fault_and_no_write(
    staffed_bureau, school, clerk, tmp_path
):
    number = staff.id_no()
    row = rosters.row(staffed_bureau, 公民身份号码=number)
    file = rosters.saved(tmp_path / "r.xlsx", row, rosters.row(staffed_bureau))
    run = runs.check(file, file.name, "roster", user=clerk)
    staff.enter(school, "赵新民", quotas.FULL, id_no=number)
    before = rosters.held()

    assert refused(run, clerk) == [(2, refusals.ELSEWHERE)]
    assert rosters.held() == before


def test_a_row_changed_meanwhile_is_a_fault_and_no_write(roster, sheet, clerk):
    sheet.set("周老师", 学历="硕士")
    sheet.set("孙改名", 姓名="孙新名")
    run = runs.check(sheet.saved(), "r.xlsx", "roster", user=clerk)
    services.change_person(person=roster["周老师"].person, by=None, major="数学")
    before = rosters.held()

    assert refused(run, clerk) == [(sheet.line("周老师"), "已被他人变动，请重新校验后再导入")]
    assert rosters.held() == before


def test_somebody_outside_the_right_to_write_is_not_changed(
    roster, sheet, unit_clerk, leader, reader
):
    """The sheet of the office in the hands of those who only see."""
    sheet.set("周老师", 学历="硕士")
    file = sheet.saved()
    before = rosters.held()
    for user in (unit_clerk, leader, reader):
        run = runs.check(file, file.name, "roster", user=user)
        assert refused(run, user)
    assert rosters.held()["rows"] == before["rows"]


def test_a_newcomer_from_elsewhere_comes_without_a_word_of_before(
    staffed_bureau, foreign_bureau, clerk, tmp_path
):
    quotas.grant(foreign_bureau, 1)
    number = staff.id_no()
    spell = staff.enter(
        foreign_bureau, "冯新来", id_no=number, major="保密专业", education="education.61"
    )
    services.leave(spell=spell, on=staff.ENTERED, exit_mode=staff.RETIRED, document=None, by=None)
    row = rosters.row(staffed_bureau, 姓名="冯新来", 公民身份号码=number, 专业="数学", 学历="本科")
    file = rosters.saved(tmp_path / "r.xlsx", row)
    run = runs.check(file, file.name, "roster", user=clerk)
    assert run.plan.is_clean, run.plan.faults.as_json()
    assert (run.plan.creates, run.plan.changes) == (1, 0)
    told = str(runs.preview_of(run.plan)) + run.report.dumps()
    assert "冯新来" in told
    for planted in ("保密", "高中", spell.person.person_no):
        assert planted not in told
    runs.commit(run, by=clerk)

    person = Person.objects.get()
    assert (person.major, person.occupancies.open().get().unit) == ("数学", staffed_bureau)


def test_a_sheet_of_one_unit_touches_no_other(roster, sheet, staffed_bureau, clerk):
    sheet.set("周老师", 学历="硕士")
    code, report = rosters.run(
        sheet.saved(), "--commit", "--under", staffed_bureau.code, actor=clerk
    )

    assert code == 2
    assert {f["row"] for f in report["faults"]} == {sheet.line("周老师"), sheet.line("吴退休")}
