"""The bar of the 办理页: an opinion, a colleague, a document, what is granted of each line."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import get_user_model

from apps.core import forms as f
from apps.documents.forms import DocumentField

from ..models import Application, Line
from ..moves import MOVES


class PeopleField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, user: Any) -> str:
        return str(user)


class ActForm(f.Form):
    """move is the button pressed; everything else belongs to one move or another.

    Built for one reader and one case: `to` and `copies` offer who may have it.
    """

    widths = {"opinion": "full", "copies": "full", "document": "full"}

    move = forms.ChoiceField(choices=[(name, one.label) for name, one in MOVES.items()])
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    opinion = forms.CharField(
        label="意见",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "填写意见，或点下面的常用意见"}),
    )
    to: forms.ModelChoiceField = forms.ModelChoiceField(
        label="转给", queryset=None, required=False, empty_label="请选择同事"
    )
    document = DocumentField(label="放行依据文件", required=False)
    reference_no = forms.CharField(label="对方业务号", required=False, max_length=60)
    copies = PeopleField(label="抄送", queryset=None, required=False)
    keep = forms.BooleanField(label="记为我的常用意见", required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        user: Any,
        application: Application,
        lines: list[Line],
        colleagues: list[Any],
        readers: list[Any],
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.lines = lines
        self.user = user
        self.fields["document"].let_choose(user)  # type: ignore[attr-defined]
        accounts = get_user_model().objects
        for name, people in (("to", colleagues), ("copies", readers)):
            field = self.fields[name]
            field.queryset = accounts.filter(pk__in=[one.pk for one in people])  # type: ignore[attr-defined]
            field.choices = [("", "请选择同事")] * (name == "to") + [  # type: ignore[attr-defined]
                (one.pk, str(one)) for one in people
            ]
        self.fields["seen"].initial = application.revision
        self.judged = bool(data) and any(self._name(one) in data for one in lines)

    @staticmethod
    def _name(line: Line) -> str:
        return f"granted-{line.pk}"

    def granted(self) -> dict[int, Any] | None:
        """Return what is granted of each line; None where the page did not ask.

        Heads are whole numbers up to what was asked: other text is a fault of the field.
        """
        if not self.judged:
            return None
        found: dict[int, Any] = {}
        for line in self.lines:
            typed = str(self.data.get(self._name(line), "")).strip()
            if not line.asked:
                found[line.pk] = typed != "0"
                continue
            if not typed.isdecimal() or not typed.isascii() or int(typed) > line.asked:
                self.add_error(None, f"“{line}”的批准数请填 0 到 {line.asked} 的整数")
                continue
            found[line.pk] = int(typed)
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        data["granted"] = self.granted() if data.get("move") == "pass" else None
        return data

    @property
    def verdicts(self) -> dict[int, str]:
        """What was typed for each line, to be shown again."""
        found = {}
        for line in self.lines:
            typed = self.data.get(self._name(line)) if self.judged else None
            if typed is None:
                heads = line.granted if line.granted is not None else line.asked
                typed = str(heads) if line.asked else ("0" if line.verdict == "refused" else "1")
            found[line.pk] = typed
        return found


class BatchForm(f.Form):
    """One opinion for many cases."""

    widths = {"opinion": "full"}

    opinion = forms.CharField(
        label="意见",
        required=True,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        initial="同意",
        error_messages={"required": "请填写意见"},
    )


class PhraseForm(f.Form):
    """A phrase of one's own, or of the office."""

    text = forms.CharField(label="意见", max_length=200)
    move = forms.ChoiceField(
        label="用于",
        required=False,
        choices=[("", "各种办理"), *((n, MOVES[n].label) for n in ("pass", "return", "refuse"))],
    )
    unit: forms.ModelChoiceField = forms.ModelChoiceField(
        label="谁用", queryset=None, required=False, empty_label="仅我自己"
    )

    def __init__(self, *args: Any, offices: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["unit"]
        if not offices:
            del self.fields["unit"]
            return
        field.queryset = type(offices[0]).objects.filter(pk__in=[one.pk for one in offices])  # type: ignore[attr-defined]
        field.choices = [  # type: ignore[attr-defined]
            ("", "仅我自己"),
            *((one.pk, f"{one.name}编办全体") for one in offices),
        ]
