"""联系人 of an application: whom the office calls when something is missing."""

from __future__ import annotations

from typing import Any

from django import forms

from apps.core import forms as f
from apps.core.masking import mask_phone
from apps.staff.forms.fields import PhoneField

from .. import sealed
from ..models import Application


class ContactForm(f.Form):
    contact = forms.CharField(label="联系人", max_length=40, required=False)
    phone = PhoneField()

    def __init__(self, *args: Any, application: Application, user: Any, **kwargs: Any) -> None:
        self.plain = sealed.contact(application)
        self.mask = mask_phone(self.plain) if self.plain else ""
        kwargs["initial"] = {
            "contact": application.contact or user.name,
            "phone": self.mask,
            **(kwargs.get("initial") or {}),
        }
        super().__init__(*args, **kwargs)
        phone: PhoneField = self.fields["phone"]
        phone.user = user

    def _clean_fields(self) -> None:
        """A phone left masked is the one that is kept already."""
        if self.mask and self.data.get("phone") == self.mask:
            self.fields["phone"].clean = lambda value: self.plain
        super()._clean_fields()  # type: ignore[misc]

    def values(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("contact", "phone")}
