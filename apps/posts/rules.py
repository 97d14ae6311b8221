"""Yes/no questions about leadership posts."""

from __future__ import annotations

from typing import Any

from apps.core.models import CodeValue
from apps.units.models import Unit


def counts(post_kind: CodeValue) -> bool:
    """Say whether this kind takes a post (L-02); 专员 and 非领导 do not."""
    return bool(post_kind.attrs.get("counts", True))


def may_post(user: Any, unit: Unit) -> bool:
    """Say whether `user` may enter lines of the post ledger for `unit`."""
    return user.may("examine", unit)
