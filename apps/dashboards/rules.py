"""Who may open the boards, and over which subtrees."""

from __future__ import annotations

from typing import Any

from apps.core.scope import roots

#: leaders, and the office that prepares what they read; each over its own subtrees
SEES_BOARD = ("lead", "examine", "sign", "decide")


def board_paths(user: Any) -> list[str]:
    """Return the tree paths of the subtrees whose figures `user` is told as a leader."""
    return roots(path for permission in SEES_BOARD for path in user.subtrees(permission))


def only_leads(user: Any) -> bool:
    """Say whether the board is all the user comes for: he lands there, not on a workbench."""
    works = ("file_for", "supervise", "examine", "sign", "decide", "confirm", "maintain")
    return user.may_anywhere("lead") and not any(user.may_anywhere(p) for p in works)
