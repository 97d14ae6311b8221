"""Every write of applications. One function makes any move: `advance`.

Lock order: application, slots, then as apps.staff.services says (person, spell, balances).
"""

from .advance import advance
from .drafts import add_line, attach, begin, change_line, detach, remove_line

__all__ = [
    "add_line",
    "advance",
    "attach",
    "begin",
    "change_line",
    "detach",
    "remove_line",
]
