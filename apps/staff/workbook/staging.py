"""Temporary tables that hold what a roster writes, filled by COPY without building it in memory."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import connection

from apps.core import pinyin

from .. import secrets
from .register import copy_text
from .rows import CARRIED, CHANGED, DOCUMENT_FIELDS, NEW, PERSON_FIELDS, SPELL_FIELDS, TEXTS, Rows

BATCH = 10_000
_BUFFER = 1 << 20

PERSON_COLUMNS = (
    "line int, person_id bigint, is_new bool, number_changed bool, phone_changed bool, uid uuid, "
    "person_no text, name_pinyin text, name_initials text, id_no_ct bytea, id_no_bi bytea, "
    "id_no_tail smallint, phone_ct bytea, name text, sex_id text, birth_month date, "
    "ethnicity_id text, native_place text, political_status_id text, work_started_on date, "
    "education_id text, degree_id text, school text, major text"
)
SPELL_COLUMNS = (
    "line int, person_id bigint, spell_id bigint, is_new bool, unit_id bigint, dept_id bigint, "
    "status_id text, exit_mode_id text, document_id bigint, document_no text, "
    "exit_document_id bigint, exit_document_no text, quota_type_id text, identity_id text, "
    "starts_on date, entry_mode_id text, from_unit text, post_name text, post_level_id text, "
    "civil_rank_id text, position_class_id text, position_grade_id text, is_dual bool, "
    "on_unified_payroll bool, ends_on date, destination text, note text"
)
POSTING_COLUMNS = (
    "line int, person_id bigint, unit_id bigint, posting_id bigint, old_posting_id bigint, "
    "post_kind_id text, post_name text, post_level_id text, starts_on date, document_id bigint, "
    "document_no text"
)


class _Feed:
    """Lines as the file that COPY reads."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines, self._rest = lines, b""

    def read(self, size: int = -1) -> bytes:
        parts, held = [self._rest], len(self._rest)
        while held < size or size < 0:
            line = next(self._lines, None)
            if line is None:
                break
            parts.append(line.encode())
            held += len(parts[-1])
        data = b"".join(parts)
        self._rest = data[size:] if size >= 0 else b""
        return data[:size] if size >= 0 else data


def stage(table: str, columns: str, rows: Iterable[Sequence[Any]]) -> int:
    """Make a temporary table of rows; it ends with the transaction. Returns how many there are."""
    lines = ("\t".join(map(copy_text, row)) + "\n" for row in rows)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE {table} ({columns}) ON COMMIT DROP")
        cursor.copy_expert(f"COPY {table} FROM STDIN", _Feed(lines), _BUFFER)
        cursor.execute(f"ANALYZE {table}")
        cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - a name of ours
        return cursor.fetchone()[0]


def give_numbers(rows: Rows) -> dict[int, str]:
    """Give each new person an id and a 人员编号. Returns {row: number}."""
    new = [i for i, state in enumerate(rows.person_states) if state == NEW]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('staff_person', 'id')), staff_next_person_no() "
            "FROM generate_series(1, %s)",
            [len(new)],
        )
        given = cursor.fetchall()
    numbers: dict[int, str] = {}
    for i, (pk, number) in zip(new, given, strict=True):
        rows.person_ids[i], numbers[i] = pk, number
    for i, state in enumerate(rows.person_states):
        if state == CARRIED:
            rows.person_ids[i] = rows.person_ids[rows.leads[i]]
    return numbers


