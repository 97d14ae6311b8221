"""One's own record: which account is which person, and who looked (docs/rules.md A-20; PIPL 44–45).

The office proves that an account belongs to a person by the identity number on the card; a
security administrator confirms. A hold, ordered by two security administrators until a day, keeps
looks for a case of discipline from the person looked at.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.choices import AdministratorKind
from apps.accounts.errors import CannotApply
from apps.accounts.models import LookHold, OwnRecord, Proposal, User
from apps.accounts.services import propose
from apps.audit import looks
from apps.audit import services as audit
from apps.audit.models import AuditEvent
from apps.core import crypto, identity

from . import rules, secrets
from .models import Occupancy, Person

#: The purpose of a look for a case of discipline, as the form offers it.
DISCIPLINE: Final = "协助纪检监察、巡视巡察"
LONGEST_HOLD: Final = dt.timedelta(days=366)
SHOWN: Final = 200


class NotThatPerson(Exception):
    """The number on the card is not the person's, or the names differ."""


class NotTied(Exception):
    """The account belongs to no person."""


class HoldTooLong(Exception):
    """A hold ends within a year; it may be proposed again."""


def person_of(user: User) -> Person | None:
    """Return the person an account holder is; None when the office has not tied them."""
    tie = OwnRecord.objects.filter(user=user).first()
    if tie is None:
        return None
    people = Person.objects.select_related(
        "sex", "ethnicity", "political_status", "education", "degree"
    )
    return people.filter(pk=tie.person_id).first()


# -- tying ------------------------------------------------------------------------------------


def propose_tie(*, person: Person, user: User, number: str, reason: str, by: User) -> Proposal:
    """Propose that `user` is `person`, after comparing the identity number on the card.

    Raises PermissionDenied's right through rules (the view asks), NotThatPerson, and as `propose`.
    """
    typed = crypto.blind_index(identity.normalise(number), field=secrets.ID_NO)
    if typed != bytes(person.id_no_bi) or user.name != person.name:
        raise NotThatPerson
    return propose(
        kind="person.tie",
        subject=user,
        payload={"person": person.pk},
        summary=f"账户{user.name}（{user.username}）与人员 {person.person_no} 绑定，可查看本人档案",
        reason=reason,
        once=f"person.tie:{user.pk}",
        by=by,
    )


def apply_tie(proposal: Proposal, by: Any) -> None:
    """Carry out person.tie. One account for one person."""
    person = Person.objects.get(pk=proposal.payload["person"])
    user = User.objects.select_for_update().get(pk=proposal.subject_pk)
    if not user.is_active or user.name != person.name:
        raise CannotApply("账户已停用，或姓名与人员登记不一致，请核对后重新提出")
    try:
        with transaction.atomic():
            OwnRecord.objects.create(user=user, person_id=person.pk, proposal=proposal)
    except IntegrityError:
        raise CannotApply("这个账户或这个人员已经绑定过，请先解除") from None
    audit.record("person.tie", target=user, by=by, after={"person": person.person_no})


def propose_untie(*, user: User, reason: str, by: User) -> Proposal:
    """Propose that an account no longer shows a person's record. Raises NotTied, as `propose`.

    Who may: `may_untie`. One's own is about nobody else: the account is then told by the payload
    alone, because no proposal names its proposer as its subject (docs/rules.md A-13).
    """
    tie = OwnRecord.objects.filter(user=user).first()
    person = Person.objects.filter(pk=tie.person_id).first() if tie is not None else None
    if tie is None or person is None:
        raise NotTied
    return propose(
        kind="person.untie",
        subject=user if user.pk != by.pk else None,
        payload={"account": user.pk},
        summary=f"解除账户{user.name}（{user.username}）与人员 {person.person_no} 的绑定",
        reason=reason,
        once=f"person.tie:{user.pk}",
        by=by,
    )


def apply_untie(proposal: Proposal, by: Any) -> None:
    """Carry out person.untie."""
    account = User.objects.get(pk=proposal.payload.get("account") or proposal.subject_pk)
    if not OwnRecord.objects.filter(user=account).delete()[0]:
        raise CannotApply("这个账户没有绑定人员，不必解除")
    audit.record("person.untie", target=account, by=by)


# -- holding back -----------------------------------------------------------------------------


def propose_hold(*, person: Person, until: dt.date, reason: str, by: User) -> Proposal:
    """Propose to hold looks for discipline back until a day. Raises HoldTooLong, as `propose`."""
    today = timezone.localdate()
    if not today < until <= today + LONGEST_HOLD:
        raise HoldTooLong
    return propose(
        kind="person.hold",
        payload={"person": person.pk, "until": until.isoformat()},
        summary=f"人员 {person.person_no} 的纪检类查看记录暂缓公开至 {until:%Y-%m-%d}",
        reason=reason,
        once=f"person.hold:{person.pk}",
        by=by,
    )


def apply_hold(proposal: Proposal, by: Any) -> None:
    """Carry out person.hold."""
    until = dt.date.fromisoformat(proposal.payload["until"])
    person = Person.objects.get(pk=proposal.payload["person"])
    LookHold.objects.create(person_id=person.pk, until=until, proposal=proposal)
    audit.record(
        "person.hold", target=person, by=by, after={"day": until.isoformat()}, note=proposal.reason
    )


# -- who looked -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Looked:
    """One look as the person reads it. who: name; where: unit and post of the looker."""

    at: dt.datetime
    who: str
    where: str
    what: str
    purpose: str


def looked_at(person: Person) -> list[Looked]:
    """Return who looked at the person, lists that held him included, newest first.

    Not one's own looks at one's own record. While a hold lasts, what its actor did at this person
    on a day on which he looked for a case of discipline is left out.
    """
    spells = Occupancy.objects.filter(person=person).values_list("scope", flat=True)
    events = list(looks.at_person(person.pk, spells)[:SHOWN])
    if LookHold.objects.filter(person_id=person.pk, until__gte=timezone.localdate()).exists():
        events = _without_discipline(events)
    actors = {event.actor_id for event in events if event.actor_id is not None}
    titles: dict[int | None, str] = dict(
        User.objects.filter(pk__in=actors).values_list("pk", "title")
    )
    return [
        Looked(
            at=event.at,
            who=event.actor_name or "系统",
            where=titles.get(event.actor_id, ""),
            what=looks.what(event).replace(person.name, "您"),
            purpose=event.purpose,
        )
        for event in events
        if event.outcome == AuditEvent.Outcome.DONE
    ]


def _without_discipline(events: list[AuditEvent]) -> list[AuditEvent]:
    hidden = {_day(event) for event in events if event.purpose == DISCIPLINE}
    return [event for event in events if _day(event) not in hidden]


def _day(event: AuditEvent) -> tuple[int | None, dt.date]:
    return event.actor_id, timezone.localtime(event.at).date()


def may_untie(user: User, account: User) -> bool:
    """Say who may propose to untie: oneself, a security administrator, who may tie."""
    if user.pk == account.pk or user.admin_kind == AdministratorKind.SECURITY:
        return True
    person = person_of(account)
    return person is not None and may_tie(user, person)


def waiting_about(account: User) -> Proposal | None:
    """Return the proposal to tie or untie an account that waits for its word."""
    return Proposal.objects.open().filter(once=f"person.tie:{account.pk}").first()


def may_tie(user: User, person: Person) -> bool:
    """Say whether the user may prove whose account it is: who may change the person's row."""
    return user.admin_kind is None and rules.may_change(user, person)
