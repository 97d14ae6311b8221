"""The kinds of application, by their code. One object each; they hold no state."""

from __future__ import annotations

from .base import Fact, KindOfCase, LineData
from .entry import Entry
from .quota_use import QuotaUse

KINDS: dict[str, KindOfCase] = {one.kind: one for one in (Entry(), QuotaUse())}


def of(kind: str) -> KindOfCase:
    return KINDS[kind]


__all__ = ["KINDS", "Fact", "KindOfCase", "LineData", "of"]
