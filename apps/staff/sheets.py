"""花名册 and 减少人员花名册 in the office's layout (domain.md §6.4), numbers masked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from apps.core import wording
from apps.core.sheets import Heading, Layout, Line

from . import secrets
from .models import Occupancy

#: columns nobody needs where nobody has anything in them
OPTIONAL = ("职务层次、职级", "岗位类别、等级", "所在内设机构", "去向")
HEADINGS = (
    Heading(("序号",), 5),
    Heading(("姓名",), 9),
    Heading(("性别",), 5),
    Heading(("出生年月",), 8.5),
    Heading(("公民身份号码",), 18.5),
    Heading(("民族",), 6),
    Heading(("政治面貌",), 9),
    Heading(("学历",), 14),
    Heading(("学位",), 11),
    Heading(("职务",), 12, align="left"),
    Heading(("职务层次、职级",), 14, align="left"),
    Heading(("岗位类别、等级",), 14, align="left"),
    Heading(("编制类型",), 16),
    Heading(("人员身份",), 16),
    Heading(("入编时间",), 10.5),
    Heading(("入编文号",), 19, align="left"),
    Heading(("所在内设机构",), 13, align="left"),
)
NOTE = Heading(("备注",), 10, align="left")
LEAVING = (
    Heading(("出编时间",), 10.5),
    Heading(("退出方式",), 12),
    Heading(("去向",), 14, align="left"),
    Heading(("出编文号",), 19, align="left"),
)


def columns(leaving: bool) -> tuple[Heading, ...]:
    """Return the columns of a roster, the optional ones too."""
    return (*HEADINGS, *(LEAVING if leaving else ()), NOTE)


def name_of(leaving: bool) -> str:
    return "减少人员花名册" if leaving else "在编人员花名册"


def word_key(leaving: bool) -> str:
    """Return the key of the Word template of a roster."""
    return "leavers" if leaving else "roster"


def word_values(*, unit: Any, office: str, on: dt.date, people: int) -> dict[str, str]:
    """Return what a Word template of a roster may say around its table."""
    return {
        "单位名称": unit.name,
        "制表单位": office,
        "截止日期": wording.day(on),
        "人数": str(people),
    }


def roster_layout(
    *, unit: Any, spells: Sequence[Occupancy], office: str, on: dt.date, leaving: bool = False
) -> Layout:
    """Return the printed roster of one unit.

    spells    with what tables.RELATED joins and tables.CODES reads, in order
    leaving   减少人员花名册: with the columns of the exit

    A column of OPTIONAL that is empty throughout is left out: larger letters instead.
    """
    name, headings = name_of(leaving), columns(leaving)
    rows = [
        [number, *_cells(spell), *(_exit(spell) if leaving else ()), spell.note]
        for number, spell in enumerate(spells, start=1)
    ]
    wanted = [
        n
        for n, heading in enumerate(headings)
        if heading.path[0] not in OPTIONAL or not rows or any(row[n] for row in rows)
    ]
    return Layout(
        name=name,
        title=f"{unit.name}{name}",
        headings=tuple(headings[n] for n in wanted),
        lines=[Line([row[n] for n in wanted]) for row in rows],
        about=(f"制表单位：{office}", f"截止日期：{wording.day(on)}", f"共 {len(spells)} 名"),
        paper="A3",
    )


def _cells(spell: Occupancy) -> list[Any]:
    person = spell.person
    return [
        person.name,
        person.sex.label,
        wording.month(person.birth_month),
        str(secrets.id_no(person)),
        _label(person.ethnicity),
        _short(person.political_status),
        _label(person.education),
        _label(person.degree),
        spell.post_name,
        _joined(spell.post_level, spell.civil_rank),
        _position(spell.position_class, spell.position_grade),
        spell.quota_type.label,
        _label(spell.identity),
        wording.day(spell.starts_on),
        spell.document.number if spell.document is not None else spell.document_no,
        spell.dept.name if spell.dept is not None else "",
    ]


def _exit(spell: Occupancy) -> list[Any]:
    document = spell.exit_document
    return [
        wording.day(spell.ends_on),
        _label(spell.exit_mode),
        spell.destination,
        document.number if document is not None else spell.exit_document_no,
    ]


def _label(value: Any) -> str:
    return value.label if value is not None else ""


def _short(value: Any) -> str:
    """中共党员 rather than 中国共产党党员: what offices write in a narrow column."""
    if value is None:
        return ""
    return (value.external_map or {}).get("short") or value.label


def _position(sort: Any, grade: Any) -> str:
    """Return 专业技术六级: a grade that names its class stands alone."""
    if sort is not None and grade is not None and grade.label[:2] == sort.label[:2]:
        return str(grade.label)
    return _joined(sort, grade)


def _joined(*values: Any) -> str:
    return "、".join(value.label for value in values if value is not None)
