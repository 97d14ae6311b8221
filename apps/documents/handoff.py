"""Leaving a half-filled form to register its document, and coming back to it as it was.

A form that cites a document has a button `name="_register"`; its view calls `leave` when it was
pressed and starts from `resume`. Works without script; what was typed waits in the session.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

BUTTON = "_register"
BACK = "back"
_KEY = "half_filled"
_NOT_KEPT = ("csrfmiddlewaretoken", "_key", BUTTON)


def asked(request: HttpRequest) -> bool:
    return request.method == "POST" and BUTTON in request.POST


def leave(request: HttpRequest) -> HttpResponse:
    """Keep what was typed and go to the registration page."""
    kept = request.POST.copy()
    for name in _NOT_KEPT:
        kept.pop(name, None)
    request.session[_KEY] = {"path": request.path, "data": kept.urlencode()}
    back = urlencode({BACK: request.get_full_path()})
    return redirect(f"{reverse('documents:register')}?{back}")


def resume(request: HttpRequest) -> dict[str, Any]:
    """Return what was typed into this form before it was left, as initial values; once."""
    kept = request.session.get(_KEY)
    if not kept or kept["path"] != request.path or request.method != "GET":
        return {}
    del request.session[_KEY]
    return {name: values[-1] for name, values in QueryDict(kept["data"]).lists()}


def back_to(request: HttpRequest, document: Any) -> str:
    """Return the address to go back to with the new document chosen, or ""."""
    address = request.GET.get(BACK, "")
    if not address or not url_has_allowed_host_and_scheme(address, allowed_hosts=None):
        return ""
    path, _, query = address.partition("?")
    values = QueryDict(query, mutable=True)
    values["document"] = str(document.pk)
    return f"{path}?{values.urlencode()}"
