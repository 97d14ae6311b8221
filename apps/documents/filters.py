"""The query bar of the document list."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from apps.core import filters as f

from .choices import Secrecy
from .models import ApprovalDocument


class DocumentFilter(f.FilterSet):
    primary = ("q", "kind", "issued", "used")

    q = f.TextFilter(label="文号或标题", placeholder="文号、标题、发文机关", method="by_text")
    kind = f.CodeFilter(label="文件类别", table="doc_kind")
    issued = f.DayRangeFilter(label="发文日期", field_name="issued_on")
    used = f.ChoiceFilter(
        label="落实情况", choices=[("1", "已有机构引用"), ("0", "尚未引用")], method="by_use"
    )
    secrecy = f.ChoiceFilter(label="密级", choices=Secrecy.choices)
    original = f.ChoiceFilter(
        label="原件", choices=[("1", "已上传"), ("0", "未上传")], method="by_original"
    )
    archive = f.TextFilter(label="档号", field_name="archive_no", lookup_expr="startswith")

    class Meta:
        model = ApprovalDocument
        fields: list[str] = []

    def by_text(self, rows: Any, name: str, value: str) -> QuerySet:
        return rows.found_by(value)

    def by_use(self, rows: Any, name: str, value: str) -> QuerySet:
        used = ApprovalDocument.objects.filter(unit_links__isnull=False).values("pk")
        return rows.filter(pk__in=used) if value == "1" else rows.exclude(pk__in=used)

    def by_original(self, rows: Any, name: str, value: str) -> QuerySet:
        return rows.exclude(file="") if value == "1" else rows.filter(file="")
