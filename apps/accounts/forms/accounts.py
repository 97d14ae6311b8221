"""The form of one account, for the system administrator."""

from __future__ import annotations

from django import forms as django_forms
from django.core.exceptions import ValidationError

from apps.core import forms as f

from ..models import User


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
