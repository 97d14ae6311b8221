"""Forms of the document register, and the field by which other forms cite a document."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from apps.core import forms as f

from . import files, numbers, offices
from .choices import Secrecy
from .models import ApprovalDocument
from .rules import registering

RETENTIONS = [("", "未定"), ("永久", "永久"), ("30年", "30年"), ("10年", "10年")]


class DocumentField(f.PickerField):
    """批文: chosen by 文号 or title; a typed number counts however its brackets are written."""

    def __init__(self, *, user: Any = None, **kwargs: Any) -> None:
        kwargs.setdefault("label", "批准文号")
        kwargs.setdefault("placeholder", "输入文号或标题中的字")
        rows = (
            ApprovalDocument.objects.visible_to(user) if user else ApprovalDocument.objects.none()
        )
        super().__init__(url_name="documents:suggest", queryset=rows, lookups=("number",), **kwargs)

    citable: Any = None

    def let_choose(self, user: Any, *, cite: bool = False) -> None:
        """Narrow the choice to what `user` may see.

        cite   a whole number that is typed also finds what citable_by allows (D-10)
        """
        self.queryset = ApprovalDocument.objects.visible_to(user)
        self.citable = ApprovalDocument.objects.citable_by(user) if cite else None

    def _by_text(self, text: str) -> Any:
        try:
            number = numbers.normalise(text)
        except numbers.BadNumber:
            number = text
        rows = self.queryset if self.citable is None else self.citable
        found = rows.filter(number=number).first()
        if found is None:
            raise ValidationError(
                f"没有登记过“{number}”，请先登记这份批文，或从列表中选择", code="unknown"
            )
        return found


class _DocumentForm(f.Form):
    widths = {"title": "full", "issuer": "half", "note": "full", "superseded_by": "half"}
    sections = [
        ("批文", ("number", "issued_on", "kind_id", "secrecy", "title", "issuer", "scope")),
        ("原件", ("file",)),
        ("归档", ("archive_no", "box_no", "retention", "pages", "superseded_by", "note")),
    ]
    suffixes = {"pages": "页"}

    number = f.forms.CharField(
        label="文号",
        max_length=80,
        help_text="如 嵊编发〔2015〕12号；方括号、全角数字会自动规范",
    )
    issued_on = f.DayField(label="发文日期")
    kind_id = f.CodeField(table="doc_kind", label="文件类别")
    secrecy = f.forms.ChoiceField(label="密级", choices=Secrecy.choices, initial=Secrecy.INTERNAL)
    title = f.forms.CharField(label="标题", max_length=300)
    issuer = f.forms.CharField(label="发文机关", max_length=120)
    archive_no = f.forms.CharField(label="档号", max_length=60, required=False)
    box_no = f.forms.CharField(label="盒号", max_length=30, required=False)
    retention = f.forms.ChoiceField(label="保管期限", choices=RETENTIONS, required=False)
    pages = f.forms.IntegerField(label="页数", min_value=1, max_value=100_000, required=False)
    superseded_by = DocumentField(label="被何文件替代", required=False)
    note = f.forms.CharField(
        label="备注", max_length=2000, required=False, widget=f.forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["superseded_by"].let_choose(user)
        self.fields["issued_on"].widget.attrs["max"] = timezone.localdate().isoformat()

    def clean_number(self) -> str:
        try:
            return numbers.normalise(self.cleaned_data["number"])
        except numbers.BadNumber as fault:
            raise ValidationError(fault.sentence, code="number") from None

    def values(self) -> dict[str, Any]:
        """Return what the services take."""
        values = {k: v for k, v in self.cleaned_data.items() if k not in ("file", "scope")}
        values["kind"] = values.pop("kind_id")
        return values


class RegisterForm(_DocumentForm):
    """登记批文."""

    file = f.UploadField(
        types=files.EXTENSIONS,
        max_mb=files.MAX_BYTES // 1024 // 1024,
        label="原件（扫描件）",
        required=False,
    )
    scope = f.forms.ChoiceField(label="登记范围")

    only_scope = ""

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        choices = offices.named(registering(user))
        self.fields["scope"].choices = choices
        if len(choices) == 1:
            del self.fields["scope"]
            self.only_scope = choices[0][0]

    @property
    def scope_path(self) -> str:
        return self.cleaned_data.get("scope") or self.only_scope


class ChangeForm(_DocumentForm):
    """修改批文信息."""

    def __init__(self, *args: Any, user: Any, document: ApprovalDocument, **kwargs: Any) -> None:
        initial = {
            "number": document.number,
            "issued_on": document.issued_on,
            "kind_id": document.kind_id,
            "secrecy": document.secrecy,
            "title": document.title,
            "issuer": document.issuer,
            "archive_no": document.archive_no,
            "box_no": document.box_no,
            "retention": document.retention,
            "pages": document.pages,
            "superseded_by": document.superseded_by_id,
            "note": document.note,
        }
        super().__init__(*args, user=user, initial=initial, **kwargs)
        others = ApprovalDocument.objects.visible_to(user).exclude(pk=document.pk)
        self.fields["superseded_by"].queryset = others


class FileForm(f.Form):
    """上传或更换原件."""

    file = f.UploadField(
        types=files.EXTENSIONS, max_mb=files.MAX_BYTES // 1024 // 1024, label="原件（扫描件）"
    )
