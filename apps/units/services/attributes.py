"""Setting the attributes of a unit, checked against the rest of the register."""

from __future__ import annotations

from typing import Any

from django.db.models import Model

from ..errors import CodeTaken, CreditCodeTaken
from ..models import Unit
from .tree import ATTRIBUTES, NULLABLE, plain


def columns(attributes: dict[str, Any]) -> dict[str, Any]:
    """Return {column: value} for attributes given as objects, keys or plain values.

    `nature=CodeValue`, `nature="nature.101"` and `nature_id="nature.101"` are the same.
    Raises TypeError for a name that is no attribute.
    """
    found: dict[str, Any] = {}
    for name, value in attributes.items():
        column = name if name in ATTRIBUTES else f"{name}_id"
        if column not in ATTRIBUTES:
            raise TypeError(f"{name} is not an attribute of a unit that is set here")
        if isinstance(value, Model):
            value = value.pk
        if isinstance(value, str):
            value = value.strip()
        if value == "" and (column in NULLABLE or column.endswith("_id")):
            value = None
        found[column] = value
    return found


def put(unit: Unit, values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Set the columns; return (before, after) of those that differ, ready for JSON.

    Needs the tree lock. Raises CodeTaken, CreditCodeTaken.
    """
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for column, value in values.items():
        old = getattr(unit, column)
        if old == value or (old in (None, "") and value in (None, "")):
            continue
        before[column], after[column] = plain(old), plain(value)
        setattr(unit, column, value)
    if after.get("code"):
        _refuse_code(after["code"], unit)
    if after.get("uscc"):
        _refuse_credit_code(after["uscc"], unit)
    return before, after


def _refuse_code(code: str, unit: Unit) -> None:
    """A code belongs to one unit for ever, also after it was corrected (docs/rules.md U-12)."""
    owner = Unit.objects.filter(code=code).exclude(pk=unit.pk).first()
    if owner is None:
        owner = Unit.history.filter(code=code).exclude(id=unit.pk).first()
    if owner is not None:
        raise CodeTaken(code, owner)


def _refuse_credit_code(code: str, unit: Unit) -> None:
    owner = Unit.objects.filter(uscc=code).exclude(pk=unit.pk).first()
    if owner is not None:
        raise CreditCodeTaken(code, owner)
