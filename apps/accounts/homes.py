"""The first page of each kind of user (ux.md §10)."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse

from .models import User
from .roles import PERMISSIONS, ROLES

ADMINISTRATORS = "dashboards:administration"
EVERYBODY = "dashboards:workbench"


def home_of(user: User) -> str:
    """Return the path of the user's first page; who has no right anywhere gets his own account."""
    for name in (_name(user), "accounts:own"):
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return "/"


def _name(user: User) -> str:
    if user.is_administrator:
        return ADMINISTRATORS
    held = frozenset(p for p in PERMISSIONS if user.may_anywhere(p))
    if not held:
        return "accounts:own"
    fitting = [role.home for role in ROLES.values() if role.permissions == held]
    return fitting[0] if fitting else EVERYBODY
