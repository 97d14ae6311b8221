"""Handing messages to mail and text messages, and what a person wants there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Count
from django.utils import timezone

from apps.core.writes import write

from .. import channels
from ..choices import Event
from ..models import Delivery, Message, Reach, Switch
from . import telling

#: What a digest names first: it burns.
FIRST = (Event.OVERDUE, Event.RETURNED, Event.SOON)


def deliver(*, delivery: int) -> None:
    """Send one delivery unless it was sent. Raises ChannelRefused: the outbox tries again.

    The row stays locked while the channel works, so that two workers do not send it twice. A
    worker killed between sending and noting it sends again under the same key (docs/messages.md).
    """
    try:
        _send(delivery=delivery, by=None)
    except channels.ChannelRefused as refusal:
        Delivery.objects.filter(pk=delivery).update(error=str(refusal)[:300])
        raise


@write
def _send(*, delivery: int, by: Any) -> None:
    row = (
        Delivery.objects.select_for_update(of=("self",), no_key=True)
        .select_related("message__user", "message__application")
        .get(pk=delivery)
    )
    if row.sent_at is not None:
        return
    channels.give(row)
    row.sent_at, row.error = timezone.now(), ""
    row.save(update_fields=["sent_at", "error"])


@write
def set_switches(*, mail: str, phone: str, wanted: Mapping[tuple[str, str], bool], by: Any) -> None:
    """Keep where a person is reached and which messages they want on which channel.

    wanted   (event, channel) → on
    """
    reach = Reach.objects.select_for_update().filter(user=by).first() or channels.new_reach(by)
    reach.mail = mail
    channels.seal_phone(reach, phone)
    reach.save()
    Switch.objects.bulk_create(
        [Switch(user=by, event=e, channel=c, on=on) for (e, c), on in wanted.items()],
        update_conflicts=True,
        unique_fields=["user", "event", "channel"],
        update_fields=["on"],
    )


def digest() -> int:
    """Tell everybody once a day what waits for them; return how many were told."""
    day = timezone.localdate()
    rows = (
        Message.objects.unread()
        .exclude(event=Event.DIGEST)
        .filter(user__is_active=True, user__reach__isnull=False)
        .order_by()
        .values_list("user_id", "event")
        .annotate(Count("pk"))
    )
    counts: dict[int, dict[str, int]] = {}
    for user, event, number in rows:
        counts.setdefault(user, {})[event] = number
    return sum(_digest_for(user=user, counts=one, day=day, by=None) for user, one in counts.items())


@write
def _digest_for(*, user: int, counts: dict[str, int], day: Any, by: Any) -> bool:
    Reach.objects.select_for_update().get(user=user)  # two runs of a day queue here
    order = [*FIRST, *(event for event in Event.values if event not in FIRST)]
    parts = [
        f"{Event(event).label.replace('我', '您')} {counts[event]} 件"
        for event in order
        if event in counts
    ]
    words = f"您有 {sum(counts.values())} 条未读消息：{'、'.join(parts)}"
    made = telling.make(
        None, Event.DIGEST, [user], words, key=f"digest.{day.isoformat()}", read=True
    )
    return bool(made)
