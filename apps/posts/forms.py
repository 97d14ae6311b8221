"""The form of lines of the post ledger: one document, one day, several lines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from apps.core import forms as f
from apps.documents.forms import DocumentField
from apps.quotas.entering import MOST_LINES
from apps.quotas.forms import EXAMINE, Lines, places_field
from apps.units.forms import UnitField

from .errors import PostRefused, UnitHoldsNoPosts
from .refusals import sentence
from .services import Line

#: posts one line may move; more is a typing error
MOST = 1_000


class BasisForm(f.Form):
    """批文 and 日期 of all lines."""

    document = DocumentField()
    on = f.DayField(label="日期", initial=timezone.localdate)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["document"].let_choose(user)  # type: ignore[attr-defined]
        self.fields["on"].widget.attrs["max"] = timezone.localdate().isoformat()


class LineForm(f.Form):
    """One line: 增加数 or 减少数 of one kind of posts."""

    suffixes = {"more": "名", "fewer": "名"}
    widths = {"unit": "half"}

    unit = UnitField(permission=EXAMINE, label="单位")
    post_kind = f.CodeField(label="职数类别", table="post_kind")
    post_level = f.CodeField(
        label="职务层次", table="post_level", required=False, empty_label="未定"
    )
    more = places_field("增加数", MOST)
    fewer = places_field("减少数", MOST)
    reason = forms.CharField(label="变化原因", max_length=200)
    note = forms.CharField(label="备注", max_length=300, required=False)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].let_choose(user)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        more, fewer = data.get("more"), data.get("fewer")
        if not ("more" in self.errors or "fewer" in self.errors) and bool(more) == bool(fewer):
            words = "增加数和减少数只能填一个" if more else "请填增加数或减少数"
            self.add_error("more", ValidationError(words, code="one_of_two"))
        return data

    def as_line(self) -> Line:
        """Return the line of a valid form."""
        data = self.cleaned_data
        return Line(
            unit=data["unit"],
            post_kind=data["post_kind"],
            change=data["more"] or -data["fewer"],
            post_level=data["post_level"],
            reason=data["reason"],
            note=data["note"],
        )


LineSet = forms.formset_factory(
    LineForm,
    formset=Lines,
    extra=1,
    max_num=MOST_LINES,
    validate_max=True,
    absolute_max=MOST_LINES + 1,
)


def place(refusal: PostRefused, basis: f.Form, lines: Iterable[Any]) -> None:
    """Put a refusal of the service beside the line it is about, else above the form."""
    unit, kind = getattr(refusal, "unit", None), getattr(refusal, "post_kind", None)
    for form in lines:
        data = form.cleaned_data
        if unit in (None, data.get("unit")) and kind in (None, data.get("post_kind")):
            if unit is None and kind is None:
                break
            field = "unit" if isinstance(refusal, UnitHoldsNoPosts) else "post_kind"
            form.add_error(field, sentence(refusal))
            return
    basis.add_error(None, sentence(refusal))
