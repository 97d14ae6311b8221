"""What is known of the request in hand, for events written deep inside a service."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class RequestFacts:
    request_id: str = ""
    address: str | None = None


current: ContextVar[RequestFacts] = ContextVar("request_facts", default=RequestFacts())
