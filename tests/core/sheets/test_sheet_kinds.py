"""What a cell may say, and what is said about it when it says something else."""

from __future__ import annotations

import datetime as dt
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core import sheets
from apps.core.sheets import dates, tidy
from apps.core.sheets.suggest import Nearest

MARCH = dt.date(2015, 3, 1)


def read_one(kind: sheets.Kind, cell: object) -> tuple[object, str, str]:
    """Return value, fault and remark of one cell."""
    read = kind.convert([cell])
    bad = read.bad[0][1] if read.bad else ""
    return read.values[0], bad, read.tidied[0][2] if read.tidied else ""


@pytest.mark.rule("W-04")
@pytest.mark.parametrize(
    "cell",
    [
        "2015-03-01",
        "2015-3-1",
        "2015/3/1",
        "2015/03/01",
        "2015.3.1",
        "2015.03.01",
        "20150301",
        "2015年3月1日",
        "2015年03月01日",
        "2015 年 3 月 1 日",
        "２０１５－０３－０１",
        "２０１５．３．１",
        " 2015-03-01 ",
        "2015-03-01 00:00:00",
        "2015-03-01T00:00:00",
        "2015年3月1号",
        "二〇一五年三月一日",
        20150301,
        20150301.0,
        42064,
        42064.0,
        "42064",
        MARCH,
        dt.datetime(2015, 3, 1),
    ],
)
def test_a_day_is_read(cell: object) -> None:
    value, bad, _ = read_one(sheets.day(), cell)

    assert (value, bad) == (MARCH, "")


@pytest.mark.rule("W-04")
@pytest.mark.parametrize(
    ("cell", "word"),
    [
        ("2015-02-30", "没有 30 日"),
        ("2015-13-01", "没有 13 月"),
        ("15-03-01", "四位"),
        ("15.3.1", "四位"),
        ("2015.3", "缺少日"),
        ("201503", "缺少日"),
        (201503, "缺少日"),
        (2015.3, "缺少日"),
        ("2015年3月", "缺少日"),
        ("2015", "只有年份"),
        (2015, "只有年份"),
        ("3/1/2015", "分不清"),
        ("今天", "不是可识别"),
        ("至今", "不是可识别"),
        ("长期", "不是可识别"),
        ("2015-3/1", "不是可识别"),
        (0, "不是可识别"),
        (1, "不是可识别"),
        (-5, "不是可识别"),
        (42064.5, "不是可识别"),
        (True, "不是可识别"),
        ("20153001", "没有 30 月"),
        ("1815-03-01", "年份"),
        ("9999-01-01", "年份"),
        (dt.time(8, 30), "不是可识别"),
        ("2015--1", "不是可识别"),
        (sheets.CellError("#N/A"), "#N/A"),
        ("0000-00-00", "年份"),
        (1e300, "不是可识别"),
        ("2015-03-01 08:30", "不是可识别"),
    ],
)
def test_a_day_that_cannot_be_read_is_a_fault_and_never_today(cell: object, word: str) -> None:
    value, bad, _ = read_one(sheets.day(), cell)

    assert value is None
    assert word in bad


@pytest.mark.parametrize(
    "cell",
    [
        "2015-03",
        "2015.3",
        "2015.03",
        "2015/3",
        "201503",
        "2015年3月",
        "2015年03月",
        "２０１５．３",
        2015.3,
        2015.03,
        201503,
        "2015-03-01",
        "2015年3月1日",
        20150301,
        MARCH,
        "42064",
        "2015年3月份",
        dt.datetime(2015, 3, 17, 8),
    ],
)
def test_a_month_is_read(cell: object) -> None:
    value, bad, _ = read_one(sheets.month(), cell)

    assert (value, bad) == (MARCH, "")


@pytest.mark.parametrize(
    ("cell", "word"),
    [
        (2015.1, "分不清 1 月和 10 月"),
        ("2015.13", "没有 13 月"),
        ("15.3", "四位"),
        ("2015", "只有年份"),
        ("三月", "不是可识别"),
        (0, "不是可识别"),
        ("2015.0", "没有 0 月"),
    ],
)
def test_a_month_that_cannot_be_read_is_a_fault(cell: object, word: str) -> None:
    value, bad, _ = read_one(sheets.month(), cell)

    assert value is None
    assert word in bad


def test_what_was_guessed_is_said() -> None:
    assert "2015-03-01" in read_one(sheets.day(), 42064)[2]
    assert "10 月" in read_one(sheets.month(), "2015.1")[2]
    assert read_one(sheets.month(), 2015.12)[0] == dt.date(2015, 12, 1)
    assert "时刻" in read_one(sheets.day(), dt.datetime(2015, 3, 1, 8, 30))[2]


