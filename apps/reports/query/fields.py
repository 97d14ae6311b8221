"""One field of the catalogue, and the operators of each kind.

A question names fields and operators by word; the words are looked up here. No text of a request
ever becomes an identifier, a look-up or a piece of SQL.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import F, Q


class Kind(StrEnum):
    TEXT = "text"
    CODE = "code"  # a value of a code table
    CHOICE = "choice"  # one of a closed list
    DAY = "day"
    MONTH = "month"
    NUMBER = "number"
    AGE = "age"  # whole years on the day, from the month of birth
    YES = "yes"
    PLACE = "place"  # a unit and what is below it
    MASKED = "masked"  # shown masked, never a condition, never a group


OPERATORS: dict[str, str] = {
    "eq": "等于",
    "ne": "不等于",
    "in": "是其中之一",
    "has": "包含",
    "hasnt": "不包含",
    "starts": "开头是",
    "lt": "早于、小于",
    "lte": "不晚于、不大于",
    "gt": "晚于、大于",
    "gte": "不早于、不小于",
    "between": "介于",
    "under": "在…之下（含本级）",
    "outside": "不在…之下",
    "yes": "是",
    "no": "否",
    "empty": "为空",
    "filled": "不为空",
}
#: numbers are smaller and larger, days earlier and later
_OF_NUMBERS = {"lt": "小于", "lte": "不大于", "gt": "大于", "gte": "不小于"}
_OF_DAYS = {"lt": "早于", "lte": "不晚于", "gt": "晚于", "gte": "不早于"}
#: operators that take no value
BARE = frozenset({"yes", "no", "empty", "filled"})
_ORDERED = ("eq", "lt", "lte", "gt", "gte", "between")
OF_KIND: dict[Kind, tuple[str, ...]] = {
    Kind.TEXT: ("has", "eq", "starts", "hasnt", "empty", "filled"),
    Kind.CODE: ("eq", "ne", "in", "empty", "filled"),
    Kind.CHOICE: ("eq", "ne", "in", "empty", "filled"),
    Kind.DAY: (*_ORDERED, "empty", "filled"),
    Kind.MONTH: (*_ORDERED, "empty", "filled"),
    Kind.NUMBER: _ORDERED,
    Kind.AGE: _ORDERED,
    Kind.YES: ("yes", "no"),
    Kind.PLACE: ("under", "outside"),
    Kind.MASKED: (),
}


def operator_word(operator: str, kind: Kind) -> str:
    """Return an operator in the words of one kind of value."""
    words = _OF_NUMBERS if kind in (Kind.NUMBER, Kind.AGE) else _OF_DAYS
    return words.get(operator) or OPERATORS[operator]


@dataclass(frozen=True)
class Field:
    """One field.

    path      where the value is, from the row of the subject; for codes the column of the key
    table     code table of a CODE
    choices   (value, label) of a CHOICE
    make      day → expression, for values that are computed; `path` is then its alias
    show      row → value, for a column that is no plain attribute
    holds     True or False → condition, for a YES that is no plain column
    related   what a page of rows joins for it
    groups, sums   may rows be grouped by it, may it be summed
    width     characters, in a workbook
    """

    name: str
    label: str
    kind: Kind
    path: str
    table: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    make: Callable[[dt.date], Any] | None = None
    show: Callable[[Any], Any] | None = None
    holds: Callable[[bool], Q] | None = None
    related: tuple[str, ...] = ()
    groups: bool = False
    sums: bool = False
    width: int = 12
    section: str = ""

    @property
    def operators(self) -> tuple[str, ...]:
        return OF_KIND[self.kind]

    def expression(self, day: dt.date) -> Any:
        return self.make(day) if self.make is not None else F(self.path)

    @property
    def is_numeric(self) -> bool:
        return self.kind in (Kind.NUMBER, Kind.AGE)
