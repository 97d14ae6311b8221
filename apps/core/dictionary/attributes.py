"""What the code reads from the attributes of a code value, so that a form can ask for it.

An attribute that no form knows is kept as it is. Source: fixtures/README.md, docs/rules.md K-03.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..models import CodeValue

YES_NO, CHOICE, TEXT, NUMBER, SPAN, CODE, CODES = (
    "yes_no",
    "choice",
    "text",
    "number",
    "span",
    "code",
    "codes",
)


@dataclass(frozen=True)
class Attribute:
    """One attribute of the values of one table.

    kind       YES_NO; CHOICE (of `choices`); TEXT; NUMBER; SPAN (two whole numbers); CODE, CODES
               (values of the code table `table`)
    effect     what the database counts anew when it changes, in words; "" for nothing
    """

    name: str
    label: str
    kind: str
    choices: tuple[tuple[str, str], ...] = ()
    table: str = ""
    effect: str = ""
    help: str = ""


def _yes(name: str, label: str, effect: str = "", help: str = "") -> Attribute:
    return Attribute(name, label, YES_NO, effect=effect, help=help)


_RECOUNT = "所有单位的实有、空编、超编和可用编制"
_ORDER = Attribute("order", "高低顺序", NUMBER, help="越小越高")
_GRADE = Attribute("grade", "对应级别", SPAN, help="高—低，如 10-15")

ATTRIBUTES: dict[str, tuple[Attribute, ...]] = {
    "quota_type": (
        Attribute(
            "family",
            "所属大类",
            CHOICE,
            choices=(
                ("ADMIN", "行政"),
                ("INSTITUTION", "事业"),
                ("SUPPORT", "机关工勤"),
                ("OTHER", "其他"),
            ),
            effect="看板上行政、事业两大类的合计",
        ),
        _yes("in_total", "计入编制总数", effect="各级单位的编制总数"),
        _yes("time_limited", "有归还期限"),
        Attribute("legal_natures", "可用的机构性质", CODES, table="nature", help="不选表示不限"),
        Attribute("funding", "对应经费形式", CODE, table="funding"),
    ),
    "nature": (
        _yes("organ", "机关"),
        _yes("public_institution", "计入事业单位数", effect="看板上的事业单位数"),
    ),
    "person_status": (
        _yes("in_quota", "计入实有", effect=_RECOUNT),
        _yes("at_post", "在本单位岗位"),
        _yes("reserves", "不计实有但占可用编制"),
        _yes("left", "已离开，须有出编记录"),
    ),
    "post_kind": (
        _yes("counts", "占职数", effect="领导职数的应配、实配"),
        Attribute(
            "level", "层级", CHOICE, choices=(("unit", "单位领导"), ("department", "内设机构"))
        ),
        Attribute(
            "role",
            "正副",
            CHOICE,
            choices=(("chief", "正职"), ("deputy", "副职"), ("other", "其他")),
        ),
    ),
    "institution_rank": (_ORDER,),
    "post_level": (_ORDER, _GRADE),
    "civil_rank": (Attribute("series", "职级序列", TEXT), _ORDER, _GRADE),
    "position_grade": (
        Attribute("position_class", "岗位类别", CODE, table="position_class"),
        _ORDER,
        Attribute("equivalent", "相当职务层次", TEXT),
        Attribute(
            "title_level",
            "职称层次",
            CHOICE,
            choices=(
                ("senior", "正高级"),
                ("associate_senior", "副高级"),
                ("intermediate", "中级"),
                ("junior", "初级"),
            ),
        ),
    ),
    "contribution_years": (Attribute("months", "最低缴费月数", NUMBER, help="月"),),
    "exit_mode": (Attribute("status", "办理后的人员状态", CODE, table="person_status"),),
    "entry_mode": (_yes("initial", "用于初始录入"),),
    "political_status": (_yes("party", "中国共产党党员（含预备党员）"),),
    "education": (
        Attribute(
            "level",
            "学历层次",
            CHOICE,
            choices=(
                ("postgraduate", "研究生"),
                ("bachelor", "大学本科"),
                ("college", "大学专科"),
                ("secondary", "中等职业"),
                ("high_school", "高中"),
                ("junior_high", "初中"),
                ("primary", "小学"),
                ("other", "其他"),
            ),
        ),
        Attribute("edition", "标准版次", TEXT),
    ),
    "region_level": (
        Attribute(
            "level",
            "层级",
            CHOICE,
            choices=(
                ("province", "省级"),
                ("city", "市级"),
                ("county", "县级"),
                ("township", "乡级"),
                ("village", "村级"),
            ),
        ),
    ),
}


def of(table: str) -> tuple[Attribute, ...]:
    """Return the attributes of a table's values; none for most tables."""
    return ATTRIBUTES.get(table, ())


def words() -> dict[str, str]:
    """Return attribute names with their words, for the history pages."""
    return {one.name: one.label for many in ATTRIBUTES.values() for one in many}


def labels_for(table: str) -> dict[tuple[str, str], str]:
    """Return (table, value) → label of the codes that attributes of `table` name. One query."""
    tables = {one.table for one in of(table) if one.table}
    if not tables:
        return {}
    rows = CodeValue.objects.filter(table_id__in=tables).values_list("table_id", "value", "label")
    return {(named, value): label for named, value, label in rows}


def summary(table: str, attrs: dict[str, Any], labels: dict[tuple[str, str], str]) -> str:
    """Return the attributes of a value in one line."""
    parts = []
    for one in of(table):
        value = attrs.get(one.name)
        if one.kind == YES_NO:
            if value:
                parts.append(one.label)
        elif value not in (None, "", []):
            parts.append(f"{one.label}：{shown(one, value, labels)}")
    return "；".join(parts)


def shown(one: Attribute, value: Any, labels: dict[tuple[str, str], str]) -> str:
    """Return one attribute's value in words."""
    if one.kind == YES_NO:
        return "是" if value else "否"
    if one.kind == CHOICE:
        return dict(one.choices).get(str(value), str(value))
    if one.kind == SPAN:
        return "-".join(str(part) for part in value)
    if one.kind == CODES:
        return "、".join(labels.get((one.table, part), part) for part in value)
    if one.kind == CODE:
        return labels.get((one.table, value), value)
    return str(value)
