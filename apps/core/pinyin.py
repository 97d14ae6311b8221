"""Pinyin of names, for search and order: toneless syllables, ü written v.

Persons: a surname table first (单 shan, 曾 zeng, 尉迟 yu chi), then one reading a character, so
that a roster is read by dictionary look-ups alone. Units: whole phrases, because 重庆, 银行 and
处长 are read by the word. What has no reading (rare characters, digits) stands for itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import product
from typing import Final


def _table(text: str) -> dict[str, str]:
    """Return the pairs of “单:shan 曾:zeng”."""
    return dict(pair.split(":") for pair in text.split())


#: Surnames read differently from the plain character.
SURNAMES: Final = _table(
    "单:shan 曾:zeng 翟:zhai 解:xie 仇:qiu 朴:piao 查:zha 盖:ge 区:ou 缪:miao 覃:qin 员:yun "
    "贠:yun 谌:chen 乜:nie 隗:wei 郇:xun 祭:zhai 黑:he 冼:xian 洗:xian 折:she 秘:bi "
    "种:chong 句:gou 召:shao 柏:bai 卜:bu 晁:chao 逄:pang 乐:yue 燕:yan 应:ying 任:ren "
    "华:hua 纪:ji 过:guo 葛:ge 那:na 佘:she 訾:zi 逯:lu 厍:she 能:nai 郗:xi 宿:su 臧:zang "
    "都:du 幺:yao 钭:tou 阚:kan 牟:mou 尉:wei 车:che 沈:shen 贾:jia 石:shi 叶:ye 殷:yin "
    "宁:ning 强:qiang 冯:feng 汤:tang 夏:xia 谷:gu 蔚:yu 哈:ha 撒:sa 兴:xing 重:chong "
    "藏:zang 长:chang 少:shao 相:xiang 亓:qi 仉:zhang 揭:jie 莘:shen 绳:sheng 尹:yin 俞:yu "
    "於:yu 恽:yun 笪:da 郏:jia 郄:qie 宓:mi 繁:po 适:kuo 令:ling 盛:sheng 庹:tuo 妫:gui "
    "呙:guo 禚:zhuo 璩:qu 昝:zan 芮:rui 靳:jin 麴:qu 麹:qu 邸:di 冒:mao 禤:xuan"
)

COMPOUND_SURNAMES: Final = _table(
    "万俟:mo,qi 尉迟:yu,chi 单于:chan,yu 长孙:zhang,sun 澹台:tan,tai 令狐:ling,hu "
    "鲜于:xian,yu 亓官:qi,guan 乐正:yue,zheng 宰父:zai,fu 子车:zi,ju 拓跋:tuo,ba "
    "呼延:hu,yan 濮阳:pu,yang 夹谷:jia,gu 皇甫:huang,fu 申屠:shen,tu 贺若:he,ruo "
    "中行:zhong,hang 夏侯:xia,hou 宇文:yu,wen 独孤:du,gu 南宫:nan,gong 闾丘:lv,qiu "
    "颛孙:zhuan,sun 公冶:gong,ye 钟离:zhong,li 赫连:he,lian"
)

#: Readings that names prefer to the dictionary's first one.
GIVEN: Final = _table(
    "长:chang 晟:sheng 靓:liang 都:du 厦:xia 佛:fo 仔:zai 传:chuan 槟:bin 莞:wan 莎:sha "
    "颉:jie 重:zhong 茜:qian 媛:yuan 娜:na 乐:le 行:xing 朝:chao 蔚:wei 筠:yun 澄:cheng "
    "杉:shan 予:yu 伯:bo 贾:jia"
)

#: Readings of place names and office words that the phrase dictionary gets wrong or lacks.
PHRASES: Final = {
    "单县": "shan xian",
    "单城": "shan cheng",
    "乐陵": "lao ling",
    "洪洞": "hong tong",
    "六合区": "lu he qu",
    "长垣": "chang yuan",
    "长清": "chang qing",
    "会稽": "kuai ji",
    "浚县": "xun xian",
    "都匀": "du yun",
    "大城县": "dai cheng xian",
    "参公": "can gong",
    "编办": "bian ban",
    "编委办": "bian wei ban",
}

_HAN = "\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_ALL_HAN = re.compile(f"[{_HAN}]+")
_PIECES = re.compile(f"[{_HAN}]+|[A-Za-z0-9]+")


class _Readings(dict[str, str]):
    """Character to its usual toneless reading, filled as characters turn up."""

    def __missing__(self, char: str) -> str:
        found = all_readings(char)
        self[char] = reading = GIVEN.get(char) or (found[0] if found else char)
        return reading


_readings = _Readings()


@lru_cache(maxsize=8192)
def all_readings(char: str) -> tuple[str, ...]:
    """Return every toneless reading of one character, usual ones first; none for other signs."""
    from pypinyin.constants import PINYIN_DICT  # half a second to load; only when first needed

    spelled = PINYIN_DICT.get(ord(char), "")
    return tuple(dict.fromkeys(_toneless(part) for part in spelled.split(",") if part))


def _toneless(syllable: str) -> str:
    apart = unicodedata.normalize("NFD", syllable.replace("ɡ", "g"))
    plain = "".join(c for c in apart if c == "\u0308" or not unicodedata.combining(c))
    return plain.replace("u\u0308", "v").replace("\u0308", "")


def full(name: str) -> str:
    """Return a person's name as syllables: 单雄信 → "shan xiong xin"."""
    return " ".join(_person(name))


