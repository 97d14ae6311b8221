"""A session holds only as long as the rights it began under (security.md R05).

The account's `session_epoch` is raised by the database when the account is switched off or its
rights change, by whatever road. The session remembers the number it began with.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from .models import User

KEY = "epoch"


def remember(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Note the epoch in a session that begins (receiver of user_logged_in).

    Read again: the object at hand may be older than the last grant.
    """
    epoch = User.objects.filter(pk=user.pk).values_list("session_epoch", flat=True).first()
    request.session[KEY] = epoch


def holds(request: HttpRequest) -> bool:
    """Say whether the signed-in session of `request` is still good."""
    return request.session.get(KEY) == request.user.session_epoch
