"""Whom the transfer is about, as the paper that orders it says."""

from __future__ import annotations

from typing import Any

from django import forms

from apps.core import forms as f
from apps.staff.forms.fields import IdentityField, clean_name


class ElsewhereForm(f.Form):
    widths = {"unit": "half", "id_no": "half"}

    unit = forms.CharField(label="现编制所在单位", max_length=120, help_text="写全称，与调令一致")
    name = forms.CharField(label="姓名", max_length=72)
    id_no = IdentityField(help_text="号码只用于这一次查找，不写入网址和日志")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["id_no"].user = user

    def clean_unit(self) -> str:
        text: str = self.cleaned_data["unit"]
        return text.strip()

    def clean_name(self) -> str:
        return clean_name(self.cleaned_data["name"])
