"""Forms of the second factor, and of what the security administrator does to sessions."""

from __future__ import annotations

from django import forms as django_forms

from apps.core import forms as f


class CodeForm(f.Form):
    """Six digits of the generator, or a recovery code where one may be used."""

    widths = {"code": "full"}

    code = django_forms.CharField(
        label="动态口令",
        max_length=20,
        widget=django_forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
        ),
        error_messages={"required": "请输入动态口令"},
    )


class RecoveryForm(CodeForm):
    """The same, where letters are needed too."""

    code = django_forms.CharField(
        label="动态口令或恢复码",
        max_length=20,
        widget=django_forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autofocus": True, "autocapitalize": "none"}
        ),
        error_messages={"required": "请输入动态口令或恢复码"},
    )


class PasswordForm(f.Form):
    """The present password, before something is taken away."""

    widths = {"password": "full"}

    password = django_forms.CharField(
        label="现在的密码",
        max_length=200,
        strip=False,
        widget=django_forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "请输入现在的密码"},
    )
