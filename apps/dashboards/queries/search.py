"""One search over units, people and documents, each asked by its own app, within its scope."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from apps.core import identity, uscc
from apps.documents import queries as documents
from apps.staff import queries as staff
from apps.units import queries as units

SHOWN = 10
LONGEST = 100  # characters of one question

#: label, who answers, the list that shows all and what else to ask it, what one of them is called
_SOURCES: tuple[tuple[str, Callable[..., Any], str, dict[str, str], str], ...] = (
    ("机构", units.search, "units:list", {"kind": ""}, "个"),  # 内设机构 too
    ("人员", staff.search, "staff:list", {}, "人"),
    ("批文", documents.search, "documents:list", {}, "件"),
)
#: so many digits in a row are a person's number or a mistyped one, never a unit or a document
_LONG_NUMBER = re.compile(r"[0-9]{15,}[0-9Xx]?")


@dataclass(frozen=True)
class Group:
    """Results of one kind: lines with label, url, note and perhaps lamp.

    more   whether the list behind `all_url` has further ones
    """

    label: str
    lines: list[Any]
    more: bool
    all_url: str
    counter: str


def search(user: Any, text: str) -> list[Group]:
    """Return a group for each kind, in order, empty ones too. One query or two for each."""
    groups = []
    for label, ask, list_name, more, counter in _SOURCES:
        found = ask(user, text, limit=SHOWN + 1)
        address = f"{reverse(list_name)}?{urlencode({'q': text, **more})}"
        groups.append(Group(label, found[:SHOWN], len(found) > SHOWN, address, counter))
    return groups


def holds_person_number(text: str) -> bool:
    """Say whether `text` holds something like an identity number, well typed or not.

    Such a number must not get into an address, a log or the history of a browser (V14.2.1). A
    valid 统一社会信用代码 of digits alone is a unit's and may pass, unless it is both.
    """
    plain = unicodedata.normalize("NFKC", text)
    plain = re.sub(r"[\s\-_.·—]", "", plain)
    return any(not _is_only_a_units(found) for found in _LONG_NUMBER.findall(plain))


def _is_only_a_units(number: str) -> bool:
    try:
        uscc.check(number)
    except uscc.BadUscc:
        return False
    try:
        identity.check(number)
    except identity.BadIdentity:
        return True
    return False
