"""With which right somebody files: as the unit's clerk, or as the office on its behalf."""

from __future__ import annotations

from typing import Any

from .rules import FILING


def filing_permission(user: Any) -> str:
    """Return the permission whose subtrees the user may file for."""
    return next((one for one in FILING if user.may_anywhere(one)), FILING[0])
