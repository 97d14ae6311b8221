"""Unified social credit codes (docs/rules.md K-02)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core import uscc
from apps.core.uscc import BadUscc, check
from tests.shared_data import shared_rows

ORGAN = "11330683002574016J"
INSTITUTION = "12330683471435203U"


def refusal(code: str) -> BadUscc:
    with pytest.raises(BadUscc) as caught:
        check(code)
    return caught.value


@pytest.mark.rule("K-02")
@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (ORGAN, "机关"),
        (INSTITUTION, "事业单位"),
        ("12100000400000624D", "事业单位"),  # 清华大学
        ("11100000000019502X", "机关"),  # 国家乡村振兴局
    ],
)
def test_codes_of_public_bodies_say_what_they_are(code, kind):
    found = check(code)

    assert (found.code, found.authority, found.kind) == (code, "机构编制", kind)
    assert found.prefix == code[:2]
    assert found.division == code[2:8]
    assert found.organisation == code[8:17]
    assert found.warnings == ()


def test_the_way_it_was_typed_does_not_matter():
    assert check(" 1133-0683 ００２５７４０１６j").code == ORGAN


@pytest.mark.parametrize(
    ("code", "fault", "words"),
    [
        ("", "EMPTY", "未填写"),
        (ORGAN[:17], "LENGTH", "当前为17位"),
        (ORGAN[:17] + "K", "CHECKSUM", "校验码应为 J，当前为 K"),
        ("1133O683002574016J", "LETTERS", "第5位“O”不会出现在统一社会信用代码中，是否为 0"),
        ("1133068300257401?J", "LETTERS", "第17位“?”不会出现在统一社会信用代码中"),
        ("B1330683002574016J", "AUTHORITY", "第1位“B”不是登记管理部门代码"),
        ("113306A3002574016J", "DIVISION", "第3至8位应为6位数字"),
    ],
)
def test_each_fault_has_its_code_and_its_sentence(code, fault, words):
    bad = refusal(code)

    assert bad.code == fault
    assert words in bad.sentence


def test_an_unknown_division_and_a_wrong_organisation_code_are_warnings():
    first17 = "11999999" + "002574017"
    found = check(first17 + uscc.check_char(first17))

    assert len(found.warnings) == 2
    assert "999999未收录" in found.warnings[0]
    assert "组织机构代码的校验码应为 6，当前为 7" in found.warnings[1]


@given(st.integers(0, 16), st.sampled_from(uscc.ALPHABET))
def test_any_single_slip_is_found(place, char):
    slipped = ORGAN[:place] + char + ORGAN[place + 1 :]

    if slipped == ORGAN:
        assert check(slipped).code == ORGAN
    else:
        refusal(slipped)


@given(st.text(max_size=24))
def test_any_text_is_answered(text):
    try:
        found = check(text)
    except BadUscc:
        return
    assert found.code[17] == uscc.check_char(found.code[:17])


def test_the_shared_codes_of_public_bodies_agree():
    rows = shared_rows("uscc/public_bodies_uscc.csv")
    for row in rows:
        assert row["gb32100_check_ok"] == "1"
        assert check(row["uscc"]).prefix in ("11", "12"), row["uscc"]
    assert len(rows) > 30
