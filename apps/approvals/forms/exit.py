"""出编登记: how somebody goes, where to, by what, and when (domain.md §6.5, lines 6 to 8)."""

from __future__ import annotations

from apps.documents.forms import DocumentField
from apps.staff.forms import LeaveForm

from .basis import BasisFields, document_no_field


class ExitForm(BasisFields, LeaveForm):
    sections = [
        ("退出", ("exit_mode", "destination")),
        ("依据", ("document", "document_no")),
        ("出编", ("on", "note")),
    ]
    widths = {**LeaveForm.widths, "document_no": "half"}
    document = DocumentField(label="出编文件", required=False)
    document_no = document_no_field("出编文号（未登记）")
