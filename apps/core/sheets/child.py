"""The child process: `python -m apps.core.sheets.child`, started by process.py only.

Reads one JSON object from standard input ({"task", "limits", …}), answers in JSON lines. Runs
without Django. Everything a strange file can do happens here, inside the limits set first.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import resource
import sys
import time
from array import array
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, BinaryIO

from . import csvtext, guard
from .limits import Limits, Refused
from .process import CRASHED, TOO_MUCH
from .safecell import from_csv

BATCH = 200  # rows in one line of output
BLOCK = 4_000  # rows in one line of output, sent as columns


def main() -> int:
    """Run one task; a refusal is an answer like any other. Returns the exit status."""
    work = json.loads(sys.stdin.buffer.read())
    limits = Limits(**work["limits"])
    _limit(limits)
    out = sys.stdout.buffer
    try:
        for line in TASKS[work["task"]](work, limits):
            out.write(line)
            out.write(b"\n")
        out.flush()
    except Refused as refusal:
        _say(out, {"refused": refusal.sentence, "cause": repr(refusal.__cause__)})
    except MemoryError:
        _say(out, {"refused": TOO_MUCH, "cause": "MemoryError"})
    except BrokenPipeError:
        return 1
    except BaseException as error:  # PanicException of a Rust library is no Exception
        _say(out, {"refused": CRASHED, "cause": f"{type(error).__name__}: {error}"[:300]})
    return 0


def _say(out: BinaryIO, message: dict[str, Any]) -> None:
    out.write(b"\n" + _dump(message) + b"\n")
    out.flush()


def _limit(limits: Limits) -> None:
    """Bound this process. Memory is address space: what cannot be mapped cannot be used."""
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 1024))


def _dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )


def check(work: dict[str, Any], limits: Limits) -> Iterator[bytes]:
    """Guard only. Yields one line: kind, properties and the sheets with their flags."""
    checked = guard.inspect(work["path"], work["name"], limits)
    sheets = [[sheet.name, sheet.hidden] for sheet in checked.sheets.values()]
    yield _dump({"kind": checked.kind, "properties": checked.properties, "sheets": sheets})


def read(work: dict[str, Any], limits: Limits) -> Iterator[bytes]:
    """Guard, then values. Yields a book line, sheet lines, row lines (arrays), an end line."""
    start = time.perf_counter()
    checked = guard.inspect(work["path"], work["name"], limits)
    guarded = time.perf_counter()
    yield _dump({"book": checked.kind, "properties": checked.properties})
    if checked.kind == "csv":
        yield from _read_text(work["path"], limits)
    else:
        yield from _read_sheets(work["path"], checked, limits)
    end = time.perf_counter()
    yield _dump({"end": {"guard": guarded - start, "read": end - guarded}})


def _read_text(path: str, limits: Limits) -> Iterator[bytes]:
    with open(path, "rb") as file:
        encoding = csvtext.encoding_of(file)
        yield _dump({"note": f"按 {csvtext.ENCODINGS[encoding]} 编码读取"})
        yield _dump({"sheet": "CSV", "hidden": False})
        yield from _batches(_text_rows(file, encoding, limits), limits)


def _text_rows(file: BinaryIO, encoding: str, limits: Limits) -> Iterator[list[Any]]:
    for row in csvtext.rows_of(file, encoding, limits):
        yield [from_csv(cell) for cell in row]


def _read_sheets(path: str, checked: guard.Checked, limits: Limits) -> Iterator[bytes]:
    for sheet, about, facts in _calamine_sheets(path, checked):
        yield _dump(_about(sheet, about, facts, limits))
        yield from _blocks(_rows(sheet, facts), limits)


def sheets_of(
    path: str, checked: guard.Checked, limits: Limits
) -> Iterator[tuple[str, bool, Iterator[list[Any]]]]:
    """Yield (name, hidden, rows) of a checked file's sheets, csv included."""
    if checked.kind == "csv":
        with open(path, "rb") as file:
            encoding = csvtext.encoding_of(file)
            yield "CSV", False, _text_rows(file, encoding, limits)
        return
    for sheet, about, facts in _calamine_sheets(path, checked):
        yield about.name, _hidden(about, facts), _rows(sheet, facts)


def _calamine_sheets(
    path: str, checked: guard.Checked
) -> Iterator[tuple[Any, Any, guard.SheetFacts]]:
    """Yield each worksheet as calamine has it, with its metadata and the guard's findings."""
    import python_calamine  # the child of a csv, and every importer of this package, needs none

    try:
        with open(path, "rb") as file, python_calamine.load_workbook(file) as book:
            for about in book.sheets_metadata:
                if about.typ == python_calamine.SheetTypeEnum.WorkSheet:
                    facts = checked.sheets.get(about.name, guard.SheetFacts(about.name))
                    yield book.get_sheet_by_name(about.name), about, facts
    except python_calamine.PasswordError:
        raise Refused(guard.LOCKED) from None
    except (python_calamine.CalamineError, ValueError, OSError) as error:
        raise Refused(guard.BROKEN) from error


def _hidden(about: Any, facts: guard.SheetFacts) -> bool:
    return facts.hidden or not str(about.visible).endswith(".Visible")


def _about(sheet: Any, about: Any, facts: guard.SheetFacts, limits: Limits) -> dict[str, Any]:
    merged = sheet.merged_cell_ranges or []
    return {
        "sheet": about.name,
        "hidden": _hidden(about, facts),
        "merged": [
            (first[0] + 1, first[1] + 1, last[0] + 1, last[1] + 1)
            for first, last in merged[: limits.merges]
        ],
        "formulas": facts.formulas,
        "formula_count": facts.formula_count,
    }


