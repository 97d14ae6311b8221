"""Giving and taking roles on subtrees. Source: docs/rules.md A-12.

A role given is an Appointment row; the guardian grants of its permissions (roles.py) follow from
the open appointments. They take effect with the next request of the user.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.utils import timezone
from guardian.shortcuts import assign_perm, remove_perm

from apps.accounts.roles import ROLES
from apps.audit import services as audit
from apps.core.writes import constraint_of, write

from .errors import (
    AdministratorHoldsNoGrant,
    AlreadyAppointed,
    AppointmentEnded,
    SelfAppointment,
    UnknownRole,
)
from .models import Appointment, Unit


@write
def appoint(*, user: Any, role: str, unit: Unit, by: Any, note: str = "") -> Appointment:
    """Give `user` a role on the subtree of `unit`.

    role   key of accounts.roles.ROLES
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
            appointment = Appointment.objects.create(user=user, unit=unit, role=role, note=note)
            for permission in sorted(ROLES[role].permissions):
                assign_perm(f"units.{permission}", row, unit)
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
