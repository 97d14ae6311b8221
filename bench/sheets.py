"""The workbook engine, measured: reading, checking and writing a roster of 100,000 lines.

Each measurement runs in a fresh process and is a ratio against a plain use of the same library
in the same run, so that a slow machine cancels out. Prints one JSON line per measurement.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from apps.core import sheets
from apps.core.sheets import Column

ROWS, SMALL = 100_000, 4_000
TURNS = 3
UNITS = {f"某市某某局第{at}科": at for at in range(300)}


def columns() -> list[Column]:
    """Return 25 columns of every kind."""
    made = [
        Column("姓名", "name", sheets.text(72, inner="cjk", middle_dot=True), required=True),
        Column("身份证号", "number", sheets.text(18, half_width=True, inner="none"), required=True),
        Column("性别", "sex", sheets.code([("1", "男"), ("2", "女")]), required=True),
        Column("编制类型", "sort", sheets.code([("q.10", "行政编制"), ("q.20", "事业编制")])),
        Column("单位", "unit", sheets.ref(_units, noun="单位"), required=True),
        Column("入编日期", "since", sheets.day, required=True),
        Column("出生年月", "born", sheets.month),
        Column("双肩挑", "both", sheets.yes_no),
        Column("工龄", "years", sheets.whole_number(0, 60)),
        Column("文号", "document", sheets.text(60, half_width=True)),
    ]
    return made + [
        Column(f"其他{at}", f"more{at}", sheets.text(100)) for at in range(25 - len(made))
    ]


def _units(texts: list[str]) -> dict[str, Any]:
    return {text: UNITS[text] for text in texts if text in UNITS}


def rows(count: int) -> Iterator[tuple[Any, ...]]:
    """Yield rows as a roster has them: some columns unique, most of few distinct values."""
    names = list(UNITS)
    for at in range(count):
        yield (
            f"{'赵钱孙李周吴'[at % 6]}{chr(0x4E00 + at % 5000)}{chr(0x4E00 + at % 3001)}",
            f"330522{1960 + at % 40}{1 + at % 12:02d}{1 + at % 28:02d}{at % 10_000:04d}",
            str(1 + at % 2),
            "q.10" if at % 3 else "q.20",
            names[at % 300],
            f"{2000 + at % 20}-{1 + at % 12:02d}-{1 + at % 28:02d}",
            f"{1960 + at % 40}.{2 + at % 8}",
            "是" if at % 2 else "否",
            at % 40,
            f"批字〔{2000 + at % 20}〕{at % 500}号",
            *(f"内容{at % (7 * turn + 1)}" for turn in range(15)),
        )


# --- what runs in a process of its own ----------------------------------------------------


def export(engine: str, count: int, path: str) -> None:
    sheets.write_rows(path, columns(), rows(count), sheet_name="花名册", engine=engine)


def openpyxl_styled(count: int, path: str) -> None:
    """What a careful openpyxl user writes: write-only, text cells with borders."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Border, Side

    book = Workbook(write_only=True)
    sheet = book.create_sheet("花名册")
    side = Side(style="thin")
    border = Border(side, side, side, side)
    for row in rows(count):
        cells = []
        for value in row:
            cell = WriteOnlyCell(sheet, value)
            cell.border, cell.number_format = border, "@"
            cells.append(cell)
        sheet.append(cells)
    book.save(path)


def calamine_alone(path: str) -> None:
    from python_calamine import load_workbook

    for _ in load_workbook(path).get_sheet_by_index(0).iter_rows():
        pass


def read_and_check(path: str) -> None:
    parsed = sheets.parse(sheets.read(path), columns())
    if parsed.faults or len(parsed) != ROWS:
        raise SystemExit(f"{len(parsed)} rows, {len(parsed.faults)} faults")


def check_only(path: str) -> dict[str, float]:
    book = sheets.read(path)
    start = time.process_time()
    sheets.parse(book, columns())
    return {"seconds": time.process_time() - start}


TASKS: dict[str, Any] = {
    "export": lambda path: export("rust", ROWS, path),
    "export_small": lambda path: export("rust", SMALL, path),
    "openpyxl_small": lambda path: openpyxl_styled(SMALL, path),
    "nothing": lambda path: None,
    "calamine": calamine_alone,
    "read": read_and_check,
    "check": check_only,
}


def run(task: str, path: Path) -> dict[str, float]:
    """Run one task in a fresh process. Returns cpu seconds (with children) and MB of memory."""
    out = subprocess.run(
        [sys.executable, "-m", "bench.sheets", task, str(path)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    found: dict[str, float] = json.loads(out.stdout)
    return found


def measure(task: str, path: str) -> None:
    extra = TASKS[task](path) or {}
    own = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
    memory = {"own_mb": own.ru_maxrss / 1024, "child_mb": children.ru_maxrss / 1024}
    print(json.dumps({"cpu": cpu, **memory, **extra}))


def compare(task: str, other: str, path: Path, other_path: Path) -> tuple[float, float]:
    """Return the medians of cpu seconds of two tasks, run by turns."""
    pairs = [(run(task, path)["cpu"], run(other, other_path)["cpu"]) for _ in range(TURNS)]
    return median(a for a, _ in pairs), median(b for _, b in pairs)


def say(number: str, what: str, **figures: Any) -> None:
    print(json.dumps({"id": number, "what": what, **figures}, ensure_ascii=False), flush=True)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        big, small = Path(folder) / "big.xlsx", Path(folder) / "small.xlsx"
        idle = run("nothing", small)
        other = Path(folder) / "other.xlsx"
        ours, theirs = compare("export_small", "openpyxl_small", small, other)
        ratio = (theirs - idle["cpu"]) / max(ours - idle["cpu"], 0.001)
        say("P6", "export of styled rows: openpyxl write-only cpu / ours",
            ratio=round(ratio, 1), at_least=10, ok=ratio >= 10, rows=SMALL)  # fmt: skip
        wrote = run("export", big)
        growth = wrote["own_mb"] - idle["own_mb"]
        say("P6-memory", "memory growth while exporting 100,000 rows, MB",
            ratio=round(growth, 1), at_most=100, ok=growth <= 100,
            seconds=round(wrote["cpu"], 2))  # fmt: skip
        ours, theirs = compare("read", "calamine", big, big)
        ratio = ours / theirs
        say("S3", "guard, read in a child and check 25 columns: cpu / calamine alone",
            ratio=round(ratio, 2), at_most=6, ok=ratio <= 6,
            seconds=round(ours, 2), calamine_seconds=round(theirs, 2))  # fmt: skip
        checked = run("check", big)
        share = checked["seconds"] / theirs
        say("S4", "check of 100,000 rows × 25 columns: cpu / calamine's reading",
            ratio=round(share, 2), at_most=1.5, ok=share <= 1.5,
            seconds=round(checked["seconds"], 2))  # fmt: skip
        together = checked["own_mb"] + checked["child_mb"]
        say("S5", "memory of reader and child together at their peaks, MB",
            ratio=round(together), at_most=1024, ok=together <= 1024)  # fmt: skip


if __name__ == "__main__":
    if len(sys.argv) == 3:
        measure(sys.argv[1], sys.argv[2])
    else:
        main()
