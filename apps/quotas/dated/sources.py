"""The tables of dated facts. Apps above register theirs; this app names none of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """A table whose rows hold from a day (to a day) and count in one cell.

    kind           column of the quota type or post kind
    begins, ends   SQL of the first day, and of the day from which the row counts no more (or none)
    counts         SQL: does the row count at all?
    places, taken, reserved   SQL of what one row adds to its cell
    short_units    units below their places are counted too, not only those above
    The `mark` triggers of the table (migrations) are written with the same expressions.
    """

    table: str
    kind: str
    begins: str
    ends: str = ""
    counts: str = "TRUE"
    places: str = "0"
    taken: str = "0"
    reserved: str = "0"
    short_units: bool = False

    def on_day(self, cells: str) -> str:
        """Return SQL of the rows of `cells` that hold on %(on)s."""
        held = f" AND ({self.ends} IS NULL OR {self.ends} > %(on)s)" if self.ends else ""
        return (
            f"SELECT unit_id, {self.kind} AS kind, {self.places} AS places, "  # noqa: S608 - own names
            f"{self.taken} AS taken, {self.reserved} AS reserved FROM {self.table} f "
            f"WHERE {self.counts} AND {self.begins} <= %(on)s{held} "
            f"AND (unit_id, {self.kind}) IN (SELECT unit_id, kind FROM {cells})"
        )

    def steps(self, cells: str = "") -> str:
        """Return SQL of the days on which rows (of `cells`, or all) begin and cease to count."""
        picked = (
            f"(unit_id, {self.kind}) IN (SELECT unit_id, kind FROM {cells})" if cells else "TRUE"  # noqa: S608
        )
        rows = (
            f"SELECT unit_id, {self.kind} AS kind, {self.begins} AS day, "  # noqa: S608 - own names
            f"{self.places} AS places, {self.taken} AS taken, {self.reserved} AS reserved "
            f"FROM {self.table} WHERE {self.counts} AND {picked}"
        )
        if not self.ends:
            return rows
        return (
            f"{rows} UNION ALL SELECT unit_id, {self.kind}, {self.ends}, -({self.places}), "  # noqa: S608
            f"-({self.taken}), -({self.reserved}) FROM {self.table} "
            f"WHERE {self.counts} AND {self.ends} IS NOT NULL AND {picked}"
        )

    @property
    def family(self) -> str:
        """First part of the kinds: "quota_type" or "post_kind"."""
        return self.kind.removesuffix("_id")


_SOURCES: list[Source] = []


def register(source: Source) -> None:
    if source not in _SOURCES:
        _SOURCES.append(source)


def sources() -> list[Source]:
    return list(_SOURCES)
