"""Fields of the forms of people; numbers that were typed travel sealed between pages."""

from __future__ import annotations

import base64
import binascii
import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from apps.core import crypto, identity
from apps.core import forms as f
from apps.core.scope import within
from apps.core.sheets.tidy import Rules, tidy
from apps.units.choices import EntityKind
from apps.units.forms import UnitField
from apps.units.models import Unit

from ..rules import EXAMINE

#: Mark of a number that was typed on the page before and comes back sealed.
SEALED = "~"
_TYPED = "staff.form"
#: Fields whose typed value is never kept in plain text: not in a page to check, not in a session.
PERSONAL = ("id_no", "phone")


def seal_typed(text: str, user: Any) -> str:
    """Return a typed number as only this user's next request can read it."""
    if not text or text.startswith(SEALED):
        return text
    blob = crypto.encrypt(text, field=_TYPED, row=uuid.UUID(int=user.pk))
    return SEALED + base64.urlsafe_b64encode(blob).decode()


def open_typed(text: str, user: Any) -> str:
    """Return the number behind a sealed text; other text as it is; "" for a foreign one."""
    if not text.startswith(SEALED):
        return text
    try:
        blob = base64.urlsafe_b64decode(text[1:].encode())
        return crypto.decrypt(blob, field=_TYPED, row=uuid.UUID(int=user.pk))
    except (crypto.BadCiphertext, binascii.Error, ValueError):
        return ""


class IdentityField(forms.CharField):
    """公民身份号码, as the checked number; also takes what seal_typed made of it."""

    def __init__(self, *, user: Any = None, **kwargs: Any) -> None:
        self.user = user
        kwargs.setdefault("label", "公民身份号码")
        kwargs.setdefault("max_length", 400)
        super().__init__(**kwargs)
        self.widget.attrs.update(
            {"autocomplete": "off", "spellcheck": "false", "maxlength": "30", "inputmode": "text"}
        )

    def clean(self, value: Any) -> str:
        text = super().clean(open_typed(value or "", self.user))
        if not text:
            return ""
        try:
            return identity.check(text).number
        except identity.BadIdentity as fault:
            raise ValidationError(fault.sentence, code="identity") from None


class PhoneField(forms.CharField):
    """A phone number; also takes what seal_typed made of it."""

    def __init__(self, *, user: Any = None, **kwargs: Any) -> None:
        self.user = user
        kwargs.setdefault("label", "联系电话")
        super().__init__(required=False, max_length=400, **kwargs)
        self.widget.attrs.update({"autocomplete": "off", "inputmode": "tel", "maxlength": "30"})

    def clean(self, value: Any) -> str:
        text = identity.normalise(super().clean(open_typed(value or "", self.user)))
        if text and not all(sign.isdigit() or sign in "+-()" for sign in text):
            raise ValidationError("应为电话号码，只写数字", code="phone")
        return text


class MaskedPhoneField(PhoneField):
    """A phone that is shown masked and stays as it is unless something else is typed."""

    def __init__(self, *, masked: str, **kwargs: Any) -> None:
        self.masked = masked
        super().__init__(help_text="不改请保持脱敏号码", **kwargs)

    def clean(self, value: Any) -> str:
        if self.masked and value == self.masked:
            return self.masked
        return super().clean(value)


def text(label: str, most: int, **kwargs: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, required=False, **kwargs)


def code(label: str, table: str, *, required: bool = False, **kwargs: Any) -> f.CodeField:
    return f.CodeField(label=label, table=table, required=required, **kwargs)


def unit_field(label: str, **kwargs: Any) -> UnitField:
    return UnitField(label=label, permission=EXAMINE, **kwargs)


class DepartmentField(f.PickerField):
    """所在内设机构: a department in the user's scope; once the unit is known, one of its own."""

    def __init__(self) -> None:
        super().__init__(
            label="所在内设机构",
            url_name="units:suggest",
            queryset=Unit.objects.none(),
            lookups=("code",),
            required=False,
            placeholder="选择或填写名称",
        )

    def let_choose(self, user: Any, unit: Unit | None, permission: str = EXAMINE) -> None:
        rows = Unit.objects.granted(user, permission).active()
        rows = rows.filter(entity_kind=EntityKind.DEPARTMENT)
        if unit is not None:
            rows = rows.filter(within([unit.path], "path"))
            self.lookups = ("code", "name")
        self.queryset = rows


class StatusField(f.CodeField):
    """人员状态 of somebody in a quota; of those who have gone the exit says how."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(table="person_status", label="人员状态", **kwargs)

    def get_bound_field(self, form: Any, field_name: str) -> Any:
        bound = super().get_bound_field(form, field_name)
        self.queryset = self.queryset.exclude(attrs__contains={"left": True})
        return bound


def clean_name(name: str) -> str:
    """Return a person's name as it is kept: no blanks between Chinese characters, · between parts.

    Raises ValidationError for digits.
    """
    text, _ = tidy(name, Rules(half_width=False, inner="cjk", middle_dot=True))
    text = text.rstrip("。.")
    if any(sign.isdigit() for sign in text):
        raise ValidationError("姓名中不应有数字，请核对", code="name")
    return text
