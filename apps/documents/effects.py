"""What came of a document. The apps above register where their facts are to be found.

    effects.register("编制", provider, on_unit=on_unit)     # in AppConfig.ready()

provider(document, user) returns Effects, only such as `user` may see.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from .models import ApprovalDocument


@dataclass(frozen=True)
class Effect:
    """One fact that rests on a document. Also accepted as a tuple in this order.

    on     day it took effect, or None
    unit   name of the unit it concerns
    url    page of the unit, or ""
    text   what happened, in a few words: 行政编制 +3
    """

    on: dt.date | None
    unit: str
    url: str
    text: str


Provider = Callable[[ApprovalDocument, Any], Iterable[Any]]
#: unit, keys of documents, user → {key of document: texts}; one query for any number of them
UnitProvider = Callable[[Any, Sequence[int], Any], dict[int, list[str]]]

_providers: dict[str, Provider] = {}
_unit_providers: dict[str, UnitProvider] = {}


@dataclass(frozen=True)
class Group:
    label: str
    rows: list[Effect]


def register(label: str, provider: Provider, *, on_unit: UnitProvider | None = None) -> None:
    """Say where facts of one sort (机构, 编制, 人员) are found; a second call replaces.

    on_unit   the same for many documents and one unit, for the unit's 文件 tab
    """
    _providers[label] = provider
    if on_unit is not None:
        _unit_providers[label] = on_unit


def on_unit(unit: Any, documents: Sequence[int], user: Any) -> dict[int, list[str]]:
    """Return {key of document: what came of it for `unit`}, in words."""
    found: dict[int, list[str]] = {}
    for provider in _unit_providers.values():
        for key, texts in provider(unit, documents, user).items():
            found.setdefault(key, []).extend(texts)
    return found


def of(document: ApprovalDocument, user: Any) -> list[Group]:
    """Return what came of `document`, as far as `user` may see it; empty sorts left out."""
    groups = []
    for label, provider in _providers.items():
        rows = [
            row if isinstance(row, Effect) else Effect(*row) for row in provider(document, user)
        ]
        if rows:
            groups.append(Group(label, rows))
    return groups


def up_to(groups: list[Group], on: dt.date | None) -> list[Group]:
    """Return what had taken effect by a day; None: all. What has no day always had."""
    if on is None:
        return groups
    kept = (
        Group(group.label, [row for row in group.rows if row.on is None or row.on <= on])
        for group in groups
    )
    return [group for group in kept if group.rows]
