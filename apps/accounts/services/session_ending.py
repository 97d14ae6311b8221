"""Ending sessions and letting off who was slowed down."""

from __future__ import annotations

from typing import Any

from django.db.models import F

from apps.audit import services as audit
from apps.core.writes import write

from .. import sessions
from ..models import LiveSession, SignInCounter, User


@write
def end_session(*, session: LiveSession, by: Any, reason: str = "") -> bool:
    """End one live session at once; return False when it had ended already."""
    words = "本人在另一处结束" if by.pk == session.user_id else "由安全管理员结束"
    ended = sessions.end(LiveSession.objects.filter(pk=session.pk), words)
    if ended:
        audit.record("session.end", target=session.user, by=by, note=reason, after=_facts(session))
    return bool(ended)


@write
def end_all_sessions(*, user: User, by: Any, reason: str) -> int:
    """End every session of an account, also those no row knows of; return how many rows."""
    ended = sessions.end(LiveSession.objects.filter(user=user), "由安全管理员结束")
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    audit.record("session.end_all", target=user, by=by, note=reason)
    return ended


@write
def end_other_sessions(*, user: User, keep: str, by: User) -> int:
    """End one's own sessions elsewhere. keep: the key of the one that goes on."""
    others = LiveSession.objects.filter(user=user).exclude(key=keep)
    ended = sessions.end(others, "本人在另一处结束")
    if ended:
        audit.record("session.end_all", target=user, by=by, note="本人结束其他登录")
    return ended


@write
def unlock(*, user: User, by: Any, reason: str) -> bool:
    """Let an account sign in again before its time; return whether it was slowed down."""
    found = SignInCounter.objects.filter(user=user, failures__gt=0).update(failures=0)
    if found:
        audit.record("user.unlock", target=user, by=by, note=reason)
    return bool(found)


def _facts(session: LiveSession) -> dict[str, str]:
    return {"device": session.device, "address": session.address or ""}
