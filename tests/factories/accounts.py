"""Accounts for tests: ordinary ones and the three administrators."""

from itertools import count

from django.db import transaction

from apps.accounts.choices import AdministratorKind
from apps.accounts.models import User
from apps.core.writes import sign

#: Satisfies docs/rules.md A-02.
PASSWORD = "Tests-Only-7319"

_numbers = count(1)


def account(username: str = "", name: str = "", **values: object) -> User:
    """Make an ordinary account without any role."""
    number = next(_numbers)
    with transaction.atomic():
        sign(by=None)  # the server's own hand, whoever wrote last in this transaction
    return User.objects.create_user(
        username or f"user{number}", PASSWORD, name=name or f"普通账户{number}", **values
    )


def administrator(kind: str = AdministratorKind.SYSTEM, username: str = "", name: str = "") -> User:
    """Make one of 三员."""
    label = AdministratorKind(kind).label
    return account(username or f"admin{next(_numbers)}", name or f"{label}某", admin_kind=kind)
