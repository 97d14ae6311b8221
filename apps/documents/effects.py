"""What came of a document. The apps above register where their facts are to be found.

    effects.register("编制", provider)     # in AppConfig.ready()

provider(document, user) returns Effects, only such as `user` may see.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
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

_providers: dict[str, Provider] = {}


@dataclass(frozen=True)
class Group:
    label: str
    rows: list[Effect]


def register(label: str, provider: Provider) -> None:
    """Say where facts of one sort (机构, 编制, 人员) are found; a second call replaces."""
    _providers[label] = provider


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
