"""Where the pages of 用编 stand in the menu, and what they tell the checks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

GROUP = "编制职数"


def register() -> None:
    """Called when the app is ready."""
    from apps.checks.rules import sources
    from apps.core import menu

    pages: list[tuple[str, str, Any, tuple[str, ...]]] = [
        ("用编办理", "waiting", "examine", ("issue",)),
        ("用编通知单", "notices", "view_subtree", ("notice", "slots", "revoke", "give_back")),
        (
            "年度用编计划",
            "plans",
            "view_subtree",
            ("plan", "plan_new", "plan_request", "plan_review", "plan_issue"),
        ),
        (
            "编制池和周转",
            "pool",
            "view_subtree",
            ("pool_put", "pool_lend", "loan", "loan_move"),
        ),
        ("用编管控", "controls", "view_subtree", ("control_new", "control_lift")),
        ("动态平衡", "year_balance", ("examine", "sign", "decide", "lead"), ()),
        ("用编管理设置", "use_settings", ("examine", "decide"), ()),
    ]
    for place, (label, name, perm, covers) in enumerate(pages):
        menu.register(
            group=GROUP,
            label=label,
            url_name=f"approvals:{name}",
            perm=perm,
            order=50 + place,
            covers=tuple(f"approvals:{one}" for one in covers),
        )
    sources.register("slots", issued_slots)


def issued_slots(scope: Any) -> Iterator[Any]:
    """Return heads that ran out unused, and those still free, for rule Q31. One query."""
    from apps.checks.rules.sources import Slot as Fact

    from .choices import SlotState
    from .models import Slot

    rows = (
        Slot.objects.filter(scope.on("notice__unit"), state=SlotState.FREE)
        .select_related("notice")
        .order_by("notice_id", "no")
    )
    for slot in rows.iterator(chunk_size=2000):
        yield Fact(
            unit=slot.notice.unit_id,
            number=f"{slot.notice.number} 第 {slot.no} 号",
            expires_on=slot.notice.valid_until,
            used=False,
        )
