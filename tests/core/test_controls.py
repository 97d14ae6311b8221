"""Controls drawn without templates say what Django's templates say."""

from __future__ import annotations

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import mark_safe

from apps.core import controls
from apps.core.forms import Renderer
from apps.core.widgets import DayInput, MonthInput, SearchInput

GROUPS = [
    ("", "不限"),
    ("甲 & 乙", [("1", '一"级'), (2, mark_safe("<b>二</b>级"))]),
    ("x<y", "小于"),
]

CASES = [
    (forms.Select(choices=GROUPS), 2),
    (forms.Select(choices=GROUPS, attrs={"required": True, "disabled": False}), "x<y"),
    (forms.Select(choices=[]), None),
    (forms.SelectMultiple(choices=GROUPS), ["1", "x<y"]),
    (forms.NullBooleanSelect(), True),
    (forms.TextInput(attrs={"placeholder": '“a" b”', "maxlength": 3}), '<a href="">'),
    (forms.TextInput(), ""),
    (forms.TextInput(), None),
    (forms.NumberInput(attrs={"min": 0, "step": 0.5}), 1234567),
    (forms.NumberInput(), 0),
    (forms.EmailInput(), "a@b.cn"),
    (forms.HiddenInput(), "k&v"),
    (forms.CheckboxInput(), True),
    (forms.CheckboxInput(attrs={"value": "on&"}), False),
    (SearchInput(), "教育"),
    (DayInput(), "2026-13-40"),
    (MonthInput(), "2026-11"),
]


@pytest.mark.parametrize(("widget", "value"), CASES)
def test_a_control_is_what_its_template_writes(widget, value):
    assert widget.template_name in controls.DRAWN
    attrs = {"id": "id_field", "class": "form-control"}
    by_template = widget.render("field", value, attrs, renderer=DjangoTemplates())

    drawn = widget.render("field", value, attrs, renderer=Renderer())

    assert "".join(drawn.split()) == "".join(by_template.split())
