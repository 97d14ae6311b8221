"""Making and unmaking administrators, and changing the policy: each by two."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction

from apps.audit import services as audit
from apps.core import policy
from apps.core.models import PolicySetting
from apps.core.writes import constraint_of

from ..choices import AdministratorKind
from ..errors import CannotApply
from ..models import Proposal, User
from .proposals import propose


def propose_administrator(
    *, user: User, kind: AdministratorKind, reason: str, by: User
) -> Proposal:
    """Propose that an ordinary account becomes one of 三员. Raises as `propose`."""
    kind = AdministratorKind(kind)
    return propose(
        kind="administrator.make",
        subject=user,
        payload={"kind": kind.value},
        summary=f"{user.name}（{user.username}）任{kind.label}",
        reason=reason,
        once=f"administrator:{user.pk}",
        by=by,
    )


def propose_removal(*, user: User, reason: str, by: User) -> Proposal:
    """Propose that an administrator becomes an ordinary account again. Raises as `propose`."""
    label = AdministratorKind(user.admin_kind or "").label
    return propose(
        kind="administrator.remove",
        subject=user,
        payload={"kind": user.admin_kind},
        summary=f"{user.name}（{user.username}）不再任{label}",
        reason=reason,
        once=f"administrator:{user.pk}",
        by=by,
    )


def propose_policy(*, key: str, value: int, reason: str, by: User) -> Proposal:
    """Propose another number of the policy. Raises KeyError, policy.OutOfBounds, as `propose`."""
    setting = policy.check(key, value)
    now = policy.value(key)
    return propose(
        kind="policy.change",
        payload={"key": key, "from": now, "to": value},
        summary=f"{setting.label}：由 {setting.words(now)} 改为 {setting.words(value)}",
        reason=reason,
        once=f"policy:{key}",
        by=by,
    )


def make(proposal: Proposal, by: Any) -> None:
    """Carry out administrator.make."""
    kind = AdministratorKind(proposal.payload["kind"])
    user = User.objects.select_for_update().get(pk=proposal.subject_pk)
    if not user.is_active:
        raise CannotApply(f"{user}的账户已停用，不能任{kind.label}")
    if user.admin_kind is not None:
        raise CannotApply(f"{user}已是{AdministratorKind(user.admin_kind).label}，三员互斥")
    user.admin_kind = kind
    try:
        with transaction.atomic():
            user.save(update_fields=["admin_kind"])
    except IntegrityError as error:
        if constraint_of(error) == "administrator_holds_no_grant":
            raise CannotApply(f"{user}还持有业务角色，请先收回再任{kind.label}") from None
        raise
    audit.record("administrator.make", target=user, by=by, after={"admin_kind": kind.value})


def remove(proposal: Proposal, by: Any) -> None:
    """Carry out administrator.remove. The last active one of a kind stays."""
    kind = AdministratorKind(proposal.payload["kind"])
    # two removals of one kind queue here
    of_kind = list(User.objects.select_for_update().filter(admin_kind=kind).order_by("pk"))
    user = next((one for one in of_kind if one.pk == proposal.subject_id), None)
    if user is None:
        raise CannotApply("这个账户已不是该类管理员，不必再办")
    if not any(one.is_active for one in of_kind if one.pk != user.pk):
        raise CannotApply(f"这是最后一位启用的{kind.label}，请先增加一位")
    user.admin_kind = None
    user.save(update_fields=["admin_kind"])
    audit.record("administrator.remove", target=user, by=by, before={"admin_kind": kind.value})


def change_policy(proposal: Proposal, by: Any) -> None:
    """Carry out policy.change; sessions that began before keep the limits they began with."""
    key, value = proposal.payload["key"], int(proposal.payload["to"])
    try:
        setting = policy.check(key, value)
    except (KeyError, policy.OutOfBounds):
        raise CannotApply("这个值已超出允许的范围，请重新提出") from None
    before = policy.value(key)
    if before != proposal.payload["from"]:
        raise CannotApply(f"该项现为 {setting.words(before)}，与提议时不同，请重新提出")
    row, _ = PolicySetting.objects.update_or_create(
        key=key, defaults={"value": value, "note": proposal.reason}
    )
    audit.record(
        "policy.change",
        target=row,
        by=by,
        before={setting.label: setting.words(before)},
        after={setting.label: setting.words(value)},
        note=proposal.reason,
    )
