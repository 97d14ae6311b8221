"""What is known of the request in hand, for logs and audit events written deep inside."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class RequestFacts:
    request_id: str = ""
    address: str | None = None


current: ContextVar[RequestFacts] = ContextVar("request_facts", default=RequestFacts())  # noqa: B039
