"""The cells of one sheet, column by column, each distinct value of a column once.

A roster of 100,000 lines has two million cells and a few hundred thousand different ones: the
child sends those and an array of numbers, and a column is read without touching its cells twice.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import Any, overload


class Grid(Sequence[list[Any]]):
    """Rows as a sequence of lists of cells, kept as columns.

    values  column → its distinct cells, in the order they were met
    codes   column → for each row the place in `values`
    """

    def __init__(self, width: int) -> None:
        self.values: list[list[Any]] = [[] for _ in range(width)]
        self.codes: list[array[int]] = [array("I") for _ in range(width)]
        self._count = 0

    @property
    def width(self) -> int:
        return len(self.values)

    def add(self, count: int, pieces: Sequence[tuple[str, bytes, list[Any]]]) -> None:
        """Append `count` rows: (type code, codes, further distinct values) of each column."""
        if len(pieces) != self.width:
            raise ValueError(f"{len(pieces)} columns for {self.width}")
        for at, (sort, packed, further) in enumerate(pieces):
            self.values[at] += further
            codes = array(sort, packed)
            if len(codes) != count or max(codes, default=0) >= max(len(self.values[at]), 1):
                raise ValueError("codes that do not fit")
            self.codes[at].extend(codes if sort == "I" else array("I", codes))
        self._count += count

    def cell(self, row: int, column: int) -> Any:
        """Return one cell, both counted from 0."""
        return self.values[column][self.codes[column][row]]

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, at: int) -> list[Any]: ...
    @overload
    def __getitem__(self, at: slice) -> list[list[Any]]: ...
    def __getitem__(self, at: int | slice) -> list[Any] | list[list[Any]]:
        if isinstance(at, slice):
            return [self[row] for row in range(*at.indices(self._count))]
        row = range(self._count)[at]
        return [values[codes[row]] for values, codes in zip(self.values, self.codes, strict=True)]

    def __iter__(self) -> Iterator[list[Any]]:
        if not self.width:
            return iter([[] for _ in range(self._count)])
        columns = [
            map(values.__getitem__, codes)
            for values, codes in zip(self.values, self.codes, strict=True)
        ]
        return map(list, zip(*columns, strict=True))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # as a list
