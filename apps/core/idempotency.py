"""One effect per form: double click, back button, F5 and a replaying proxy (security.md §4.7).

A form carries a fresh key; the key is stored in the transaction of what the form does. Who comes
second with the same key waits for the first, then gets the first one's answer.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

FIELD = "_key"
HEADER = "Idempotency-Key"
TRIES = 3
#: deadlock_detected, serialization_failure: the transaction left nothing behind
_AGAIN = {"40P01", "40001"}

View = TypeVar("View", bound=Callable[..., Any])


def keyless(view: View) -> View:
    """Mark a POST view that changes nothing, or must work without a form (look-ups, sign-out)."""
    view.keyless = True  # type: ignore[attr-defined]
    return view


def once(request: HttpRequest, act: Callable[[], HttpResponse]) -> HttpResponse:
    """Run `act` in one transaction under the request's key, or answer as it did the first time.

    A redirect means done: its address is kept. Any other answer (a page with faults, a page to
    check before sending) leaves no key behind, so that the form can be sent again.
    """
    given = request.POST.get(FIELD) or request.headers.get(HEADER, "")
    try:
        key = uuid.UUID(given)
    except ValueError:
        return _page(request, "表单已过期，没有保存任何内容。请返回上一页，刷新后重新提交。", 400)
    digest = _digest(request)
    for attempt in range(1, TRIES + 1):
        try:
            return _attempt(request, act, key, digest)
        except OperationalError as error:
            code = getattr(error.__cause__, "pgcode", None)
            if code not in _AGAIN or attempt == TRIES or connection.in_atomic_block:
                raise
            for file in request.FILES.values():
                file.seek(0)
    raise AssertionError("unreachable")


class KeyReused(Exception):
    """The key came before with another request."""


def once_for(
    *, key: uuid.UUID, owner: int, digest: str, act: Callable[[], tuple[int, str]]
) -> tuple[int, str, bool]:
    """Run `act` once under a key and keep its answer; return (status, body, replayed).

    owner   whose key it is; numbers below zero are no accounts
    digest  of what is asked: another request under the same key is refused
    What raises leaves no key behind. Must run in a transaction. Raises KeyReused.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_idempotencykey (key, user_id, request_hash, location, body, "
            "created_at) VALUES (%s, %s, %s, '', '', now()) ON CONFLICT DO NOTHING",
            [key, owner, digest],
        )
        if cursor.rowcount == 0:
            cursor.execute(
                "SELECT user_id, request_hash, status, body FROM core_idempotencykey "
                "WHERE key = %s",
                [key],
            )
            user_id, first_digest, status, body = cursor.fetchone()  # type: ignore[misc]
            if (user_id, first_digest) != (owner, digest):
                raise KeyReused
            return status, body, True
        status, body = act()
        cursor.execute(
            "UPDATE core_idempotencykey SET status = %s, body = %s WHERE key = %s",
            [status, body, key],
        )
        return status, body, False


def _attempt(
    request: HttpRequest, act: Callable[[], HttpResponse], key: uuid.UUID, digest: str
) -> HttpResponse:
    with transaction.atomic():
        with connection.cursor() as cursor:
            # a second request with this key waits here until the first has committed
            cursor.execute(
                "INSERT INTO core_idempotencykey (key, user_id, request_hash, location, body, "
                "created_at) VALUES (%s, %s, %s, '', '', now()) ON CONFLICT DO NOTHING",
                [key, request.user.pk, digest],
            )
            if cursor.rowcount == 0:
                cursor.execute(
                    "SELECT user_id, request_hash, status, location FROM core_idempotencykey "
                    "WHERE key = %s",
                    [key],
                )
                return _again(request, cursor.fetchone(), digest)
        response = act()
        if hasattr(response, "render") and callable(response.render):
            response = response.render()
        with connection.cursor() as cursor:
            if 300 <= response.status_code < 400:
                cursor.execute(
                    "UPDATE core_idempotencykey SET status = %s, location = %s WHERE key = %s",
                    [response.status_code, response.headers.get("Location", ""), key],
                )
            else:
                cursor.execute("DELETE FROM core_idempotencykey WHERE key = %s", [key])
        return response


def _again(request: HttpRequest, row: tuple, digest: str) -> HttpResponse:
    user_id, first_digest, status, location = row
    if user_id != request.user.pk or first_digest != digest:
        return _page(
            request,
            "这份表单已经提交过，这次的内容与上次不同，没有保存。请刷新页面，核对后重新填写。",
            422,
        )
    response = HttpResponseRedirect(location, status=status)
    response["Idempotency-Replayed"] = "true"
    return response


def _digest(request: HttpRequest) -> str:
    """Hash what the request asks for: address, fields, names and sizes of files."""
    parts = [request.method or "", request.get_full_path()]
    for name in sorted(request.POST):
        if name not in (FIELD, "csrfmiddlewaretoken"):
            parts += [name, *request.POST.getlist(name)]
    for name in sorted(request.FILES):
        parts += [name, *(f"{f.name}:{f.size}" for f in request.FILES.getlist(name))]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _page(request: HttpRequest, sentence: str, status: int) -> HttpResponse:
    return render(request, "core/form_again.html", {"sentence": sentence}, status=status)
