"""Two people at one form: what each of them changed is kept, what both changed is shown.

Who saves second gets the form back with the colleague's values in the fields he had left alone,
his own in those he had changed, and both side by side. Nothing is overwritten unseen.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from . import secrets
from .models import Person


@dataclass(frozen=True)
class Met:
    """One field the colleague changed. yours: what was typed; taken: theirs now stands there."""

    label: str
    before: str
    theirs: str
    yours: str
    taken: bool


def merge(form: Any, refusal: Any) -> list[Met]:
    """Put a colleague's values into the bound form where the reader had changed nothing.

    form      a bound form whose fields are named like those of refusal.row
    refusal   ChangedMeanwhile with row and base
    Returns the fields the colleague changed, in the order of the form.
    """
    if refusal.row is None or refusal.base is None:
        return []
    data = form.data.copy()
    found = []
    for name, field in form.fields.items():
        column = _column(refusal.row, name)
        if column is None:
            continue
        before, theirs = _raw(refusal.base, column), _raw(refusal.row, column)
        if before == theirs:
            continue
        old, new = (
            _typed(name, refusal.base, column, refusal.row),
            _typed(name, refusal.row, column, refusal.row),
        )
        typed = data.get(name, "")
        untouched = str(typed).strip() == old
        yours = _words(form, name, typed)
        if untouched:
            data[name] = new
            if f"{name}_text" in data:
                data[f"{name}_text"] = str(getattr(refusal.row, name) or "")
        found.append(
            Met(
                str(field.label),
                _words(form, name, old),
                _words(form, name, new),
                yours,
                taken=untouched or str(typed).strip() == new,
            )
        )
    form.data = data
    return found


def _column(row: models.Model, name: str) -> str | None:
    if name == "phone":
        return "phone_ct" if isinstance(row, Person) else None
    try:
        return row._meta.get_field(name).attname
    except FieldDoesNotExist:
        return None


def _raw(row: Any, column: str) -> Any:
    value = getattr(row, column)
    return bytes(value) if isinstance(value, memoryview) else value


def _typed(name: str, row: Any, column: str, person: Any) -> str:
    """Return a stored value as the form would show it."""
    value = _raw(row, column)
    if name == "phone":
        shown = secrets.phone(Person(uid=person.uid, phone_ct=value))
        return str(shown) if shown is not None else ""
    if value is None or value is False:
        return ""
    if value is True:
        return "on"
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _words(form: Any, name: str, typed: Any) -> str:
    """Return a typed value in words: the label of a code, the name of a unit."""
    text = str(typed or "").strip()
    if not text:
        return ""
    if text == "on":
        return "是"
    queryset = getattr(form.fields[name], "queryset", None)
    if queryset is None:
        return text
    row = queryset.model._base_manager.filter(pk=text).first()
    return str(row) if row is not None else str(form.data.get(f"{name}_text", text))
