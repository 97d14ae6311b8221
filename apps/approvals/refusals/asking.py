"""One function says them all; each module of this package teaches it some refusals."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from apps.quotas.errors import QuotaRefused
from apps.staff import refusals as staff
from apps.staff.errors import StaffRefused

from .. import errors


@singledispatch
def sentence(refusal: Any, user: Any = None) -> str:
    """Return the Chinese sentence of a refusal. user: the reader, as staff.refusals asks for."""
    raise TypeError(f"no sentence for {type(refusal).__name__}")


def field_of(refusal: Exception) -> str | None:
    """Return the form field a refusal is about, None for the whole form."""
    if isinstance(refusal, errors.LineFails):
        return field_of(refusal.refusal)
    if isinstance(refusal, errors.ApprovalRefused):
        return getattr(refusal, "field", None)
    return staff.field_of(refusal)


@sentence.register
def _(refusal: StaffRefused, user: Any = None) -> str:
    return staff.sentence(refusal, user)


@sentence.register
def _(refusal: QuotaRefused, user: Any = None) -> str:
    return staff.sentence(refusal, user)
