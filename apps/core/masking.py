"""Personal numbers as others may see them: the one renderer of masked values.

Lists, pages, sentences and logs get these; the plain value appears only where a right, a purpose
and an audit event stand behind it. Source: docs/rules.md P-07.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Any, Final, NoReturn

STAR: Final = "*"


def mask_identity(number: str) -> str:
    """Return 110105********002X for an identity number: division and last four stay.

    A value of another length keeps only its last character, so that a wrong one leaks no more.
    """
    if len(number) == 18:
        return number[:6] + STAR * 8 + number[14:]
    return _mostly(number)


def mask_phone(number: str) -> str:
    """Return 138****5678 for a mobile number; of other numbers only the last two stay."""
    if len(number) == 11 and number.startswith("1"):
        return number[:3] + STAR * 4 + number[7:]
    return STAR * (len(number) - 2) + number[-2:] if len(number) > 4 else STAR * len(number)


def _mostly(text: str) -> str:
    return STAR * (len(text) - 1) + text[-1:] if len(text) > 4 else STAR * len(text)


#: Kind of personal field to its mask.
MASKS: Final[dict[str, Callable[[str], str]]] = {
    "identity": mask_identity,
    "phone": mask_phone,
}


class Masked:
    """A personal value that shows itself masked wherever it is printed, logged or formatted.

    Not a str, so that joining, JSON and pickling cannot carry the plain value away by accident.
    reveal() gives it; callers of reveal record who looked and why.
    """

    __slots__ = ("_kind", "_plain")

    def __init__(self, plain: str, kind: str) -> None:
        """kind: a name in MASKS. Raises KeyError for another."""
        MASKS[kind]
        self._plain = plain
        self._kind = kind

    def reveal(self) -> str:
        """Return the plain value."""
        return self._plain

    def __str__(self) -> str:
        return MASKS[self._kind](self._plain)

    def __repr__(self) -> str:
        return f"<Masked {self}>"

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __bool__(self) -> bool:
        return bool(self._plain)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Masked):
            return NotImplemented
        return hmac.compare_digest(self._plain.encode(), other._plain.encode())

    def __hash__(self) -> int:
        return hash((self._kind, self._plain))

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError("a personal value is not pickled: pass the row's id instead")
