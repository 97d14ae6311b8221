"""What an operation may refuse, as application/problem+json (RFC 9457)."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse

TITLES = {
    400: "请求有误",
    401: "没有通过认证",
    403: "没有权限",
    404: "没有这件办件",
    405: "不支持这种方法",
    409: "与当前情况不符",
    413: "内容过大",
    415: "内容类型不对",
    422: "内容不能接受",
    429: "调用过于频繁",
}


class Problem(Exception):
    """A refusal. code: stable word for programs; fields: name → sentence; more: further members."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        fields: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        more: dict[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.detail = status, code, detail
        self.fields, self.headers, self.more = fields or {}, headers or {}, more or {}

    def body(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "type": f"urn:bianzhi:problem:{self.code}",
            "title": TITLES[self.status],
            "status": self.status,
            "detail": self.detail,
            **self.more,
        }
        if self.fields:
            found["errors"] = [{"field": k, "detail": v} for k, v in self.fields.items()]
        return found


def response(problem: Problem) -> HttpResponse:
    answer = HttpResponse(
        json.dumps(problem.body(), ensure_ascii=False),
        status=problem.status,
        content_type="application/problem+json",
        headers=problem.headers,
    )
    answer["Cache-Control"] = "no-store"
    return answer
