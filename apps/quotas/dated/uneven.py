"""Which kinds of a unit were above or below their places, kept as spans of their own.

A unit counts once as over, however many of its kinds are, and which kinds count is settled when
reading. So a span says the set of kinds: its `kind` is the side, the family and the values in
order, "over.quota_type.10 21". It holds one place and one head, so that its sums are numbers of
units; the units over are those of all sets with a counted kind in them.
"""

from __future__ import annotations

from collections.abc import Container

from .sources import sources

SIDES = ("over", "short")
#: condition: the kind is a set of kinds
IS_SET = (
    "({0}kind >= 'over.' AND {0}kind < 'over.~' OR {0}kind >= 'short.' AND {0}kind < 'short.~')"
)

_PREFIX = (
    "CASE WHEN taken > places THEN 'over.' ELSE 'short.' END || split_part(kind, '.', 1) || '.'"
)
_VALUE = "substr(kind, strpos(kind, '.') + 1)"


def matters() -> str:
    """Return the condition on a cell that it stands in the set of its unit."""
    short = sorted({source.family for source in sources() if source.short_units})
    kinds = " OR ".join(f"kind >= '{name}.' AND kind < '{name}.~'" for name in short)
    return f"(taken > places OR taken < places AND ({kinds or 'FALSE'}))"


def on_day(cells: str) -> str:
    """Return SQL of the sets of a day: unit_id, scope, kind.

    cells   SQL of the cells on the day: unit_id, scope, kind, places, taken
    """
    return f"""
    SELECT unit_id, max(scope) AS scope,
           {_PREFIX} || string_agg({_VALUE}, ' ' ORDER BY {_VALUE} COLLATE "C") AS kind
      FROM ({cells}) cells WHERE {matters()}
     GROUP BY unit_id, {_PREFIX}
    """  # noqa: S608 - names of our own


def spans(cells: str) -> str:
    """Return SQL of the spans of the sets: unit_id, kind, day, until.

    cells   table of spans, all of the cells of its units
    Each kind of a unit is a bit, so a running sum of bits is the set; equal neighbours are one.
    """
    return f"""
    WITH uneven AS (
      SELECT unit_id, {_PREFIX} AS prefix, {_VALUE} AS value, starts_on, ends_on,
             (dense_rank() OVER (PARTITION BY unit_id, {_PREFIX} ORDER BY kind) - 1)::int AS bit
        FROM {cells} WHERE {matters()}
    ), steps AS (
      SELECT unit_id, prefix, starts_on AS day, 1::bigint << bit AS n FROM uneven
      UNION ALL
      SELECT unit_id, prefix, ends_on, -(1::bigint << bit) FROM uneven WHERE ends_on IS NOT NULL
    ), changes AS (
      SELECT unit_id, prefix, day, sum(n) AS n FROM steps GROUP BY 1, 2, 3 HAVING sum(n) <> 0
    ), running AS (
      SELECT unit_id, prefix, day, lead(day) OVER one AS until, (sum(n) OVER one)::bigint AS bits
        FROM changes WINDOW one AS (PARTITION BY unit_id, prefix ORDER BY day)
    ), named AS (SELECT DISTINCT unit_id, prefix, bit, value FROM uneven)
    SELECT r.unit_id, r.prefix || string_agg(n.value, ' ' ORDER BY n.value COLLATE "C") AS kind,
           r.day, r.until
      FROM running r JOIN named n USING (unit_id, prefix)
     WHERE (r.bits >> n.bit) & 1 = 1 GROUP BY r.unit_id, r.prefix, r.day, r.until
    """  # noqa: S608 - names of our own


def read(kind: str, family: str, counted: Container[str] | None) -> str:
    """Return the side when `kind` is a set of the family with a counted kind in it, else ""."""
    side, _, rest = kind.partition(".")
    owner, _, values = rest.partition(".")
    if owner != family:
        return ""
    if counted is None or any(f"{family}.{value}" in counted for value in values.split(" ")):
        return side
    return ""
