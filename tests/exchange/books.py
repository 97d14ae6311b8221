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


def office_roster(*rows: list[Any], sign: bool = True) -> bytes:
    """A county's own roster: title, remark, header over two lines, total and signature.

    rows   name, identity number, birth month, unit, quota type, month of entry
    """
    made = openpyxl.Workbook()
    page = made.active
    page.title = "在编人员"
    page.append(["某县机关事业单位在编人员花名册"])
    page.append(["填报单位：组织部", None, None, None, None, "2024年3月"])
    page.append(["序\n号", "基本信息", None, None, "编制信息", None, None, "准考证号"])
    page.append([None, "姓 名", "身份证\n号码", "出生\n年月", "部门名称", "编制性质", "进编\n时间"])
    for number, row in enumerate(rows, start=1):
        page.append([number, *row, f"Z{number}"])
    if sign:
        page.append(["合计", len(rows)])
        page.append(["制表人：王五", None, None, None, "审核人："])
    for place in ("A1:H1", "A3:A4", "B3:D3", "E3:G3", "H3:H4"):
        page.merge_cells(place)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()
