"""Forms of 接口客户端."""

from __future__ import annotations

import datetime as dt
from ipaddress import ip_network
from typing import Any

from django import forms
from django.utils import timezone

from apps.accounts.forms.proposals import reason_field
from apps.core import forms as f
from apps.units.models import Unit

from ..choices import Partner
from ..models import Client

#: A client is looked at again after two years at the latest.
LONGEST = dt.timedelta(days=731)
MOST_ADDRESSES = 20
#: The widest network: 65,536 addresses of IPv4.
WIDEST = {4: 16, 6: 48}


class ClientForm(f.Form):
    widths = {
        "name": "half",
        "partner": "half",
        "unit": "half",
        "expires_on": "half",
        "addresses": "full",
        "must_sign": "full",
        "reads_numbers": "full",
        "reason": "full",
    }

    name = forms.CharField(
        label="名称",
        max_length=60,
        help_text="如 县财政局工资统发系统",
        error_messages={"required": "请填写系统的名称"},
    )
    partner = forms.ChoiceField(
        label="联办部门",
        choices=[("", "请选择"), *Partner.choices],
        error_messages={"required": "请选择联办部门"},
    )
    unit = f.PickerField(
        label="范围（本级及下级）",
        url_name="units:appointment_units",
        queryset=Unit.objects.none(),
        lookups=("code", "name"),
        placeholder="单位名称、拼音或编码",
        error_messages={"required": "请选择单位"},
    )
    expires_on = f.DayField(label="有效期至", error_messages={"required": "请填写有效期"})
    addresses = forms.CharField(
        label="允许的地址",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control code"}),
        help_text="一行一个地址或网段，如 10.8.3.21 或 10.8.3.0/24",
        error_messages={"required": "请填写对方系统的地址，没有登记的地址不能调用"},
    )
    must_sign = forms.BooleanField(
        label="请求须签名",
        required=False,
        initial=True,
        help_text="密钥不随请求发送，截获的请求不能改动、不能重放；只在对方系统确实不会签名时取消",
    )
    reads_numbers = forms.BooleanField(
        label="可读完整公民身份号码",
        required=False,
        help_text="只给确需完整号码的系统；每次读取都记入该人员的查看记录",
    )
    reason = reason_field(help_text="如 财政局来函〔2026〕12号")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = Unit.objects.active()

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"].strip()
        if Client.objects.filter(name=name).exists():
            raise forms.ValidationError("已有同名的接口客户端，请换一个名称", code="taken")
        return name

    def clean_expires_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["expires_on"]
        today = timezone.localdate()
        if not today < day <= today + LONGEST:
            raise forms.ValidationError("有效期应在明天起两年以内，到期前可重新建立", code="range")
        return day

    def clean_addresses(self) -> list[str]:
        found: list[str] = []
        for line in self.cleaned_data["addresses"].replace(",", "\n").splitlines():
            text = line.strip()
            if not text:
                continue
            try:
                network = ip_network(text, strict=False)
            except ValueError:
                raise forms.ValidationError(
                    f"“{text[:40]}”不是地址，请按 10.8.3.21 或 10.8.3.0/24 的样子填写",
                    code="address",
                ) from None
            if network.prefixlen < WIDEST[network.version]:
                raise forms.ValidationError(
                    f"“{text[:40]}”的范围太大，请写对方系统实际使用的地址", code="wide"
                )
            if str(network) not in found:
                found.append(str(network))
        if len(found) > MOST_ADDRESSES:
            raise forms.ValidationError(f"最多 {MOST_ADDRESSES} 个地址，可用网段合并", code="many")
        return found
