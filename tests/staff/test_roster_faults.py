"""Every fault of a roster at its cell, all at once, and nothing written while one is left."""

import datetime as dt

import openpyxl
import pytest

from apps.audit.models import AuditEvent
from apps.core import identity
from apps.core.masking import mask_identity
from apps.staff import refusals, services
from apps.staff.models import Occupancy, Person
from tests.factories import quotas, staff, units
from tests.identity_numbers import number

from . import rosters

pytestmark = pytest.mark.django_db

WOMAN = number(staff.DIVISION, dt.date(1985, 3, 12), 998)
MAN = number(staff.DIVISION, dt.date(1985, 3, 12), 997)
WRONG_CHECK = MAN[:17] + ("0" if MAN[17] != "0" else "1")
OLD = MAN[:6] + MAN[8:17]
#: Numbers of the table below must not come out in a report.
PLAIN = {WOMAN, MAN, WRONG_CHECK, OLD}


def faults_of(report):
    return [(f["sheet"], f["row"], f["column"], f["value"], f["message"]) for f in report["faults"]]


@pytest.mark.parametrize(
    ("cells", "header", "value", "words"),
    [
        pytest.param(
            {"公民身份号码": WRONG_CHECK},
            "公民身份号码",
            f"330683********{WRONG_CHECK[14:]}",
            [f"校验码应为 {MAN[17]}，当前为 {WRONG_CHECK[17]}"],
            id="wrong check digit",
        ),
        pytest.param(
            {"公民身份号码": "330683198502301239"},
            "公民身份号码",
            "330683********1239",
            ["1985年02月30日不存在", "请与证件核对"],
            id="impossible day of birth",
        ),
        pytest.param(
            {"公民身份号码": "330683209002011239"},
            "公民身份号码",
            "330683********1239",
            ["晚于今天"],
            id="born in the future",
        ),
        pytest.param(
            {"公民身份号码": OLD},
            "公民身份号码",
            "*" * 14 + OLD[-1],
            ["15位旧号码", "请填写18位公民身份号码", f"末尾加校验码 {MAN[17]}"],
            id="15 digits",
        ),
        pytest.param(
            {"公民身份号码": MAN[:17]},
            "公民身份号码",
            "*" * 16 + MAN[16],
            ["应为18位，当前为17位"],
            id="17 digits",
        ),
        pytest.param(
            {"公民身份号码": WOMAN, "性别": "男"},
            "性别",
            "男",
            ["号码第 17 位表示性别为女"],
            id="sex against number",
        ),
        pytest.param(
            {"公民身份号码": MAN, "出生年月": "1986-03"},
            "出生年月",
            "1986-03",
            ["号码中的出生年月为 1985-03"],
            id="month of birth against number",
        ),
        pytest.param(
            {"编制所在单位": "嵊洲市教育局"},
            "编制所在单位",
            "嵊洲市教育局",
            ["没有找到单位「嵊洲市教育局」", "是否应为「嵊州市教育局」"],
            id="unknown unit",
        ),
        pytest.param(
            {"编制类型": "行政编织"},
            "编制类型",
            "行政编织",
            ["不在可选范围内", "是否应为「行政编制」"],
            id="unknown quota type",
        ),
        pytest.param(
            {"学历": "大学本科教育学"},
            "学历",
            "大学本科教育学",
            ["不在可选范围内", "是否应为「大学本科"],
            id="unknown education",
        ),
        pytest.param(
            {"编制类型": "事业编制（全额）"},
            "编制类型",
            "事业编制（全额）",
            ["嵊州市教育局 是行政机关，不能使用事业编制（全额）"],
            id="quota type illegal for the unit",
        ),
        pytest.param(
            {"入编时间": "2015-06-01", "出编时间": "2014-01-31", "退出方式": "退休"},
            "出编时间",
            "2014-01-31",
            ["早于入编时间 2015-06-01"],
            id="exit before entry",
        ),
        pytest.param(
            {"出编时间": "2020-01-31"},
            "出编时间",
            "2020-01-31",
            ["请填写退出方式"],
            id="exit without how",
        ),
        pytest.param(
            {"入编时间": "去年夏天"},
            "入编时间",
            "去年夏天",
            ["不是可识别的日期", "请写成 2015-03-01 的形式"],
            id="unreadable day",
        ),
        pytest.param(
            {"入编时间": "2015-02-30"},
            "入编时间",
            "2015-02-30",
            ["2015 年 2 月没有 30 日"],
            id="impossible day",
        ),
        pytest.param(
            {"入编时间": "15.6.1"},
            "入编时间",
            "15.6.1",
            ["年份请写四位"],
            id="year of two digits",
        ),
        pytest.param(
            {"入编时间": "2099-01-01"},
            "入编时间",
            "2099-01-01",
            ["不能晚于"],
            id="entry in the future",
        ),
        pytest.param(
            {"公民身份号码": MAN, "入编时间": "1999-01-01"},
            "入编时间",
            "1999-01-01",
            ["13 周岁，未满 16 周岁"],
            id="too young",
        ),
        pytest.param(
            {"人员状态": "退休"},
            "人员状态",
            "退休",
            ["请填写出编时间和退出方式"],
            id="left without a day",
        ),
        pytest.param({"姓名": "赵2"}, "姓名", "赵2", ["不应有数字"], id="digits in a name"),
        pytest.param({"姓名": ""}, "姓名", "", ["「姓名」必须填写"], id="no name"),
        pytest.param(
            {"双肩挑": "可能"}, "双肩挑", "可能", ["请填“是”或“否”"], id="neither yes nor no"
        ),
        pytest.param(
            {"公民身份号码": "=A2"}, "公民身份号码", "", ["是公式", "选择性粘贴"], id="formula"
        ),
        pytest.param(
            {"公民身份号码": "330683********1239"},
            "公民身份号码",
            "330683********1239",
            ["认不出是谁", "人员编号"],
            id="masked number of nobody",
        ),
        pytest.param(
            {"人员编号": "R99999999"},
            "人员编号",
            "R99999999",
            ["没有这个人员编号"],
            id="unknown 人员编号",
        ),
        pytest.param(
            {"超编依据": "听说的"},
            "超编依据",
            "听说的",
            ["应为「历史遗留」或已登记批文的文号"],
            id="overage on no ground",
        ),
    ],
)
def test_a_fault_stands_at_its_cell(tmp_path, staffed_bureau, clerk, cells, header, value, words):
    good = rosters.row(staffed_bureau, 姓名="钱无误")
    file = rosters.saved(tmp_path / "r.xlsx", good, rosters.row(staffed_bureau, **cells))
    before = rosters.held()
    code, report = rosters.run(file, "--commit", actor=clerk)

    found = faults_of(report)
    page = openpyxl.load_workbook(file).active
    letter = next(cell.column_letter for cell in page[1] if cell.value == header)
    assert code == 2
    assert len(found) == 1, found
    sheet, row, column, shown, message = found[0]
    assert (sheet, row, column, shown) == ("花名册", 3, f"{header}（{letter}列）", value)
    for fragment in words:
        assert fragment in message
    assert not any(plain in str(report) for plain in PLAIN)
    assert rosters.held() == before


