"""What people read when a proposal is refused."""

from __future__ import annotations

from .errors import (
    AboutYourself,
    AlreadyProposed,
    CannotApply,
    NotTheirs,
    OwnProposal,
    ProposalEnded,
    ProposalRefused,
)


def sentence(refusal: ProposalRefused) -> str:
    """Return the whole sentence of a refusal."""
    match refusal:
        case OwnProposal():
            return "不能确认自己的提议，请由另一位安全管理员办理"
        case AboutYourself():
            return "这件事涉及您自己的账户，请由另一位管理员办理"
        case NotTheirs():
            return "您不能办理这类提议"
        case ProposalEnded():
            return f"这项提议已由他人办理或已失效（{refusal.label}），没有再作改动"
        case AlreadyProposed():
            return "同样的提议正在等待确认，不必再提"
        case CannotApply():
            return f"没有确认：{refusal.sentence}"
    return "没有办理，请刷新后再试"
