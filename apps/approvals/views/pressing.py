"""Plans under way and loans that fall due: a card that the first page reads when it is there."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from apps.core.http import requires, wants_fragment

from .. import pressing as found


@requires("view_subtree")
@require_GET
def pressing(request: HttpRequest) -> HttpResponse:
    """Answer the card, or nothing; by its address alone the list of plans."""
    if not wants_fragment(request):
        return redirect("approvals:plans")
    return render(request, "approvals/_pressing.html", {"pressing": found.of(request.user)})
