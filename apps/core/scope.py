"""Subtrees as ranges of the tree path (design: one half-open range of a C-collated column)."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

#: Sorts after every character a path may hold (0–9, A–Z) in the C collation.
PAST_PATHS = "~"
#: Characters of the path of a root (units.Unit.steplen, of an app above this one).
ROOT = 4


def roots(paths: Iterable[str]) -> list[str]:
    """Return `paths` sorted, without those inside another one."""
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not kept or not path.startswith(kept[-1]):
            kept.append(path)
    return kept


def above(path: str) -> list[str]:
    """Return the tree paths from the root down to `path`, itself the last."""
    return [path[:end] for end in range(ROOT, len(path) + 1, ROOT)]


def holds_a_root(paths: Iterable[str]) -> bool:
    """Say whether one of the subtrees is a whole tree: who reads it reads nearly everything."""
    return any(len(path) <= ROOT for path in paths)


def within(paths: Iterable[str], field: str) -> Q:
    """Return the condition “`field` lies in one of the subtrees at `paths`”.

    paths   tree paths of subtree roots; none gives no rows
    field   name of a path column, collated "C"
    The bounds are literals, so that the planner sees how wide each range is.
    """
    condition = Q(pk__in=[])
    for path in roots(paths):
        span = Q(**{f"{field}__gte": path, f"{field}__lt": path + PAST_PATHS})
        condition = span if condition == Q(pk__in=[]) else condition | span
    return condition


def outside(paths: Iterable[str], field: str) -> Q:
    """Return the condition “`field` lies in none of the subtrees at `paths`”, ranges as well.

    What `~within(…)` says of a column that is never null, in a form an index can answer.
    """
    inside = roots(paths)
    if not inside:
        return Q()
    condition = Q(**{f"{field}__lt": inside[0]})
    for path, following in zip(inside, [*inside[1:], None], strict=True):
        gap = {f"{field}__gte": path + PAST_PATHS}
        if following is not None:
            gap[f"{field}__lt"] = following
        condition |= Q(**gap)
    return condition


def covers(paths: Iterable[str], path: str) -> bool:
    """Say whether `path` lies in one of the subtrees at `paths`."""
    return any(path.startswith(root) for root in paths)
