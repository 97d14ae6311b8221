"""How one value of a layout reads on paper and on the screen."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from apps.core import wording
from apps.core.sheets.safecell import number_or_text
from apps.core.sheets.tidy import strip_control

_PLACES = re.compile(r"0\.(0+)")
#: A run that no line can be broken in: Latin letters, digits, signs.
_RUN = re.compile(r"[\x21-\x7e]{12,}")
_BREAK = "\u200b"


def text_of(value: Any, form: str = "@") -> str:
    """Return the text of a cell: 2592, −3, 87.1% or words; nothing for None."""
    shown = number_or_text(value)
    if isinstance(shown, str):
        return strip_control(shown) if shown else ""
    if shown is None:
        return ""
    places = _PLACES.search(form)
    if form.endswith("%"):
        return wording.percent(Decimal(str(shown)), 1, len(places[1]) if places else 0)
    if isinstance(shown, int) or float(shown).is_integer():
        number = int(shown)
        return wording.thousands(number) if "," in form else wording.whole(number)
    text = f"{shown:.{len(places[1]) if places else 2}f}"
    return text.replace("-", wording.MINUS)


def breakable(text: str, room: float) -> str:
    """Let a run longer than the column be broken: signs without a blank never end otherwise.

    room   width of the column in characters
    """
    if text.isascii() and len(text) <= room:
        return text
    return _RUN.sub(lambda run: _broken(run[0], max(4, int(room) - 1)), text)


def _broken(run: str, size: int) -> str:
    if len(run) <= size:
        return run
    return _BREAK.join(run[at : at + size] for at in range(0, len(run), size))
