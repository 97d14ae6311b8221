"""Reference rows from fixtures/: code tables and holidays; other apps register their own.

Loading is safe to repeat. What is missing is added; what nobody in the office has edited follows
the fixture; what somebody has edited stays as it is, unless `overwrite`. Nothing is deleted: a
value that went out of use gets a last day instead. Row history is written by the database.
Source: docs/rules.md K-01.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

from django.db import models, transaction

from .models import CodeTable, CodeValue, Holiday
from .writes import sign

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
BATCH = 1000


class Loaded(NamedTuple):
    """Rows of one loader. kept: edited by the office, differ from the fixture, left alone."""

    created: int
    updated: int
    unchanged: int
    kept: int

    def __str__(self) -> str:
        text = f"新增{self.created}条，更新{self.updated}条，未变{self.unchanged}条"
        return f"{text}，保留本地修改{self.kept}条" if self.kept else text


class BadFixture(ValueError):
    """A fixture that cannot be read. str() is a Chinese sentence with file and line."""


Loader = Callable[[Path, bool], Loaded]
_loaders: dict[str, Loader] = {}


def register_loader(name: str, loader: Loader) -> None:
    """Let `load_all` and the command load_reference call `loader(fixtures_dir, overwrite)`.

    name   as the command lists it, such as 行政区划; registering a name again replaces it
    Apps register in AppConfig.ready, lower ones first.
    """
    _loaders[name] = loader


def loaders() -> dict[str, Loader]:
    """Return the registered loaders by name, in order of registration."""
    return dict(_loaders)


def load_all(
    fixtures_dir: Path = FIXTURES, *, overwrite: bool = False
) -> Iterator[tuple[str, Loaded]]:
    """Run every loader, each in its own transaction; yield its name and what it did."""
    for name, loader in _loaders.items():
        yield name, loader(fixtures_dir, overwrite)


def load_code_tables(fixtures_dir: Path = FIXTURES, overwrite: bool = False) -> Loaded:
    """Load code_tables/_tables.csv and the table of each line. Returns counts of values."""
    folder = fixtures_dir / "code_tables"
    tables = [
        CodeTable(code=row["code"], name=row["name"], standard=row["standard"], note=row["note"])
        for _, row in rows_of(folder / "_tables.csv", "code name standard note")
    ]
    values: list[CodeValue] = []
    for table in tables:
        values += _values(table.code, folder / f"{table.code}.csv")
    with transaction.atomic():
        upsert(tables, overwrite=overwrite)
        return upsert(values, overwrite=overwrite)


def _values(table: str, file: Path) -> Iterator[CodeValue]:
    columns = "value label parent sort valid_from valid_to attrs external_map"
    for line, row in rows_of(file, columns):
        try:
            yield CodeValue(
                key=f"{table}.{row['value']}",
                table_id=table,
                value=row["value"],
                label=row["label"],
                parent_id=f"{table}.{row['parent']}" if row["parent"] else None,
                sort=int(row["sort"]),
                valid_from=day_or_none(row["valid_from"]),
                valid_to=day_or_none(row["valid_to"]),
                attrs=json.loads(row["attrs"] or "{}"),
                external_map=json.loads(row["external_map"] or "{}"),
            )
        except ValueError as problem:
            raise BadFixture(f"{file.name} 第{line}行：{problem}") from None


def load_holidays(fixtures_dir: Path = FIXTURES, overwrite: bool = False) -> Loaded:
    """Load holidays.csv. Returns counts of days."""
    file = fixtures_dir / "holidays.csv"
    days: list[Holiday] = []
    for line, row in rows_of(file, "date kind name source"):
        if row["kind"] not in Holiday.Kind.values:
            raise BadFixture(f"{file.name} 第{line}行：类别“{row['kind']}”应为 holiday 或 workday")
        try:
            day = date.fromisoformat(row["date"])
        except ValueError:
            raise BadFixture(f"{file.name} 第{line}行：“{row['date']}”不是日期") from None
        days.append(Holiday(day=day, kind=row["kind"], name=row["name"], source=row["source"]))
    with transaction.atomic():
        return upsert(days, overwrite=overwrite)


def rows_of(file: Path, columns: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line, row) of a CSV fixture that has exactly these columns. Raises BadFixture."""
    if not file.is_file():
        raise BadFixture(f"找不到基础数据文件 {file}")
    with open(file, encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle)
        if reader.fieldnames != columns.split():
            raise BadFixture(f"{file.name} 的表头应为 {','.join(columns.split())}")
        for row in reader:
            if None in row or None in row.values():
                raise BadFixture(f"{file.name} 第{reader.line_num}行的列数与表头不符")
            yield reader.line_num, row


def day_or_none(text: str) -> date | None:
    """Return the day of an ISO text; None for an empty one."""
    return date.fromisoformat(text) if text else None


def upsert(rows: Iterable[models.Model], *, overwrite: bool = False) -> Loaded:
    """Bring rows of one model, given by primary key, into the database. See the module's words.

    Five statements for any number of rows, and one more for each thousand. Inside a transaction.
    """
    sign(by=None)  # so that these rows do not pass for edits of the office
    wanted = {row.pk: row for row in rows}
    if not wanted:
        return Loaded(0, 0, 0, 0)
    model = type(next(iter(wanted.values())))
    fields = [f for f in model._meta.concrete_fields if not f.primary_key]
    present = {row.pk: row for row in model._default_manager.select_for_update().order_by("pk")}
    new = [row for pk, row in wanted.items() if pk not in present]
    differing = [
        row
        for pk, row in wanted.items()
        if pk in present
        and any(getattr(row, f.attname) != getattr(present[pk], f.attname) for f in fields)
    ]
    edited = set() if overwrite else _edited_by_people(model)
    changed = [row for row in differing if row.pk not in edited]
    model._default_manager.bulk_create(new, batch_size=BATCH)
    if changed:
        names = [f.name for f in fields]
        model._default_manager.bulk_update(changed, names, batch_size=BATCH)
    unchanged = len(wanted) - len(new) - len(differing)
    return Loaded(len(new), len(changed), unchanged, len(differing) - len(changed))


def _edited_by_people(model: type[models.Model]) -> set[object]:
    """Return the keys of rows that a signed-in person has written, by their history."""
    history = model.history.model  # type: ignore[attr-defined]
    pk = model._meta.pk.name  # type: ignore[union-attr]
    by_people = history.objects.filter(history_user_id__isnull=False)
    return set(by_people.values_list(pk, flat=True))


register_loader("代码表", load_code_tables)
register_loader("节假日", load_holidays)
