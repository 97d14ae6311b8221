"""Names in pinyin, for search and order (docs/rules.md P-08)."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core import pinyin
from tests.shared_data import shared_rows


@pytest.mark.rule("P-08")
@pytest.mark.parametrize(
    ("name", "full", "initials"),
    [
        ("王小明", "wang xiao ming", "wxm"),
        ("单雄信", "shan xiong xin", "sxx"),
        ("曾国藩", "zeng guo fan", "zgf"),
        ("翟让", "zhai rang", "zr"),
        ("解珍", "xie zhen", "xz"),
        ("仇英", "qiu ying", "qy"),
        ("区小都", "ou xiao du", "oxd"),
        ("吕布", "lv bu", "lb"),
        ("尉迟恭", "yu chi gong", "ycg"),
        ("万俟卨", "mo qi xie", "mqx"),
        ("单于飞", "chan yu fei", "cyf"),
        ("长孙无忌", "zhang sun wu ji", "zswj"),
        ("尉迟", "wei chi", "wc"),
        ("欧阳娜娜", "ou yang na na", "oynn"),
        ("李长春", "li chang chun", "lcc"),
        ("张\u3000三", "zhang san", "zs"),
        ("买买提·吐尔逊", "mai mai ti tu er xun", "mmttex"),
        ("单增·卓玛", "dan zeng zhuo ma", "dzzm"),
        ("单", "dan", "d"),
        ("Tom", "tom", "t"),
        ("", "", ""),
    ],
)
def test_a_persons_name_reads_as_it_is_called(name, full, initials):
    assert (pinyin.full(name), pinyin.initials(name)) == (full, initials)
    assert pinyin.persons([name]) == [(full, initials)]


def test_a_character_without_reading_stands_for_itself():
    assert pinyin.full("\U00020bb7小") == "\U00020bb7 xiao"


@pytest.mark.parametrize(
    ("name", "full", "initials"),
    [
        ("中国银行", "zhong guo yin hang", "zgyh"),
        ("重庆市第1中学", "chong qing shi di 1 zhong xue", "cqsd1zx"),
        ("单县县委", "shan xian xian wei", "sxxw"),
        ("会计处", "kuai ji chu", "kjc"),
        ("六合区CDC（疾控中心）", "lu he qu cdc ji kong zhong xin", "lhqcdcjkzx"),
        ("嵊州市委编办", "sheng zhou shi wei bian ban", "szswbb"),
    ],
)
def test_a_units_name_reads_by_the_word(name, full, initials):
    assert (pinyin.unit_full(name), pinyin.unit_initials(name)) == (full, initials)
    assert pinyin.units([name]) == [(full, initials)]


def test_the_usual_reading_comes_first_and_others_are_found_too():
    readings = pinyin.variants("单雄信")

    assert readings[0] == ("shan xiong xin", "sxx")
    assert ("dan xiong xin", "dxx") in readings
    assert len(pinyin.variants("乐重朝长行乐", limit=5)) == 5


@given(st.lists(st.text(max_size=12), max_size=5))
def test_any_text_has_a_spelling(names):
    for name, (full, initials) in zip(names, pinyin.persons(names), strict=True):
        assert full == pinyin.full(name)
        assert initials == "".join(part[0] for part in full.split(" ") if part)


def test_real_unit_names_have_latin_letters_only():
    names = [row["name"] for row in shared_rows("org_trees/heze_yuncheng_2018.csv")]
    for name, (full, initials) in zip(names, pinyin.units(names), strict=True):
        assert re.fullmatch(r"[a-z0-9 ]+", full), name
        assert re.fullmatch(r"[a-z0-9]+", initials), name
    assert len(names) > 100
