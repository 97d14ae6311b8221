"""Blocks that the apps above put on the 编制与职数 tab: 领导职数.

    panels.register("领导职数", provider)     # in AppConfig.ready()

provider(unit, user, on) returns a Panel, or None when there is nothing to show.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.units.models import Unit


@dataclass(frozen=True)
class Panel:
    """A card: its template gets `panel` and the values of `context`."""

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)


Provider = Callable[[Unit, Any, dt.date | None], Panel | None]

_providers: dict[str, Provider] = {}


def register(name: str, provider: Provider) -> None:
    """Put a block on the tab; a second call of the same name replaces the first."""
    _providers[name] = provider


def of(unit: Unit, user: Any, on: dt.date | None) -> list[Panel]:
    return [p for provider in _providers.values() if (p := provider(unit, user, on)) is not None]
