"""Giving an uploaded workbook back with its faults marked, cell by cell."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import process
from .faults import Fault, Faults, Notice
from .limits import DEFAULT, Limits, Refused
from .marking_child import WHOLE_CELLS


@dataclass(frozen=True, slots=True)
class Marked:
    """What was given back: faulty lines, whether all rows are in it, a sentence about it."""

    rows: int
    whole: bool
    sentence: str


def mark_faults(
    path: str | Path,
    faults: Iterable[Fault | Notice],
    out_path: str | Path,
    *,
    name: str | None = None,
    header_lines: Mapping[str, int] | None = None,
    limits: Limits = DEFAULT,
    whole_cells: int = WHOLE_CELLS,
) -> Marked:
    """Write the uploaded workbook to `out_path` (xlsx) with a column 错误说明 and marked cells.

    header_lines  sheet → Excel line of its header (`parsed.header.line`), for the new column;
                  without it, the line that names most of the faulty columns
    whole_cells   past so many cells only the faulty lines are given back, and said so
    An .xlsx keeps its formats; .xls and .csv become .xlsx with the same cells. The work is done
    in a child process. Raises Refused; then no file is left behind.
    """
    payload: dict[str, Any] = {
        "path": str(Path(path).resolve()),
        "name": name or str(path),
        "out": str(Path(out_path).resolve()),
        "faults": _ordered(faults),
        "headers": dict(header_lines or {}),
        "whole_cells": whole_cells,
    }
    try:
        try:
            return _run({**payload, "keep_formats": True}, limits)
        except process.Cancelled:
            raise
        except Refused:
            # openpyxl is stricter and hungrier than the reader was: give the cells back plain.
            return _run({**payload, "keep_formats": False}, limits)
    except BaseException:
        if os.path.exists(payload["out"]):
            os.unlink(payload["out"])
        raise


def _run(payload: dict[str, Any], limits: Limits) -> Marked:
    answer: dict[str, Any] | None = None
    for line in process.run("mark", payload, limits):
        if line:
            answer = json.loads(line)
    if answer is None:
        raise Refused(process.CRASHED)
    if "refused" in answer:
        raise Refused(answer["refused"])
    return Marked(answer["rows"], answer["whole"], answer["sentence"])


def _ordered(faults: Iterable[Fault | Notice]) -> list[list[Any]]:
    """Return the faults in reading order, as the child takes them."""
    listed = Faults(keep=10**9)
    listed.extend(faults)
    return [[f.sheet, f.row, f.column, f.header, f.value, f.message] for f in listed.sorted()]
