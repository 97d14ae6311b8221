"""What a refusal says on the page."""

from __future__ import annotations

from . import errors
from .choices import State


def sentence(refusal: Exception) -> tuple[str | None, str]:
    """Return (field or None, what happened and what to do)."""
    if isinstance(refusal, errors.HandledMeanwhile):
        return None, f"{refusal.by}刚刚做了“{refusal.move}”，请看下方的处置经过再决定。"
    if isinstance(refusal, errors.FindingGone):
        return None, "这个问题已经消除，不需要再处置。"
    if isinstance(refusal, errors.MoveRefused):
        return None, f"这个问题现在是“{State(refusal.state).label}”，不能这样处置。"
    if isinstance(refusal, errors.OpinionMissing):
        return "opinion", "请写明理由，供以后查阅。"
    if isinstance(refusal, errors.DayUnfit):
        return (
            "until",
            f"请填今天到 {refusal.latest.isoformat()} 之间的日期，到期后会自动恢复提示。",
        )
    if isinstance(refusal, errors.ReasonMissing):
        return "reason", "请写明为什么修改这条规则。"
    if isinstance(refusal, errors.ValueUnfit):
        return refusal.name, refusal.sentence
    raise refusal


REFUSALS = (
    errors.HandledMeanwhile,
    errors.FindingGone,
    errors.MoveRefused,
    errors.OpinionMissing,
    errors.DayUnfit,
    errors.ReasonMissing,
    errors.ValueUnfit,
)
