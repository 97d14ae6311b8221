"""弹性退休登记."""

from __future__ import annotations

from typing import Any

from django import forms

from apps.core import forms as f
from apps.core.changes import version_of
from apps.documents.forms import DocumentField

from ..models import Person, RetirementChoice
from ..versions import as_version
from .parts import PeopleForm


class RetirementForm(PeopleForm):
    """The month somebody and the unit have agreed on."""

    widths = {"document": "half", "reason": "full"}

    month = f.MonthField(label="退休年月")
    document = DocumentField(label="依据文号")
    reason = forms.CharField(label="理由", max_length=200)
    _version = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        choice = RetirementChoice.objects.filter(person=person).first()
        if choice is not None:
            typed = kwargs.get("initial") or {}
            start = {"month": choice.month, "document": choice.document_id, "reason": choice.reason}
            kwargs["initial"] = {**start, **typed}
        super().__init__(*args, **kwargs)
        self.fields["month"].widget.attrs.pop("max", None)
        self.fields["_version"].initial = version_of(choice) if choice is not None else 0

    def values(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        version = as_version(data.pop("_version", None))
        return {**data, "version": version}
