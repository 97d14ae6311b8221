"""What the outbox hands on to messages."""

from __future__ import annotations

from apps.core import outbox

from .services import delivering, telling


@outbox.handler("approvals.tell")
def tell(step: int) -> None:
    """Make the messages of a move. Safe to run twice."""
    telling.tell(step=step)


@outbox.handler("approvals.deliver")
def deliver(delivery: int) -> None:
    """Send one message over one channel. Safe to run twice."""
    delivering.deliver(delivery=delivery)
