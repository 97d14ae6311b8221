"""Names in parentheses: which are nameplates (加挂, 合署), which are not, which nobody can tell.

    read("某市财政局（某市国资办）").plates     # [Plate("other", "某市国资办", "name at the end")]

The full name of a unit is never changed by this; what is recognised becomes a `Nameplate` row. A
rule is one line of a table with an example that is also its test. What fits no rule is a doubt for
the list people look through, never a guess. Source: docs/rules.md U-28; domain.md §1.1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from .choices import PlateKind

#: What the names of bodies and departments end in.
ENDINGS: Final = (
    "委员会 委 办公室 办公厅 办 厅 局 处 科 室 部 股 庭 队 院 所 站 馆 校 园 社 会 中心 基地 公司 "
    "管委会 工委 党组 党校 学院 医院 学校 总台 台 分局 团 厂 场"
).split()
_NAME: Final = rf"[^、，；;（）()]+?(?:{'|'.join(sorted(ENDINGS, key=len, reverse=True))})"
_NAMES: Final = rf"{_NAME}(?:、{_NAME})*"


class Rule(NamedTuple):
    """pattern: of one clause, whole; group 1 the names. example: a real or a typical one."""

    label: str
    pattern: re.Pattern[str]
    kind: PlateKind
    example: str


#: Clauses that say themselves what they are.
RULES: Final = (
    Rule(
        "挂……牌子",
        re.compile(rf"(?:加)?挂({_NAMES})的?牌子"),
        PlateKind.ADDED,
        "山东省农业厅（挂山东省扶贫开发办公室牌子）",
    ),
    Rule(
        "加挂……",
        re.compile(rf"加挂({_NAMES})"),
        PlateKind.ADDED,
        "某县审计局（加挂某县内部审计指导中心）",
    ),
    Rule(
        "与……一个机构两块牌子",
        re.compile(rf"与({_NAMES})(?:实行)?一个机构、?[两二三]块牌子"),
        PlateKind.ADDED,
        "山东省民族事务委员会（与山东省宗教事务局一个机构两块牌子）",
    ),
    Rule(
        "……与其一个机构两块牌子",
        re.compile(rf"({_NAMES})与其一个机构、?[两二三]块牌子"),
        PlateKind.ADDED,
        "中共山东省委政策研究室（中共山东省委全面深化改革领导小组办公室与其一个机构两块牌子）",
    ),
    Rule(
        "与……合署办公",
        re.compile(rf"与({_NAMES})合署(?:办公)?"),
        PlateKind.JOINT,
        "中共山东省纪律检查委员会（与山东省监察委员会合署办公）机关",
    ),
    Rule(
        "……与其合署办公",
        re.compile(rf"({_NAMES})与其合署(?:办公)?"),
        PlateKind.JOINT,
        "山东省人民政府参事室（省文史研究馆与其合署）",
    ),
)


class Not(NamedTuple):
    """A clause that is no nameplate, and why."""

    why: str
    pattern: re.Pattern[str]
    example: str


NOT_PLATES: Final = (
    Not(
        "规格",
        re.compile(
            r"(?:相当于)?(?:正|副)?[国部省厅地市州司局县处乡科镇股]级|(?:正|副)(?:厅|处|科|股)"
        ),
        "某市医保中心（副处级）",
    ),
    Not(
        "状态",
        re.compile(r"试行|试点|暂定|暂行|筹|筹建|筹备组|拟设|中试|临时"),
        "某县职业学院（筹）",
    ),
    Not(
        "经费或人员管理",
        re.compile(r"参公|参照公务员法管理|全额|差额|自收自支|公益[一二]类|行政类|事业|企业"),
        "某市社保局（参公）",
    ),
    Not("原名称", re.compile(r"原.+|曾用名.*"), "某县水务局（原某县水利局）"),
    Not("序号", re.compile(r"[0-9０-９一二三四五六七八九十]+[号期区组]?"), "某县派出所（二）"),
    Not(
        "地名",
        re.compile(
            r".{0,10}?(?:省|市|县|区|旗|镇|乡|街道|村|路|号|片|片区|湖|山|港|湾|新城|东|西|南|北|中)"
        ),
        "某县农商行（城东片区）",
    ),
    Not("简称或说明", re.compile(r"简称.*|下同|含.+|不含.+|.*派驻.*"), "某局（简称市局）"),
)

_PARENS: Final = re.compile(r"[（(]([^（）()]*)[）)]")
#: May follow the parentheses and still leave them at the end.
_TAIL: Final = re.compile(r"机关|本级|本部")
_CLAUSES: Final = re.compile(r"[；;，,]")


class Plate(NamedTuple):
    """rule: label of the rule that recognised it."""

    kind: PlateKind
    name: str
    rule: str


class Doubt(NamedTuple):
    text: str
    why: str


@dataclass
class Reading:
    """What the parentheses of one name come to."""

    plates: list[Plate] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    others: list[Doubt] = field(default_factory=list)


def read(name: str) -> Reading:
    """Read every pair of parentheses of a unit's name."""
    reading = Reading()
    for found in _PARENS.finditer(name):
        rest = name[found.end() :]
        for clause in _CLAUSES.split(found.group(1)):
            _read_clause(clause.strip(), name[: found.start()], rest, reading)
    if ("（" in name or "(" in name) and not _PARENS.search(name):
        reading.doubts.append(Doubt(name, "括号不成对"))
    return reading


def _read_clause(clause: str, before: str, rest: str, reading: Reading) -> None:
    if not clause:
        return
    for rule in RULES:
        if whole := rule.pattern.fullmatch(clause):
            for one in _split(whole.group(1)):
                reading.plates.append(Plate(rule.kind, one, rule.label))
            return
    for other in NOT_PLATES:
        if other.pattern.fullmatch(clause):
            reading.others.append(Doubt(clause, other.why))
            return
    if not re.fullmatch(_NAMES, clause):
        reading.doubts.append(Doubt(clause, "看不出是机构名称还是说明"))
    elif rest and not _TAIL.fullmatch(rest):
        reading.doubts.append(Doubt(clause, f"括号在名称中间，可能说的是“{before}”，不是本机构"))
    elif min(len(one) for one in _split(clause)) < 3:
        reading.doubts.append(Doubt(clause, "只写了简称，全称须按批文确认"))
    else:
        reading.plates += [Plate(PlateKind.OTHER, one, "末尾的机构名称") for one in _split(clause)]


def _split(names: str) -> list[str]:
    return [one.strip() for one in names.split("、") if one.strip()]
