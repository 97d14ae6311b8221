"""Forms of the account pages."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.contrib.auth.password_validation import password_validators_help_texts
from django.core.exceptions import ValidationError

from apps.core import forms as f

from .models import User


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


class AccountForm(f.ModelForm):
    """The facts of one account. What a person may do is granted elsewhere."""

    version = django_forms.IntegerField(widget=django_forms.HiddenInput, required=False)

    class Meta:
        model = User
        fields = ("username", "name", "title", "office_phone")
        error_messages = {
            "username": {
                "required": "请输入用户名",
                "unique": "这个用户名已有人使用，请换一个",
                "invalid": "用户名只能用字母、数字、汉字和 @ . + - _",
            },
            "name": {"required": "请输入姓名"},
        }
        widgets = {
            "username": django_forms.TextInput(
                attrs={"autocomplete": "off", "autocapitalize": "none"}
            ),
            "name": django_forms.TextInput(attrs={"autocomplete": "off"}),
        }

    def clean_username(self) -> str:
        username = User.normalize_username(self.cleaned_data["username"].strip())
        taken = User.objects.filter(username__iexact=username).exclude(pk=self.instance.pk)
        if taken.exists():
            raise ValidationError("这个用户名已有人使用，请换一个", code="unique")
        return username

    def clean_name(self) -> str:
        return self.cleaned_data["name"].strip()
