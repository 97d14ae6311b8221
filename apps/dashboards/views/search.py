"""The global search of the top bar.

The form posts and is sent on to an address, so that a result can be passed on; a question that
holds a person's number is answered in place and gets into no address (V14.2.1).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.core.http import requires
from apps.core.idempotency import keyless

from ..queries.search import LONGEST, holds_person_number, search


@keyless
@requires()
@require_http_methods(["GET", "HEAD", "POST"])
def search_page(request: HttpRequest) -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    text = " ".join(asked.get("q", "").replace("\0", "").split())[:LONGEST]
    here = reverse("dashboards:search")
    if holds_person_number(text):
        if request.method != "POST":  # an address by hand: do not keep it in the browser's bar
            return HttpResponseRedirect(f"{here}?number=1")
        return _shown(request, number=True)
    if request.method == "POST":
        return HttpResponseRedirect(f"{here}?{urlencode({'q': text})}" if text else here)
    return _shown(request, text=text, number="number" in request.GET)


def _shown(request: HttpRequest, *, text: str = "", number: bool = False) -> HttpResponse:
    reads = request.user.may_anywhere("view_subtree")
    groups: list[Any] = search(request.user, text) if text and reads else []
    found = sum(len(group.lines) for group in groups)
    context = {"text": text, "number": number, "groups": groups, "found": found, "reads": reads}
    context["nothing"] = f"没有找到“{text}”"
    return render(request, "dashboards/search.html", context)