@pytest.mark.rule("W-06")
def test_every_fault_of_a_file_is_told_at_once(tmp_path, staffed_bureau, clerk):
    rows = [
        rosters.row(staffed_bureau, 公民身份号码=WRONG_CHECK, 入编时间="不详", 性别="男"),
        rosters.row("没有这个局", 公民身份号码=MAN, 性别="女", 出生年月="1985-04"),
        rosters.row(staffed_bureau, 姓名="", 编制类型="行政", 入编时间="2015-13-01"),
        rosters.row(staffed_bureau, 公民身份号码=OLD, 编制类型="差额事业"),
    ]
    file = rosters.saved(tmp_path / "r.xlsx", *rows)
    before = rosters.held()
    _, report = rosters.run(file, "--commit", actor=clerk)

    assert [(f["row"], f["column"].split("（")[0]) for f in report["faults"]] == [
        (2, "公民身份号码"),
        (2, "入编时间"),
        (3, "编制所在单位"),
        (3, "性别"),
        (3, "出生年月"),
        (4, "姓名"),
        (4, "入编时间"),
        (5, "公民身份号码"),
        (5, "编制类型"),
    ]
    assert rosters.held() == before


def test_one_person_in_two_rows_names_the_other_line(tmp_path, staffed_bureau, clerk):
    rows = [
        rosters.row(staffed_bureau, 公民身份号码=MAN),
        rosters.row(staffed_bureau),
        rosters.row(staffed_bureau, 公民身份号码=MAN.lower()),
    ]
    before = rosters.held()
    _, report = rosters.run(rosters.saved(tmp_path / "r.xlsx", *rows), "--commit", actor=clerk)

    assert [(f["row"], f["message"]) for f in report["faults"]] == [
        (4, "与第 2 行是同一个人，请只保留一行")
    ]
    assert rosters.held() == before


