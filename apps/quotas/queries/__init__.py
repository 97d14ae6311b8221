"""Reads of the quota figures. Today comes from the kept sums, a past day from dated facts."""

from .cells import CellRow, cells, room_entries
from .figures import Figures, Sums, TypeRow, children_figures, figures
from .ledger import LedgerGroup, LedgerLine, documents_behind, ledger
from .lists import OverUnit, latest_changes, over_units

__all__ = [
    "CellRow",
    "Figures",
    "LedgerGroup",
    "LedgerLine",
    "OverUnit",
    "Sums",
    "TypeRow",
    "cells",
    "children_figures",
    "documents_behind",
    "figures",
    "latest_changes",
    "ledger",
    "over_units",
    "room_entries",
]
