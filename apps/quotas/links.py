"""Addresses of the rows behind a figure: ledger, people, lists. A page that is not there: none."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse


def people(unit: Any, quota_type: str = "") -> str:
    """Return the address of the people in the quotas of a unit; `quota_type` is a key."""
    try:
        address = reverse("staff:unit", args=[unit.pk])
    except NoReverseMatch:
        return ""
    return f"{address}?{urlencode({'type': quota_type})}" if quota_type else address


def ledger(unit: Any, quota_type: str = "") -> str:
    """Return the address of the ledger of a unit, at one type."""
    address = reverse("quotas:ledger", args=[unit.pk])
    return f"{address}#t{quota_type.rpartition('.')[2]}" if quota_type else address
