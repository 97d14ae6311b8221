"""Giving and taking roles on subtrees. Source: docs/rules.md A-12, A-13.

A role given is an Appointment row; the guardian grants of its permissions (roles.py) follow from
the open appointments. They take effect with the next request of the user. One security
administrator proposes, another confirms; `appoint` and `revoke` carry out what was confirmed, and
are called directly (`by=None`) only by the server's own commands.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction
from django.utils import timezone
from guardian.shortcuts import remove_perm

from apps.accounts.errors import CannotApply
from apps.accounts.models import Proposal, User
from apps.accounts.roles import ROLES
from apps.accounts.services import propose
from apps.audit import services as audit
from apps.core.writes import constraint_of, write

from .errors import (
    AdministratorHoldsNoGrant,
    AlreadyAppointed,
    AppointmentEnded,
    SelfAppointment,
    UnknownRole,
)
from .models import Appointment, Unit, UnitUserPermission


def propose_grant(*, user: User, role: str, unit: Unit, reason: str, by: User) -> Proposal:
    """Propose a role on the subtree of `unit`; another security administrator confirms it.

    Raises UnknownRole, SelfAppointment, AdministratorHoldsNoGrant, AlreadyAppointed,
    accounts.errors.AlreadyProposed.
    """
    if role not in ROLES:
        raise UnknownRole(role)
    if by.pk == user.pk:
        raise SelfAppointment
    if user.is_administrator:
        raise AdministratorHoldsNoGrant(user)
    if Appointment.objects.open().filter(user=user, unit=unit, role=role).exists():
        raise AlreadyAppointed(user, role, unit)
    return propose(
        kind="appointment.grant",
        subject=user,
        payload={"role": role, "unit": unit.pk},
        summary=f"授予{user.name}（{user.username}）{ROLES[role].label}，范围为{unit.name}及下级",
        reason=reason,
        once=f"appointment.grant:{user.pk}:{role}:{unit.pk}",
        by=by,
    )


def propose_revoke(*, appointment: Appointment, reason: str, by: User) -> Proposal:
    """Propose to take a role back.

    Raises SelfAppointment, AppointmentEnded, accounts.errors.AlreadyProposed.
    """
    if by.pk == appointment.user_id:
        raise SelfAppointment
    if appointment.ends_at is not None:
        raise AppointmentEnded
    user, unit = appointment.user, appointment.unit
    role = ROLES.get(appointment.role)
    label = role.label if role else appointment.role
    return propose(
        kind="appointment.revoke",
        subject=user,
        payload={"appointment": appointment.pk},
        summary=f"收回{user.name}（{user.username}）在{unit.name}的{label}",
        reason=reason,
        once=f"appointment.revoke:{appointment.pk}",
        by=by,
    )


def apply_grant(proposal: Proposal, by: Any) -> None:
    """Carry out appointment.grant."""
    unit = Unit.objects.active().filter(pk=proposal.payload["unit"]).first()
    if unit is None:
        raise CannotApply("所选单位已撤销，请重新提出")
    if not User.objects.filter(pk=proposal.subject_pk, is_active=True).exists():
        raise CannotApply("这个账户已停用，请重新启用后再确认")
    try:
        appoint(
            user=proposal.subject,
            role=proposal.payload["role"],
            unit=unit,
            note=proposal.reason[:200],
            proposal=proposal,
            by=by,
        )
    except AlreadyAppointed:
        raise CannotApply("这个角色已经授予，不必再授") from None
    except AdministratorHoldsNoGrant:
        raise CannotApply("这个账户已是管理员，不能持有业务角色") from None
    except UnknownRole:
        raise CannotApply("这个角色已不再使用，请重新提出") from None


def apply_revoke(proposal: Proposal, by: Any) -> None:
    """Carry out appointment.revoke."""
    row = Appointment.objects.get(pk=proposal.payload["appointment"])
    try:
        revoke(appointment=row, by=by, note=proposal.reason)
    except AppointmentEnded:
        raise CannotApply("这个角色已经收回，不必再办") from None


@write
def appoint(
    *,
    user: Any,
    role: str,
    unit: Unit,
    by: Any,
    note: str = "",
    proposal: Proposal | None = None,
) -> Appointment:
    """Give `user` a role on the subtree of `unit`.

    role      key of accounts.roles.ROLES
    proposal  what was confirmed; the database asks for it whenever somebody acts
    Raises UnknownRole, SelfAppointment, AdministratorHoldsNoGrant, AlreadyAppointed.
    """
    if role not in ROLES:
        raise UnknownRole(role)
    if by is not None and by.pk == user.pk:
        raise SelfAppointment
    # The user's row is held, so that nobody makes him an administrator meanwhile; the constraint
    # administrator_holds_no_grant keeps every other road.
    row = get_user_model().objects.select_for_update().get(pk=user.pk)
    if row.is_administrator:
        raise AdministratorHoldsNoGrant(user)
    if Appointment.objects.open().filter(user=user, unit=unit, role=role).exists():
        raise AlreadyAppointed(user, role, unit)
    try:
        with transaction.atomic():
            appointment = Appointment.objects.create(
                user=user, unit=unit, role=role, note=note, proposal=proposal
            )
            _permit(row, unit, ROLES[role].permissions)
    except IntegrityError as error:
        if constraint_of(error) == "administrator_holds_no_grant":
            raise AdministratorHoldsNoGrant(user) from None
        raise
    _forget(user)
    audit.record(
        "appointment.grant",
        target=appointment,
        by=by,
        after=_facts(appointment),
        note=note,
        scope=unit.path,
    )
    return appointment


def _permit(user: Any, unit: Unit, codenames: frozenset[str]) -> None:
    """Let the user, whose row is locked, do all this on the subtree: as many queries for any of it.

    As guardian's assign_perm does for one; its bulk form is for many subjects.
    """
    kind = ContentType.objects.get_for_model(Unit)
    rows = Permission.objects.filter(content_type=kind, codename__in=codenames)
    known = {row.codename: row for row in rows}
    held = UnitUserPermission.objects.filter(user=user, content_object=unit)
    there = set(held.values_list("permission", flat=True))
    UnitUserPermission.objects.bulk_create(
        UnitUserPermission(user=user, permission=known[codename], content_object=unit)
        for codename in sorted(codenames)
        if known[codename].pk not in there
    )


@write
def revoke(*, appointment: Appointment, by: Any, note: str = "") -> Appointment:
    """Take a role back; permissions that no other open role of the user there gives go with it.

    Raises SelfAppointment, AppointmentEnded.
    """
    if by is not None and by.pk == appointment.user_id:
        raise SelfAppointment
    row = (
        Appointment.objects.select_for_update(of=("self",))
        .open()
        .select_related("user", "unit")
        .filter(pk=appointment.pk)
        .first()
    )
    if row is None:
        raise AppointmentEnded
    row.ends_at = timezone.now()
    row.save(update_fields=["ends_at"])
    kept: set[str] = set()
    for other in Appointment.objects.open().filter(user=row.user, unit=row.unit):
        kept |= ROLES[other.role].permissions if other.role in ROLES else set()
    gone = ROLES[row.role].permissions - kept if row.role in ROLES else frozenset()
    for permission in sorted(gone):
        remove_perm(f"units.{permission}", row.user, row.unit)
    _forget(row.user)
    _forget(appointment.user)
    audit.record(
        "appointment.revoke",
        target=row,
        by=by,
        before=_facts(row),
        note=note,
        scope=row.unit.path,
    )
    return row


def _facts(appointment: Appointment) -> dict[str, Any]:
    role = ROLES.get(appointment.role)
    return {
        "user": str(appointment.user),
        "role": role.label if role else appointment.role,
        "unit": str(appointment.unit),
    }


def _forget(user: Any) -> None:
    """Let this instance read its grants anew."""
    user.__dict__.pop("_grants_read", None)
