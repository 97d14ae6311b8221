"""The answer by groups: counts, sums and average age, each leading to its rows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db.models import (
    Avg,
    Case,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    Sum,
    Value,
    When,
)

from .conditions import Condition
from .fields import Field, Kind
from .question import Asked, Question

#: groups shown; more of them is a list, not a table
MOST_GROUPS = 2_000
EMPTY = "未填"
YEAR = 365.2425  # days


@dataclass(frozen=True)
class Group:
    """labels: one for each field grouped by. url: query string of the rows behind, or ""."""

    labels: list[str]
    count: int
    sums: list[int]
    age: float | None
    query: str = ""


@dataclass
class Groups:
    """fields grouped by; sums: fields summed; ages: is the average age there; more: cut off."""

    fields: list[Field]
    sums: list[Field]
    ages: bool
    rows: list[Group] = field(default_factory=list)
    total: Group | None = None
    more: bool = False


def groups(asked: Asked) -> Groups:
    """Return the groups in the order of their code tables. Two queries."""
    question, day = asked.question, asked.question.day
    by = [one for name in question.by if (one := question.subject.field(name)) is not None]
    sums = [one for name in question.sums if (one := question.subject.field(name)) is not None]
    ages = question.subject.name == "people"
    found = Groups(by, sums, ages)
    measures: dict[str, Any] = {"n": Count("pk")}
    for number, one in enumerate(sums):
        measures[f"s{number}"] = Sum(one.expression(day), default=0)
    if ages:
        measures["age"] = _average_age(day)
    rows = asked.rows.annotate(**{one.path: one.make(day) for one in by if one.make is not None})
    keys = {f"k{number}": F(one.path) for number, one in enumerate(by)}
    shown: dict[str, Any] = {}
    order: list[Any] = []
    for number, one in enumerate(by):
        if one.kind is Kind.CODE:
            shown[f"l{number}"] = F(f"{one.path}__label")
            shown[f"r{number}"] = F(f"{one.path}__sort")
            order.append(F(f"r{number}").asc(nulls_last=True))
        elif one.kind is Kind.CHOICE:
            order.append(_place(one))
        order.append(F(f"k{number}").asc(nulls_last=True))
    counted = rows.order_by().values(**keys, **shown).annotate(**measures).order_by(*order)
    listed = list(counted[: MOST_GROUPS + 1])
    found.more = len(listed) > MOST_GROUPS
    for row in listed[:MOST_GROUPS]:
        found.rows.append(_group(question, by, sums, row, day))
    whole = asked.rows.order_by().aggregate(**measures)
    found.total = Group([], whole["n"], [whole[f"s{n}"] for n in range(len(sums))],
                        _years(whole.get("age")))  # fmt: skip
    return found


def _place(one: Field) -> Case:
    """Return the place of a value in its closed list: the bands of age from young to old."""
    whens = [When(**{one.path: key}, then=Value(n)) for n, (key, _) in enumerate(one.choices)]
    return Case(*whens, default=Value(len(whens)))


def _average_age(day: dt.date) -> Any:
    lived = ExpressionWrapper(Value(day) - F("person__birth_month"), output_field=DurationField())
    return Avg(lived)


def _years(lived: dt.timedelta | None) -> float | None:
    return round(lived.total_seconds() / 86_400 / YEAR, 1) if lived is not None else None


def _group(
    question: Question, by: list[Field], sums: list[Field], row: dict[str, Any], day: dt.date
) -> Group:
    labels, more = [], []
    for number, one in enumerate(by):
        key = row[f"k{number}"]
        labels.append(_label(one, key, row.get(f"l{number}")))
        more.append(_condition(one, key))
    return Group(
        labels,
        row["n"],
        [row[f"s{n}"] for n in range(len(sums))],
        _years(row.get("age")),
        question.narrowed(*more).query(),
    )


def _label(one: Field, key: Any, label: str | None) -> str:
    if one.kind is Kind.CHOICE:
        return dict(one.choices).get(key, EMPTY)
    if one.kind is Kind.YES:
        return "是" if key else "否"
    return str(label or key or EMPTY)


def _condition(one: Field, key: Any) -> Condition:
    if key is None or key == "":
        return Condition(one.name, "empty")
    if one.kind is Kind.YES:
        return Condition(one.name, "yes" if key else "no")
    return Condition(one.name, "eq", (str(key),))