@pytest.mark.rule("S-01")
def test_whoever_is_in_the_register_is_named_with_the_unit(tmp_path, staffed_bureau, school, clerk):
    staff.enter(school, "孙在编", quotas.FULL, id_no=MAN)
    file = rosters.saved(tmp_path / "r.xlsx", rosters.row(staffed_bureau, 公民身份号码=MAN))
    before = rosters.held()
    code, report = rosters.run(file, "--commit", actor=clerk)

    assert code == 2
    (fault,) = report["faults"]
    assert fault["column"].startswith("公民身份号码")
    assert fault["value"] == mask_identity(MAN)
    assert "已在 嵊州中学 在编（2015-06-01 入编）" in fault["message"]
    assert "人员划转" in fault["message"]
    assert rosters.held() == before


def test_of_people_elsewhere_nothing_is_told(tmp_path, staffed_bureau, foreign_bureau, clerk):
    quotas.grant(foreign_bureau, 3)
    staff.enter(foreign_bureau, "李外县", id_no=MAN)
    file = rosters.saved(
        tmp_path / "r.xlsx", rosters.row(staffed_bureau, 姓名="李外县", 公民身份号码=MAN)
    )
    people = Person.objects.count(), Occupancy.objects.count(), Person.history.count()
    code, report = rosters.run(file, "--commit", actor=clerk)

    assert code == 2
    assert [f["message"] for f in report["faults"]] == [refusals.ELSEWHERE]
    for secret in ("保密", "新昌", "2015", MAN):
        assert secret not in report["faults"][0]["message"]
    assert people == (Person.objects.count(), Occupancy.objects.count(), Person.history.count())
    event = AuditEvent.objects.get(kind="import.refuse")
    assert (event.actor_id, event.outcome) == (clerk.pk, AuditEvent.Outcome.REFUSED)


def test_a_foreign_number_is_as_unknown_as_a_missing_one(
    tmp_path, staffed_bureau, foreign_bureau, clerk
):
    quotas.grant(foreign_bureau, 3)
    foreign = staff.enter(foreign_bureau, "李外县").person
    messages = []
    for person_no in (foreign.person_no, "R99999999"):
        row = {"人员编号": person_no, "学历": "大学本科"}
        _, report = rosters.run(rosters.saved(tmp_path / "r.xlsx", row), "--commit", actor=clerk)
        messages.append([f["message"] for f in report["faults"]])

    assert messages[0] == messages[1] != []


def test_a_foreign_unit_is_as_unknown_as_a_missing_one(
    tmp_path, staffed_bureau, foreign_bureau, clerk
):
    quotas.grant(foreign_bureau, 3)
    file = rosters.saved(tmp_path / "r.xlsx", rosters.row(foreign_bureau))
    _, report = rosters.run(file, "--commit", actor=clerk)

    (fault,) = report["faults"]
    assert fault["message"].startswith("没有找到单位「新昌县保密名称局」")
    assert "是否应为「新昌" not in fault["message"]
    assert not Person.objects.exists()


