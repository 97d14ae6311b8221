"""What the exchange may refuse."""

from __future__ import annotations

from typing import Any


class BatchNotReady(Exception):
    """The batch is not waiting for confirmation (any more)."""

    def __init__(self, batch: Any) -> None:
        super().__init__(batch.state)
        self.batch = batch
