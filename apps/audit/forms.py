"""The form by which an alert is dealt with."""

from __future__ import annotations

from django import forms as django_forms

from apps.core import forms as f


class HandlingForm(f.Form):
    """How an alert was dealt with."""

    widths = {"handling": "full"}

    handling = django_forms.CharField(
        label="处理情况",
        max_length=200,
        help_text="如 已电话核实，本人正在办理年度核对",
        error_messages={"required": "请写明处理情况"},
    )
