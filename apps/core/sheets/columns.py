"""One column of a sheet, written once for template, import and export."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .kinds import Kind


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    header    text of the header cell, as the template prints it
    field     name under which the values come back, e.g. "person.name"
    kind      a Kind, or a kind without arguments: `day` or `text(max_length=72)`
    required  an empty cell is a fault, and so is a sheet without the column
    aliases   other header texts that mean this column
    width     characters; None: by header and kind
    help      one sentence for the template's comment and its 填写说明 sheet
    example   text for the template's example row, which an upload skips
    mask      how a value is shown in faults and warnings (identity numbers), None: as it is
    optional_header  with required: an empty cell is a fault, but the column may be missing
    locked    in a template, cells are not to be filled in (given by the system)
    """

    header: str
    field: str
    kind: Kind | type[Kind]
    required: bool = False
    aliases: tuple[str, ...] = ()
    width: float | None = None
    help: str = ""
    example: str = ""
    mask: Callable[[str], str] | None = None
    optional_header: bool = False
    locked: bool = False

    def __post_init__(self) -> None:
        if isinstance(self.kind, type):
            object.__setattr__(self, "kind", self.kind())

    @property
    def reader(self) -> Kind:
        return self.kind  # type: ignore[return-value]

    def masked(self, value: str) -> str:
        return self.mask(value) if self.mask is not None and value else value

    def shown(self, value: Any) -> str | int | float:
        """Return how a value of this column is written in a cell."""
        return self.reader.shown(value)

    def display_width(self) -> float:
        """Return the column's width in characters; a Chinese character counts as two."""
        if self.width is not None:
            return self.width
        needed = sum(1 if ord(sign) < 0x2E80 else 2 for sign in self.header) + 4
        return float(min(max(needed, 10), 40))
