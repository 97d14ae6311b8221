"""The kinds of application, by their code. One object each; they hold no state."""

from __future__ import annotations

from .adjust import Adjust
from .base import Fact, KindOfCase, LineData, PostBox
from .correct import Correct
from .entry import Entry
from .exit import Exit
from .posts import PostLeave, PostTake
from .quota_use import QuotaUse
from .retype import Retype
from .transfer import Transfer

KINDS: dict[str, KindOfCase] = {
    one.kind: one
    for one in (
        QuotaUse(),
        Entry(),
        Exit(),
        Transfer(),
        Adjust(),
        Retype(),
        Correct(),
        PostTake(),
        PostLeave(),
    )
}


def of(kind: str) -> KindOfCase:
    return KINDS[kind]


__all__ = ["KINDS", "Fact", "KindOfCase", "LineData", "PostBox", "of"]
