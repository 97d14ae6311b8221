"""Reads of the document register that return plain rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Case, IntegerField, Value, When

from . import numbers
from .models import ApprovalDocument, ApprovalDocumentQuerySet


@dataclass(frozen=True)
class Found:
    """One line of the global search."""

    label: str
    url: str
    note: str


def ranked(documents: ApprovalDocumentQuerySet, text: str) -> ApprovalDocumentQuerySet:
    """Return the documents found by `text`: the exact number first, then by day, newest first."""
    try:
        exact = numbers.normalise(text)
    except numbers.BadNumber:
        exact = text
    rank = Case(
        When(number=exact, then=Value(0)),
        When(number__startswith=text, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    return documents.found_by(text).annotate(rank=rank).order_by("rank", "-issued_on", "-pk")


def citable(user: Any, text: str) -> ApprovalDocument | None:
    """Return the document of a whole number that its writer may cite unseen (D-10)."""
    try:
        number = numbers.normalise(text)
    except numbers.BadNumber:
        return None
    if not user.may_anywhere("file_for"):
        return None
    return ApprovalDocument.objects.citable_by(user).filter(number=number).first()


def search(user: Any, text: str, limit: int = 20) -> list[Found]:
    """Return the documents that `user` may see and whose number, title or issuer holds `text`."""
    if not text.strip():
        return []
    rows = ranked(ApprovalDocument.objects.visible_to(user), text.strip())[:limit]
    return [
        Found(row.number, row.get_absolute_url(), f"{row.title}（{row.issuer}）") for row in rows
    ]
