"""One condition: read from the request, checked, and turned into a Q."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from dataclasses import field as with_default
from typing import Any

from django.db.models import Q

from apps.core.dates import BadDate, parse_day, parse_month
from apps.core.models import CodeValue
from apps.core.scope import within
from apps.core.sheets.tidy import strip_control
from apps.units.models import Unit

from .fields import BARE, OPERATORS, Field, Kind
from .people import born_after
from .subjects import Subject

#: conditions one question may have, groups they may stand in, characters of a value
MOST, GROUPS, LONGEST = 8, 4, 120
_LIKE_A_NUMBER = re.compile(r"\d{15,}")
LIKE_A_NUMBER = "条件里不能写证件号码；要按证件号查人，请用实名人员下的“按证件号查人”。"


class BadCondition(Exception):
    """A condition that cannot be asked; carries the sentence the reader gets."""


@dataclass(frozen=True)
class Condition:
    """name, operator, values as they were typed; group from 1: all of a group must hold."""

    name: str
    operator: str
    values: tuple[str, ...] = ()
    group: int = 1

    def pairs(self, number: int) -> list[tuple[str, str]]:
        """Return the parameters of the address this condition is read from again."""
        found = [(f"f{number}", self.name), (f"o{number}", self.operator)]
        found += [(f"v{number}", value) for value in self.values]
        return [*found, (f"g{number}", str(self.group))] if self.group != 1 else found


@dataclass
class Ready:
    """A condition that was understood. words: as a reader says it."""

    q: Q
    words: str
    field: Field
    aliases: dict[str, Any] = with_default(default_factory=dict)


def read(data: Any, number: int) -> Condition | None:
    """Return condition `number` of a query string; None where no field is chosen."""
    name = data.get(f"f{number}", "")
    if not name:
        return None
    values = tuple(strip_control(v)[:LONGEST].strip() for v in data.getlist(f"v{number}")[:40])
    group = data.get(f"g{number}", "1")
    return Condition(
        name, data.get(f"o{number}", ""), values, int(group) if group in "1234" and group else 1
    )


def prepare(one: Condition, subject: Subject, *, user: Any, day: dt.date) -> Ready:
    """Return what a condition asks of the database. Raises BadCondition."""
    asked = subject.field(one.name)
    if asked is None or not asked.operators:
        raise BadCondition("条件里有不认识的项目，请重新选择")
    if one.operator not in asked.operators:
        raise BadCondition(f"“{asked.label}”请重新选择比较方式")
    values = [value for value in one.values if value]
    aliases = {asked.path: asked.expression(day)} if asked.make is not None else {}
    if one.operator in BARE:
        words = f"{asked.label}{OPERATORS[one.operator]}"
        return Ready(_bare(asked, one.operator), words, asked, aliases)
    if not values:
        raise BadCondition(f"请填写“{asked.label}”的值")
    if any(_LIKE_A_NUMBER.search(value) for value in values):
        raise BadCondition(LIKE_A_NUMBER)
    q, words = _BY_KIND[asked.kind](asked, one.operator, values, user, day)
    word = OPERATORS[one.operator]
    if asked.kind in (Kind.DAY, Kind.MONTH):
        word = word.partition("、")[0]
    elif asked.is_numeric:
        word = word.partition("、")[2] or word
    if asked.kind is Kind.PLACE:
        return Ready(q, f"在{words}之下" if one.operator == "under" else f"不在{words}之下", asked)
    return Ready(q, f"{asked.label}{word}{words}", asked, aliases)


def _bare(asked: Field, operator: str) -> Q:
    if operator in ("yes", "no"):
        yes = operator == "yes"
        return asked.holds(yes) if asked.holds is not None else Q(**{asked.path: yes})
    empty = Q(**{f"{asked.path}__isnull": True})
    if asked.kind is Kind.TEXT:
        empty |= Q(**{asked.path: ""})
    return empty if operator == "empty" else ~empty


def _text(asked: Field, operator: str, values: list[str], user: Any, day: dt.date) -> Any:
    value = values[0]
    lookups = {"eq": "exact", "has": "contains", "hasnt": "contains", "starts": "startswith"}
    q = Q(**{f"{asked.path}__{lookups[operator]}": value})
    return (~q if operator == "hasnt" else q), f"“{value}”"


def _code(asked: Field, operator: str, values: list[str], user: Any, day: dt.date) -> Any:
    known = dict(
        CodeValue.objects.of(asked.table).filter(key__in=values).values_list("key", "label")
    )
    if any(value not in known for value in values):
        raise BadCondition(f"“{asked.label}”请从列表中选择")
    return _listed(asked, operator, values, known)


def _choice(asked: Field, operator: str, values: list[str], user: Any, day: dt.date) -> Any:
    known = dict(asked.choices)
    if any(value not in known for value in values):
        raise BadCondition(f"“{asked.label}”请从列表中选择")
    return _listed(asked, operator, values, known)


def _listed(asked: Field, operator: str, values: list[str], known: dict[str, str]) -> Any:
    if operator == "in":
        return Q(**{f"{asked.path}__in": values}), "、".join(known[value] for value in values)
    same = Q(**{asked.path: values[0]})
    empty = Q(**{f"{asked.path}__isnull": True})
    return (same if operator == "eq" else ~same | empty), known[values[0]]


_LOOKUPS = {"eq": "exact", "lt": "lt", "lte": "lte", "gt": "gt", "gte": "gte"}


def _ordered(path: str, operator: str, values: list[Any], label: str) -> Q:
    if operator != "between":
        return Q(**{f"{path}__{_LOOKUPS[operator]}": values[0]})
    if len(values) != 2:
        raise BadCondition(f"“{label}”介于两个值之间，请都填上")
    low, high = sorted(values)
    return Q(**{f"{path}__gte": low, f"{path}__lte": high})


def _day(asked: Field, operator: str, values: list[str], user: Any, day: dt.date) -> Any:
    parse = parse_month if asked.kind is Kind.MONTH else parse_day
    try:
        days = [parse(value) for value in values[:2]]
    except BadDate as bad:
        raise BadCondition(f"“{asked.label}”：{bad.sentence}") from None
    form = "%Y-%m" if asked.kind is Kind.MONTH else "%Y-%m-%d"
    q = _ordered(asked.path, operator, days, asked.label)
    return q, "至".join(one.strftime(form) for one in days)


def _numbers(asked: Field, values: list[str]) -> list[int]:
    try:
        numbers = [int(value) for value in values[:2]]
    except ValueError:
        raise BadCondition(f"“{asked.label}”请填写整数") from None
    if any(abs(number) > 10_000_000 for number in numbers):
        raise BadCondition(f"“{asked.label}”的数字太大")
    return numbers


def _number(asked: Field, operator: str, values: list[str], user: Any, day: dt.date) -> Any:
    numbers = _numbers(asked, values)
    q = _ordered(asked.path, operator, numbers, asked.label)
    return q, "至".join(str(number) for number in numbers)


def _age(asked: Field, operator: str, values: list[str], user: Any, day: dt.date) -> Any:
    """Turn whole years into months of birth: age ≥ n is born n years ago or before."""
    numbers = _numbers(asked, values)
    if any(not 0 <= number <= 150 for number in numbers):
        raise BadCondition("“年龄”请填写 0 至 150")
    words = "至".join(str(number) for number in numbers) + "岁"
    if operator == "between" and len(numbers) != 2:
        raise BadCondition("“年龄”介于两个值之间，请都填上")
    low, high = min(numbers), max(numbers)
    at_least = Q(**{f"{asked.path}__lte": born_after(day, low)})
    past = Q(**{f"{asked.path}__lte": born_after(day, high + 1)})
    return {
        "gte": at_least,
        "lt": ~at_least,
        "gt": past,
        "lte": ~past,
        "eq": at_least & ~past,
        "between": at_least & ~past,
    }[operator], words


def _place(asked: Field, operator: str, values: list[str], user: Any, day: dt.date) -> Any:
    unit = unit_of(values[0], user)
    inside = within([unit.path], asked.path)
    return (inside if operator == "under" else ~inside), f"“{unit.name}”"


def unit_of(text: str, user: Any) -> Unit:
    """Return the unit of a number, code or full name in the reader's scope, or BadCondition."""
    seen = Unit.objects.visible_to(user)
    found = (
        seen.filter(pk=int(text)).first()
        if text.isascii() and text.isdigit() and len(text) < 10
        else None
    )
    if found is None:
        same = list(seen.filter(Q(code=text) | Q(name=text))[:2])
        if len(same) > 1:
            raise BadCondition(f"有不止一个机构叫“{text[:40]}”，请填机构编码")
        found = same[0] if same else None
    if found is None:
        raise BadCondition(f"没有“{text[:40]}”这个机构，或不在您的查看范围内")
    return found


_BY_KIND: dict[Kind, Any] = {
    Kind.TEXT: _text,
    Kind.CODE: _code,
    Kind.CHOICE: _choice,
    Kind.DAY: _day,
    Kind.MONTH: _day,
    Kind.NUMBER: _number,
    Kind.AGE: _age,
    Kind.PLACE: _place,
}
