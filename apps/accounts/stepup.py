"""Asking for the second factor once more before something sensitive (policy: factor_before_reveal).

`needed` says whether a view must first send its reader to accounts:step_up.
"""

from __future__ import annotations

import time
from typing import Final

from django.http import HttpRequest

from apps.core import policy

KEY: Final = "stepped_up"
LASTS: Final = 10 * 60  # seconds


def needed(request: HttpRequest) -> bool:
    if time.time() - request.session.get(KEY, 0) < LASTS:
        return False
    return bool(policy.value("factor_before_reveal"))


def passed(request: HttpRequest) -> None:
    request.session[KEY] = int(time.time())
