"""The OpenAPI 3.1 document, made from the table of operations."""

from __future__ import annotations

import re
from typing import Any, Final

from .. import client_keys
from ..choices import Kind, Partner, State
from . import gate, signing
from .operations import OPERATIONS, Operation
from .problems import TITLES

BASE: Final = "/api/v1"
VERSION: Final = "1.1.0"
#: Codes of problems and when they come, for the page.
PROBLEMS: Final = (
    (400, "parameter / cursor / json / idempotency-key", "参数、游标、JSON 或幂等键写法不对"),
    (401, "key", "没有带密钥或签名，或密钥已更换、停用、过期"),
    (401, "unsigned", "这个客户端须签名，请求却直接发送密钥"),
    (401, "signature-form", "签名的几个请求头缺少或写法不对，或指定了算法"),
    (401, "timestamp", f"created 与服务器时间相差超过 {signing.WINDOW} 秒"),
    (401, "content-digest", "内容与 Content-Digest 不符"),
    (401, "signature", "方法、路径、参数等与所签的不同，或密钥不对"),
    (401, "nonce", "nonce 已用过"),
    (403, "address / numbers", "来源地址没有登记，或没有读取完整号码的权限"),
    (404, "not-found", "没有这件办件，或不在贵部门的范围内"),
    (409, "not-your-turn", "还没有轮到，或已经确认过"),
    (413, "size", "内容过大"),
    (415, "media-type", "没有以 application/json 提交"),
    (422, "content / idempotency-key", "字段不能接受，或幂等键已用于别的请求"),
    (429, "rate", "调用过于频繁，按 Retry-After 等待"),
)

_TEXT: Final = {"type": "string"}
_MOMENT: Final = {"type": ["string", "null"], "format": "date-time"}
_PARTNER: Final = {"type": "string", "enum": list(Partner.values)}
_PART_STATE: Final = {"type": "string", "enum": ["not_yet", "waiting", "objected", "confirmed"]}


def _object(properties: dict[str, Any], *optional: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
    }


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


_SUMMARY: Final = {
    "number": {"type": "string", "description": "受理编号，各部门共用"},
    "kind": {"type": "string", "enum": list(Kind.values)},
    "kind_label": _TEXT,
    "summary": _TEXT,
    "state": {"type": "string", "enum": list(State.values)},
    "unit": _object(
        {
            "code": {"type": ["string", "null"]},
            "name": _TEXT,
            "uscc": {"type": ["string", "null"], "description": "统一社会信用代码"},
        }
    ),
    "effected_at": _MOMENT,
    "part": _ref("Part"),
}
SCHEMAS: Final[dict[str, Any]] = {
    "Part": _object(
        {
            "partner": _PARTNER,
            "partner_label": _TEXT,
            "state": _PART_STATE,
            "arrived_at": _MOMENT,
            "due_at": _MOMENT,
            "due_is_provisional": {"type": "boolean"},
            "confirmed_at": _MOMENT,
            "reference_no": _TEXT,
            "opinion": _TEXT,
            "answer": {"type": "string", "description": "编办对异议的答复"},
        }
    ),
    "Summary": _object(_SUMMARY),
    "Whole": _object(
        {
            **_SUMMARY,
            "document": {
                "anyOf": [_object({"number": _TEXT, "title": _TEXT}), {"type": "null"}],
            },
            "lines": {"type": "array", "items": _ref("Line")},
            "chain": {
                "type": "array",
                "items": _object(
                    {
                        "partner": _PARTNER,
                        "partner_label": _TEXT,
                        "state": _PART_STATE,
                        "confirmed_at": _MOMENT,
                    }
                ),
            },
        }
    ),
    "Line": _object(
        {
            "place": {"type": "integer"},
            "name": _TEXT,
            "person_no": {"type": ["string", "null"]},
            "id_no_masked": _TEXT,
            "id_no": {"type": "string", "description": "numbers=true 且有权限时才有"},
            "quota_type": {
                "anyOf": [_object({"code": _TEXT, "label": _TEXT}), {"type": "null"}],
            },
            "facts": {
                "type": "array",
                "items": _object({"section": _TEXT, "label": _TEXT, "value": _TEXT}),
            },
        },
        "id_no",
    ),
    "Page": _object(
        {
            "items": {"type": "array", "items": _ref("Summary")},
            "has_more": {"type": "boolean"},
            "next_cursor": {"type": ["string", "null"]},
        }
    ),
    "Problem": _object(
        {
            "type": _TEXT,
            "title": _TEXT,
            "status": {"type": "integer"},
            "detail": _TEXT,
            "errors": {
                "type": "array",
                "items": _object({"field": _TEXT, "detail": _TEXT}),
            },
            "signature_base": {
                "type": "string",
                "description": "签名不符时：服务器据以计算签名的文字",
            },
        },
        "errors",
        "signature_base",
    ),
}