def initials(name: str) -> str:
    """Return the first letters: 单雄信 → "sxx"."""
    return "".join([part[0] for part in _person(name)])


def persons(names: Iterable[str]) -> list[tuple[str, str]]:
    """Return (full, initials) for each name, in order. Some 500 thousand names a second."""
    results = []
    for name in names:
        parts = _person(name)
        results.append((" ".join(parts), "".join([part[0] for part in parts])))
    return results


def _person(name: str) -> list[str]:
    if not _ALL_HAN.fullmatch(name):
        return _mixed(name)
    if len(name) > 2 and (both := COMPOUND_SURNAMES.get(name[:2])):
        return [*both.split(","), *[_readings[char] for char in name[2:]]]
    parts = [_readings[char] for char in name]
    if (surname := SURNAMES.get(name[0])) and len(name) > 1:
        parts[0] = surname
    return parts


def _mixed(name: str) -> list[str]:
    """Return the parts of a name with points, Latin words or spaces.

    买买提·吐尔逊 is read character by character; 张 三 with a space inside is still 张三.
    """
    pieces = _PIECES.findall(name)
    if "·" not in name and pieces and all(_ALL_HAN.match(piece) for piece in pieces):
        return _person("".join(pieces))
    parts: list[str] = []
    for piece in pieces:
        parts += [_readings[c] for c in piece] if _ALL_HAN.match(piece) else [piece.lower()]
    return parts


def variants(name: str, *, limit: int = 16) -> list[tuple[str, str]]:
    """Return (full, initials) for the plausible readings of a person's name, usual one first.

    For search boxes that forgive: 单 is also found as dan. At most `limit` readings.
    """
    usual = _person(name)
    chars = [char for char in name if _ALL_HAN.match(char)]
    if len(chars) != len(usual):
        return [(" ".join(usual), initials(name))]
    choices = [
        list(dict.fromkeys([part, *all_readings(char)[:3]]))
        for part, char in zip(usual, chars, strict=True)
    ]
    found: dict[tuple[str, str], None] = {}
    for parts in product(*choices):
        found[" ".join(parts), "".join([part[0] for part in parts])] = None
        if len(found) >= limit:
            break
    return list(found)


def unit_full(name: str) -> str:
    """Return a unit's name as syllables, read by the word: 中国银行 → "zhong guo yin hang"."""
    return _unit(name)[0]


def unit_initials(name: str) -> str:
    """Return the first letters of a unit's name; digits and Latin words stay whole."""
    return _unit(name)[1]


def units(names: Iterable[str]) -> list[tuple[str, str]]:
    """Return (full, initials) for each unit name, in order. Some 17 thousand names a second."""
    return [_unit(name) for name in names]


def _unit(name: str) -> tuple[str, str]:
    parts: list[str] = []
    letters = ""
    for piece in _PIECES.findall(name):
        if _ALL_HAN.match(piece):
            read = _phrase_reader()(piece)
            letters += "".join([part[0] for part in read])
        else:
            read = [piece.lower()]
            letters += read[0]
        parts += read
    return " ".join(parts), letters


@lru_cache(maxsize=1)
def _phrase_reader() -> Callable[[str], list[str]]:
    """Return the function text → syllables, with PHRASES known to it."""
    from pypinyin import lazy_pinyin, load_phrases_dict

    load_phrases_dict(
        {text: [[part] for part in spelled.split()] for text, spelled in PHRASES.items()}
    )
    return lambda text: lazy_pinyin(text, errors=list)  # type: ignore[arg-type]  # as documented
