"""Yes/no questions about units and users. Source: docs/rules.md A-01."""

from __future__ import annotations

from typing import Any

from .models import Unit

#: Who keeps the register.
MAINTAIN = "maintain"


def may_maintain(user: Any, unit: Unit) -> bool:
    """Say whether `user` may set up units below this one, and change, rename or end it."""
    return bool(user.may(MAINTAIN, unit))
