"""What a page of the applicant is about: 404 out of sight, 403 without the right to write."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from apps.accounts.models import User

from .. import kinds, rules
from ..filing import filing_permission
from ..kinds import KindOfCase
from ..models import Application, Line
from ..rules import FILING

RELATED = ("unit", "other_unit", "version", "document", "applicant")


def kind_of(code: str) -> KindOfCase:
    """Return a kind by its code. Raises Http404."""
    if code not in kinds.KINDS:
        raise Http404("没有这类业务")
    return kinds.of(code)


def seen(request: HttpRequest, pk: int) -> Application:
    """Return a case in sight. Raises Http404."""
    rows = Application.objects.visible_to(request.user).select_related(*RELATED)
    return get_object_or_404(rows, pk=pk)


def written(request: HttpRequest, pk: int) -> Application:
    """Return a case its reader may write on as applicant. Raises Http404, PermissionDenied."""
    application = seen(request, pk)
    if application.kind not in kinds.KINDS:
        raise Http404("没有这类业务")
    if not rules.may_move(request.user, "submit", application):
        raise PermissionDenied("只有申报人和本单位经办人可以填写这件申报")
    return application


def line_of(request: HttpRequest, pk: int) -> Line:
    """Return a line of such a case. Raises Http404, PermissionDenied."""
    lines = Line.objects.select_related(
        "quota_type", "slot__notice", "slot__quota_type", "person", "spell", "posting"
    )
    seen_by = Application.objects.visible_to(request.user).values("pk")
    line = get_object_or_404(lines.filter(application__in=seen_by), pk=pk)
    line.application = written(request, line.application_id)
    return line


def filing_paths(user: User) -> list[str]:
    return user.subtrees(filing_permission(user))


def lines_of(application: Application) -> list[Line]:
    lines = list(
        application.lines.select_related(
            "quota_type",
            "slot__notice",
            "slot__quota_type",
            "person",
            "spell__unit",
            "spell__quota_type",
            "posting__unit",
            "posting__post_kind",
        )
    )
    for line in lines:
        line.application = application
    return lines


__all__ = ["FILING", "filing_paths", "kind_of", "line_of", "lines_of", "seen", "written"]


def whole(value: Any) -> int | None:
    """Return a posted whole number, None for anything else."""
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
