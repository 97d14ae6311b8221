"""Forms: one move on findings, one setting of a rule."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms

from apps.core import forms as f

from .rules import Rule
from .services import MOVES


class HandlingForm(f.Form):
    """Opinion, and for a mute its last day."""

    widths = {"opinion": "full"}

    opinion = django_forms.CharField(
        label="意见",
        max_length=500,
        required=False,
        widget=django_forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, move: str, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["opinion"].required = MOVES[move].needs_opinion
        if move == "mute":
            self.fields["opinion"].label = "理由"
            self.fields["until"] = f.DayField(label="暂不提示至")
        elif move == "explain":
            self.fields["opinion"].label = "说明"


class RuleForm(f.Form):
    """On or off, each threshold, and why."""

    widths = {"reason": "full", "words": "full", "enabled": "half"}

    def __init__(self, *args: Any, rule: Rule, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.rule = rule
        self.fields["enabled"] = django_forms.TypedChoiceField(
            label="规则状态",
            choices=[("1", "启用"), ("0", "停用")],
            coerce=lambda value: value == "1",
        )
        for one in rule.thresholds:
            self.fields[one.name] = self._field(one)
        self.fields["reason"] = django_forms.CharField(
            label="修改原因", max_length=300, widget=django_forms.Textarea(attrs={"rows": 2})
        )
        self.suffixes = {one.name: one.suffix for one in rule.thresholds if one.suffix}

    def _field(self, one: Any) -> django_forms.Field:
        if one.kind == "choice":
            return django_forms.ChoiceField(label=one.label, choices=one.choices)
        if one.kind == "text":
            return django_forms.CharField(
                label=one.label, max_length=200, help_text="多个词用顿号分开"
            )
        return django_forms.IntegerField(label=one.label, min_value=one.least, max_value=one.most)

    @property
    def thresholds(self) -> dict[str, Any]:
        return {one.name: self.cleaned_data[one.name] for one in self.rule.thresholds}
