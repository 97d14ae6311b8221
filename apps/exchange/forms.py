"""The upload form."""

from __future__ import annotations

from typing import Any

from apps.core import forms as f
from apps.units.models import Unit


class UploadForm(f.Form):
    """A workbook, and the unit below which its rows must lie."""

    widths = {"file": "full", "under": "half"}

    file = f.UploadField(label="填好的文件", types=("xlsx", "xls", "csv"), max_mb=20)
    under = f.PickerField(
        label="导入到",
        url_name="units:suggest",
        queryset=Unit.objects.none(),
        lookups=("code", "name"),
        required=False,
        help_text="只处理这个机构及其下级；不填则为您有权维护的全部机构。",
    )

    def __init__(self, *args: Any, user: Any, permission: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["under"].queryset = Unit.objects.granted(user, permission)
