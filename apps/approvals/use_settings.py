"""How the office runs 用编: the newest version of its settings, or what holds before any."""

from __future__ import annotations

from .choices import BalanceMode, Per, Relation
from .models import UseSetting


def current() -> UseSetting:
    """Return the newest version; an unsaved one with number 0 before the first. One query."""
    return UseSetting.objects.order_by("-number").first() or UseSetting(
        number=0,
        prefix="编控",
        balance=BalanceMode.WARN,
        relation=Relation.LESS,
        per=Per.ALL,
        # 军转、退役士兵、政策性安置: domain.md §5.5
        exempt_modes=["entry_mode.10", "entry_mode.11", "entry_mode.13"],
    )


def relation_words(one: UseSetting) -> str:
    """Return “入编少于出编” or “出 3 进 2”."""
    if one.relation == Relation.RATIO:
        return f"出 {one.ratio_out} 进 {one.ratio_in}"
    return one.get_relation_display()