def people(rows: Rows, numbers: dict[int, str]) -> Iterator[list[Any]]:
    """Yield the persons to write, sealed in batches."""
    wanted = [i for i, state in enumerate(rows.person_states) if state in (NEW, CHANGED)]
    values = [(name, rows.column(name)) for name in PERSON_FIELDS]
    phones = rows.column("phone")
    for at in range(0, len(wanted), BATCH):
        batch = wanted[at : at + BATCH]
        uids = _uids(rows, batch)
        sealed = _sealed_numbers(rows, batch, uids)
        sealed_phones = _sealed_phones(rows, batch, uids, phones)
        readings = pinyin.persons([rows.column("name")[i] or "" for i in batch])
        for i, (full, initials) in zip(batch, readings, strict=True):
            is_new = rows.person_states[i] == NEW
            number = sealed.get(i)
            out = [
                rows.parsed.lines[i],
                rows.person_ids[i],
                is_new,
                bool(rows.number_changed[i]),
                bool(rows.phone_changed[i]),
                uids[i],
                numbers.get(i),
                full,
                initials,
                _hexed(number.ct) if number else None,
                _hexed(number.bi) if number else None,
                number.tail if number else None,
                _hexed(sealed_phones.get(i)),
            ]
            for name, column in values:
                value = column[i]
                if value is None and name in TEXTS:
                    value = ""
                elif value is None and number is not None:
                    value = _from_number(rows, i, name)
                out.append(value)
            yield out


def _from_number(rows: Rows, i: int, name: str) -> Any:
    """Sex and month of birth follow from a number that is written."""
    found = rows.found[i]
    if found is None or name not in ("sex", "birth_month"):
        return None
    return f"sex.{found.sex}" if name == "sex" else found.birth_on.replace(day=1)


def _uids(rows: Rows, batch: list[int]) -> dict[int, uuid.UUID]:
    known = [i for i in batch if rows.person_states[i] == CHANGED]
    uids = {i: uuid.uuid4() for i in batch if rows.person_states[i] == NEW}
    if known:
        with connection.cursor() as cursor:
            ids = [rows.person_ids[i] for i in known]
            cursor.execute("SELECT id, uid FROM staff_person WHERE id = ANY(%s)", [ids])
            by_id = dict(cursor.fetchall())
        uids |= {i: by_id[rows.person_ids[i]] for i in known}
    return uids


def _sealed_numbers(
    rows: Rows, batch: list[int], uids: dict[int, uuid.UUID]
) -> dict[int, secrets.SealedNumber]:
    wanted = [i for i in batch if rows.person_states[i] == NEW or rows.number_changed[i]]
    numbers = [rows.numbers[i] or "" for i in wanted]
    sealed = secrets.seal_id_nos(numbers, [uids[i] for i in wanted])
    return dict(zip(wanted, sealed, strict=True))


def _sealed_phones(
    rows: Rows, batch: list[int], uids: dict[int, uuid.UUID], phones: list[str | None]
) -> dict[int, bytes]:
    wanted = [
        i for i in batch if phones[i] and (rows.person_states[i] == NEW or rows.phone_changed[i])
    ]
    sealed = secrets.seal_phones([phones[i] or "" for i in wanted], [uids[i] for i in wanted])
    return dict(zip(wanted, sealed, strict=True))


def _hexed(value: bytes | None) -> str | None:
    return f"\\x{value.hex()}" if value is not None else None


def spells(rows: Rows) -> Iterator[list[Any]]:
    """Yield the spells to write."""
    values = [(rows.column(name), "" if name in TEXTS else None) for name in SPELL_FIELDS]
    cited = [rows.documents[name] for name in DOCUMENT_FIELDS]
    for i, state in enumerate(rows.spell_states):
        if state not in (NEW, CHANGED):
            continue
        out = [
            rows.parsed.lines[i],
            rows.person_ids[i],
            rows.spell_ids[i],
            state == NEW,
            rows.unit_ids[i],
            rows.depts[i],
            rows.statuses[i],
            rows.exit_modes[i],
        ]
        for documents in cited:
            out += documents[i]
        for column, blank in values:
            value = column[i]
            out.append(blank if value is None else value)
        yield out


def postings(rows: Rows) -> Iterator[list[Any]]:
    """Yield the postings to write."""
    kinds, names = rows.column("post_kind"), rows.column("post_name")
    levels, documents = rows.column("post_level"), rows.documents["post_document"]
    for i, state in enumerate(rows.posting_states):
        if state in (NEW, CHANGED):
            yield [
                rows.parsed.lines[i],
                rows.person_ids[i],
                rows.unit_ids[i],
                rows.posting_ids[i],
                rows.old_postings[i],
                kinds[i],
                names[i] or "",
                levels[i],
                rows.post_starts[i],
                *documents[i],
            ]
