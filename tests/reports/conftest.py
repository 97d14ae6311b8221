"""What the tests of reports share: the small county of the boards, and readers of files."""

from __future__ import annotations

import io

import openpyxl
import pypdf

from tests.dashboards.conftest import World, world
from tests.factories.cast import (
    bureau,
    clerk,
    document,
    foreign_bureau,
    foreign_home,
    home,
    leader,
    reader,
    stranger,
    unit_clerk,
)

__all__ = [
    "World",
    "bureau",
    "clerk",
    "document",
    "foreign_bureau",
    "foreign_home",
    "home",
    "leader",
    "reader",
    "stranger",
    "unit_clerk",
    "world",
]


def content(response) -> bytes:
    return b"".join(response.streaming_content)


def pdf_text(made: bytes) -> str:
    """Return the text of a PDF without blanks."""
    pages = pypdf.PdfReader(io.BytesIO(made)).pages
    return "".join("".join(page.extract_text() for page in pages).replace("\u200b", "").split())


def sheet_rows(made: bytes, number: int = 0) -> list[list]:
    """Return the values of one sheet of a workbook, without empty cells."""
    sheet = openpyxl.load_workbook(io.BytesIO(made)).worksheets[number]
    rows = [[cell for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)]
    return [row for row in rows if row]
