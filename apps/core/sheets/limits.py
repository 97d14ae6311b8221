"""How large a workbook may be, and the one exception a bad one raises."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

MIB = 1024 * 1024


class Refused(Exception):
    """A file that will not be read. `sentence`: Chinese, says what is wrong and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one upload. Bytes, seconds and counts; every one is checked while streaming.

    The defaults let a roster of 100,000 people with 30 columns through and keep the child
    below 1 GiB. Source: docs/rules.md W-01 to W-03.
    """

    file_bytes: int = 20 * MIB
    csv_bytes: int = 80 * MIB
    entries: int = 2_000  # members of the zip archive
    entry_bytes: int = 200 * MIB  # one member, inflated
    total_bytes: int = 300 * MIB  # all members, inflated
    ratio: int = 200  # inflated : deflated, looked at past 1 MiB
    elements: int = 12_000_000  # XML elements of all parts together
    depth: int = 64
    sheets: int = 200
    rows: int = 200_000  # per sheet
    columns: int = 256
    cells: int = 5_000_000  # all sheets together, grid area included
    strings: int = 3_000_000  # shared strings
    merges: int = 50_000  # merged ranges
    styles: int = 65_000
    names: int = 10_000  # defined names
    cell_chars: int = 32_767  # what Excel itself allows
    formulas_listed: int = 10_000  # positions kept; further ones are only counted
    output_bytes: int = 256 * MIB  # what the child may send back
    memory: int = 1_024 * MIB  # address space of the child
    cpu_seconds: int = 60
    wall_seconds: int = 90

    def but(self, **changes: int) -> Limits:
        """Return these limits with some changed, e.g. `DEFAULT.but(rows=1_000)`."""
        return replace(self, **changes)

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


DEFAULT = Limits()
