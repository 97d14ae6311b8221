"""The peer's import: a workbook through tablib and a ModelResource, as its documentation shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import tablib
from import_export import fields, resources, widgets

from .models import Body, RosterRow

HEADERS = {
    "name": "姓名",
    "id_no": "公民身份号码",
    "sex": "性别",
    "birth_month": "出生年月",
    "ethnicity": "民族",
    "native_place": "籍贯",
    "political_status": "政治面貌",
    "work_started_on": "参加工作时间",
    "education": "学历",
    "school": "毕业院校",
    "major": "专业",
    "phone": "联系电话",
    "unit": "编制所在单位编码",
    "unit_name": "编制所在单位",
    "quota_type": "编制类型",
    "status": "人员状态",
    "identity": "人员身份",
    "starts_on": "入编时间",
    "entry_mode": "进入方式",
    "post_name": "职务",
    "is_dual": "双肩挑",
    "on_unified_payroll": "工资统发",
}
_WIDGETS: dict[str, Any] = {
    "unit": widgets.ForeignKeyWidget(Body, "code"),
    "work_started_on": widgets.DateWidget("%Y-%m-%d"),
    "starts_on": widgets.DateWidget("%Y-%m-%d"),
}


class RosterResource(resources.ModelResource):
    class Meta:
        model = RosterRow
        fields = tuple(HEADERS)
        import_id_fields = ("id_no",)
        skip_unchanged = True


for _name, _header in HEADERS.items():
    RosterResource.fields[_name] = fields.Field(
        attribute=_name, column_name=_header, widget=_WIDGETS.get(_name, widgets.CharWidget())
    )


def load(book: Path) -> int:
    """Import a workbook in one transaction; return how many rows were added."""
    data = tablib.Dataset().load(book.read_bytes(), format="xlsx")
    result = RosterResource().import_data(
        data, dry_run=False, raise_errors=True, use_transactions=True
    )
    return int(result.totals["new"])
