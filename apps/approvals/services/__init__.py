"""Every write of applications. One function makes any move: `advance`.

Lock order: application, slots, then as apps.staff.services says (person, spell, balances).
"""

from .advance import advance
from .drafts import (
    add_line,
    add_lines,
    attach,
    begin,
    change_line,
    detach,
    head,
    remove_line,
    set_contact,
    start,
)
from .typed import forget, keep

__all__ = [
    "add_line",
    "add_lines",
    "advance",
    "attach",
    "begin",
    "change_line",
    "detach",
    "forget",
    "head",
    "keep",
    "remove_line",
    "set_contact",
    "start",
]
