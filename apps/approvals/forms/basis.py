"""What the forms of applications share: who files, and the document a matter rests on."""

from __future__ import annotations

from typing import Any

from django import forms

from apps.documents import numbers
from apps.documents.forms import DocumentField
from apps.documents.models import ApprovalDocument
from apps.staff.forms.parts import PeopleForm
from apps.units.forms import UnitField

from ..filing import filing_permission

#: Help under the text for a document that nobody registered.
UNREGISTERED = "依据文件没有登记的，在这里写文号"


class FiledForm(PeopleForm):
    """A form that a unit's clerk fills in, or the office on the unit's behalf."""

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        self.permission = filing_permission(user)
        super().__init__(*args, user=user, **kwargs)
        for one in self.fields.values():
            if isinstance(one, UnitField):
                one.permission = self.permission
                one.let_choose(user)


def document_no_field(label: str) -> forms.CharField:
    return forms.CharField(label=label, max_length=80, required=False, help_text=UNREGISTERED)


class KeptDocumentField(DocumentField):
    """A document that a row cites already: it may stay, also where the reader does not see it."""

    kept: int | None = None

    def let_choose(self, user: Any, *, cite: bool = False) -> None:
        super().let_choose(user, cite=cite)
        if self.kept is not None and self.queryset is not None:
            self.queryset |= ApprovalDocument.objects.filter(pk=self.kept)


class BasisFields(FiledForm):
    """依据文件: a registered document, or the number of one that is not; exactly one of them.

    A typed number that is registered and in sight becomes the document itself.
    """

    basis_required = True

    document: forms.Field = DocumentField(label="依据文件", required=False)
    document_no: forms.Field = document_no_field("依据文号（未登记）")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        settle_basis(self, data, required=self.basis_required)
        return data


def settle_basis(
    form: Any,
    data: dict[str, Any],
    *,
    required: bool,
    names: tuple[str, str] = ("document", "document_no"),
) -> None:
    """Leave exactly one of document and number in `data`, or put a fault beside the field."""
    chosen, typed = names
    if chosen in form.errors or typed in form.errors:
        return
    text = data.get(typed, "").strip()
    document = data.get(chosen)
    if text:
        text = _normal(text)
        field: Any = form.fields[chosen]
        rows = field.queryset if field.citable is None else field.citable
        registered: ApprovalDocument | None = rows.filter(number=text).first()
        if document is None or registered == document:
            document, text = registered, "" if registered is not None else text
        else:
            form.add_error(
                typed, f"已选择依据文件 {document.number}，请只保留其中一个：选择文件，或写文号"
            )
            return
    if document is None and not text and required:
        form.add_error(chosen, f"请选择依据文件；没有登记的，填写“{form.fields[typed].label}”")
        return
    data[chosen], data[typed] = document, text


def _normal(text: str) -> str:
    """Return a number as it is written; a text that is no number of a document stays."""
    try:
        return str(numbers.normalise(text))
    except numbers.BadNumber:
        return text
