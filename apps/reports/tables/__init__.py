"""统计表 1–8 (domain.md §6.3): each is one function from what is asked to a layout."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .base import Asked, Made
from .movements import movements
from .organs import institutions, leaders, numbers
from .staffing import actual, approved, off_quota, vacancies


@dataclass(frozen=True)
class Table:
    """key as in the address; about: what a reader finds in it."""

    key: str
    number: str
    name: str
    about: str
    make: Callable[[Asked], Made]


TABLES = {
    table.key: table
    for table in (
        Table("1", "表1", "机构数统计", "按系统、规格、性质：上期、新增、撤销、本期", numbers),
        Table("2", "表2", "核定编制统计", "各单位核定编制，按编制类型", approved),
        Table("3", "表3", "实有在编人员统计", "各单位实有人员，按类型、学历、年龄等", actual),
        Table(
            "4", "表4", "空编超编统计", "按类型和单位：核定、实有、空编、超编、使用率", vacancies
        ),
        Table("5", "表5", "领导职数配备统计", "应配、实配、超配、缺配，正副分列", leaders),
        Table("6", "表6", "人员增减变动统计", "期初、增、减、期末，按变动方式和单位", movements),
        Table("7", "表7", "编外用工统计", "控制数、实有、占比", off_quota),
        Table("8", "表8", "事业单位分类统计", "公益一类、二类等：单位数、编制、实有", institutions),
    )
}

__all__ = ["TABLES", "Asked", "Made", "Table"]