def _rows(sheet: Any, facts: guard.SheetFacts) -> Iterator[list[Any]]:
    """Yield the rows from Excel line 1 and column A on.

    calamine's iter_rows begins at line 1 but at the first *filled* column; errors come as empty
    text, so the places the guard has seen are filled in.
    """
    if sheet.start is None:
        return
    indent = [""] * sheet.start[1]
    errors: dict[int, list[int]] = {}
    for line, column in facts.errors:
        errors.setdefault(line, []).append(column)
    for line, row in enumerate(sheet.iter_rows(), start=1):
        if indent:
            row = indent + row
        for column in errors.get(line, ()):
            if column <= len(row):
                row[column - 1] = ERROR
        yield row


class _ErrorCell:
    """An Excel error; which one, calamine does not say."""


ERROR = _ErrorCell()


def _plain(value: Any) -> dict[str, Any]:
    """Return a value JSON has no word for (json.dumps calls this)."""
    if value is ERROR:
        return {"e": "#错误"}
    if isinstance(value, dt.datetime):
        return {"s": value.isoformat()}
    if isinstance(value, dt.date):
        return {"d": value.isoformat()}
    if isinstance(value, dt.time):
        return {"h": value.isoformat()}
    if isinstance(value, dt.timedelta):
        return {"n": value.total_seconds()}
    raise TypeError(type(value).__name__)


def _blocks(rows: Iterator[list[Any]], limits: Limits) -> Iterator[bytes]:
    """Yield rows of equal length as columns: {"count", "columns": [[type code, codes, further]]}.

    further  the distinct cells of the column that no earlier block has sent
    codes    base64; for each row the place of its cell among all that were sent
    """
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_plain).encode
    known: list[dict[Any, int]] = []
    line, sent = 1, 0
    while block := list(islice(rows, BLOCK)):
        width = max(map(len, block))
        if min(map(len, block)) < width:
            block = [row + [""] * (width - len(row)) for row in block]
        if len(known) < width:
            known += [{} for _ in range(width - len(known))]
        pieces = []
        for table, cells in zip(known, zip(*block, strict=True), strict=True):
            piece, size = _packed(table, cells, line, limits)
            pieces.append(piece)
            sent += size
            # One shared string in a million cells is gigabytes once it is written out.
            if sent > limits.output_bytes:
                raise Refused(TOO_MUCH)
        yield encode({"count": len(block), "columns": pieces}).encode("utf-8", "surrogatepass")
        line += len(block)


def _packed(
    table: dict[Any, int], cells: Sequence[Any], line: int, limits: Limits
) -> tuple[list[Any], int]:
    """Return one column of a block as it is sent, and how long its cells are written out."""
    texts = set(map(type, cells)) == {str}
    # 1, 1.0 and True are equal as dictionary keys
    keys = cells if texts else [v if v.__class__ is str else (v.__class__, v) for v in cells]
    before = len(table)
    further = [key for key in dict.fromkeys(keys) if key not in table]
    table.update(zip(further, range(before, before + len(further)), strict=True))
    sort = "B" if len(table) <= 1 << 8 else "H" if len(table) <= 1 << 16 else "I"
    codes = array(sort, map(table.__getitem__, keys))
    plain = further if texts else [key if key.__class__ is str else key[1] for key in further]
    longest = max((len(v) for v in plain if v.__class__ is str), default=0)
    if longest > limits.cell_chars:
        at = next(n for n, v in enumerate(cells) if v.__class__ is str and len(v) == longest)
        raise Refused(
            f"第 {line + at} 行有一个单元格长达 {longest} 字，最多 {limits.cell_chars} 字"
        )
    size = sum(map(len, cells)) if texts else sum(len(v) for v in cells if v.__class__ is str)
    return [sort, base64.b64encode(codes.tobytes()).decode("ascii"), plain], size + 3 * len(cells)


def _batches(rows: Iterator[list[Any]], limits: Limits) -> Iterator[bytes]:
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_plain).encode
    batch: list[str] = []
    sent = 0
    for line, row in enumerate(chain(rows, [None]), start=1):
        if row is not None:
            text = encode(row)
            if len(text) > limits.cell_chars:
                _check_length(line, row, limits)
            batch.append(text)
            sent += len(text)
        # One shared string in a million cells is gigabytes once it is written out.
        if sent > limits.output_bytes:
            raise Refused(TOO_MUCH)
        if batch and (row is None or len(batch) == BATCH):
            yield ("[" + ",".join(batch) + "]").encode("utf-8", "surrogatepass")
            batch = []


def _check_length(line: int, row: list[Any], limits: Limits) -> None:
    for value in row:
        if isinstance(value, str) and len(value) > limits.cell_chars:
            raise Refused(
                f"第 {line} 行有一个单元格长达 {len(value)} 字，最多 {limits.cell_chars} 字"
            )


def mark(work: dict[str, Any], limits: Limits) -> Iterator[bytes]:
    """Give a workbook back with its faults marked. Yields one line about the result."""
    from . import marking_child  # openpyxl takes 0.2 s to import and only this task needs it

    yield _dump(marking_child.mark(work, limits))


TASKS: dict[str, Callable[[dict[str, Any], Limits], Iterator[bytes]]] = {
    "check": check,
    "read": read,
    "mark": mark,
}

if __name__ == "__main__":
    sys.exit(main())
