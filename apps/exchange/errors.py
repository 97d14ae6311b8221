"""What the exchange may refuse."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class ExchangeRefused(Exception):
    """Base of the refusals; nothing was written."""


class BatchNotReady(ExchangeRefused):
    """The batch is not in the state the move starts from (any more)."""

    def __init__(self, batch: Any) -> None:
        super().__init__(batch.state)
        self.batch = batch


class MappingRefused(ExchangeRefused):
    """The mapping cannot stand. wrong: (field or "", sentence) each."""

    def __init__(self, wrong: Sequence[tuple[str, str]]) -> None:
        super().__init__(wrong[0][1])
        self.wrong = list(wrong)


class NothingFixed(ExchangeRefused):
    """No cell was changed."""


class NotWithdrawn(ExchangeRefused):
    """Something stands in the way of a withdrawal.

    sentence    Chinese
    obstacles   first ones: dicts of what, label, how, who, when
    """

    def __init__(self, sentence: str, obstacles: Sequence[dict[str, str]] = ()) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.obstacles = list(obstacles)