@given(st.dates(dt.date(1910, 1, 1), dt.date(2199, 12, 31)))
def test_every_spelling_of_every_day_is_that_day(day: dt.date) -> None:
    serial = (day - dates.EPOCH).days
    year, month, number = day.year, day.month, day.day
    for cell in (
        day,
        day.isoformat(),
        f"{year}.{month}.{number}",
        f"{year}/{month}/{number}",
        f"{year}{month:02d}{number:02d}",
        f"{year}年{month}月{number}日",
        serial,
    ):
        assert dates.read_day(cell)[0] == day


@given(st.one_of(st.text(max_size=12), st.floats(), st.integers(), st.booleans()))
def test_anything_else_is_a_fault_or_a_day_but_never_an_exception(cell: object) -> None:
    for kind in (sheets.day(), sheets.month(), sheets.whole_number(), sheets.yes_no()):
        value, bad, _ = read_one(kind, cell)
        assert value is None or not bad


@given(st.text("0123456789.-/年月日 ", max_size=12))
def test_texts_near_a_date_never_raise(cell: str) -> None:
    value, bad, _ = read_one(sheets.day(), cell)

    assert value is None or (isinstance(value, dt.date) and not bad)


def test_bounds_of_a_day() -> None:
    kind = sheets.day(not_before=dt.date(2000, 1, 1), not_after=lambda: dt.date(2020, 1, 1))

    assert "不能早于 2000-01-01" in read_one(kind, "1999-12-31")[1]
    assert "不能晚于 2020-01-01" in read_one(kind, "2020-01-02")[1]
    assert read_one(kind, "2020-01-01")[1] == ""


@pytest.mark.parametrize(
    ("cell", "value", "word"),
    [
        (5, 5, ""),
        (5.0, 5, ""),
        ("5", 5, ""),
        ("５", 5, ""),
        (" 12 ", 12, ""),
        ("1,234", 1234, ""),
        ("5.00", 5, ""),
        ("0", 0, ""),
        (5.5, None, "小数"),
        ("5.5", None, "整数"),
        ("3人", None, "单位"),
        ("十", None, "整数"),
        (-1, None, "不能小于 0"),
        ("10000", None, "不能大于 9999"),
        (True, None, "整数"),
        ("1e3", None, "整数"),
        (dt.date(2015, 3, 1), None, "整数"),
        ("1,23", None, "整数"),
    ],
)
def test_whole_numbers(cell: object, value: object, word: str) -> None:
    read, bad, _ = read_one(sheets.whole_number(0, 9999), cell)

    assert read == value
    assert type(read) is type(value)
    assert word in bad


@pytest.mark.parametrize("cell", ["是", "有", "Y", "yes", "√", 1, "1", True, "ＴＲＵＥ", " 是 "])
def test_yes(cell: object) -> None:
    assert read_one(sheets.yes_no(), cell)[:2] == (True, "")


@pytest.mark.parametrize("cell", ["否", "无", "N", "×", 0, 0.0, "0", False])
def test_no(cell: object) -> None:
    assert read_one(sheets.yes_no(), cell)[:2] == (False, "")


def test_one_and_true_are_not_mixed_up_within_a_column() -> None:
    read = sheets.whole_number().convert([1, True, 1.0, "1", None, ""])

    assert read.values == [1, None, 1, 1, None, None]
    assert [index for index, _ in read.bad] == [1]


COLOURS = [("colour.1", "红色"), ("colour.2", "蓝色"), ("colour.3", "绿色")]


@pytest.mark.parametrize(
    "cell",
    ["红色", "colour.1", "1", 1, 1.0, "１", " 红 色 ", "1红色", "1-红色", "正红", "红色\u3000"],
)
def test_a_code_by_value_label_or_alias(cell: object) -> None:
    kind = sheets.code(lambda: COLOURS, aliases={"正红": "colour.1"})

    assert read_one(kind, cell)[:2] == ("colour.1", "")


def test_an_unknown_code_names_the_nearest_or_the_choices() -> None:
    kind = sheets.code(COLOURS)

    assert "是否应为「红色」" in read_one(kind, "红色的")[1]
    assert "可选：红色、蓝色、绿色" in read_one(kind, "XYZ")[1]
    assert kind.shown("colour.2") == "蓝色"
    assert kind.shown(None) == ""


