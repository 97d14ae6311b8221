"""Vectors from real public data beside the checkout; tests skip where it is absent."""

import csv
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data"


def shared_rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a CSV in ../shared/data, or skip the test with a message."""
    file = FOLDER / name
    if not file.is_file():
        pytest.skip(f"no {name} in {FOLDER}: the shared data is not beside this checkout")
    with open(file, encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))
