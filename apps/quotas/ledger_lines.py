"""What the workbooks of both ledgers (编制, 职数) have in common: lines that only add up."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db import models

from apps.core.sheets.parsing import Parsed


def change_of(parsed: Parsed, i: int, row: dict[str, Any]) -> int | None:
    """Return the change a row asks for; faults when both or neither column is filled in."""
    more, fewer = row.get("more") or 0, row.get("fewer") or 0
    if more and fewer:
        parsed.fault(i, "fewer", "增加和减少只能填一个；置换请分成两行")
        return None
    if not more and not fewer:
        cell = "more" if "more" in parsed.given else "fewer"
        if cell in parsed.given:
            parsed.fault(i, cell, "请填增加数或减少数")
        return None
    return more - fewer


class KnownLines:
    """The lines a file may already have brought: by their number, and by all they say.

    said   attributes that make two lines the same
    """

    def __init__(self, model: type[models.Model], parsed: Parsed, said: tuple[str, ...]) -> None:
        self._said = said
        self._by_pk: dict[int, tuple] = {}
        self._counts: dict[tuple, int] = defaultdict(int)
        unit_ids = {
            found.pk
            for name in ("code", "unit")
            for found in parsed.values.get(name, ())
            if found is not None
        }
        numbered = {pk for pk in parsed.values.get("pk", ()) if pk}
        rows = model._default_manager.filter(unit_id__in=unit_ids).order_by()
        for pk, *values in rows.values_list("pk", *said):
            self._by_pk[pk] = tuple(values)
            if pk not in numbered:
                self._counts[tuple(values)] += 1

    def has(self, parsed: Parsed, i: int, pk: int | None, entry: models.Model) -> bool:
        """Say whether row `i` is in the ledger; faults when it says otherwise than it did."""
        said = tuple(getattr(entry, name) for name in self._said)
        if pk is not None:
            old = self._by_pk.get(pk)
            if old is None:
                parsed.fault(i, "pk", f"没有台账号为 {pk} 的记录；新增的行请把台账号留空")
            elif old != said:
                parsed.fault(i, "pk", "已记的账不能改；请把这一行恢复原样，另加一行更正")
            return True
        if self._counts.get(said, 0) > 0:
            self._counts[said] -= 1
            return True
        return False
