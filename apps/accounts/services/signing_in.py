"""Signing in and out."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.models import AnonymousUser
from django.db import transaction

from apps.audit import alerts
from apps.audit import services as audit

from .. import demo, throttle
from ..errors import TooManyAttempts, WrongCredentials
from ..models import User


def check_credentials(*, username: str, password: str, address: str | None) -> User:
    """Return the user of a right name and password. Raises WrongCredentials, TooManyAttempts.

    The second factor, where there is one, is asked for next; then `note_sign_in`.

    One answer, at one cost, for an unknown name, a wrong password and a switched-off account.
    Not one transaction: what is counted stays counted. Source: docs/rules.md A-03.
    """
    username = User.normalize_username(username.strip())
    keys = throttle.keys_of(username, address)
    named = User.objects.filter(username=username).first()
    try:
        throttle.admit(keys, user=named, address=address)
    except TooManyAttempts as refusal:
        _note_failure(named, keys, note=f"尝试过多，须等待 {refusal.seconds} 秒")
        raise
    user = authenticate(username=username, password=password)
    if user is None or (demo.is_demo_password(password) and not settings.DEMO):
        _note_failure(named, keys, note="" if named is not None else "没有这个用户名")
        raise WrongCredentials
    throttle.forgive(keys)
    return user


def note_sign_in(*, by: User, factor: bool = False) -> None:
    """Append the event of a sign-in, when all that was asked for was right."""
    with transaction.atomic():
        audit.record("user.login", target=by, by=by, note="动态口令" if factor else "")


def note_sign_out(*, by: User) -> None:
    """Append the event of a sign-out."""
    with transaction.atomic():
        audit.record("user.logout", target=by, by=by)


def _note_failure(user: User | None, keys: throttle.Keys, *, note: str) -> None:
    """Append the event of a failure. An unknown name is not written: it may be a password."""
    with transaction.atomic():
        audit.record("user.login_failed", target=user, by=AnonymousUser(), note=note, refused=True)
        alerts.after_failure(user, throttle.failures_of(keys))
