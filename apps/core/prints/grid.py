"""Where the cells of a many-line head stand: one answer for paper and screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from apps.core.sheets import Heading


class HeadCell(NamedTuple):
    """One cell of a head. line, column from 0; leaf: figures or texts stand right below it."""

    text: str
    line: int
    column: int
    rows: int
    columns: int
    leaf: bool


def head_cells(headings: Sequence[Heading]) -> list[list[HeadCell]]:
    """Return the cells line by line; equal neighbours under one head are one cell."""
    depth = max((len(heading.path) for heading in headings), default=0)
    lines: list[list[HeadCell]] = [[] for _ in range(depth)]
    before: tuple[str, ...] = ()
    for column, heading in enumerate(headings):
        for level, text in enumerate(heading.path):
            leaf = level == len(heading.path) - 1
            if not leaf and before[: level + 1] == heading.path[: level + 1] and lines[level]:
                last = lines[level][-1]
                lines[level][-1] = last._replace(columns=last.columns + 1)
                continue
            rows = depth - level if leaf else 1
            lines[level].append(HeadCell(text, level, column, rows, 1, leaf))
        before = heading.path if len(heading.path) > 1 else ()
    return lines
