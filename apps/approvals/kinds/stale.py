"""A change begins from what was there: when that has moved, it is asked for anew (KD-02)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from apps.staff.errors import ChangedMeanwhile
from apps.staff.versions import refuse_stale

from .. import errors


def refuse_moved(row: Any, version: int | None, names: Iterable[str]) -> None:
    """Raise FactsMoved where one of the fields `names` differs from what it was at `version`.

    row       locked, as it is now; version: its history id when the change was asked for
    Other fields of the row may have changed meanwhile: they are not in the way.
    """
    try:
        refuse_stale(row, version)
    except ChangedMeanwhile as met:
        fields = [row._meta.get_field(name) for name in names]
        moved = [
            one
            for one in fields
            if met.base is None or not _same(getattr(met.base, one.attname), _now(row, one))
        ]
        if moved:
            labels = [str(one.verbose_name).removesuffix("索引") for one in moved]
            raise errors.FactsMoved(labels, met) from met


def _now(row: Any, field: Any) -> Any:
    return getattr(row, field.attname)


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, memoryview | bytes) and isinstance(other, memoryview | bytes):
        return bytes(one) == bytes(other)
    return bool(one == other)
