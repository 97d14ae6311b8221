"""Forms of signing in and of one's own password."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.contrib.auth.password_validation import password_validators_help_texts

from apps.core import forms as f

from ..models import User


class SignInForm(f.Form):
    """Name and password. Paste and password managers work (WCAG 3.3.8)."""

    username = django_forms.CharField(
        label="用户名",
        max_length=60,
        widget=django_forms.TextInput(
            attrs={"autocomplete": "username", "autofocus": True, "autocapitalize": "none"}
        ),
        error_messages={"required": "请输入用户名"},
    )
    password = django_forms.CharField(
        label="密码",
        max_length=200,
        strip=False,
        widget=django_forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "请输入密码"},
    )


class OwnPasswordForm(f.Form):
    """One's own new password. The old one is checked by the service."""

    widths = {"old": "full", "new": "full", "again": "full"}

    old = django_forms.CharField(
        label="现在的密码",
        max_length=200,
        strip=False,
        widget=django_forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "请输入现在的密码"},
    )
    new = django_forms.CharField(
        label="新密码",
        max_length=200,
        strip=False,
        widget=django_forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "请输入新密码"},
    )
    again = django_forms.CharField(
        label="再输入一次新密码",
        max_length=200,
        strip=False,
        widget=django_forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "请再输入一次新密码"},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)
        self.fields["new"].help_text = "；".join(filter(None, password_validators_help_texts()))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        new, again = cleaned.get("new"), cleaned.get("again")
        if new and again and new != again:
            self.add_error("again", "两次输入的新密码不一致，请重新输入")
        if new and new == cleaned.get("old"):
            self.add_error("new", "新密码与现在的密码相同，请换一个")
        return cleaned
