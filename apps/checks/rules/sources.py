"""Facts that later apps bring: 三定 lists (Q24), issued slots (Q31).

    sources.register("sanding", departments_by_charter)   # in AppConfig.ready()

A rule whose source is not registered is shown as 数据源未建立 and finds nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class CharterList:
    """内设机构 of one unit as the 三定规定 in force lists them."""

    unit: int
    departments: frozenset[str]
    document: int | None = None


@dataclass(frozen=True)
class Slot:
    """One issued permission to fill a place (用编通知单)."""

    unit: int
    number: str
    expires_on: dt.date
    used: bool
    document: int | None = None


#: name → what the rules page calls it
LABELS = {"sanding": "三定规定（内设机构清单）", "slots": "用编通知单"}

#: provider(scope) returns the facts of the units in a rules.base.Scope, in few queries
Provider = Callable[[Any], Iterable[Any]]

_providers: dict[str, Provider] = {}


def register(name: str, provider: Provider) -> None:
    """Bring a source; a second call of the same name replaces the first."""
    if name not in LABELS:
        raise KeyError(name)
    _providers[name] = provider


def forget(name: str) -> None:
    _providers.pop(name, None)


def is_there(name: str) -> bool:
    return name in _providers


def facts(name: str, scope: Any) -> Iterable[Any]:
    """Return the facts of a source; none while nobody brings it."""
    provider = _providers.get(name)
    return provider(scope) if provider is not None else ()
