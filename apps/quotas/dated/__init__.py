"""What every cell held on every past day: kept beside the facts, exact at any moment (adr/0008).

A cell is a unit and a kind: a quota type, or a kind of leadership post. `CellSpan` says what it
held from one day until another; `PeriodSum` adds up, for each node of depth ≤ 3 and each month and
year, by how much the figures below it changed. The fact tables only mark a changed cell as stale;
`refresh` brings the marked ones up to date. A reader takes stale cells from the facts themselves.
"""

from .checking import checks
from .day import Day
from .moved import dated_then
from .refresh import refresh, settle, waiting
from .sources import Source, register, sources
from .sums import CellSums, Dated, Span, cells_sql, dated, units_over

__all__ = [
    "CellSums",
    "Dated",
    "Day",
    "Source",
    "Span",
    "cells_sql",
    "checks",
    "dated",
    "dated_then",
    "refresh",
    "register",
    "settle",
    "sources",
    "units_over",
    "waiting",
]
