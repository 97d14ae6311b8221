"""Yes/no questions: may this user make this move, is it their turn. Source: AP-01 to AP-03."""

from __future__ import annotations

from typing import Any

from apps.accounts.choices import AdministratorKind
from apps.core.scope import covers

from . import offices
from .choices import PARTNER_PERMISSIONS, REVIEWS
from .models import Application, Confirmation, Notice
from .moves import APPLICANT, AT_STEP, MOVES, PARTNER

#: Who may file: the unit's own clerk, or the office on its behalf (编办代报).
FILING = ("file_for", "examine")


def may_file(user: Any, unit: Any) -> bool:
    return any(user.may(permission, unit) for permission in FILING)


def holds(user: Any, permission: str, application: Application) -> bool:
    return covers(user.subtrees(permission), application.scope)


def sees(user: Any, unit: Any) -> bool:
    """Say whether a unit of a case is in sight, its page, figures and problems: of a move between
    two offices each reads its own side (TR-05)."""
    return covers(user.subtrees("view_subtree"), unit.path)


def is_own(user: Any, application: Application) -> bool:
    return application.applicant_id is not None and application.applicant_id == user.pk


def may_move(user: Any, move: str, application: Application) -> bool:
    """Say whether the user holds the right to a move, wherever the case is."""
    step = MOVES[move]
    if step.decides and is_own(user, application):
        return False
    if step.by == APPLICANT:
        return is_own(user, application) or holds(user, "file_for", application)
    if step.by == AT_STEP:
        permission = REVIEWS.get(application.state)
        return permission is not None and covers(user.subtrees(permission), application.desk)
    if step.by == PARTNER:
        return bool(partners_of(user, application))
    return holds(user, step.by, application)


def partners_of(user: Any, application: Application) -> list[str]:
    """Return the partners the user confirms for, on this application's unit."""
    return [
        partner
        for partner, permission in PARTNER_PERMISSIONS.items()
        if holds(user, permission, application)
    ]


#: Who may see the numbers of an application in full, for a purpose: filing and deciding there.
REVEALING = ("file_for", "supervise", "examine", "sign", "decide")


def may_reveal(user: Any, application: Application) -> bool:
    at_desk = REVIEWS.get(application.state)
    return any(holds(user, permission, application) for permission in REVEALING) or (
        at_desk is not None and covers(user.subtrees(at_desk), application.desk)
    )


def is_turn(confirmation: Confirmation) -> bool:
    return confirmation.arrived_at is not None and confirmation.confirmed_at is None


def is_objected(confirmation: Confirmation) -> bool:
    """Say whether an objection waits for the office's answer."""
    return (
        confirmation.objected_at is not None
        and confirmation.confirmed_at is None
        and confirmation.answered_at is None
    )


def moves_for(user: Any, application: Application) -> list[str]:
    """Return the moves the user could make now, in the order of the table: the buttons."""
    return [
        name
        for name, move in MOVES.items()
        if application.state in move.sources and may_move(user, name, application)
    ]


def may_return(user: Any, notice: Notice) -> bool:
    """Say whether the user may give heads back: the unit's own clerk, or the office for it."""
    return user.may("file_for", notice.unit) or user.may("examine", notice.unit)


def may_set_use(user: Any) -> bool:
    """Say whether the user may change how the office runs 用编: whoever decides there."""
    home = offices.home()
    return home is not None and user.may("decide", home)


def may_set_kinds(user: Any) -> bool:
    """Say whether the user may change how kinds are handled: they hold for the whole portal, so
    the director of its office does."""
    return may_set_use(user)


def may_see_settings(user: Any) -> bool:
    return user.admin_kind == AdministratorKind.SYSTEM or any(
        user.may_anywhere(permission) for permission in ("examine", "sign", "decide")
    )
