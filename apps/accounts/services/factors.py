"""Enrolling, using and taking away a second factor (docs/rules.md A-15)."""

from __future__ import annotations

import secrets
import uuid
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from apps.audit import services as audit
from apps.core import crypto, policy
from apps.core.writes import write

from .. import factors, sessions, throttle
from ..errors import AlreadyEnrolled, CannotApply, FactorIsMandatory, WrongCode, WrongPassword
from ..models import LiveSession, Proposal, RecoveryCode, SecondFactor, User
from .proposals import propose

CODES = 10
CODE_FIELD = "accounts_recoverycode.code"
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"


@write
def enrol(*, user: User, secret: str, code: str, by: User) -> list[str]:
    """Bind a code generator that has shown a right code; return ten recovery codes, shown once.

    Raises WrongCode, AlreadyEnrolled.
    """
    User.objects.select_for_update().get(pk=user.pk)  # two windows enrol one after the other
    if factors.is_enrolled(user):
        raise AlreadyEnrolled
    step = factors.step_of(secret, code)
    if step is None:
        raise WrongCode
    uid = uuid.uuid4()
    factor = SecondFactor.objects.create(
        user=user,
        uid=uid,
        secret_ct=crypto.encrypt(secret, field=factors.FIELD, row=uid),
        last_step=step,
    )
    codes = [_new_code() for _ in range(CODES)]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(factor=factor, digest=_digest(user, one)) for one in codes
    )
    audit.record("factor.enrol", target=user, by=by)
    return codes


def check(*, user: User, code: str, address: str | None) -> None:
    """Let a right code or an unused recovery code pass, once. Raises WrongCode, TooManyAttempts.

    Guessing is slowed down like passwords; not one transaction: what is counted stays counted.
    """
    keys = throttle.keys_of(f"{user.username}\0factor", address)
    throttle.admit(keys, user=user, address=address)
    kind = _use(user, code)
    if kind is None:
        with transaction.atomic():
            audit.record("factor.fail", target=user, by=AnonymousUser(), refused=True)
        raise WrongCode
    throttle.forgive(keys)
    if kind == "recovery":
        left = RecoveryCode.objects.filter(factor__user=user, used_at__isnull=True).count()
        with transaction.atomic():
            audit.record("factor.recover", target=user, by=user, note=f"还剩 {left} 个恢复码")


def _use(user: User, code: str) -> str | None:
    factor = SecondFactor.objects.filter(user=user).first()
    if factor is None:
        return None
    step = factors.step_of(factors.secret_of(factor), code, after=factor.last_step)
    if step is not None:
        # of two with the same code one finds the step still unused
        rows = SecondFactor.objects.filter(pk=factor.pk, last_step__lt=step)
        return "code" if rows.update(last_step=step) else None
    typed = code.strip().lower().replace(" ", "").replace("-", "")
    spent = RecoveryCode.objects.filter(
        factor=factor, digest=_digest(user, typed), used_at__isnull=True
    ).update(used_at=timezone.now())
    return "recovery" if spent else None


@write
def remove(*, user: User, password: str, by: User) -> None:
    """Take one's own second factor away. Raises WrongPassword, FactorIsMandatory."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if not user.check_password(password):
        raise WrongPassword
    if factors.is_mandatory(user, policy.values()):
        raise FactorIsMandatory
    SecondFactor.objects.filter(user=user).delete()
    audit.record("factor.remove", target=user, by=by)


def propose_reset(*, user: User, reason: str, by: User) -> Proposal:
    """Propose to take away the second factor of somebody who lost it. Raises as `propose`."""
    return propose(
        kind="factor.reset",
        subject=user,
        summary=f"解除{user.name}（{user.username}）的动态口令，下次登录重新绑定",
        reason=reason,
        once=f"factor.reset:{user.pk}",
        by=by,
    )


def apply_reset(proposal: Proposal, by: Any) -> None:
    """Carry out factor.reset; all sessions of the account end."""
    user = User.objects.select_for_update().get(pk=proposal.subject_pk)
    if not SecondFactor.objects.filter(user=user).delete()[0]:
        raise CannotApply(f"{user}没有绑定动态口令，不必解除")
    sessions.end(LiveSession.objects.filter(user=user), "动态口令被解除")
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    audit.record("factor.reset", target=user, by=by, note=proposal.reason)


def _new_code() -> str:
    """Return a code such as “k7mh-3tnq-w9ab”: 59 bits."""
    return "-".join("".join(secrets.choice(_SIGNS) for _ in range(4)) for _ in range(3))


def _digest(user: User, code: str) -> bytes:
    return crypto.blind_index(f"{user.pk}|{code.replace('-', '')}", field=CODE_FIELD)
