"""Blocks that the apps above put on the page of a person: 办件.

    panels.register("办件", provider)     # in AppConfig.ready()

provider(person, user) returns a Panel, or None when there is nothing to show.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from apps.quotas.panels import Panel

from .models import Person

Provider = Callable[[Person, Any], Panel | None]

_providers: dict[str, Provider] = {}


def register(name: str, provider: Provider) -> None:
    """Put a block on the page; a second call of the same name replaces the first."""
    _providers[name] = provider


def of(person: Person, user: Any) -> list[Panel]:
    return [p for provider in _providers.values() if (p := provider(person, user)) is not None]