@pytest.mark.rule("Q-03")
def test_who_has_no_place_is_told_the_figures(tmp_path, bureau, clerk):
    quotas.staffed(bureau, 3, 2)
    rows = [rosters.row(bureau, 姓名=name) for name in ("周一", "吴二", "郑三")]
    before = rosters.held()
    code, report = rosters.run(rosters.saved(tmp_path / "r.xlsx", *rows), "--commit", actor=clerk)

    assert code == 2
    assert [f["row"] for f in report["faults"]] == [3, 4], "the first row still has a place"
    for fault in report["faults"]:
        assert fault["column"].startswith("编制类型")
        assert (
            "嵊州市教育局行政编制核定 3、实有 2，可用 1 名，本文件要增加 3 名，超出 2 名"
            in fault["message"]
        )
        assert "请先核增编制，或填写超编依据" in fault["message"]
    assert rosters.held() == before


def test_a_unit_without_quota_is_told_so(tmp_path, bureau, clerk):
    _, report = rosters.run(rosters.saved(tmp_path / "r.xlsx", rosters.row(bureau)), actor=clerk)

    assert "嵊州市教育局行政编制没有核定名额" in report["faults"][0]["message"]


def test_an_abolished_unit_takes_nobody(tmp_path, home, clerk):
    gone = units.unit("嵊州市粮食局", home, nature_id="nature.101")
    quotas.grant(gone, 2)
    type(gone).objects.filter(pk=gone.pk).update(
        status="abolished", abolished_on=dt.date(2019, 1, 1)
    )
    _, report = rosters.run(rosters.saved(tmp_path / "r.xlsx", rosters.row(gone)), actor=clerk)

    assert "已撤销，不能再入编" in report["faults"][0]["message"]


@pytest.mark.rule("S-01")
def test_days_that_meet_a_former_spell_are_refused(tmp_path, staffed_bureau, school, clerk):
    spell = staff.enter(school, "孙曾在", quotas.FULL, id_no=MAN, starts_on=dt.date(2012, 3, 1))
    services.leave(
        spell=spell, on=dt.date(2016, 3, 1), exit_mode="exit_mode.06", document=None, by=None
    )
    row = rosters.row(staffed_bureau, 姓名="孙曾在", 公民身份号码=MAN)
    before = rosters.held()
    _, report = rosters.run(rosters.saved(tmp_path / "r.xlsx", row), "--commit", actor=clerk)

    (fault,) = report["faults"]
    assert fault["column"].startswith("入编时间")
    assert fault["value"] == "2015-06-01"
    assert "嵊州中学" in fault["message"]
    assert "重叠，一个人同一时间只能占用一个编制" in fault["message"]
    assert rosters.held() == before

    row["入编时间"] = "2016-03-01"  # half-open: the day of leaving is free
    code, report = rosters.run(rosters.saved(tmp_path / "r.xlsx", row), "--commit", actor=clerk)
    assert (code, report["created"]) == (0, 1)


def test_a_column_by_another_name_is_proposed_not_taken(tmp_path, staffed_bureau, clerk):
    row = rosters.row(staffed_bureau)
    row["入编的时间"] = row.pop("入编时间")
    code, report = rosters.run(rosters.saved(tmp_path / "r.xlsx", row), "--commit", actor=clerk)

    assert code == 2
    (fault,) = report["faults"]
    assert fault["column"] == "表头"
    assert "「入编的时间」→入编时间" in fault["message"]
    assert "对照一次" in fault["message"]
    assert not Person.objects.exists()


