"""What the post services may refuse, each with its facts. Sentences: refusals.py."""

from __future__ import annotations

import datetime as dt
from typing import Any


class PostRefused(Exception):
    """Base of all refusals of this app; nothing was written."""


class BelowZero(PostRefused):
    """The ledger would show fewer than no posts on a day."""

    def __init__(self, unit: Any, post_kind: Any, *, on: dt.date | None, posts: int) -> None:
        super().__init__(str(unit), str(post_kind), on, posts)
        self.unit = unit
        self.post_kind = post_kind
        self.on = on
        self.posts = posts


class UncountedKind(PostRefused):
    """专员 and 非领导 take no post, so none is approved for them (docs/rules.md L-02)."""

    def __init__(self, post_kind: Any) -> None:
        super().__init__(str(post_kind))
        self.post_kind = post_kind


class UnitHoldsNoPosts(PostRefused):
    """A grouping node, or a unit that was abolished, gets no posts."""

    def __init__(self, unit: Any) -> None:
        super().__init__(str(unit))
        self.unit = unit


class DocumentMissing(PostRefused):
    """A figure without a document cannot be entered."""


class EntryInFuture(PostRefused):
    def __init__(self, on: dt.date) -> None:
        super().__init__(on)
        self.on = on


class NothingChanges(PostRefused):
    """A line of ±0 posts."""
