"""Accounts: made, changed, switched on and off, given a new password."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.db import IntegrityError, transaction

from apps.audit import services as audit
from apps.core import changes
from apps.core.writes import write

from ..choices import AdministratorKind
from ..errors import (
    AnotherAdministrator,
    BeatenByColleague,
    LastAdministrator,
    NameTaken,
    NotYourself,
)
from ..models import SecondFactor, User
from .passwords import one_time_password, set_password

FIELDS = ("username", "name", "title", "office_phone")


@write
def create(
    *, username: str, name: str, by: Any, title: str = "", office_phone: str = ""
) -> tuple[User, str]:
    """Make an ordinary account. Returns it and its temporary password. Raises NameTaken."""
    password = one_time_password()
    user = _new(
        password,
        username=username,
        name=name,
        title=title,
        office_phone=office_phone,
        must_change_password=True,
    )
    audit.record("user.create", target=user, by=by, after=_facts(user))
    return user, password


@write
def create_administrator(
    *,
    kind: AdministratorKind,
    username: str,
    name: str,
    password: str,
    without_factor: bool = False,
    by: Any = None,
) -> User:
    """Make one of 三员, or give an existing one of that kind a new password and switch him on.

    Only the command of that name calls this: on pages administrators are made by two (rule A-13).
    without_factor   also take a lost second factor away
    Raises NameTaken when an account of another kind has the name,
    ValidationError for a weak password.
    """
    kind = AdministratorKind(kind)
    user = User.objects.select_for_update().filter(username=username).first()
    if user is not None and user.admin_kind != kind:
        raise NameTaken(username)
    validate_password(password, user or User(username=username, name=name))
    if user is None:
        user = _new(password, username=username, name=name, title=kind.label, admin_kind=kind)
        audit.record("user.create", target=user, by=by, after=_facts(user))
        return user
    user.is_active = True
    user.save(update_fields=["is_active"])
    set_password(user, password, must_change=False)
    audit.record("user.password_reset", target=user, by=by, note="由服务器命令办理")
    if without_factor and SecondFactor.objects.filter(user=user).delete()[0]:
        audit.record("factor.reset", target=user, by=by, note="由服务器命令办理")
    return user


@write
def change(*, user: User, version: int, by: Any, **facts: str) -> User:
    """Change name, title, phone or username of an account.

    version   changes.version_of(user) as the form saw it
    Raises AnotherAdministrator, BeatenByColleague, NameTaken.
    """
    user = _held(user, by)
    if changes.version_of(user) != version:
        raise BeatenByColleague
    before = _facts(user)
    for field, value in facts.items():
        if field not in FIELDS:
            raise TypeError(f"{field} is not changed here")
        setattr(user, field, value)
    after = _facts(user)
    if after == before:
        return user
    try:
        with transaction.atomic():
            user.save(update_fields=list(facts))
    except IntegrityError as error:
        raise NameTaken(user.username) from error
    audit.record("user.change", target=user, by=by, before=before, after=after)
    return user


@write
def switch(*, user: User, on: bool, by: Any) -> User:
    """Switch an account on or off; off ends its sessions at once.

    Raises NotYourself, LastAdministrator, AnotherAdministrator. No effect when it is so already.
    """
    if user.admin_kind is not None:
        # Two administrators who switch each other off queue here.
        list(User.objects.select_for_update().filter(admin_kind=user.admin_kind).order_by("pk"))
    user = _held(user, by)
    if user.is_active == on:
        return user
    if not on:
        if user.pk == by.pk:
            raise NotYourself
        if user.admin_kind is not None:
            others = User.objects.filter(admin_kind=user.admin_kind, is_active=True)
            if not others.exclude(pk=user.pk).exists():
                raise LastAdministrator(AdministratorKind(user.admin_kind).label)
    user.is_active = on
    user.save(update_fields=["is_active"])
    audit.record(
        "user.switch", target=user, by=by, before={"is_active": not on}, after={"is_active": on}
    )
    return user


@write
def reset_password(*, user: User, by: Any) -> str:
    """Give an account a temporary password, which must be changed at the next sign-in.

    Returns it; it is shown once and stored nowhere. Raises NotYourself, AnotherAdministrator.
    """
    if user.pk == by.pk:
        raise NotYourself
    user = _held(user, by)
    password = one_time_password()
    set_password(user, password, must_change=True)
    audit.record("user.password_reset", target=user, by=by)
    return password


def _new(password: str, *, username: str, **fields: Any) -> User:
    try:
        with transaction.atomic():
            return User.objects.create_user(username, password, **fields)
    except IntegrityError as error:
        raise NameTaken(username) from error


def _held(user: User, by: Any) -> User:
    """Lock the account. Raises AnotherAdministrator for the kinds that keep an eye on `by`."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.admin_kind in (AdministratorKind.SECURITY, AdministratorKind.AUDIT):
        raise AnotherAdministrator(AdministratorKind(user.admin_kind).label)
    return user


def _facts(user: User) -> dict[str, Any]:
    return {field: getattr(user, field) for field in (*FIELDS, "admin_kind")}
