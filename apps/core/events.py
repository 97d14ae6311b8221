"""Audit events of the core's own services.

The audit app stands above the core and registers the one recorder; without it nothing is
written here and nothing is done: a deed without its event is none (security.md R15).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Recorder = Callable[..., Any]

_recorder: Recorder | None = None


def register(recorder: Recorder) -> None:
    """Set the function that appends an event; its arguments are those of `record`."""
    global _recorder
    _recorder = recorder


def record(kind: str, **facts: Any) -> Any:
    """Append one event; see apps.audit.services.record. Must run inside a transaction."""
    if _recorder is None:
        raise RuntimeError("no recorder of audit events is registered")
    return _recorder(kind, **facts)
