"""核验打印件: open to whoever holds a paper. Says nothing about a person beyond 张*."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from apps.core.addresses import client_of
from apps.core.administrators import public

from ..models import PaperKind
from ..papers import verifying


@public
@require_GET
def ask(request: HttpRequest) -> HttpResponse:
    """Take a code typed from the foot of a paper."""
    code = request.GET.get("code", "").strip()
    if code:
        return redirect("verify:paper", code.replace("/", "")[:60] or "-")
    return _answer(request, "verify/ask.html", {})


@public
@require_GET
def paper(request: HttpRequest, code: str) -> HttpResponse:
    """Say which paper a code stands for and whether it holds now. Wrong and unknown: one 404."""
    if not verifying.admit(client_of(request.META)):
        response = _answer(request, "verify/busy.html", {}, status=429)
        response["Retry-After"] = "60"
        return response
    found = verifying.find(code)
    if found is None:
        return _answer(request, "verify/unknown.html", {"code": code[:40]}, status=404)
    return _answer(
        request,
        "verify/paper.html",
        {
            "paper": found,
            "label": PaperKind(found.kind).label,
            "standing": verifying.standing(found),
            "name": verifying.names_of(found),
            "office": verifying.office(),
            "now": timezone.now(),
        },
    )


def _answer(request: HttpRequest, template: str, context: dict, status: int = 200) -> HttpResponse:
    response = render(request, template, context, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Cache-Control"] = "no-store"
    return response
