"""Temporary tables that hold what a roster writes, filled by COPY without building it in memory."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

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
    "line int, person_id bigint, is_new bool, unit_id bigint, posting_id bigint, "
    "old_posting_id bigint, "
    "post_kind_id text, post_name text, post_level_id text, starts_on date, document_id bigint, "
    "document_no text"
)


class Staged(NamedTuple):
    """Rows of one temporary table, and how many of them are new."""

    total: int
    new: int

    @property
    def changed(self) -> int:
        return self.total - self.new


class Texts(dict[Any, str]):
    """Values of one column as COPY spells them, each spelled once."""

    def __init__(self, none: str = r"\N") -> None:
        super().__init__({None: none})

    def __missing__(self, value: Any) -> str:
        text = self[value] = copy_text(value)
        return text

    def of(self, values: Iterable[Any]) -> Iterator[str]:
        return map(self.__getitem__, values)


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


def stage(
    table: str, columns: str, rows: Iterable[Sequence[str]], *, indexes: Sequence[str]
) -> Staged:
    """Make a temporary table of rows of COPY texts; it ends with the transaction.

    indexes   columns it is joined by: no join order is then a slow one, even right after a big
              import, when the statistics of the register's tables are stale
    """
    lines = ("\t".join(row) + "\n" for row in rows)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE {table} ({columns}) ON COMMIT DROP")
        cursor.copy_expert(f"COPY {table} FROM STDIN", _Feed(lines), _BUFFER)
        for column in indexes:
            cursor.execute(f"CREATE INDEX ON {table} ({column})")
        cursor.execute(f"ANALYZE {table}")
        cursor.execute(
            f"SELECT count(*), count(*) FILTER (WHERE is_new) FROM {table}"  # noqa: S608
        )
        return Staged(*cursor.fetchone())


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


def people(rows: Rows, numbers: dict[int, str]) -> Iterator[tuple[str, ...]]:
    """Return the persons to write, sealed in batches while they are read.

    The database is asked first: during a COPY its connection answers nothing else.
    """
    wanted = [i for i, state in enumerate(rows.person_states) if state in (NEW, CHANGED)]
    return _sealed_people(rows, numbers, wanted, _uids(rows, wanted))


def _sealed_people(
    rows: Rows, numbers: dict[int, str], wanted: list[int], uids: dict[int, uuid.UUID]
) -> Iterator[tuple[str, ...]]:
    columns = [(name, rows.column(name)) for name in PERSON_FIELDS]
    texts = {name: Texts("" if name in TEXTS else r"\N") for name in PERSON_FIELDS}
    for at in range(0, len(wanted), BATCH):
        batch = wanted[at : at + BATCH]
        sealed = _sealed_numbers(rows, batch, uids)
        phones = _sealed_phones(rows, batch, uids)
        names = [rows.column("name")[i] or "" for i in batch]
        readings = pinyin.persons(names)
        yield from zip(
            (str(rows.parsed.lines[i]) for i in batch),
            (str(rows.person_ids[i]) for i in batch),
            _flags(rows.person_states[i] == NEW for i in batch),
            _flags(rows.number_changed[i] for i in batch),
            _flags(rows.phone_changed[i] for i in batch),
            (str(uids[i]) for i in batch),
            (copy_text(numbers.get(i)) for i in batch),
            (copy_text(full) for full, _ in readings),
            (copy_text(initials) for _, initials in readings),
            (_hexed(sealed[i].ct) if i in sealed else r"\N" for i in batch),
            (_hexed(sealed[i].bi) if i in sealed else r"\N" for i in batch),
            (str(sealed[i].tail) if i in sealed else r"\N" for i in batch),
            (_hexed(phones[i]) if i in phones else r"\N" for i in batch),
            *[
                texts[name].of(
                    _with_number(rows, batch, name, column)
                    if name in ("sex", "birth_month")
                    else map(column.__getitem__, batch)
                )
                for name, column in columns
            ],
            strict=True,
        )


def _with_number(rows: Rows, batch: list[int], name: str, column: list[Any]) -> Iterator[Any]:
    """Yield sex or month of birth; where the sheet has none, what the number says."""
    for i in batch:
        value, found = column[i], rows.found[i]
        if value is None and found is not None:
            value = f"sex.{found.sex}" if name == "sex" else found.birth_on.replace(day=1)
        yield value


def _flags(values: Iterable[Any]) -> Iterator[str]:
    return ("t" if value else "f" for value in values)


def _hexed(value: bytes) -> str:
    return f"\\\\x{value.hex()}"


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


def _sealed_phones(rows: Rows, batch: list[int], uids: dict[int, uuid.UUID]) -> dict[int, bytes]:
    phones = rows.column("phone")
    wanted = [
        i for i in batch if phones[i] and (rows.person_states[i] == NEW or rows.phone_changed[i])
    ]
    sealed = secrets.seal_phones([phones[i] or "" for i in wanted], [uids[i] for i in wanted])
    return dict(zip(wanted, sealed, strict=True))


def spells(rows: Rows) -> Iterator[tuple[str, ...]]:
    """Yield the spells to write."""
    wanted = [i for i, state in enumerate(rows.spell_states) if state in (NEW, CHANGED)]

    def picked(values: Any, none: str = r"\N") -> Iterator[str]:
        return Texts(none).of(map(values.__getitem__, wanted))

    cited: list[Iterator[str]] = []
    for name in DOCUMENT_FIELDS:
        documents = rows.documents[name]
        cited.append(picked([pk for pk, _ in documents]))
        cited.append(picked([text for _, text in documents]))
    return zip(
        map(str, map(rows.parsed.lines.__getitem__, wanted)),
        map(copy_text, map(rows.person_ids.__getitem__, wanted)),
        map(copy_text, map(rows.spell_ids.__getitem__, wanted)),
        _flags(rows.spell_states[i] == NEW for i in wanted),
        picked(rows.unit_ids),
        picked(rows.depts),
        picked(rows.statuses),
        picked(rows.exit_modes),
        *cited,
        *[picked(rows.column(name), "" if name in TEXTS else r"\N") for name in SPELL_FIELDS],
        strict=True,
    )


def postings(rows: Rows) -> Iterator[list[str]]:
    """Yield the postings to write."""
    kinds, documents = rows.column("post_kind"), rows.documents["post_document"]
    for i, state in enumerate(rows.posting_states):
        if state in (NEW, CHANGED):
            values = [
                rows.parsed.lines[i],
                rows.person_ids[i],
                state == NEW,
                rows.unit_ids[i],
                rows.posting_ids[i],
                rows.old_postings[i],
                kinds[i],
                rows.post_names[i] or "",
                rows.post_levels[i],
                rows.post_starts[i],
                *documents[i],
            ]
            yield list(map(copy_text, values))
