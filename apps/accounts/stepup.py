"""Asking for the second factor once more before something sensitive (policy: factor_before_reveal).

`needed` says whether a view must first send its reader to accounts:step_up.
"""

from __future__ import annotations

import time
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from apps.core import policy
from apps.core.http import redirect_here

KEY: Final = "stepped_up"
LASTS: Final = 10 * 60  # seconds


def needed(request: HttpRequest) -> bool:
    if time.time() - request.session.get(KEY, 0) < LASTS:
        return False
    return bool(policy.value("factor_before_reveal"))


def ask(request: HttpRequest, back: str, *args: Any) -> HttpResponse:
    """Send the reader to give a code, and from there back to the page named `back`."""
    query = urlencode({"next": reverse(back, args=args)})
    return redirect_here(request, f"{reverse('accounts:step_up')}?{query}")


def passed(request: HttpRequest) -> None:
    request.session[KEY] = int(time.time())
