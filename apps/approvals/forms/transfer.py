"""跨单位划转, filed by the unit that receives somebody (domain.md §4.4, §6.5)."""

from __future__ import annotations

from typing import Any

from apps.documents.forms import DocumentField
from apps.staff.forms import TransferForm

from .basis import BasisFields, document_no_field
from .slots import SlotFields


class MoveForm(SlotFields, BasisFields, TransferForm):
    sections = [
        ("划入", ("unit", "slot", "quota_type")),
        ("依据", ("document", "document_no")),
        ("划转", ("on", "entry_mode", "exit_mode")),
        ("任职与岗位", TransferForm.PLACE),
        ("备注", ("note",)),
    ]
    widths = {**TransferForm.widths, "slot": "half", "document_no": "half"}
    document = DocumentField(label="划转文件", required=False)
    document_no = document_no_field("划转文号（未登记）")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.narrow_slots(self.unit_typed())

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        unit = data.get("unit")
        if unit is not None and unit.pk == self.spell.unit_id:
            self.add_error(
                "unit", f"本人就在{unit.name}，请选择另一个单位；改编制类型请办理编制类型修改"
            )
        return data

    def values(self) -> dict[str, Any]:
        """Return what staff.services.transfer takes."""
        data = super().values()
        slot = data.pop("slot")
        if slot is not None:
            data |= {"notice_no": slot.notice.number, "slot_no": str(slot.no)}
        return data
