"""Days and months as people write them (docs/rules.md C-04)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.dates import BadDate, parse_day, parse_month

DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))


@pytest.mark.rule("C-04")
@pytest.mark.parametrize(
    "text",
    [
        "2015-03-01",
        "2015-3-1",
        "2015/3/1",
        "2015.3.1",
        "2015.03.01",
        "20150301",
        "2015年3月1日",
        "2015年03月01号",
        "2015 年 3 月 1 日",
        "２０１５．３．１",
        "２０１５年３月１日",
        "二〇一五年三月一日",
        "二○一五年三月一日",
        "2015-03-01 00:00:00",
        "2015-03-01T00:00:00.000",
        " 2015-03-01\n",
        "2015–3–1",
    ],
)
def test_a_day_in_any_of_these_forms_is_read(text):
    assert parse_day(text) == date(2015, 3, 1)
    assert parse_month(text) == date(2015, 3, 1)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("一九八七年十月二十日", date(1987, 10, 20)),
        ("二〇一五年十二月三十一日", date(2015, 12, 31)),
        ("二〇二〇年十一月十日", date(2020, 11, 10)),
        ("2024-02-29", date(2024, 2, 29)),
    ],
)
def test_words_and_leap_days_are_read(text, day):
    assert parse_day(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "2015.3",
        "2015.03",
        "201503",
        "2015-03",
        "2015/3",
        "2015年3月",
        "2015年3月份",
        "２０１５．３",
    ],
)
def test_a_month_is_read_as_its_first_day_and_is_no_day(text):
    assert parse_month(text) == date(2015, 3, 1)
    with pytest.raises(BadDate, match="缺少日"):
        parse_day(text)


@pytest.mark.rule("C-04")
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "未填写日期"),
        ("　", "未填写日期"),
        ("今天", "不是可识别的日期"),
        ("15.3.1", "年份不是四位"),
        ("15年3月1日", "年份不是四位"),
        ("2015", "只有年份"),
        ("2015年", "只有年份"),
        ("2015-2-30", "2015年2月30日不存在，2月只有28天"),
        ("20150230", "2月只有28天"),
        ("2015-3-0", "2015年3月0日不存在"),
        ("2015-13-1", "月份13不存在"),
        ("201500", "月份0不存在"),
        ("2015-3.1", "不是可识别的日期"),
        ("2015 1 2", "不是可识别的日期"),
        ("3/1/2015", "不是可识别的日期"),
        ("20151", "不是可识别的日期"),
        ("42064", "不是可识别的日期"),
        ("2015-03-01 12:30", "不是可识别的日期"),
        ("1015-03-01", "年份应在1900至2199之间"),
        ("٢٠١٥-٠٣-٠١", "不是可识别的日期"),
        ("2015年3月1", "不是可识别的日期"),
    ],
)
def test_what_is_no_date_is_refused_with_a_sentence(text, words):
    with pytest.raises(BadDate, match=words):
        parse_day(text)
    with pytest.raises(BadDate):
        parse_month(text)


@given(DAYS)
def test_every_day_comes_back_from_each_of_its_forms(day):
    y, m, d = day.year, day.month, day.day
    for text in (
        day.isoformat(),
        f"{y}/{m}/{d}",
        f"{y}.{m}.{d}",
        f"{y}{m:02d}{d:02d}",
        f"{y}年{m}月{d}日",
    ):
        assert parse_day(text) == day
        assert parse_month(text) == day.replace(day=1)
    for text in (f"{y}.{m}", f"{y}{m:02d}", f"{y}年{m}月", f"{y}-{m:02d}"):
        assert parse_month(text) == day.replace(day=1)


@given(st.text(alphabet="0123456789.-/年月日 一二十〇０T:x", max_size=14) | st.text(max_size=30))
def test_any_text_is_a_day_or_a_refusal(text):
    for parse in (parse_day, parse_month):
        try:
            day = parse(text)
        except BadDate:
            continue
        assert 1900 <= day.year <= 2199
        assert str(day.year) in text or not text.isascii()
