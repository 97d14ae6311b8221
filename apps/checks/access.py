"""Yes/no questions about findings and rules (docs/rules.md CK-03)."""

from __future__ import annotations

from typing import Any

from apps.units.models import Office

from .models import Finding


def may_explain(user: Any, finding: Finding) -> bool:
    """Say whether `user` may explain or report as corrected: the unit's clerk, or the office."""
    return user.may("file_for", finding.unit) or user.may("examine", finding.unit)


def may_judge(user: Any, finding: Finding) -> bool:
    """Say whether `user` may confirm, mute and open again: the office alone."""
    return user.may("examine", finding.unit)


def may_set(user: Any) -> bool:
    """Say whether `user` may change rules: they hold for the whole portal, so for its office."""
    office = Office.objects.select_related("home").first()
    return office is not None and user.may("examine", office.home)
