"""入编登记 as a unit files it: the fields of the paper form, in its order (domain.md §6.5)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from apps.staff.forms import EnterForm
from apps.units.forms import UnitField
from apps.units.models import Unit

from ..filing import filing_permission
from ..models import Slot


class SlotField(forms.ModelChoiceField):
    """用编序号: the unit's approved heads that may still be used, with what remains of each."""

    def __init__(self) -> None:
        super().__init__(
            queryset=Slot.objects.none(),
            label="用编序号",
            required=False,
            empty_label="不使用通知单",
        )

    def label_from_instance(self, slot: Slot) -> str:
        until = slot.notice.valid_until
        return (
            f"{slot.notice.number} 第 {slot.no} 号　{slot.quota_type.label}"
            f"{'　' + slot.purpose if slot.purpose else ''}　有效期至 {until:%Y-%m-%d}"
        )


class EntryForm(EnterForm):
    sections = [
        ("用编依据", ("unit", "slot", "quota_type", "document")),
        ("人员信息", ("id_no", "name", *EnterForm.PERSON)),
        ("入编", ("status", "starts_on", "entry_mode", "from_unit")),
        ("任职与岗位", EnterForm.PLACE),
        ("备注", ("note",)),
    ]
    widths = {**EnterForm.widths, "slot": "half"}
    notice_no = None  # type: ignore[assignment]
    slot_no = None  # type: ignore[assignment]
    slot = SlotField()

    def __init__(self, *args: Any, user: Any, slot: Slot | None = None, **kwargs: Any) -> None:
        self.permission = filing_permission(user)
        self.own_slot = slot
        super().__init__(*args, user=user, **kwargs)
        field: UnitField = self.fields["unit"]  # type: ignore[assignment]
        field.permission = self.permission
        field.let_choose(user)
        self.narrow_slots(self.unit_typed())

    def narrow_slots(self, unit: Unit | None) -> None:
        """Offer the free heads of the unit; the one this line holds already stays among them."""
        if unit is None:
            return
        free = Slot.objects.usable(timezone.localdate()).filter(notice__unit=unit)
        rows = Slot.objects.filter(pk__in=free)
        if self.own_slot is not None:
            rows = rows | Slot.objects.filter(pk=self.own_slot.pk)
        field: forms.ModelChoiceField = self.fields["slot"]  # type: ignore[assignment]
        field.queryset = rows.select_related("notice", "quota_type").order_by(
            "notice__issued_on", "notice_id", "no"
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        slot, kind = data.get("slot"), data.get("quota_type")
        if slot is not None and kind is not None and slot.quota_type_id != kind.pk:
            self.add_error(
                "quota_type", f"{slot}核准的是{slot.quota_type.label}，请改选编制类型或用编序号"
            )
        return data

    def values(self) -> dict[str, Any]:
        """Return what staff.services.enter takes; notice and slot come from the chosen head."""
        data = self.cleaned_data
        names = ("unit", "quota_type", "status", "starts_on", "document", "entry_mode")
        more = ("from_unit", "note", *self.PLACE)
        person = {"name": data["name"], "id_no": data["id_no"], **self.person_details()}
        return {"person_data": person, **{name: data[name] for name in (*names, *more)}}
