"""Passwords: one's own, and the temporary ones an administrator hands out."""

from __future__ import annotations

import secrets

from django.contrib.auth.password_validation import validate_password
from django.utils import timezone

from apps.audit import services as audit
from apps.core.writes import write

from ..errors import WrongPassword
from ..models import FormerPassword, User

#: Hashes kept of one account: the most the policy can ask for.
KEPT = 24

#: Without characters that are mistaken for one another when read aloud or copied by hand.
_LETTERS = "abcdefghjkmnpqrstuvwxyz"
_CAPITALS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_DIGITS = "23456789"


@write
def change_password(*, user: User, old: str, new: str, by: User) -> User:
    """Give `user` a new password of his own choice; his other sessions end.

    Raises WrongPassword, ValidationError (docs/rules.md A-02). Returns the user as saved, by
    which the caller renews the one session that may go on.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    if not user.check_password(old):
        raise WrongPassword
    validate_password(new, user)
    set_password(user, new, must_change=False)
    audit.record("user.password", target=user, by=by)
    return user


def set_password(user: User, password: str, *, must_change: bool) -> None:
    """Store a password; sessions that began with the former one end."""
    user.set_password(password)
    user.password_changed_at = timezone.now()
    user.must_change_password = must_change
    user.save(update_fields=["password", "password_changed_at", "must_change_password"])
    FormerPassword.objects.create(user=user, password=user.password)
    mine = FormerPassword.objects.filter(user=user)
    mine.exclude(pk__in=list(mine.values_list("pk", flat=True)[:KEPT])).delete()


def one_time_password() -> str:
    """Return a random password of four groups, such as “Kw7p-h3Tn-…”; 80 bits and more."""
    alphabet = _LETTERS + _CAPITALS + _DIGITS
    while True:
        groups = ["".join(secrets.choice(alphabet) for _ in range(4)) for _ in range(4)]
        password = "-".join(groups)
        if all(any(c in kind for c in password) for kind in (_LETTERS, _CAPITALS, _DIGITS)):
            return password
