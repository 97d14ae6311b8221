"""用编序号 on a form: the approved heads of the unit that may still be used."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from apps.units.models import Unit

from ..models import Slot
from .basis import FiledForm


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


class SlotFields(FiledForm):
    """A form whose person may come in on an approved head. own: the one the line holds already."""

    slot: forms.Field = SlotField()

    def __init__(self, *args: Any, slot: Slot | None = None, **kwargs: Any) -> None:
        self.own_slot = slot
        super().__init__(*args, **kwargs)

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
        data = super().clean() or {}
        slot, kind = data.get("slot"), data.get("quota_type")
        if slot is not None and kind is not None and slot.quota_type_id != kind.pk:
            self.add_error(
                "quota_type", f"{slot}核准的是{slot.quota_type.label}，请改选编制类型或用编序号"
            )
        return data
