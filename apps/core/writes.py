"""The frame of every write: one transaction that knows its actor, and what refused it."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from django.db import IntegrityError, connection, models, transaction

Service = TypeVar("Service", bound=Callable[..., Any])


class _Told:
    """Whom the transaction has been told of by a write. who: None once that is not sure."""

    def __init__(self, who: str) -> None:
        self.who: str | None = who


#: The write around this point; None outside any.
_around: ContextVar[_Told | None] = ContextVar("write", default=None)
_is_one: ContextVar[bool] = ContextVar("is_one", default=False)


def write(service: Service) -> Service:
    """Make `service(*, by, …)` one transaction whose history rows carry `by` and one change id.

    by   User, or None for the system itself
    Nested services join the transaction and the change of the outer one. One by the same actor
    signs nothing again; after one by another the rest of the outer one is its own actor's again.
    """

    @functools.wraps(service)
    def inside(**kwargs: Any) -> Any:
        who, around = _name(kwargs.get("by")), _around.get()
        if around is not None and around.who == who:
            with transaction.atomic(savepoint=not _is_one.get()):
                return service(**kwargs)
        with transaction.atomic():
            _tell(who)
            before = _around.set(_Told(who))
            try:
                answer = service(**kwargs)
            finally:
                _around.reset(before)
            if around is not None and around.who is not None:
                _tell(around.who)
            return answer

    return inside  # type: ignore[return-value]


@contextmanager
def as_one(*, savepoint: bool = True) -> Iterator[None]:
    """Let what is written inside stand or fall together: nested services take no savepoints.

    savepoint   whether the whole takes one, so that its refusal can be survived outside
    Whatever a service inside refuses must leave the block; whoever swallows it can write no more.
    """
    with transaction.atomic(savepoint=savepoint):
        before = _is_one.set(True)
        try:
            yield
        finally:
            _is_one.reset(before)


def sign(*, by: Any, reason: str = "") -> None:
    """Tell the open transaction who acts. Must run inside a transaction."""
    around = _around.get()
    if around is not None:  # a savepoint may take this back: nested writes sign anew
        around.who = None
    _tell(_name(by), reason)


def _name(by: Any) -> str:
    return str(getattr(by, "pk", None) or "")


def _tell(who: str, reason: str = "") -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('bianzhi.actor', %s, true), "
            "CASE WHEN %s <> '' THEN set_config('bianzhi.reason', %s, true) END",
            [who, reason, reason],
        )


def unread(row: models.Model, *names: str) -> None:
    """Forget fields that the database itself has set: each is read once somebody asks for it."""
    for name in names:
        row.__dict__.pop(name, None)


def constraint_of(failure: IntegrityError) -> str:
    """Return the name of the constraint that was broken; "" when the database names none."""
    diagnosis = getattr(failure.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""


def change_id() -> uuid.UUID:
    """Return the id shared by all history rows and audit events of this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT core_change_id()")
        return cursor.fetchone()[0]
