"""Every write of the checks: monthly statistics, runs of the rules, handling, settings."""

from .statistics import mark_stale, refresh_statistics

__all__ = ["mark_stale", "refresh_statistics"]
