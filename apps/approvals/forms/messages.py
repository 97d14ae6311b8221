"""消息设置: where a person is reached, and each kind of message on each road."""

from __future__ import annotations

from typing import Any

from django import forms

from apps.core import forms as f
from apps.core.masking import mask_phone
from apps.staff.forms.fields import MaskedPhoneField

from .. import channels
from ..choices import Channel, Event


class SwitchForm(f.Form):
    """Switches are named `turn_mail`; the inbox has none, everything is there."""

    mail = forms.EmailField(label="邮箱", required=False, help_text="单位邮箱；留空则不发邮件")

    def __init__(self, data: Any = None, *, user: Any) -> None:
        self.reach = getattr(user, "reach", None) or channels.new_reach(user)
        self.number = channels.phone(self.reach)
        masked = mask_phone(self.number) if self.number else ""
        holds = channels.wanted(user)
        initial: dict[str, Any] = {"mail": self.reach.mail, "phone": masked}
        initial |= {f"{event}_{channel}": on for (event, channel), on in holds.items()}
        super().__init__(data, initial=initial)
        self.fields["phone"] = MaskedPhoneField(masked=masked, label="手机号码")
        for event, channel in holds:
            self.fields[f"{event}_{channel}"] = forms.BooleanField(
                label=f"{Event(event).label}：{Channel(channel).label}", required=False
            )

    @property
    def rows(self) -> list[tuple[str, list[tuple[bool, Any]]]]:
        """Return each event with its switches: (is the channel connected, the field)."""
        return [
            (
                Event(event).label,
                [(channels.is_on(one), self[f"{event}_{one}"]) for one in Channel.values],
            )
            for event in Event.values
        ]

    def values(self) -> dict[str, Any]:
        """Return what services.delivering.set_switches takes."""
        said = self.cleaned_data
        masked = mask_phone(self.number) if self.number else ""
        typed = said["phone"]
        return {
            "mail": said["mail"],
            "phone": self.number if masked and typed == masked else typed,
            "wanted": {
                (event, channel): said[f"{event}_{channel}"]
                for event in Event.values
                for channel in Channel.values
                if channels.is_on(channel)
            },
        }
