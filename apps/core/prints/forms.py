"""Official forms of boxes: 登记表, 申请表, 审议表, 卡. One description for paper and for Word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from .letters import Letter
from .stamp import Stamp


@dataclass(frozen=True, slots=True)
class Box:
    """One box of a form.

    sort      label, value, head (of a list), figure, sign (to be signed in), photo, upright
              (a label down the side)
    columns, rows   of the form's grid that it takes
    title     sign: whose opinion; `text` is the opinion
    signed, day     sign: who signed, when; both empty: a line to be signed by hand
    height    least height in millimetres
    """

    text: str = ""
    columns: int = 1
    rows: int = 1
    sort: str = "value"
    title: str = ""
    signed: str = ""
    day: str = ""
    height: float = 0.0


@dataclass(frozen=True, slots=True)
class Form:
    """One form, on a page of its own; longer ones go on with their head rows repeated.

    widths   of the grid's columns, as shares
    rows     boxes in order; a box of several rows leaves the place below it free
    head     how many rows are repeated on every page that follows them
    head_at  the first of these rows
    above    texts left and right over the grid
    """

    title: str
    widths: Sequence[float]
    rows: Sequence[Sequence[Box]]
    head: int = 0
    head_at: int = 0
    above: tuple[str, str] = ("", "")
    notes: Sequence[str] = field(default_factory=tuple)
    paper: str = "a4"
    landscape: bool = False
    size: float = 12.0
    stamp: Stamp | None = None
    link: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """A cell that is an address to be scanned. mm: side of its picture in a Word file."""

    address: str
    mm: float = 20.0


@dataclass(frozen=True, slots=True)
class TabledLetter:
    """A letter (GB/T 9704) with a table after its day, so that nobody signs a page of its own.

    caption   above the table; rows: texts, or a Code
    """

    letter: Letter
    head: Sequence[str]
    widths: Sequence[float]
    rows: Sequence[Sequence[str | Code]]
    caption: str = ""
    stamp: Stamp | None = None
    link: str = ""
