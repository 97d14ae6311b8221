"""Workbooks for tests, written as an office would write them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile

QUOTA_HEADERS = [
    "机构编码",
    "机构名称",
    "编制类型",
    "日期",
    "批准文号",
    "增编数",
    "减编数",
    "变化原因",
]


def book(headers: list[str], *rows: list[Any], sheet: str = "Sheet1") -> bytes:
    made = openpyxl.Workbook()
    page = made.active
    page.title = sheet
    page.append(headers)
    for row in rows:
        page.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def saved(path: Path, headers: list[str], *rows: list[Any]) -> Path:
    path.write_bytes(book(headers, *rows))
    return path


def upload(content: bytes, name: str = "台账.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)
