"""Every move an application can make, from where, and who may make it. One table, one engine.

`NEXT` is the step that the case's own version of the settings names next; after its last step an
application is decided. Source: docs/rules.md AP-01; the pages draw their buttons from this table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from .choices import GIVING, REVIEWS, State

FIRST: Final = "first"
NEXT: Final = "next"
SAME: Final = "same"

#: Who may make a move: the applicant, or whoever holds a permission on the unit.
APPLICANT: Final = "applicant"
AT_STEP: Final = "at_step"  # the permission of the step the case is at (choices.REVIEWS)
OFFICE: Final = "examine"
PARTNER: Final = "confirm"
OVERRIDE: Final = "override"

_REVIEW = frozenset(REVIEWS)
_OFFICE_REVIEW = _REVIEW - {State.SUPERVISING}
_OWN_REVIEW = _REVIEW - set(GIVING)


@dataclass(frozen=True)
class Move:
    """label: the verb on the button. decides: never by the applicant (AP-03)."""

    label: str
    sources: frozenset[str]
    target: str
    by: str
    decides: bool = False
    needs_opinion: bool = False
    tone: str = "plain"


MOVES: dict[str, Move] = {
    "submit": Move("提交审核", frozenset({State.DRAFT, State.RETURNED}), FIRST, APPLICANT),
    "discard": Move("删除草稿", frozenset({State.DRAFT}), State.WITHDRAWN, APPLICANT),
    "withdraw": Move(
        "撤回", _REVIEW | {State.RETURNED}, State.WITHDRAWN, APPLICANT, needs_opinion=True
    ),
    "pass": Move("通过", _REVIEW, NEXT, AT_STEP, decides=True, tone="primary"),
    "return": Move(
        "退回补正", _REVIEW, State.RETURNED, AT_STEP, decides=True, needs_opinion=True
    ),
    "refuse": Move(
        "不予通过",
        _OFFICE_REVIEW,
        State.REFUSED,
        AT_STEP,
        decides=True,
        needs_opinion=True,
        tone="danger",
    ),
    "reassign": Move("转办", _REVIEW, SAME, AT_STEP, decides=True, needs_opinion=True),
    "override": Move("放行红色校核", _OWN_REVIEW, SAME, OVERRIDE, decides=True, needs_opinion=True),
    "close": Move(
        "终止", frozenset({State.RETURNED}), State.WITHDRAWN, OFFICE, decides=True,
        needs_opinion=True,
    ),
    "issue": Move(
        "下达通知单", frozenset({State.ISSUING}), State.DONE, OFFICE, decides=True, tone="primary"
    ),
    "collect": Move("登记领取", frozenset({State.REGISTERED}), State.COLLECTED, OFFICE),
    "bring_back": Move("登记交回", frozenset({State.COLLECTED}), State.BROUGHT_BACK, OFFICE),
    "update": Move(
        "入库更新", frozenset({State.BROUGHT_BACK}), NEXT, OFFICE, decides=True, tone="primary"
    ),
    "confirm": Move("确认", frozenset({State.CONFIRMING}), NEXT, PARTNER, tone="primary"),
    "object": Move(
        "提出异议", frozenset({State.CONFIRMING}), SAME, PARTNER, needs_opinion=True
    ),
    "answer": Move("答复异议", frozenset({State.CONFIRMING}), SAME, OFFICE, needs_opinion=True),
    "confirm_for": Move(
        "代为确认", frozenset({State.CONFIRMING}), NEXT, OFFICE, decides=True, needs_opinion=True
    ),
}  # fmt: skip

#: What a move is called at a step that has words of its own.
WORDS: dict[tuple[str, str], str] = {
    (State.RELEASING, "pass"): "同意划出",
    (State.RELEASING, "refuse"): "不同意划出",
}


def label(move: str, state: str) -> str:
    """Return the verb of a move made at a step; the name itself of one that is no longer."""
    known = MOVES.get(move)
    return WORDS.get((state, move)) or (known.label if known is not None else move)
