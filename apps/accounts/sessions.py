"""A session holds only as long as the rights it began under, and not for ever (security.md R05).

The account's `session_epoch` is raised by the database when the account is switched off or its
rights change, by whatever road; the session remembers the number it began with. Its limits (idle,
at most so long) are those of the policy at sign-in and lie in the session itself, so that a
request pays no query for them. LiveSession rows are for the page that shows and ends sessions.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone

from apps.core import policy
from apps.core.request_facts import current

from . import devices, factors
from .models import LiveSession, User

KEY = "epoch"
LIMITS = "limits"
#: Marks of a session that must first do something.
MUST_ENROL = "must_enrol"
PASSWORD_DUE = "password_due"  # noqa: S105 - a mark in the session
BY_FACTOR = "by_factor"
#: Activity is noted at most this often, to spare the database.
NOTE_EVERY = 60  # seconds

ELSEWHERE = "在别处登录"
IDLE = "长时间没有操作"
FULL = "登录时间已满"
CHANGED = "账户状态或权限有变动"
SIGNED_OUT = "本人退出"


def remember(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Note epoch and limits in a session that begins (receiver of user_logged_in).

    Read again: the object at hand may be older than the last grant.
    """
    session = request.session
    session[KEY] = User.objects.filter(pk=user.pk).values_list("session_epoch", flat=True).first()
    rules = policy.values()
    now = int(time.time())
    idle = "administrator_idle_minutes" if user.is_administrator else "idle_minutes"
    session[LIMITS] = {
        "seen": now,
        "idle": rules[idle] * 60,
        "until": now + rules["session_hours"] * 3600,
    }
    age = timezone.now() - user.password_changed_at
    session[PASSWORD_DUE] = age > dt.timedelta(days=rules["password_days"])
    session[MUST_ENROL] = not factors.is_enrolled(user) and factors.is_mandatory(user, rules)
    if session.session_key is None:
        session.save()
    key = session.session_key or ""
    if user.is_administrator:
        end(LiveSession.objects.filter(user=user), ELSEWHERE)
    LiveSession.objects.create(
        user=user,
        key=key,
        digest=digest_of(key),
        address=current.get().address,
        device=devices.words(request.META.get("HTTP_USER_AGENT", "")),
        by_factor=bool(session.get(BY_FACTOR)),
    )


def forget(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """Close the row of a session that ends (receiver of user_logged_out)."""
    key = request.session.session_key
    if key:
        LiveSession.objects.filter(key=key).update(
            ended_at=timezone.now(), ending=SIGNED_OUT, key=""
        )


def why_over(request: HttpRequest) -> str:
    """Return why the signed-in session of `request` is no longer good; "" when it is."""
    session = request.session
    if session.get(KEY) != request.user.session_epoch:
        return CHANGED
    limits = session.get(LIMITS)
    if limits is None:  # began under an earlier release: gets its limits by signing in anew
        return CHANGED
    now = int(time.time())
    if now >= limits["until"]:
        return FULL
    if now - limits["seen"] >= limits["idle"]:
        return IDLE
    if now - limits["seen"] >= NOTE_EVERY:
        session[LIMITS] = {**limits, "seen": now}
        LiveSession.objects.filter(key=session.session_key).update(seen_at=timezone.now())
    return ""


def rotated(request: HttpRequest, old_key: str) -> None:
    """Follow a session whose key was changed (password changed, second factor passed)."""
    key = request.session.session_key or ""
    LiveSession.objects.filter(key=old_key).update(key=key, digest=digest_of(key))


def end(rows: Any, ending: str) -> int:
    """End the live sessions among `rows` at once; return how many."""
    found = list(rows.filter(ended_at__isnull=True).values_list("pk", "key"))
    Session.objects.filter(session_key__in=[key for _, key in found if key]).delete()
    LiveSession.objects.filter(pk__in=[pk for pk, _ in found]).update(
        ended_at=timezone.now(), ending=ending, key=""
    )
    return len(found)


def of_cookie(request: HttpRequest) -> LiveSession | None:
    """Return the ended session that the browser still shows, if it is one of ours."""
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    if not key:
        return None
    rows = LiveSession.objects.filter(digest=digest_of(key), ended_at__isnull=False)
    return rows.order_by("-pk").first()


def sweep() -> int:
    """Close rows whose session is gone (expired, or ended by a change of rights)."""
    keys = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    gone = LiveSession.objects.filter(ended_at__isnull=True).exclude(key__in=keys)
    return gone.update(ended_at=timezone.now(), ending=FULL, key="")


def now() -> int:
    return int(time.time())


def digest_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
