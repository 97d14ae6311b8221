"""Resident identity numbers (docs/rules.md P-01 to P-03)."""

import pickle
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core import divisions, identity
from apps.core.identity import BadIdentity, Identity, check, check_many, normalise
from tests.shared_data import shared_rows

TODAY = date(2025, 11, 22)
SAMPLE = "11010519491231002X"  # the sample printed in GB 11643


def refusal(number: str) -> BadIdentity:
    with pytest.raises(BadIdentity) as caught:
        check(number, today=TODAY)
    return caught.value


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """Numbers that hold: a known division, a past day, any sequence, the right check character."""
    code = draw(st.sampled_from(sorted(divisions.known_codes())))
    born = draw(st.dates(date(1900, 1, 1), TODAY))
    first17 = f"{code}{born:%Y%m%d}{draw(st.integers(0, 999)):03d}"
    return first17 + identity.check_char(first17)


@pytest.mark.rule("P-01")
def test_the_sample_of_the_standard_holds():
    found = check(SAMPLE, today=TODAY)

    assert found == Identity(SAMPLE, date(1949, 12, 31), identity.FEMALE, ())
    assert found.age_on(date(2025, 12, 30)) == 75
    assert found.age_on(date(2025, 12, 31)) == 76


@pytest.mark.parametrize(
    "written",
    [
        "11010519491231002x",
        "１１０１０５１９４９１２３１００２Ｘ",
        " 110105 19491231 002X\n",
        "'11010519491231002X",
        "\u202d11010519491231002X\u202c",
        "110105\u300019491231\u00a0002x",
    ],
)
def test_the_way_it_was_typed_does_not_matter(written):
    assert normalise(written) == SAMPLE
    assert check(written, today=TODAY).number == SAMPLE


@pytest.mark.rule("P-01")
def test_a_wrong_check_character_is_named_with_the_right_one():
    bad = refusal("110105194912310021")

    assert bad.code == "CHECKSUM"
    assert "校验码应为 X，当前为 1" in bad.sentence


@pytest.mark.parametrize(
    ("number", "code", "words"),
    [
        ("", "EMPTY", "未填写"),
        ("   ", "EMPTY", "未填写"),
        ("44030819990110", "LENGTH", "应为18位，当前为14位"),
        ("1101051949123100201", "LENGTH", "当前为19位"),
        ("T60426199101010078", "LETTERS", "第1位现为“T”"),
        ("1101051949123100²X", "LETTERS", "第17位现为“²”"),
        ("11010519491231002A", "LETTERS", "第18位应为数字或字母X，当前为“A”"),
        ("440308199902301512", "DATE", "1999年02月30日不存在"),
        ("360426199113010079", "DATE", "1991年13月01日不存在"),
        ("110105000001010021", "DATE", "0000年01月01日不存在"),
        ("110105202511230020", "FUTURE", "晚于今天"),
        ("110105189912310020", "EARLY", "早于1900年"),
        ("610104620932690", "OLD_15", "15位旧号码"),
    ],
)
def test_each_fault_has_its_code_and_its_sentence(number, code, words):
    bad = refusal(number)

    assert bad.code == code
    assert words in bad.sentence


@pytest.mark.rule("P-01")
def test_a_15_digit_number_is_refused_with_the_way_to_18():
    bad = refusal("610104620927690")

    assert bad.code == "OLD_15"
    assert "第6位后加“19”" in bad.sentence
    assert "校验码 8" in bad.sentence
    assert check("610104" + "19" + "620927690" + "8").birth_on == date(1962, 9, 27)


def test_no_sentence_repeats_the_number():
    for number in ("110105194912310021", "610104620927690", "440308199902301512"):
        assert number not in refusal(number).sentence


@pytest.mark.rule("P-03")
@pytest.mark.parametrize(
    ("first17", "words"),
    [
        ("99042619911201007", "前6位行政区划代码990426未收录"),
        ("81000019940823002", "香港居民居住证"),
        ("83000019920130002", "台湾居民居住证"),
        ("91112419810803002", "外国人永久居留身份证"),
    ],
)
def test_an_unusual_division_is_a_warning_only(first17, words):
    found = check(first17 + identity.check_char(first17), today=TODAY)

    assert len(found.warnings) == 1
    assert words in found.warnings[0]


@pytest.mark.parametrize("code", ["330682", "330623", "412723", "330604", "110103", "330601"])
def test_divisions_that_are_gone_are_known(code):
    assert identity.division_warnings(code) == ()


@given(numbers())
def test_any_well_made_number_holds_and_says_what_it_was_made_of(number):
    found = check(number, today=TODAY)

    assert found.number == number
    assert found.birth_on == date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    assert found.sex == ("1" if int(number[16]) % 2 else "2")


@given(numbers(), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_any_single_slip_is_found(number, place, char):
    """ISO 7064 MOD 11-2 finds every change of one character."""
    slipped = number[:place] + char + number[place + 1 :]

    if slipped == number:
        assert check(slipped, today=TODAY).number == number
    else:
        refusal(slipped)


@given(numbers(), st.integers(0, 15))
def test_any_two_neighbours_exchanged_are_found(number, place):
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]

    if swapped == number:
        assert check(swapped, today=TODAY).number == number
    else:
        refusal(swapped)


@given(st.lists(st.text(max_size=22) | numbers(), max_size=20))
def test_a_column_is_checked_like_its_cells_and_never_breaks(column):
    together = check_many(column, today=TODAY)

    assert len(together) == len(column)
    for number, found in zip(column, together, strict=True):
        if isinstance(found, BadIdentity):
            assert refusal(number).code == found.code
            assert found.sentence
        else:
            assert check(number, today=TODAY) == found


@pytest.mark.rule("P-02")
def test_a_birth_today_holds_and_one_tomorrow_does_not():
    for days, holds in ((0, True), (1, False)):
        first17 = f"330683{TODAY + timedelta(days=days):%Y%m%d}002"
        found = check_many([first17 + identity.check_char(first17)], today=TODAY)[0]
        assert isinstance(found, Identity) is holds


def test_someone_born_on_29_february_ages_on_1_march():
    born = date(1964, 2, 29)

    assert identity.age_on(born, date(2025, 2, 28)) == 60
    assert identity.age_on(born, date(2025, 3, 1)) == 61
    assert identity.age_on(born, date(2024, 2, 29)) == 60


def test_a_refusal_survives_the_way_between_processes():
    bad = refusal("110105194912310021")

    again = pickle.loads(pickle.dumps(bad))

    assert (again.code, again.sentence) == (bad.code, bad.sentence)


def test_the_shared_vectors_agree():
    """Own rules where they differ from other validators: 15 digits are refused, an unknown or too
    young division is a warning (or nothing), never a refusal."""
    seen = 0
    for row in shared_rows("resident_id/resident_id_vectors.csv"):
        number = row["number"]
        found = check_many([number], today=TODAY)[0]
        if len(number) == 15:
            assert isinstance(found, BadIdentity)
            assert found.code == "OLD_15"
        elif row["mode"] == "strict" or number.startswith("99"):
            assert isinstance(found, Identity)
        elif row["expected_valid"]:
            assert isinstance(found, Identity) is (row["expected_valid"] == "1"), number
        if isinstance(found, Identity) and row["birth_date"]:
            assert found.birth_on.isoformat() == row["birth_date"]
        if isinstance(found, Identity) and row["sex_1m_0f"]:
            assert found.sex == {"1": identity.MALE, "0": identity.FEMALE}[row["sex_1m_0f"]]
        seen += 1
    assert seen > 30
