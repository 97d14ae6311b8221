"""What one administrator may do to one account. Source: docs/rules.md A-04, security.md R10."""

from __future__ import annotations

from .choices import AdministratorKind
from .models import User

WATCHERS = (AdministratorKind.SECURITY, AdministratorKind.AUDIT)


def may_manage(user: User, account: User) -> bool:
    """System administrators manage all accounts but those of the other two kinds."""
    return user.admin_kind == AdministratorKind.SYSTEM and account.admin_kind not in WATCHERS


def may_switch_off(user: User, account: User) -> bool:
    return may_manage(user, account) and account.pk != user.pk
