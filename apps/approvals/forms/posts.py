"""使用领导职数 and 离任 as a unit files them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from apps.core import forms as f
from apps.documents.forms import DocumentField
from apps.staff.forms import EndPostingForm, PostingForm
from apps.staff.forms.fields import code, unit_field

from .basis import BasisFields, document_no_field


class PostTakeForm(BasisFields, PostingForm):
    sections = [
        ("职务", ("unit", "post_kind", "post_name", "post_level", "starts_on")),
        ("依据", ("document", "document_no", "note")),
    ]
    widths = {**PostingForm.widths, "document_no": "half"}

    unit = unit_field("任职单位")
    post_kind = code("职数类别", "post_kind", required=True)
    post_name = forms.CharField(label="职务", max_length=80)
    post_level = code("职务层次", "post_level")
    starts_on = f.DayField(label="任职时间", initial=timezone.localdate)
    document = DocumentField(label="任职文件", required=False)
    document_no = document_no_field("任职文号（未登记）")

    def __init__(self, *args: Any, user: Any, person: Any, **kwargs: Any) -> None:
        initial = kwargs.get("initial") or {}
        spell = person.occupancies.open().order_by("-starts_on", "-pk").first()
        if spell is not None:
            initial = {"unit": spell.unit_id, "post_level": spell.post_level_id, **initial}
        kwargs["initial"] = initial
        super().__init__(*args, user=user, person=person, **kwargs)


class PostLeaveForm(BasisFields, EndPostingForm):
    sections = [("离任", ("on", "document", "document_no", "note"))]
    widths = {**EndPostingForm.widths, "document_no": "half"}

    document = DocumentField(label="离任文件", required=False)
    document_no = document_no_field("离任文号（未登记）")
