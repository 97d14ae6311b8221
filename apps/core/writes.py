"""The frame of every write: one transaction that knows its actor, and what refused it."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import IntegrityError, connection, transaction

Service = TypeVar("Service", bound=Callable[..., Any])


def write(service: Service) -> Service:
    """Make `service(*, by, …)` one transaction whose history rows carry `by` and one change id.

    by   User, or None for the system itself
    Nested services join the transaction and the change of the outer one.
    """

    @functools.wraps(service)
    def inside(**kwargs: Any) -> Any:
        with transaction.atomic():
            sign(by=kwargs.get("by"))
            return service(**kwargs)

    return inside  # type: ignore[return-value]


def sign(*, by: Any, reason: str = "") -> None:
    """Tell the open transaction who acts. Must run inside a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('bianzhi.actor', %s, true), "
            "CASE WHEN %s <> '' THEN set_config('bianzhi.reason', %s, true) END",
            [str(getattr(by, "pk", None) or ""), reason, reason],
        )


def constraint_of(failure: IntegrityError) -> str:
    """Return the name of the constraint that was broken; "" when the database names none."""
    diagnosis = getattr(failure.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""


def change_id() -> uuid.UUID:
    """Return the id shared by all history rows and audit events of this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT core_change_id()")
        return cursor.fetchone()[0]
