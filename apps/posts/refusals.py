"""The sentence of each refusal about leadership posts."""

from __future__ import annotations

from .errors import (
    BelowZero,
    DocumentMissing,
    EntryInFuture,
    NothingChanges,
    PostRefused,
    UncountedKind,
    UnitHoldsNoPosts,
)


def sentence(refusal: PostRefused) -> str:
    """Return the Chinese sentence of a refusal, without its full stop."""
    match refusal:
        case BelowZero():
            day = f"在 {refusal.on:%Y-%m-%d} " if refusal.on else ""
            return (
                f"{refusal.unit}的{refusal.post_kind}职数{day}将为 {refusal.posts} 名，"
                "不能小于 0。请核对增减数和日期"
            )
        case UncountedKind():
            return f"{refusal.post_kind}不占领导职数，不核定职数。请改选职数类别"
        case UnitHoldsNoPosts():
            if refusal.unit.entity_kind == "grouping":
                return f"“{refusal.unit}”是机构分组，不核定领导职数。请选择其下的单位"
            return f"{refusal.unit}已撤销，不能再核增领导职数。请选择承接的单位"
        case DocumentMissing():
            return "没有批文不能记账。请选择已登记的批文，或先登记批文"
        case EntryInFuture():
            return f"日期 {refusal.on:%Y-%m-%d} 在今天之后。请填写批文生效的日期，不晚于今天"
        case NothingChanges():
            return "增减数不能为 0"
    raise TypeError(f"no sentence for {type(refusal).__name__}")
