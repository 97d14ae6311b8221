"""The operations of /api/v1/: one table that is served, checked against, and described."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from .. import errors, services
from ..models import Client
from ..refusals import sentence
from . import reading
from .problems import Problem


@dataclass(frozen=True)
class Parameter:
    """One parameter of the query. read: text → value; raises ValueError."""

    name: str
    schema: dict[str, Any]
    says: str
    read: Callable[[str], Any]
    default: Any = None


@dataclass(frozen=True)
class Field:
    """One text of a body."""

    name: str
    most: int
    says: str
    required: bool = False


@dataclass(frozen=True)
class Operation:
    """handler: (client, number, query, body) → JSON. writes: takes an Idempotency-Key."""

    name: str
    method: str
    path: str
    summary: str
    handler: Callable[[Client, str, dict[str, Any], dict[str, str]], dict[str, Any]]
    answers: str
    query: tuple[Parameter, ...] = ()
    body: tuple[Field, ...] = ()
    says: str = ""
    problems: tuple[int, ...] = field(default=())

    @property
    def writes(self) -> bool:
        return self.method == "POST"


def _moment(text: str) -> dt.datetime:
    moment = parse_datetime(text.replace(" ", "+"))
    if moment is None:
        raise ValueError
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def _limit(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    if not 1 <= number <= reading.MOST:
        raise ValueError
    return number


def _one_of(words: tuple[str, ...]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise ValueError
        return text

    return read


def _yes(text: str) -> bool:
    return {"true": True, "false": False}[text]


def _list(client: Client, number: str, query: dict[str, Any], body: dict) -> dict[str, Any]:
    return reading.page(client, **query)


def _read(client: Client, number: str, query: dict[str, Any], body: dict) -> dict[str, Any]:
    return reading.whole(client, reading.one(client, number), numbers=query["numbers"])


def _confirm(client: Client, number: str, query: dict, body: dict[str, str]) -> dict[str, Any]:
    return _move(client, number, "confirm", body)


def _object(client: Client, number: str, query: dict, body: dict[str, str]) -> dict[str, Any]:
    return _move(client, number, "object", body)


def _move(client: Client, number: str, move: str, body: dict[str, str]) -> dict[str, Any]:
    row = reading.one(client, number)
    try:
        services.advance(
            application=row.application,
            move=move,
            by=None,
            partner=client.partner,
            client=client.name,
            opinion=body.get("opinion", ""),
            reference_no=body.get("reference_no", ""),
        )
    except (errors.NotAPartner, errors.MoveRefused) as refusal:
        done = row.confirmed_at is not None
        detail = "贵部门已经确认过这件办件" if done else sentence(refusal)
        raise Problem(409, "not-your-turn", detail) from refusal
    except errors.OpinionMissing as refusal:
        raise Problem(
            422, "content", "内容有误", fields={"opinion": "提出异议请写明理由"}
        ) from refusal
    return reading.summary(reading.one(client, number))


REFERENCE = Field("reference_no", 60, "本部门业务号")
OPERATIONS: Final = (
    Operation(
        "list",
        "GET",
        "applications",
        "查询转到本部门的办件",
        _list,
        "Page",
        query=(
            Parameter(
                "state",
                {"type": "string", "enum": list(reading.STATES), "default": "waiting"},
                "waiting 待确认，objected 异议待答复，confirmed 已确认，all 全部",
                _one_of(reading.STATES),
                "waiting",
            ),
            Parameter(
                "since",
                {"type": "string", "format": "date-time"},
                "只要这一时刻起转到的，如 2026-11-01T00:00:00+08:00",
                _moment,
            ),
            Parameter(
                "cursor",
                {"type": "string"},
                "上一页的 next_cursor，原样传回；下次轮询接着用，同一件可能出现两次",
                str,
                "",
            ),
            Parameter(
                "limit",
                {"type": "integer", "minimum": 1, "maximum": reading.MOST, "default": 50},
                "一页件数",
                _limit,
                50,
            ),
        ),
        says="按转到的先后排列，先到的在前。",
        problems=(400,),
    ),
    Operation(
        "read",
        "GET",
        "applications/{number}",
        "查询一件办件",
        _read,
        "Whole",
        query=(
            Parameter(
                "numbers",
                {"type": "boolean", "default": False},
                "要完整公民身份号码；须有权限，每次记入该人员的查看记录",
                _yes,
                False,
            ),
        ),
        problems=(404,),
    ),
    Operation(
        "confirm",
        "POST",
        "applications/{number}/confirm",
        "确认",
        _confirm,
        "Summary",
        body=(REFERENCE, Field("opinion", 500, "意见")),
        says="轮到本部门时才能确认；全部部门确认后办结。",
        problems=(404, 409, 422),
    ),
    Operation(
        "object",
        "POST",
        "applications/{number}/object",
        "提出异议",
        _object,
        "Summary",
        body=(Field("opinion", 500, "理由", required=True),),
        says="编办答复后，仍由本部门确认。",
        problems=(404, 409, 422),
    ),
)
