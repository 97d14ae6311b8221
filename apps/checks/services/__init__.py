"""Every write of the checks: monthly statistics, runs of the rules, handling, settings."""

from .handling import MOVES, handle, handle_many, moves_of
from .runs import ask_for_run, check_all, check_changed, check_units
from .settings import set_rule
from .statistics import mark_stale, refresh_statistics

__all__ = [
    "MOVES",
    "ask_for_run",
    "check_all",
    "check_changed",
    "check_units",
    "handle",
    "handle_many",
    "mark_stale",
    "moves_of",
    "refresh_statistics",
    "set_rule",
]
