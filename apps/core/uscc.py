"""Unified social credit codes: 18 characters, GB 32100. Source: docs/rules.md K-02."""

from __future__ import annotations

from typing import Final, NamedTuple

from . import divisions, identity

ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH: Final = 18
WEIGHTS: Final = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
ORGANISATION_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)

AUTHORITIES: Final = {
    "1": "机构编制",
    "2": "外交",
    "3": "司法行政",
    "4": "文化",
    "5": "民政",
    "6": "旅游",
    "7": "宗教",
    "8": "工会",
    "9": "市场监督管理",
    "A": "中央军委改革和编制办公室",
    "N": "农业农村",
    "Y": "其他",
}

#: Second character, by authority. 机构编制 (1) is what this register works with.
KINDS: Final = {
    "11": "机关",
    "12": "事业单位",
    "13": "机构编制部门直接管理的群众团体",
    "19": "其他",
    "31": "律师执业机构",
    "32": "公证处",
    "33": "基层法律服务所",
    "34": "司法鉴定机构",
    "35": "仲裁委员会",
    "51": "社会团体",
    "52": "民办非企业单位",
    "53": "基金会",
    "71": "宗教活动场所",
    "72": "宗教院校",
    "81": "基层工会",
    "91": "企业",
    "92": "个体工商户",
    "93": "农民专业合作社",
    "A1": "军队事业单位",
    "N1": "组级集体经济组织",
    "N2": "村级集体经济组织",
    "N3": "乡镇级集体经济组织",
}

_LOOKALIKES = {"I": "1", "O": "0", "S": "5", "Z": "2", "V": "U"}


class Uscc(NamedTuple):
    """A code that holds.

    code          18 characters, capitals
    authority     who registers, such as 机构编制
    kind          what is registered, such as 事业单位; 其他 when the pair is not in the list
    division      six digits of the registering authority (not always the unit's own)
    organisation  positions 9 to 17 (GB 11714)
    warnings      sentences; empty when nothing is odd
    """

    code: str
    authority: str
    kind: str
    division: str
    organisation: str
    warnings: tuple[str, ...] = ()

    @property
    def prefix(self) -> str:
        """The first two characters: "11" organs, "12" institutions, "13" mass organisations."""
        return self.code[:2]


class BadUscc(ValueError):
    """A code that cannot hold.

    code      EMPTY, LENGTH, LETTERS, AUTHORITY, DIVISION or CHECKSUM
    sentence  Chinese: what is wrong and what would be right
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence

    def __reduce__(self) -> tuple[type[BadUscc], tuple[str, str]]:
        return type(self), (self.code, self.sentence)


def normalise(text: str) -> str:
    """Return the code half-width, without spaces and hyphens, in capitals."""
    return identity.normalise(text).replace("-", "")


def check_char(first17: str) -> str:
    """Return the 18th character for 17 characters of ALPHABET."""
    total = sum(w * ALPHABET.index(c) for w, c in zip(WEIGHTS, first17, strict=True))
    return ALPHABET[-total % 31]


def organisation_check_char(first8: str) -> str:
    """Return the ninth character of an organisation code (GB 11714)."""
    pairs = zip(ORGANISATION_WEIGHTS, first8, strict=True)
    rest = 11 - sum(w * int(c, 36) for w, c in pairs) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def check(text: str) -> Uscc:
    """Return what the code says. Raises BadUscc with the first fault found."""
    code = normalise(text)
    if not code:
        raise BadUscc("EMPTY", "未填写统一社会信用代码，应为18位")
    if len(code) != LENGTH:
        raise BadUscc("LENGTH", f"统一社会信用代码应为18位，当前为{len(code)}位")
    for place, char in enumerate(code, 1):
        if char in ALPHABET:
            continue
        hint = f"，是否为 {_LOOKALIKES[char]}？" if char in _LOOKALIKES else ""
        raise BadUscc(
            "LETTERS",
            f"第{place}位“{char}”不会出现在统一社会信用代码中{hint or '，请与证书核对'}",
        )
    if code[0] not in AUTHORITIES:
        raise BadUscc("AUTHORITY", f"第1位“{code[0]}”不是登记管理部门代码，机关和事业单位应为 1")
    division = code[2:8]
    if not division.isdigit():
        raise BadUscc("DIVISION", f"第3至8位应为6位数字的行政区划代码，当前为“{division}”")
    right = check_char(code[:17])
    if right != code[17]:
        raise BadUscc("CHECKSUM", f"校验码应为 {right}，当前为 {code[17]}，请逐位核对代码")
    return Uscc(
        code,
        AUTHORITIES[code[0]],
        KINDS.get(code[:2], "其他"),
        division,
        code[8:17],
        _warnings(code),
    )


def _warnings(code: str) -> tuple[str, ...]:
    found = []
    if code[2:8] != "100000" and not divisions.is_known(code[2:8]):
        found.append(f"第3至8位行政区划代码{code[2:8]}未收录，请与证书核对")
    right = organisation_check_char(code[8:16])
    if right != code[16]:
        found.append(f"第9至17位组织机构代码的校验码应为 {right}，当前为 {code[16]}，请与证书核对")
    return tuple(found)
