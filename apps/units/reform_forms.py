"""Forms of what reforms do to units: move, rank, nameplates, merge, split, hand over."""

from __future__ import annotations

from typing import Any

from apps.core import forms as f

from . import carrying
from .choices import EntityKind, EventKind, PlateKind
from .forms import BasisForm, UnitField
from .models import Unit
from .rules import MAINTAIN


class MoveForm(BasisForm):
    """隶属关系调整, 划转: one unit under another parent."""

    unit = UnitField(permission=MAINTAIN, label="调整的机构")
    parent = UnitField(permission=MAINTAIN, label="新的上级机构")
    after = UnitField(
        permission=MAINTAIN,
        label="排在哪个机构之后",
        required=False,
        help_text="不填排在同级末位",
    )
    kind = f.forms.ChoiceField(
        label="事项",
        choices=[
            (EventKind.MOVE.value, EventKind.MOVE.label),
            (EventKind.TRANSFER.value, EventKind.TRANSFER.label),
        ],
    )
    sections = [("依据", ("document", "on")), ("调整", ("kind", "unit", "parent", "after"))]
    widths = {"unit": "half", "parent": "half", "after": "half", "document": "half"}


class RankForm(BasisForm):
    """规格调整."""

    unit = UnitField(permission=MAINTAIN, label="调整规格的机构")
    rank = f.CodeField(table="institution_rank", label="新规格")
    sections = [("依据", ("document", "on")), ("规格", ("unit", "rank"))]
    widths = {"unit": "half", "document": "half"}


class PlateForm(BasisForm):
    """挂牌."""

    unit = UnitField(permission=MAINTAIN, label="挂牌的机构")
    name = f.forms.CharField(label="牌子名称", max_length=160)
    kind = f.forms.ChoiceField(label="类别", choices=PlateKind.choices)
    sections = [("依据", ("document", "on")), ("牌子", ("unit", "name", "kind"))]
    widths = {"unit": "half", "name": "half", "document": "half"}


class PlateOffForm(BasisForm):
    """摘牌; which one is in the address."""

    sections = [("依据", ("document", "on"))]
    widths = {"document": "half"}


class MergeForm(BasisForm):
    """合并: units into an existing one, or into a new one."""

    unit1 = UnitField(permission=MAINTAIN, label="被合并的机构 1")
    unit2 = UnitField(permission=MAINTAIN, label="被合并的机构 2", required=False)
    unit3 = UnitField(permission=MAINTAIN, label="被合并的机构 3", required=False)
    unit4 = UnitField(permission=MAINTAIN, label="被合并的机构 4", required=False)
    unit5 = UnitField(permission=MAINTAIN, label="被合并的机构 5", required=False)
    unit6 = UnitField(permission=MAINTAIN, label="被合并的机构 6", required=False)
    new_name = f.forms.CharField(
        label="合并新设的机构名称", max_length=160, required=False, help_text="并入现有机构的不填"
    )
    parent = UnitField(
        permission=MAINTAIN,
        label="新设机构的上级",
        required=False,
        help_text="不填与第一个机构同级",
    )
    into = UnitField(
        permission=MAINTAIN, label="承接的现有机构", required=False, help_text="合并新设的不填"
    )
    postings = f.forms.BooleanField(
        label="领导任职随同转任（不选则同日离任）", required=False, initial=True
    )
    plates = f.forms.BooleanField(label="原名称作为加挂牌子保留", required=False)
    names = ("unit1", "unit2", "unit3", "unit4", "unit5", "unit6")
    sections = [
        ("依据", ("document", "on")),
        ("被合并的机构", names),
        ("承接机构", ("into", "new_name", "parent")),
        ("随同办理", ("postings", "plates")),
    ]
    widths = dict.fromkeys(
        (*names, "document", "new_name", "parent", "into", "postings", "plates"), "half"
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        new, into = (data.get("new_name") or "").strip(), data.get("into")
        seen: set[Unit] = set()
        for name in self.names:
            unit = data.get(name)
            if unit is not None and unit in seen:
                self.add_error(name, f"“{unit}”已经填过，请换一个或留空")
            elif unit is not None:
                seen.add(unit)
        if into is not None and into in seen:
            self.add_error("into", f"“{into}”也在被合并的机构里，请选择要并入的机构")
        elif "into" not in self.errors and bool(new) == bool(into):
            self.add_error("into", "承接的现有机构和新设的机构名称请填一项，只填一项")
        return data

    @property
    def units(self) -> list[Unit]:
        return [self.cleaned_data[name] for name in self.names if self.cleaned_data.get(name)]


class DivideForm(BasisForm):
    """分立 and 划转科室: from which unit to which."""

    unit = UnitField(permission=MAINTAIN, label="原机构")
    widths = {"unit": "half", "document": "half", "target": "half", "new_name": "half"}


class SplitForm(DivideForm):
    new_name = f.forms.CharField(label="分立出的机构名称", max_length=160)
    rest_name = f.forms.CharField(
        label="原机构撤销，其余部分设为",
        max_length=160,
        required=False,
        help_text="原机构保留的不填",
    )
    sections = [("依据", ("document", "on")), ("分立", ("unit", "new_name", "rest_name"))]
    widths = {**DivideForm.widths, "rest_name": "half"}


class HandOverForm(DivideForm):
    target = UnitField(permission=MAINTAIN, label="承接的机构")
    sections = [("依据", ("document", "on")), ("划转", ("unit", "target"))]


PEOPLE_SHOWN = 300  #: people to choose from one by one


class ShareForm(f.Form):
    """What goes: 内设机构, places and posts by number, further people. Built from what there is."""

    departments = f.forms.ModelMultipleChoiceField(
        label="划出的内设机构（其人员随同）",
        queryset=Unit.objects.none(),
        required=False,
        widget=f.forms.CheckboxSelectMultiple,
    )
    people = f.forms.MultipleChoiceField(
        label="另外划出的人员", required=False, widget=f.forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        inner = Unit.objects.active().under(unit).filter(entity_kind=EntityKind.DEPARTMENT)
        self.fields["departments"].queryset = inner
        self.fields["people"].choices = carrying.persons(unit)[:PEOPLE_SHOWN]
        self.lines: dict[str, carrying.Held] = {}
        for number, line in enumerate(carrying.held(unit)):
            if line.by_number:
                name = f"line{number}"
                self.lines[name] = line
                self.fields[name] = f.forms.IntegerField(
                    label=f"{line.label}（现有 {line.number} 名）",
                    min_value=0,
                    max_value=line.number,
                    required=False,
                    help_text=line.note,
                )
        self.sections = [
            ("编制和职数", tuple(self.lines)),
            ("内设机构", ("departments",)),
            ("人员", ("people",)),
        ]
        self.sections = [(title, names) for title, names in self.sections if names]
        self.widths = {"departments": "full", "people": "full"}

    def figures(self) -> dict[str, dict[str, int]]:
        """Return {carrier: {key: number}} of what was filled in."""
        found: dict[str, dict[str, int]] = {}
        for name, line in self.lines.items():
            if number := self.cleaned_data.get(name):
                found.setdefault(line.carrier, {})[line.key] = number
        return found
