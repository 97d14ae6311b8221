"""Serving the table of operations, its description for programs, and a page for people."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable
from typing import Any, Final

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET

from apps.audit import services as audit
from apps.core.administrators import public
from apps.core.idempotency import HEADER, KeyReused, keyless, once_for

from .. import client_keys
from ..models import Client
from . import gate, openapi, signing
from .operations import OPERATIONS, Operation
from .problems import Problem, response
from .sizes import refuse_large

JSON: Final = "application/json"


def served(path: str) -> Callable[..., HttpResponseBase]:
    """Return the view of one path: its operations by method.

    No cookie counts here, only the key: the views are open to whoever has one (csrf_exempt).
    """
    methods = {one.method: one for one in OPERATIONS if one.path == path}

    def view(request: HttpRequest, number: str = "") -> HttpResponse:
        try:
            operation = methods.get("GET" if request.method == "HEAD" else str(request.method))
            client = gate.admit(request)
            if operation is None:
                allowed = ", ".join(sorted(methods))
                raise Problem(
                    405, "method", f"这个地址只接受 {allowed}", headers={"Allow": allowed}
                )
            return _run(request, client, operation, number)
        except Problem as problem:
            return response(problem)

    return public(keyless(csrf_exempt(view)))


def _run(request: HttpRequest, client: Client, operation: Operation, number: str) -> HttpResponse:
    """Run one operation and note the call, also one that was refused."""
    try:
        with transaction.atomic():
            query = _query(request, operation)
            body = _body(request, operation) if operation.writes else {}
            status, text, again = _once(request, client, operation, number, query, body)
            _note(request, client, operation, number, again=again)
    except Problem as problem:
        with transaction.atomic():
            _note(request, client, operation, number, problem=problem)
        raise
    answer = HttpResponse(text, status=status, content_type=JSON)
    answer["Cache-Control"] = "no-store"
    if again:
        answer["Idempotency-Replayed"] = "true"
    return answer


def _once(
    request: HttpRequest,
    client: Client,
    operation: Operation,
    number: str,
    query: dict[str, Any],
    body: dict[str, str],
) -> tuple[int, str, bool]:
    def act() -> tuple[int, str]:
        found = operation.handler(client, number, query, body)
        return 200, json.dumps(found, ensure_ascii=False)

    if not operation.writes:
        return (*act(), False)
    given = request.headers.get(HEADER, "")
    try:
        key = uuid.UUID(given)
    except ValueError:
        raise Problem(
            400, "idempotency-key", "请在 Idempotency-Key 中给出一个 UUID；重试同一请求时用同一个"
        ) from None
    asked = json.dumps([operation.name, number, body], sort_keys=True)
    try:
        return once_for(
            key=uuid.uuid5(client.uid, str(key)),
            owner=-client.pk,
            digest=hashlib.sha256(asked.encode()).hexdigest(),
            act=act,
        )
    except KeyReused:
        raise Problem(
            422, "idempotency-key", "这个 Idempotency-Key 已用于另一个请求，请换一个"
        ) from None


def _query(request: HttpRequest, operation: Operation) -> dict[str, Any]:
    known = {one.name: one for one in operation.query}
    unknown = sorted(set(request.GET) - set(known))
    twice = sorted(name for name in request.GET if len(request.GET.getlist(name)) > 1)
    if unknown or twice:
        faults = {name[:40]: "没有这个参数" for name in unknown}
        raise Problem(
            400, "parameter", "参数有误", fields=faults | {n[:40]: "只能给出一次" for n in twice}
        )
    found = {}
    for name, one in known.items():
        text = request.GET.get(name)
        try:
            found[name] = one.default if text is None else one.read(text)
        except (ValueError, KeyError):
            raise Problem(400, "parameter", "参数有误", fields={name: one.says}) from None
    return found


def _body(request: HttpRequest, operation: Operation) -> dict[str, str]:
    if request.content_type != JSON:
        raise Problem(415, "media-type", f"请以 {JSON} 提交")
    refuse_large(request)
    try:
        given = json.loads(request.body or b"{}")
    except ValueError:
        raise Problem(400, "json", "内容不是 JSON") from None
    if not isinstance(given, dict):
        raise Problem(400, "json", "内容应是一个 JSON 对象")
    fields = {one.name: one for one in operation.body}
    faults = {str(name)[:40]: "没有这个字段" for name in given if name not in fields}
    for name, one in fields.items():
        value = given.get(name, "")
        if not isinstance(value, str) or "\0" in value:
            faults[name] = "应为文字"
        elif len(value) > one.most:
            faults[name] = f"最多 {one.most} 字"
        elif one.required and not value.strip():
            faults[name] = f"请填写{one.says}"
    if faults:
        raise Problem(422, "content", "内容有误", fields=faults)
    return {name: given.get(name, "") for name in fields}


def _note(
    request: HttpRequest,
    client: Client,
    operation: Operation,
    number: str,
    *,
    again: bool = False,
    problem: Problem | None = None,
) -> None:
    facts: dict[str, Any] = {"operation": operation.name}
    if number:
        facts["number"] = number[:20]
    if again:
        facts["again"] = True
    if problem is not None:
        facts["problem"] = problem.code
    audit.record(
        "api.call",
        target=client,
        by=gate.Caller(client),
        after=facts,
        note=operation.summary,
        refused=problem is not None,
        scope=client.unit.path,
    )


@public
@require_GET
def description(request: HttpRequest) -> HttpResponse:
    """The OpenAPI 3.1 document; says nothing of anybody."""
    answer = HttpResponse(
        json.dumps(openapi.document(), ensure_ascii=False, indent=1), content_type=JSON
    )
    answer["Cache-Control"] = "public, max-age=300"
    return answer


@public
@require_GET
def handbook(request: HttpRequest) -> HttpResponse:
    """接口说明, for people, out of the same table."""
    context = {
        "operations": OPERATIONS,
        "problems": openapi.PROBLEMS,
        "limit": gate.LIMIT,
        "signing": {
            "window": signing.WINDOW,
            "reads": signing.covering("GET"),
            "writes": signing.covering("POST"),
            "purpose": client_keys.PURPOSE.decode(),
            "name": client_keys.NAME,
        },
        "base": openapi.BASE,
    }
    return render(request, "approvals/api/handbook.html", context)
