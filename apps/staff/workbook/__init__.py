"""The roster (花名册) as a workbook: KIND roster of apps.core.imports."""

from .kind import RosterKind

__all__ = ["RosterKind"]
