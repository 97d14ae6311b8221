"""The list of documents."""

from __future__ import annotations

from typing import Any

from apps.core import tables as t


class DocumentTable(t.Table):
    key = "documents"
    caption = "机构编制文件"
    fixed = ("number",)
    hidden = ("archive_no", "box_no", "retention", "pages")
    empty = t.Empty("没有符合条件的批文", "换个条件再查，或登记一份新批文。")

    number = t.LinkColumn("文号", order_by="number", width=16)
    title = t.Column("标题", wide_text=True, width=24)
    issuer = t.Column("发文机关", order_by="issuer", phone="hide")
    issued_on = t.DayColumn("发文日期", order_by="issued_on")
    kind = t.Column("文件类别", accessor="kind.label", order_by="kind__sort", phone="hide")
    units = t.NumberColumn("涉及机构", accessor="unit_count", phone="figure")
    original = t.Column("原件", accessor="file_name", phone="hide")
    secrecy = t.Column("密级", order_by="secrecy", phone="hide")
    archive_no = t.CodeColumn("档号", order_by="archive_no")
    box_no = t.CodeColumn("盒号", order_by="box_no")
    retention = t.Column("保管期限")
    pages = t.NumberColumn("页数", order_by="pages")

    def render_original(self, value: str, record: Any) -> str:
        return "已上传" if record.file else "—"

    def render_secrecy(self, value: str, record: Any) -> str:
        return record.get_secrecy_display()[:2]

    def row_class(self, record: Any) -> str:
        return "is-muted" if record.superseded_by_id else ""
