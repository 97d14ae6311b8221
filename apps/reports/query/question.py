"""A question as its address says it: read, checked, asked, and written as an address again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from django.db import OperationalError, connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.core.scope import within
from apps.core.sheets.tidy import strip_control
from apps.units.models import Unit

from ..register import own_of, section_of
from . import conditions
from .conditions import MOST, BadCondition, Condition, Ready, read
from .fields import Field, Kind
from .subjects import SUBJECTS, Subject

#: what one question may cost the database, in seconds
SECONDS = 8
TOO_SLOW = f"这个统计 {SECONDS} 秒内没有算完，已停下；请缩小单位范围或加上条件再查。"
MOST_BY, MOST_COLUMNS = 3, 20


class TooSlow(Exception):
    """The database was stopped; sentence: what to do."""

    sentence = TOO_SLOW


@dataclass(frozen=True)
class Question:
    """What is asked.

    on        the day; None: today
    at        pk of a unit: it and what is below it
    own       only that unit itself, without the bodies below it
    section   key of a system class: only the lines of that class in the tables of `at`
    whole     also what has ended
    columns   names of the fields shown, in order; by: of those grouped by
    sums      names of the fields summed in each group
    sort      name of a shown column, "-" before it for the other way round
    """

    subject: Subject
    conditions: tuple[Condition, ...] = ()
    on: dt.date | None = None
    at: str = ""
    own: bool = False
    section: str = ""
    whole: bool = False
    columns: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    sums: tuple[str, ...] = ()
    sort: str = ""

    @classmethod
    def of(cls, subject: str, data: Any, on: dt.date | None) -> Question:
        """Read a query string (QueryDict). Unknown names are left out, nothing raises."""
        about = SUBJECTS[subject]
        found = [read(data, number) for number in range(1, MOST + 1)]
        names = {one.name: one for one in about.fields}
        columns = tuple(n for n in dict.fromkeys(data.getlist("col")) if n in names)[:MOST_COLUMNS]
        by = tuple(n for n in dict.fromkeys(data.getlist("by")) if n in names and names[n].groups)
        sums = tuple(n for n in dict.fromkeys(data.getlist("sum")) if n in names and names[n].sums)
        sort = data.get("sort", "")
        return cls(
            about,
            tuple(one for one in found if one is not None),
            on,
            strip_control(data.get("at", ""))[:80].strip(),
            data.get("own") == "1",
            strip_control(data.get("section", ""))[:80],
            data.get("whole") == "1",
            columns or about.columns,
            by[:MOST_BY],
            sums,
            sort if sort.removeprefix("-") in names else "",
        )

    @property
    def noun(self) -> str:
        """Return the word behind a count: with what has ended, a person is there several times."""
        return "人次" if self.whole and self.subject.name == "people" else self.subject.noun

    @property
    def day(self) -> dt.date:
        return self.on or timezone.localdate()

    def pairs(self) -> list[tuple[str, str]]:
        """Return the parameters of the address of this question."""
        found = [("on", self.on.isoformat())] if self.on else []
        found += [(name, getattr(self, name)) for name in ("at", "section", "sort")
                  if getattr(self, name)]  # fmt: skip
        found += [(name, "1") for name in ("own", "whole") if getattr(self, name)]
        for number, one in enumerate(self.conditions, start=1):
            found += one.pairs(number)
        if self.columns != self.subject.columns:
            found += [("col", name) for name in self.columns]
        found += [("by", name) for name in self.by]
        return found + [("sum", name) for name in self.sums]

    def query(self) -> str:
        return urlencode(self.pairs())

    def narrowed(self, *more: Condition) -> Question:
        """Return the rows behind one group of this question."""
        found = self.conditions
        if len({one.group for one in found}) <= 1:
            group = found[0].group if found else 1
            found = (*found, *(replace(one, group=group) for one in more))
        else:  # each alternative is narrowed
            groups = sorted({one.group for one in found})
            found = (*found, *(replace(one, group=g) for g in groups for one in more))
        return replace(self, conditions=found, by=(), sums=(), sort="")

    def shown_columns(self) -> list[Field]:
        fields = [self.subject.field(name) for name in self.columns]
        return [one for one in fields if one is not None]


@dataclass
class Asked:
    """A question that was understood for a reader: rows, words, and what could not be read."""

    question: Question
    rows: QuerySet
    words: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    place: Unit | None = None


def ask(question: Question, user: Any) -> Asked:
    """Return the rows a question is about, in the user's scope.

    A condition that cannot be read is a fault, and no rows are given while there is one: a
    figure that leaves a condition out would be a wrong one.
    """
    subject, day = question.subject, question.day
    rows = subject.rows(user, day, question.whole)
    asked = Asked(question, rows)
    path = "path" if subject.name == "units" else "scope"
    try:
        if question.at:
            asked.place = conditions.unit_of(question.at, user)
            if question.own:
                rows = rows.filter(own_of(asked.place, path))
                asked.words.append(f"{asked.place.name}本级")
            else:
                rows = rows.filter(within([asked.place.path], path))
                asked.words.append(f"{asked.place.name}及其下级")
            if question.section:
                label, inside = section_of(asked.place, day, question.section, path)
                rows = rows.filter(inside)
                asked.words.append(label)
    except BadCondition as bad:
        asked.faults.append(str(bad))
    groups: dict[int, list[Ready]] = {}
    for one in question.conditions:
        try:
            ready = conditions.prepare(one, subject, user=user, day=day)
        except BadCondition as bad:
            asked.faults.append(str(bad))
            continue
        groups.setdefault(one.group, []).append(ready)
        rows = rows.alias(**ready.aliases)
    if groups:
        whole = Q()
        for group in groups.values():
            every = Q()
            for ready in group:
                every &= ready.q
            whole = whole | every if whole else every
        rows = rows.filter(whole)
        asked.words.append(
            "；或 ".join("，".join(r.words for r in group) for group in groups.values())
        )
    asked.rows = rows if not asked.faults else rows.none()
    return asked


def sorted_rows(asked: Asked) -> QuerySet:
    """Return the rows in the order asked for, down to the key, with what their columns join."""
    question, subject = asked.question, asked.question.subject
    rows = asked.rows
    related = {path for one in question.shown_columns() for path in one.related}
    if related:
        rows = rows.select_related(*related)
    made = {
        one.path: one.expression(question.day)
        for one in question.shown_columns()
        if one.make is not None
    }
    rows = rows.annotate(**made)
    name = question.sort.removeprefix("-")
    chosen = subject.field(name) if name in question.columns else None
    if chosen is None or chosen.kind in (Kind.MASKED, Kind.PLACE):
        return rows.order_by(*subject.order)
    path = f"{chosen.path}__sort" if chosen.kind is Kind.CODE else chosen.path
    # older people were born earlier: by age the other way round
    down = question.sort.startswith("-") != (chosen.kind is Kind.AGE)
    return rows.order_by(f"-{path}" if down else path, *subject.order)


@contextmanager
def bounded() -> Iterator[None]:
    """Stop the statements inside after SECONDS. Raises TooSlow."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('statement_timeout')")
            before = cursor.fetchone()[0]
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{SECONDS}s"])
            yield
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [before])
    except OperationalError as error:
        if "statement timeout" not in str(error):
            raise
        raise TooSlow from None