def document() -> dict[str, Any]:
    """Return the whole document."""
    paths: dict[str, Any] = {}
    for one in OPERATIONS:
        paths.setdefault(f"/{one.path}", {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "机构编制 部门联办接口",
            "version": VERSION,
            "description": (
                "组织、人社、财政、社保的业务系统查询、确认入出编办件。每次调用都记入审计。"
                f"一个客户端每分钟最多 {gate.LIMIT} 次。"
            ),
        },
        "servers": [{"url": BASE}],
        "security": [{"keyid": [], "signature": []}, {"key": []}],
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "keyid": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Signature-Input",
                    "description": (
                        "RFC 9421，写法固定："
                        f'sig=({signing.covering("GET")});created=…;keyid="…";nonce="…"；'
                        f"POST 请求签 ({signing.covering('POST')})。created 与服务器时间相差不超过 "
                        f"{signing.WINDOW} 秒，nonce 每个请求一个新的，不得带 alg。"
                        "另带 Content-Digest: sm3=:…:（RFC 9530，没有内容的按空内容计算）"
                    ),
                },
                "signature": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Signature",
                    "description": (
                        f"sig=:…:，对签名文字的 {signing.ALGORITHM}，"
                        f"签名密钥是 HMAC-SM3(密钥, {client_keys.PURPOSE.decode()})"
                    ),
                },
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": (
                        "由编办的安全管理员发放，只显示一次；"
                        "登记为请求须签名的客户端不能这样调用，密钥只用来签名"
                    ),
                },
            },
        },
    }


def _operation(one: Operation) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": one.name,
        "summary": one.summary,
        "parameters": [
            {
                "name": name,
                "in": "path",
                "required": True,
                "schema": _TEXT,
                "description": "受理编号",
            }
            for name in re.findall(r"{(\w+)}", one.path)
        ]
        + [
            {"name": p.name, "in": "query", "schema": p.schema, "description": p.says}
            for p in one.query
        ],
        "responses": {
            "200": {
                "description": "成功",
                "content": {"application/json": {"schema": _ref(one.answers)}},
            },
            **{str(status): _problem(status) for status in _statuses(one)},
        },
    }
    if one.says:
        found["description"] = one.says
    if one.writes:
        found["parameters"].append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": True,
                "schema": {"type": "string", "format": "uuid"},
                "description": "重试同一请求时用同一个，只生效一次",
            }
        )
        found["requestBody"] = {
            "required": any(f.required for f in one.body),
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "additionalProperties": False,
                        "properties": {
                            f.name: {"type": "string", "maxLength": f.most, "description": f.says}
                            for f in one.body
                        },
                        "required": [f.name for f in one.body if f.required],
                    }
                }
            },
        }
    return found


def _statuses(one: Operation) -> list[int]:
    always = {400, 401, 403, 429}
    return sorted(always | set(one.problems) | ({413, 415} if one.writes else set()))


def _problem(status: int) -> dict[str, Any]:
    return {
        "description": TITLES[status],
        "content": {"application/problem+json": {"schema": _ref("Problem")}},
    }