def test_a_reference_is_looked_up_once_for_all_rows() -> None:
    asked: list[list[str]] = []

    def lookup(texts: list[str]) -> dict[str, object]:
        asked.append(texts)
        return {"甲局": 1, "丙局": sheets.Several(["市丙局", "县丙局"])}

    kind = sheets.ref(lookup, noun="单位", candidates=lambda: ["甲局", "乙管理局", "丙局"])
    read = kind.convert(["甲局", "甲 局", "乙管理", "丙局", None, "甲局"])

    assert asked == [["甲局", "乙管理", "丙局"]]
    assert read.values == [1, 1, None, None, None, 1]
    messages = dict(read.bad)
    assert "是否应为「乙管理局」" in messages[2]
    assert "有 2 个单位都叫「丙局」（市丙局、县丙局）" in messages[3]


def test_text_rules() -> None:
    kind = sheets.text(4, pattern="[A-Z0-9]+", message="只能是大写字母和数字")

    assert read_one(kind, "ABC1")[:2] == ("ABC1", "")
    assert "最多 4 个" in read_one(kind, "ABCDE")[1]
    assert "大写字母" in read_one(kind, "abc")[1]
    assert (
        "不能是 13"
        in read_one(sheets.text(check=lambda t: "不能是 13" if t == "13" else None), 13)[1]
    )


@pytest.mark.parametrize("cell", [330522199001011234, 3.30522199001011e17, 1e15])
def test_a_number_excel_has_damaged_is_a_fault_in_a_text_column(cell: object) -> None:
    value, bad, _ = read_one(sheets.text(18), cell)

    assert value is None
    assert "末几位不可靠" in bad


@pytest.mark.parametrize(
    ("rules", "before", "after"),
    [
        ({}, " 张三 ", "张三"),
        ({}, "张\u3000\u3000三", "张 三"),
        ({}, "张\u200b三\ufeff", "张三"),
        ({}, "甲\r\n乙", "甲 乙"),
        ({"lines": True}, "甲 \r\n 乙\n", "甲\n乙"),
        ({"inner": "cjk"}, "张  三", "张三"),
        ({"inner": "cjk"}, "John  Smith", "John Smith"),
        ({"inner": "none"}, "33 05 22", "330522"),
        ({"half_width": True}, "（３３０５２２Ｘ）", "(330522X)"),
        ({}, "（３）", "（３）"),
        ({"middle_dot": True}, "买买提•艾力", "买买提·艾力"),
        ({"middle_dot": True}, "买买提.艾力", "买买提·艾力"),
        ({"middle_dot": True}, "买买提 ． 艾力", "买买提·艾力"),
        ({"middle_dot": True}, "3.5", "3.5"),
        ({}, "𬱖㛃䶮﨑", "𬱖㛃䶮﨑"),
        ({"half_width": True}, "㈠①℃", "㈠①℃"),
    ],
)
def test_tidying(rules: dict[str, object], before: str, after: str) -> None:
    kind = sheets.text(**rules)  # type: ignore[arg-type]

    value, _, remark = read_one(kind, before)

    assert value == after
    assert bool(remark) == (before != after)


def test_private_use_characters_are_pointed_out() -> None:
    assert "造字区" in read_one(sheets.text(), "张\ue123")[2]


@given(st.text(max_size=40))
def test_tidying_twice_changes_nothing_more(text: str) -> None:
    for rules in (
        tidy.PLAIN,
        tidy.CODE,
        tidy.Rules(inner="cjk", middle_dot=True),
        tidy.Rules(lines=True),
    ):
        once, _ = tidy.tidy(text, rules)
        assert tidy.tidy(once, rules)[0] == once


@given(st.text(string.ascii_letters + string.digits + "张三李四局", min_size=1, max_size=30))
def test_plain_text_is_left_alone(text: str) -> None:
    assert tidy.tidy(text) == (text, [])


def test_the_nearest_of_many_names_is_found() -> None:
    names = [f"第{at}管理局" for at in range(3_000)] + ["市自然资源和规划局", "市林业局"]
    near = Nearest(names)

    assert near.find("市自然资源规划局", 1) == ["市自然资源和规划局"]
    assert near.find("林业局", 2)[0] == "市林业局"
    assert near.find("XQZ", 3) == []


def test_columns_may_be_kept_and_shared_and_still_see_new_entries() -> None:
    entries = [("a", "甲")]
    columns = [sheets.Column("类", "sort", sheets.code(lambda: list(entries)))]
    book = sheets.Workbook("xlsx", [sheets.Sheet("表", [["类"], ["乙"]])])

    assert sheets.parse(book, columns).faults
    entries.append(("b", "乙"))

    assert sheets.parse(book, columns).values["sort"] == ["b"]
