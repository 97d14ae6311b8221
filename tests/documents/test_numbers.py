"""Document numbers (docs/rules.md D-01 to D-03)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.documents.numbers import BadNumber, DocNumber, Form, normalise, parse


@pytest.mark.rule("D-01")
@pytest.mark.parametrize(
    "text",
    [
        "嵊编发〔2015〕12号",
        "嵊编发[2015]12号",
        "嵊编发【2015】12号",
        "嵊编发（2015）12号",
        "嵊编发(2015)12号",
        "嵊编发［２０１５］１２号",
        "嵊编发﹝2015﹞12号",
        "嵊编发〔 2015 〕 12 号",
        "嵊编发〔2015〕012号",
        "嵊编发〔2015〕第12号",
        "嵊编发〔2015年〕12号",
        "（2015）嵊编发第12号",
        " 嵊编发\u3000〔2015〕12号\n",
    ],
)
def test_one_document_has_one_spelling(text):
    assert normalise(text) == "嵊编发\u30142015\u301512号"
    assert parse(text) == DocNumber("嵊编发", 2015, 12)


@pytest.mark.rule("D-02")
@pytest.mark.parametrize(
    ("text", "number", "spelling"),
    [
        ("浙江省人民政府令第321号", DocNumber("浙江省人民政府令", None, 321, Form.ORDER), None),
        ("国务院令 第 0486 号", DocNumber("国务院令", None, 486, Form.ORDER), "国务院令第486号"),
        ("公告2015年第12号", DocNumber("公告", 2015, 12, Form.YEARLY), None),
        ("公告2015年12号", DocNumber("公告", 2015, 12, Form.YEARLY), "公告2015年第12号"),
        ("嵊编委(议)〔2015〕3号", DocNumber("嵊编委（议）", 2015, 3), "嵊编委（议）〔2015〕3号"),
        ("(1987)嵊编字第12号", DocNumber("嵊编字", 1987, 12), "嵊编字〔1987〕12号"),
    ],
)
def test_orders_announcements_and_old_numbers_keep_their_form(text, number, spelling):
    assert parse(text) == number
    assert normalise(text) == (spelling or text)


@pytest.mark.rule("D-03")
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "未填写文号"),
        ("嵊编发〔2015〕12", "末尾缺少“号”字，应为 嵊编发〔2015〕12号"),
        ("〔2015〕12号", "缺少发文机关代字"),
        ("ABC〔2015〕1号", "应含汉字"),
        ("嵊编〔87〕3号", "年份应写四位，是否为〔1987〕"),
        ("嵊编〔15〕3号", "是否为〔2015〕"),
        ("嵊编〔1887〕3号", "年份1887不正确"),
        ("嵊编发〔2015〕0号", "序号0不正确"),
        ("嵊编发〔2015〕1234567号", "序号1234567不正确"),
        ("嵊编发〔2O15〕1号", "括号内应为四位年份"),
        ("嵊编发2015-12号", "年份应放在六角括号内"),
        ("嵊编发201512号", "年份应放在六角括号内"),
        ("嵊编〔2012〕1—3号", "其后为序号和“号”字"),
        ("嵊编;发〔2015〕12号", "不应出现“;”"),
        ("=嵊编发〔2015〕12号", "不应出现“=”"),
        ("关于设立中心的批复", "不是文号"),
        ("嵊" * 61, "超过60个字"),
    ],
)
def test_what_is_no_number_is_refused_with_what_would_be_right(text, words):
    with pytest.raises(BadNumber) as caught:
        parse(text)
    assert words in caught.value.sentence


PREFIXES = st.sampled_from(["嵊编发", "中共嵊州市委", "浙编办函", "嵊编委（议）", "厅字"])
BRACKETS = st.sampled_from(["〔〕", "[]", "【】", "（）", "()", "［］", "﹝﹞", "〖〗"])


@given(PREFIXES, BRACKETS, st.integers(1949, 2199), st.integers(1, 999_999), st.integers(0, 3))
def test_whatever_the_brackets_and_zeros_the_parts_come_back(prefix, marks, year, serial, zeros):
    text = f"{prefix}{marks[0]}{year}{marks[1]}{'0' * zeros}{serial}号"[:60]
    if len(f"{'0' * zeros}{serial}") > 6:
        return

    number = parse(text)

    assert number == DocNumber(prefix, year, serial)
    assert str(number) == f"{prefix}〔{year}〕{serial}号"


@given(st.text(alphabet="嵊编发〔〕[]()（）第号年 0123456789a", max_size=24) | st.text(max_size=40))
def test_a_canonical_spelling_is_its_own_spelling(text):
    try:
        spelling = normalise(text)
    except BadNumber:
        return
    assert normalise(spelling) == spelling
    assert str(parse(spelling)) == spelling
