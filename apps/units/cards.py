"""Tables that the apps above put on a unit's card: 编制, 职数, 人员.

    cards.register("编制", provider)     # in AppConfig.ready()

provider(unit, user, on) returns a Section, or None when there is nothing to show.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .models import Unit


@dataclass(frozen=True)
class Section:
    """A small table.

    headers   the first column names the row; the others are figures
    rows      cells in the order of the headers; numbers as numbers
    totals    a last row, or ()
    url       page behind the figures, or ""
    """

    title: str
    headers: Sequence[str]
    rows: Sequence[Sequence[Any]]
    totals: Sequence[Any] = ()
    url: str = ""


Provider = Callable[[Unit, Any, dt.date | None], Section | None]

_providers: dict[str, Provider] = {}


def register(name: str, provider: Provider) -> None:
    """Put a table on the card; a second call of the same name replaces the first."""
    _providers[name] = provider


def of(unit: Unit, user: Any, on: dt.date | None = None) -> list[Section]:
    """Return the tables of one unit, in the order the apps were loaded; on: of a past day."""
    return [s for provider in _providers.values() if (s := provider(unit, user, on)) is not None]
