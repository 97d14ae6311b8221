"""Pages of the three administrators (三员): open to one kind only, whatever else a person may."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

SYSTEM = "system"
SECURITY = "security"
AUDIT = "audit"

LABELS = {SYSTEM: "系统管理员", SECURITY: "安全管理员", AUDIT: "审计管理员"}

View = Callable[..., HttpResponseBase]


def requires_administrator(*kinds: str) -> Callable[[View], View]:
    """Let in who is an administrator of one of `kinds`; else 403 (security.md R10)."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if (request.user.admin_kind or "") not in kinds:
                names = "、".join(LABELS[kind] for kind in kinds)
                raise PermissionDenied(f"这个页面只对{names}开放")
            return view(request, *args, **kwargs)

        wrapped = login_required(guarded)
        wrapped.required_administrators = kinds  # type: ignore[attr-defined]
        return wrapped

    return decorate


def public(view: View) -> View:
    """Mark a page that is open to whoever calls it, signed in or not, on purpose."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def is_system(user: Any) -> bool:
    return user.admin_kind == SYSTEM


def is_security(user: Any) -> bool:
    return user.admin_kind == SECURITY


def is_audit(user: Any) -> bool:
    return user.admin_kind == AUDIT
