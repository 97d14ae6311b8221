"""放行: a named right lets a red check through, with a reason and a document (AP-07)."""

from __future__ import annotations

from typing import Any

from .. import errors, kinds
from ..models import Application, Line
from . import deciding, trial


def override(
    application: Application,
    lines: list[Line],
    *,
    by: Any,
    reason: str,
    told: dict[str, Any],
    document: Any = None,
    **_: Any,
) -> str:
    """Keep who let which red checks through, why, by which document; the case stays where it is.

    Raises OverrideIncomplete, NothingToOverride.
    """
    if document is None:
        raise errors.OverrideIncomplete
    try:
        kinds.of(application.kind).guard(application, lines)
    except errors.LetThrough as refusal:  # the guard itself says that a named right may
        told["let_through"] = type(refusal).__name__
    else:
        outcome = trial.checked(application, lines, by=by)
        if not outcome.is_refused:
            raise errors.NothingToOverride
        told["checks"] = deciding.told_checks(application, outcome.appears)
    application.override_reason = reason.strip()[:300]
    application.override_document = document
    application.override_by = by
    told["document"] = str(document)
    return application.state
