"""Identity numbers of a sheet: valid, agreeing with sex and birth, and each person once."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

from apps.core import identity
from apps.core.identity import BadIdentity, Identity

from .. import secrets
from .rows import Rows

SEX_WORDS = {"1": "男", "2": "女"}


def read(rows: Rows) -> None:
    """Check every number (docs/rules.md P-01); fill numbers, found and indexes."""
    cells = rows.column("id_no")
    n = len(rows)
    rows.numbers, rows.found, rows.indexes = [None] * n, [None] * n, [None] * n
    full = [i for i, text in enumerate(cells) if text is not None and "*" not in text]
    checked = identity.check_many([cells[i] for i in full])
    good: list[int] = []
    for i, result in zip(full, checked, strict=True):
        if isinstance(result, BadIdentity):
            rows.fault(i, "id_no", result.sentence)
        else:
            rows.numbers[i], rows.found[i] = result.number, result
            good.append(i)
            for sentence in result.warnings:
                rows.parsed.warn(i, "id_no", sentence)
    texts = [number for number in rows.numbers if number is not None]
    for i, index in zip(good, secrets.index_of(texts), strict=True):
        rows.indexes[i] = index
    _compare(rows, good)
    _refuse_masks(rows)


def _compare(rows: Rows, good: list[int]) -> None:
    """Sex and month of birth must be what the number says."""
    sexes, births = rows.parsed.values.get("sex"), rows.parsed.values.get("birth_month")
    months: dict[dt.date, dt.date] = {}
    for i in good:
        found: Identity = rows.found[i]  # type: ignore[assignment]
        if sexes is not None and sexes[i] is not None and sexes[i] != f"sex.{found.sex}":
            word = SEX_WORDS[found.sex]
            rows.fault(i, "sex", f"与公民身份号码不一致：号码第 17 位表示性别为{word}")
        if births is not None and births[i] is not None:
            born = found.birth_on
            first = months.get(born) or months.setdefault(born, born.replace(day=1))
            if births[i] != first:
                sentence = f"与公民身份号码不一致：号码中的出生年月为 {first:%Y-%m}"
                rows.fault(i, "birth_month", sentence)


def _refuse_masks(rows: Rows) -> None:
    """A masked number says nothing of a person who is not named otherwise."""
    cells, names = rows.column("id_no"), rows.column("person_no")
    for i, text in enumerate(cells):
        if text is not None and "*" in text and names[i] is None:
            rows.fault(i, "id_no", "号码已脱敏，认不出是谁：请填写人员编号，或填写完整号码")


def groups(rows: Rows) -> list[list[int]]:
    """Return the rows of each person the sheet names more than once, in order."""
    by_number: dict[Any, list[int]] = defaultdict(list)
    names = rows.parsed.values.get("person_no")
    if names is None and len(set(rows.numbers)) == len(rows.numbers):
        return []
    for i, number in enumerate(rows.numbers):
        key = names[i] if names is not None and names[i] is not None else number
        if key is not None:
            by_number[key].append(i)
    found = [same for same in by_number.values() if len(same) > 1]
    if names is not None:  # one row by 人员编号, another by the number alone
        named = {
            number: i
            for i, number in enumerate(rows.numbers)
            if number is not None and names[i] is not None
        }
        for i, number in enumerate(rows.numbers):
            if number is not None and names[i] is None and number in named:
                found.append(sorted([named[number], i]))
    return found


def refuse_repeats(rows: Rows, repeated: list[list[int]]) -> None:
    """One person may stand in several rows only for spells that do not meet (S-01).

    The row with the latest spell carries what the sheet says of the person.
    """
    starts, ends = rows.column("starts_on"), rows.column("ends_on")
    field = "id_no" if "id_no" in rows.given else "person_no"
    for same in repeated:
        for at, i in enumerate(same):
            for earlier in same[:at]:
                if _meet(starts[i], ends[i], starts[earlier], ends[earlier]):
                    line = rows.parsed.lines[earlier]
                    rows.fault(i, field, f"与第 {line} 行是同一个人，请只保留一行")
                    break
        lead = max(same, key=lambda i: (starts[i] or dt.date.min, i))
        for i in same:
            rows.leads[i] = lead


def _meet(
    start: dt.date | None, end: dt.date | None, other: dt.date | None, other_end: dt.date | None
) -> bool:
    if start is None or other is None:
        return True
    return (end is None or other < end) and (other_end is None or start < other_end)
