"""Messages to people: made once from a move, settled when the case has moved on.

`advance` writes an outbox row in its own transaction; the handler comes here, perhaps twice. The
case is locked while messages of it are made, so that none is made for a step that has passed.
Source: docs/rules.md AP-21.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.utils import timezone

from apps.core import outbox, wording
from apps.core.writes import write

from .. import channels, recipients
from ..choices import ASKS, REVIEWS, Event, Partner, State
from ..models import Application, Confirmation, Delivery, Message, Step
from ..moves import label as verb
from ..progress import ACTS, step_label

QUEUE = "notify"


def announce(step: Step) -> None:
    """Have people told of a move once it is committed. Runs in the transaction of the move."""
    outbox.send("approvals.tell", {"step": step.pk}, key=f"approvals.step.{step.pk}", queue=QUEUE)


@write
def tell(*, step: int, by: Any = None) -> None:
    """Make the messages of one move. Safe to run twice, and late."""
    row = Step.objects.select_related("by").get(pk=step)
    application = locked(row.application_id)
    moved = row.to_state != row.from_state
    if moved:
        settle(application, before=row)
    _settle_confirmed(application)
    if row.move == "answer":
        _settle_objections(application)
    for event, users, words, more in _said(application, row):
        if event not in ASKS:  # who did it knows what came of it
            users = [user for user in users if user != row.by_id]
        make(application, event, users, words, key=f"step.{row.pk}", step=row, **more)
    for part in _turns(application):
        make(
            application,
            Event.PARTNER,
            recipients.partners(application, part.partner),
            f"待{Partner(part.partner).label}确认{_until(part.due_at)}",
            key=f"confirm.{part.pk}",
            step=row,
            confirmation=part,
            label=Partner(part.partner).label,
        )


def _said(
    application: Application, row: Step
) -> Iterable[tuple[Event, list[int], str, dict[str, Any]]]:
    """Yield (event, users, words, more) of one move."""
    is_last = not application.trail.filter(pk__gt=row.pk).exists()
    to = State(row.to_state)
    applicants = recipients.applicants(application)
    here = step_label(application)
    if row.move == "reassign":
        if is_last:
            words = f"{here}：{row.by_name}转办给您{_until(application.due_at)}"
            yield Event.ASSIGNED, recipients.actors(application), words, {"label": here}
    elif row.move == "object":
        label = Partner(row.facts.get("partner", "")).label if row.facts.get("partner") else ""
        office = recipients.nearest(["examine"], application.scope)
        yield Event.OBJECTED, office, f"{label}提出异议，请与其核对", {"label": label}
    elif row.move == "answer":
        partner = row.facts.get("partner", "")
        if partner:
            label = Partner(partner).label
            users = recipients.partners(application, partner)
            yield Event.PARTNER, users, "编办已答复异议，请确认", {"label": label}
    elif to in ACTS and row.to_state != row.from_state and is_last:
        words = f"待{here}{_until(application.due_at)}"
        yield Event.TURN, recipients.actors(application), words, {"label": here}
    if to == State.RETURNED:
        yield Event.RETURNED, applicants, f"{row.step}：退回补正，请按意见修改后再次提交", {}
    elif to == State.REFUSED:
        yield Event.REFUSED, applicants, f"{row.step}：{verb(row.move, row.from_state)}", {}
    elif row.move == "close":
        yield Event.REFUSED, applicants, "编办已终止办理", {}
    elif to == State.DONE:
        yield Event.DONE, applicants, "已办结", {}
    elif row.from_state in REVIEWS and row.move == "pass" and to not in REVIEWS:
        yield Event.DECIDED, applicants, f"已审定通过，下一步：{to.label}", {}


def _turns(application: Application) -> list[Confirmation]:
    if application.state != State.CONFIRMING:
        return []
    rows = application.confirmations.filter(confirmed_at=None).exclude(arrived_at=None)
    return list(rows.order_by("pk"))


def _until(due_at: Any) -> str:
    return f"，期限 {wording.moment(due_at)}" if due_at is not None else ""


def locked(pk: int) -> Application:
    """Return a case that nobody moves meanwhile."""
    return (
        Application.objects.select_for_update(of=("self",), no_key=True)
        .select_related("version", "unit", "applicant")
        .get(pk=pk)
    )


def settle(application: Application, *, before: Step | None = None) -> None:
    """Take what asked somebody to act off their lists: the case has moved on."""
    asking = Message.objects.filter(
        application=application, event__in=ASKS, settled_at__isnull=True
    )
    if before is not None:
        asking = asking.filter(Q(step__lt=before.pk) | Q(step__isnull=True, at__lt=before.at))
        if before.to_state == State.CONFIRMING:
            asking = asking.filter(confirmation__isnull=True)
    asking.update(settled_at=timezone.now())


def _settle_confirmed(application: Application) -> None:
    Message.objects.filter(
        application=application,
        confirmation__confirmed_at__isnull=False,
        settled_at__isnull=True,
    ).update(settled_at=timezone.now())


def _settle_objections(application: Application) -> None:
    Message.objects.filter(
        application=application, event=Event.OBJECTED, settled_at__isnull=True
    ).update(settled_at=timezone.now())


def make(
    application: Application | None,
    event: Event,
    users: Iterable[int],
    words: str,
    *,
    key: str,
    read: bool = False,
    **more: Any,
) -> list[Message]:
    """Write one message a person and hand it to their channels; return what is new.

    key   a person is told once of it; callers hold the lock of the case
    read  it is in the inbox, but asks for no look there
    """
    wanted = set(users)
    told = set(Message.objects.filter(user__in=wanted, key=key).values_list("user_id", flat=True))
    now = timezone.now()
    made = Message.objects.bulk_create(
        Message(
            user_id=user,
            event=event,
            key=key,
            application=application,
            words=words[:200],
            read_at=now if read else None,
            **more,
        )
        for user in sorted(wanted - told)
    )
    roads = channels.roads([one.user_id for one in made], event)
    deliveries = Delivery.objects.bulk_create(
        Delivery(message=one, channel=channel)
        for one in made
        for channel in roads.get(one.user_id, ())
    )
    for one in deliveries:
        outbox.send(
            "approvals.deliver",
            {"delivery": one.pk},
            key=f"approvals.delivery.{one.pk}",
            queue=QUEUE,
        )
    return made


@write
def mark_read(*, messages: Any, by: Any) -> int:
    """Note that a person has seen messages of theirs; return how many were new to them."""
    count: int = messages.filter(user=by, read_at__isnull=True).update(read_at=timezone.now())
    return count
