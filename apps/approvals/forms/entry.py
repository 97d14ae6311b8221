"""入编登记 as a unit files it: the fields of the paper form, in its order (domain.md §6.5)."""

from __future__ import annotations

from typing import Any

from apps.documents.forms import DocumentField
from apps.staff.forms import EnterForm

from .basis import BasisFields, document_no_field
from .slots import SlotField, SlotFields

__all__ = ["EntryForm", "SlotField"]


class EntryForm(SlotFields, BasisFields, EnterForm):
    sections = [
        ("用编依据", ("unit", "slot", "quota_type", "document", "document_no")),
        ("人员信息", ("id_no", "name", *EnterForm.PERSON)),
        ("入编", ("status", "starts_on", "entry_mode", "from_unit")),
        ("任职与岗位", EnterForm.PLACE),
        ("备注", ("note",)),
    ]
    widths = {**EnterForm.widths, "slot": "half", "document_no": "half"}
    document = DocumentField(label="入编文件", required=False)
    document_no = document_no_field("入编文号（未登记）")
    notice_no = None  # type: ignore[assignment]
    slot_no = None  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.narrow_slots(self.unit_typed())

    def values(self) -> dict[str, Any]:
        """Return what staff.services.enter takes; notice and slot come from the chosen head."""
        data = self.cleaned_data
        names = ("unit", "quota_type", "status", "starts_on", "document", "document_no")
        more = ("entry_mode", "from_unit", "note", *self.PLACE)
        person = {"name": data["name"], "id_no": data["id_no"], **self.person_details()}
        return {"person_data": person, **{name: data[name] for name in (*names, *more)}}
