"""Matching the rows of a workbook with the tree: what is new, what differs, what cannot be.

A row is the unit with its code; without one, the unit of that name under the same parent. Units
are never moved by an import: a parent that differs is a fault (docs/rules.md U-18).
"""

from .planner import Planner, plan
from .rows import COMPARED, Changed, Known, New, Outcome, Spec

__all__ = ["COMPARED", "Changed", "Known", "New", "Outcome", "Planner", "Spec", "plan"]