def test_headers_of_other_offices_are_understood(tmp_path, staffed_bureau, clerk):
    row = {
        "人员姓名": "赵新民",
        "身份证号": MAN,
        "单位名称": staffed_bureau.name,
        "编制性质": "行政",
        "入编日期": dt.datetime(2015, 6, 1),
        "出生日期": "1985-03-12",
        "最高学历": "本科",
        "星座": "双鱼",
    }
    code, report = rosters.run(rosters.saved(tmp_path / "r.xlsx", row), "--commit", actor=clerk)

    assert (code, report["created"]) == (0, 1), report["faults"]
    assert any("星座" in w["message"] for w in report["warnings"])
    spell = Occupancy.objects.get()
    assert (spell.quota_type_id, spell.starts_on) == ("quota_type.10", dt.date(2015, 6, 1))
    assert spell.person.education_id == "education.21"
    assert spell.person.birth_month == dt.date(1985, 3, 1)


def test_full_width_digits_and_blanks_are_put_right_with_a_word(tmp_path, staffed_bureau, clerk):
    wide = "".join(chr(ord(c) + 0xFEE0) for c in WOMAN)
    row = rosters.row(
        staffed_bureau, 姓名="赵 新民 ", 公民身份号码=f"{wide}  ", 编制类型="行政编制 "
    )
    file = rosters.saved(tmp_path / "r.xlsx", row)
    code, report = rosters.run(file, "--commit", actor=clerk)

    assert (code, report["created"]) == (0, 1), report["faults"]
    told = {(w["column"].split("（")[0], w["row"]) for w in report["warnings"]}
    assert {("姓名", 2), ("公民身份号码", 2)} <= told
    assert WOMAN not in str(report)
    assert wide not in str(report)
    person = Person.objects.get()
    assert person.name == "赵新民"
    assert services.reveals.secrets.find_by_id_no(WOMAN) == person


@pytest.mark.parametrize("text", ["", "不详", "——", "2015", "2015-06", "1/6/15", "20150631"])
@pytest.mark.rule("W-04")
def test_a_day_that_cannot_be_read_is_never_today(tmp_path, staffed_bureau, clerk, text):
    row = rosters.row(staffed_bureau, 入编时间=text)
    code, report = rosters.run(rosters.saved(tmp_path / "r.xlsx", row), "--commit", actor=clerk)

    assert code == 2
    assert [f["column"].split("（")[0] for f in report["faults"]] == ["入编时间"]
    assert not Occupancy.objects.exists()


def test_a_formula_is_a_fault_in_any_column_that_is_read(tmp_path, staffed_bureau, clerk):
    row = rosters.row(staffed_bureau, 姓名='="赵"&"新民"', 备注="=1+1", 外加="=2+2")
    before = rosters.held()
    _, report = rosters.run(rosters.saved(tmp_path / "r.xlsx", row), "--commit", actor=clerk)

    found = {f["column"].split("（")[0] for f in report["faults"] if "公式" in f["message"]}
    assert found == {"姓名", "备注"}
    assert rosters.held() == before


def test_a_file_without_header_or_rows_is_a_fault(tmp_path, clerk):
    book = openpyxl.Workbook()
    book.active.append(["随便", "写写"])
    book.save(tmp_path / "none.xlsx")
    rows = rosters.saved(tmp_path / "empty.xlsx", headers=list(rosters.row("某局")))
    for file, words in ((tmp_path / "none.xlsx", "没有找到表头"), (rows, "没有数据")):
        code, report = rosters.run(file, "--commit", actor=clerk)
        assert code == 2
        assert words in report["faults"][0]["message"]


def test_the_right_check_digit_is_one_that_holds(tmp_path, staffed_bureau, clerk):
    """What the message proposes is taken."""
    file = rosters.saved(tmp_path / "r.xlsx", rosters.row(staffed_bureau, 公民身份号码=WRONG_CHECK))
    _, report = rosters.run(file, actor=clerk)
    right = report["faults"][0]["message"].split("应为 ")[1][0]

    assert identity.check(WRONG_CHECK[:17] + right).number == MAN
