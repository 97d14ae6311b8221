"""What the register knows of the people a sheet names, read in the order of its rows.

One COPY of keys into a temporary table, then three cursors side by side: a hundred thousand rows
are compared without holding a hundred thousand people in memory.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

CHUNK = 5_000


class PersonRow(NamedTuple):
    """One person as registered. named: found by 人员编号, not by the identity number."""

    row: int
    named: bool
    pk: int
    uid: UUID
    person_no: str
    name: str
    id_no_ct: memoryview
    id_no_bi: memoryview
    sex: str
    birth_month: dt.date
    ethnicity: str | None
    native_place: str
    political_status: str | None
    work_started_on: dt.date | None
    education: str | None
    degree: str | None
    school: str
    major: str
    phone_ct: memoryview | None


class SpellRow(NamedTuple):
    """One spell of such a person, open or past."""

    row: int
    pk: int
    unit_id: int
    unit_name: str
    scope: str
    counts: bool
    occupies_slot: bool
    quota_type: str
    dept: int | None
    status: str
    identity: str | None
    starts_on: dt.date
    document: int | None
    document_no: str
    entry_mode: str | None
    from_unit: str
    post_name: str
    post_level: str | None
    civil_rank: str | None
    position_class: str | None
    position_grade: str | None
    is_dual: bool
    on_unified_payroll: bool
    ends_on: dt.date | None
    exit_mode: str | None
    exit_document: int | None
    exit_document_no: str
    destination: str
    note: str


class PostingRow(NamedTuple):
    """One open posting of such a person."""

    row: int
    pk: int
    unit_id: int
    post_kind: str
    post_name: str
    post_level: str | None
    starts_on: dt.date
    document: int | None
    document_no: str


class Known(NamedTuple):
    """What the register knows of the person of one row."""

    person: PersonRow
    spells: list[SpellRow]
    postings: list[PostingRow]


_PEOPLE = """
SELECT m.i, m.named, p.id, p.uid, p.person_no, p.name, p.id_no_ct, p.id_no_bi, p.sex_id,
       p.birth_month, p.ethnicity_id, p.native_place, p.political_status_id, p.work_started_on,
       p.education_id, p.degree_id, p.school, p.major, p.phone_ct
  FROM roster_match m JOIN staff_person p ON p.id = m.person_id ORDER BY m.i"""
_SPELLS = """
SELECT m.i, o.id, o.unit_id, u.name, o.scope, o.counts, o.occupies_slot, o.quota_type_id, o.dept_id,
       o.status_id, o.identity_id, o.starts_on, o.document_id, o.document_no, o.entry_mode_id,
       o.from_unit, o.post_name, o.post_level_id, o.civil_rank_id, o.position_class_id,
       o.position_grade_id, o.is_dual, o.on_unified_payroll, o.ends_on, o.exit_mode_id,
       o.exit_document_id, o.exit_document_no, o.destination, o.note
  FROM roster_match m JOIN staff_occupancy o ON o.person_id = m.person_id
  JOIN units_unit u ON u.id = o.unit_id ORDER BY m.i, o.starts_on, o.id"""
_POSTINGS = """
SELECT m.i, h.id, h.unit_id, h.post_kind_id, h.post_name, h.post_level_id, h.starts_on,
       h.document_id, h.document_no
  FROM roster_match m JOIN staff_postholding h ON h.person_id = m.person_id
 WHERE h.ends_on IS NULL ORDER BY m.i, h.post_kind_id, h.id"""


class Register:
    """The register's side of one check. Lives inside a transaction; its tables end with it."""

    def __init__(self, numbers: Sequence[str | None], indexes: Sequence[bytes | None]) -> None:
        """numbers: 人员编号 by row; indexes: blind index of the identity number by row."""
        feed = io.StringIO()
        for i, (number, index) in enumerate(zip(numbers, indexes, strict=True)):
            if number or index:
                hexed = f"\\\\x{index.hex()}" if index else r"\N"
                feed.write(f"{i}\t{copy_text(number)}\t{hexed}\n")
        feed.seek(0)
        with connection.cursor() as cursor:
            cursor.execute(
                'CREATE TEMP TABLE roster_key (i int, no text COLLATE "C", bi bytea) ON COMMIT DROP'
            )
            cursor.copy_expert("COPY roster_key FROM STDIN", feed)
            # indexed, so that no join order is a slow one even where statistics are stale
            cursor.execute("CREATE INDEX ON roster_key (no)")
            cursor.execute("CREATE INDEX ON roster_key (bi)")
            cursor.execute("ANALYZE roster_key")
            cursor.execute(
                "CREATE TEMP TABLE roster_match ON COMMIT DROP AS "
                "SELECT k.i, p.id AS person_id, true AS named "
                "  FROM roster_key k JOIN staff_person p ON p.person_no = k.no "
                "UNION ALL SELECT k.i, p.id, false "
                "  FROM roster_key k JOIN staff_person p ON p.id_no_bi = k.bi WHERE k.no IS NULL"
            )
            self.matched = cursor.rowcount
            cursor.execute("CREATE INDEX ON roster_match (person_id)")
            cursor.execute("ANALYZE roster_match")
            cursor.execute(
                "SELECT least(clock_timestamp(), min(xact_start)) FROM pg_stat_activity "
                "WHERE datname = current_database() AND backend_xid IS NOT NULL "
                "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
            #: by the database's clock: what is written later was not seen by this check, nor what
            #: a transaction that is still open wrote before (the vacuum writes no rows of ours)
            self.read_at = cursor.fetchone()[0]
            cursor.execute(
                "SELECT k.i, p.id, p.name, p.person_no FROM roster_key k "
                "JOIN staff_person p ON p.id_no_bi = k.bi "
                "WHERE k.no IS NOT NULL AND p.person_no <> k.no"
            )
            #: row → (id, name, 人员编号) of another person who has the row's identity number
            self.others = {row[0]: row[1:] for row in cursor.fetchall()}

    def people(self) -> Iterator[Known]:
        """Yield what is known, in the order of the sheet's rows."""
        if not self.matched:
            return
        spells = groupby(map(SpellRow._make, _stream(_SPELLS)), itemgetter(0))
        postings = groupby(map(PostingRow._make, _stream(_POSTINGS)), itemgetter(0))
        next_spells, next_postings = next(spells, None), next(postings, None)
        for row in _stream(_PEOPLE):
            person = PersonRow._make(row)
            own: list[SpellRow] = []
            held: list[PostingRow] = []
            if next_spells is not None and next_spells[0] == person.row:
                own = list(next_spells[1])
                next_spells = next(spells, None)
            if next_postings is not None and next_postings[0] == person.row:
                held = list(next_postings[1])
                next_postings = next(postings, None)
            yield Known(person, own, held)

    def close(self) -> None:
        """Drop the tables, so that a second check in one transaction starts afresh."""
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE roster_key, roster_match")


def _stream(sql: str) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a query through a server-side cursor."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql)
        while rows := cursor.fetchmany(CHUNK):
            yield from rows


def copy_text(value: Any) -> str:
    r"""Return a value as COPY's text format spells it; None is \N."""
    if value is None:
        return r"\N"
    if value is True or value is False:
        return "t" if value else "f"
    text = str(value)
    if "\\" in text or "\t" in text or "\n" in text or "\r" in text:
        text = text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
        text = text.replace("\r", "\\r")
    return text
