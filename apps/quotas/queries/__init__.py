"""Reads of the quota figures. Today comes from the kept sums, a past day from dated facts."""

from .cells import CellRow, cells, room_entries
from .figures import (
    Figures,
    Sums,
    TypeRow,
    children_figures,
    children_from_facts,
    figures,
    figures_from_facts,
)
from .ledger import LedgerGroup, LedgerLine, documents_behind, ledger
from .lists import OverUnit, latest_changes, over_units
from .preview import Change, preview

__all__ = [
    "CellRow",
    "Change",
    "Figures",
    "LedgerGroup",
    "LedgerLine",
    "OverUnit",
    "Sums",
    "TypeRow",
    "cells",
    "children_figures",
    "children_from_facts",
    "documents_behind",
    "figures",
    "figures_from_facts",
    "latest_changes",
    "ledger",
    "over_units",
    "preview",
    "room_entries",
]
