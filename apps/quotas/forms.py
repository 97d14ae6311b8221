"""The form of ledger lines: one document, one day, several lines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from apps.core import forms as f
from apps.documents.forms import DocumentField
from apps.units.forms import UnitField

from .choices import FALLING, RISING, EntryKind, OverageKind
from .entering import MOST_LINES
from .errors import NoRoom, QuotaRefused, QuotasFull
from .refusals import sentence
from .services import Line

EXAMINE = "examine"
#: places one line may move; more is a typing error
MOST = 100_000

AUTOMATIC = ("", "按增减：核增或核减")
NOT_OVER = ("", "不允许超编")
LEVELS = [("", "未分级别"), *((v, v) for v in ("中央", "省定", "市定", "县定"))]


class BasisForm(f.Form):
    """批文 and 日期 of all lines, and what a cut below the people there rests on."""

    document = DocumentField()
    on = f.DayField(label="日期", initial=timezone.localdate)
    allow_over = forms.ChoiceField(
        label="核减后超编的",
        choices=[
            NOT_OVER,
            (OverageKind.LEGACY, "作为历史遗留登记"),
            (OverageKind.DOCUMENT, "本批文允许超编"),
        ],
        required=False,
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["document"].let_choose(user)  # type: ignore[attr-defined]
        self.fields["on"].widget.attrs["max"] = timezone.localdate().isoformat()


def places_field(label: str, most: int = MOST) -> forms.IntegerField:
    """Return the field of a whole number of places, from 1."""
    return forms.IntegerField(
        label=label,
        min_value=1,
        max_value=most,
        required=False,
        error_messages={
            "min_value": f"{label}应为 1 以上的整数",
            "max_value": f"{label}不超过 {most}，请核对",
        },
    )


class LineForm(f.Form):
    """One line, as the office rules its ledger: 增编数 or 减编数."""

    suffixes = {"more": "名", "fewer": "名"}
    widths = {"unit": "half"}

    unit = UnitField(permission=EXAMINE, label="单位")
    quota_type = f.CodeField(label="编制类型", table="quota_type")
    kind = forms.ChoiceField(
        label="变动类别", choices=[AUTOMATIC, *EntryKind.choices], required=False
    )
    more = places_field("增编数")
    fewer = places_field("减编数")
    funding = f.CodeField(label="经费形式", table="funding", required=False, empty_label="随类型")
    source_level = forms.ChoiceField(label="级别来源", choices=LEVELS, required=False)
    reason = forms.CharField(label="变化原因", max_length=200)
    revolve_due_on = f.DayField(label="周转到期", required=False)
    note = forms.CharField(label="备注", max_length=300, required=False)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].let_choose(user)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        more, fewer = data.get("more"), data.get("fewer")
        if "more" in self.errors or "fewer" in self.errors:
            return data
        if bool(more) == bool(fewer):
            words = "增编数和减编数只能填一个，置换请分成两行" if more else "请填增编数或减编数"
            self.add_error("more", ValidationError(words, code="one_of_two"))
            return data
        kind = data.get("kind") or (EntryKind.GRANT if more else EntryKind.CUT)
        if (kind in RISING and fewer) or (kind in FALLING and more):
            label = EntryKind(kind).label
            name, right = ("fewer", "增编数") if kind in RISING else ("more", "减编数")
            self.add_error(name, ValidationError(f"“{label}”应填{right}", code="sign"))
        data["kind"] = kind
        quota_type = data.get("quota_type")
        lent = quota_type is not None and quota_type.attrs.get("time_limited")
        if lent and more and not data.get("revolve_due_on"):
            self.add_error(
                "revolve_due_on",
                ValidationError(f"{quota_type}有归还期限，请填写周转到期日", code="due"),
            )
        return data

    def as_line(self) -> Line:
        """Return the line of a valid form."""
        data = self.cleaned_data
        return Line(
            unit=data["unit"],
            quota_type=data["quota_type"],
            change=data["more"] or -data["fewer"],
            kind=data["kind"],
            reason=data["reason"],
            funding=data["funding"],
            source_level=data["source_level"],
            note=data["note"],
            revolve_due_on=data["revolve_due_on"],
        )


class Lines(forms.BaseFormSet):
    """Lines left wholly empty do not count; one at least must be filled."""

    def clean(self) -> None:
        if not any(self.errors) and not self.filled:
            raise ValidationError("请至少填写一行增减", code="empty")

    @property
    def filled(self) -> list[Any]:
        return [form for form in self.forms if form.is_bound and form.has_changed()]


LineSet = forms.formset_factory(
    LineForm,
    formset=Lines,
    extra=1,
    max_num=MOST_LINES,
    validate_max=True,
    absolute_max=MOST_LINES + 1,
)


def place(refusal: QuotaRefused, basis: f.Form, lines: Iterable[Any]) -> None:
    """Put a refusal of the service beside the line it is about, else above the form."""
    if isinstance(refusal, QuotasFull):
        for cell in refusal.cells:
            place(cell, basis, lines)
        return
    unit = getattr(refusal, "unit", None)
    quota_type = getattr(refusal, "quota_type", None)
    for form in lines:
        data = form.cleaned_data
        if data.get("unit") == unit and quota_type in (None, data.get("quota_type")):
            field = "unit" if quota_type is None else "quota_type"
            if isinstance(refusal, NoRoom):
                field = "fewer"
            form.add_error(field, sentence(refusal))
            return
    basis.add_error(None, sentence(refusal))
