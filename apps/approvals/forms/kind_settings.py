"""流程配置: everything a version says, on one page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms

from apps.core import forms as f
from apps.core.models import CodeValue

from .. import describing
from ..choices import Kind, Partner, State, reviews_of
from ..models import KindVersion
from ..services.kind_settings import MOST_DAYS

#: Empty lines for further materials.
SPARE = 3
#: Text columns of a material, with their heading and longest text.
COLUMNS = (
    ("label", "材料名称", 60),
    ("reviewed_by", "审查单位", 40),
    ("sealed_by", "盖章单位", 40),
    ("contact", "联系方式", 60),
    ("note", "填写说明", 120),
)


@dataclass
class Row:
    """One line of a table of the page. name: what the line is; cells: bound fields."""

    name: str
    cells: list[Any]


class KindSettingForm(f.Form):
    """Fields are named `examining_limit`, `personnel_on`, `m0_label`."""

    def __init__(self, data: Any = None, uploads: Any = None, *, version: KindVersion) -> None:
        self.version = version
        self.papers = version.papers
        self.states = reviews_of(version.kind)
        super().__init__(data, uploads)
        fields: dict[str, forms.Field] = {}
        fields["based_on"] = forms.IntegerField(
            widget=forms.HiddenInput, initial=version.number, required=True
        )
        self._steps(fields)
        self._partners(fields)
        self._materials(fields)
        if version.kind != Kind.QUOTA_USE:
            fields["paper"] = forms.BooleanField(
                label="纸质流转：决定后打印登记表，盖章交回，再入库",
                required=False,
                initial=version.paper,
            )
        self._options(fields)
        fields["note"] = forms.CharField(
            label="修改说明",
            max_length=200,
            error_messages={"required": "请写明为什么修改，日后可查"},
        )
        self.fields.update(fields)

    def _steps(self, fields: dict[str, forms.Field]) -> None:
        states = [one.state for one in self.version.way]
        for number, state in enumerate(self.states, 1):
            step = self.version.step_at(state)
            word = State(state).label
            place = states.index(state) + 1 if step else number
            fields[f"{state}_on"] = _check(f"{word}：设此环节", step is not None)
            fields[f"{state}_place"] = _number(f"{word}：次序", place, 1, 9)
            fields[f"{state}_label"] = _text(f"{word}：名称", step.label if step else word, 40)
            fields[f"{state}_limit"] = _number(
                f"{word}：期限", step.limit if step else 0, 0, MOST_DAYS
            )

    def _partners(self, fields: dict[str, forms.Field]) -> None:
        hands = {one.code: one for one in self.version.hands}
        for one in Partner:
            hand = hands.get(one)
            fields[f"{one}_on"] = _check(f"{one.label}：参加", hand is not None)
            fields[f"{one}_order"] = _number(f"{one.label}：批次", hand.order if hand else 1, 1, 9)
            fields[f"{one}_limit"] = _number(
                f"{one.label}：期限", hand.limit if hand else 3, 0, MOST_DAYS
            )

    def _materials(self, fields: dict[str, forms.Field]) -> None:
        for number in range(len(self.papers) + SPARE):
            there = number < len(self.papers)
            paper = self.papers[number] if there else None
            word = paper.label if paper else f"新材料 {number - len(self.papers) + 1}"
            for name, label, most in COLUMNS:
                value = getattr(paper, name) if paper else ""
                fields[f"m{number}_{name}"] = _text(f"{word}：{label}", value, most)
            fields[f"m{number}_required"] = _check(f"{word}：必交", bool(paper and paper.required))
            fields[f"m{number}_file"] = f.UploadField(
                label=f"{word}：样表",
                types=("docx", "xlsx", "pdf"),
                max_mb=20,
                required=False,
                widget=forms.FileInput,
            )
            if there:
                fields[f"m{number}_drop"] = _check(f"{word}：删去", False)

    def _options(self, fields: dict[str, forms.Field]) -> None:
        self.option_names = describing.options_of(self.version.kind)
        for name in self.option_names:
            label = describing.OPTIONS[name][0]
            value = self.version.options.get(name)
            if name == "slot_exempt_modes":
                fields[name] = forms.MultipleChoiceField(
                    label=label,
                    required=False,
                    initial=value or [],
                    choices=CodeValue.objects.choices("entry_mode"),
                    widget=forms.CheckboxSelectMultiple,
                )
            elif name == "file_within":
                fields[name] = _number(
                    f"{label}（0 表示不限）", 10 if value is None else value, 0, 250
                )
            else:
                fields[name] = _check(label, bool(value))

    @property
    def step_rows(self) -> list[Row]:
        parts = ("on", "place", "label", "limit")
        return [Row(State(s).label, [self[f"{s}_{part}"] for part in parts]) for s in self.states]

    @property
    def partner_rows(self) -> list[Row]:
        parts = ("on", "order", "limit")
        return [Row(one.label, [self[f"{one}_{part}"] for part in parts]) for one in Partner]

    @property
    def material_rows(self) -> list[dict[str, Any]]:
        rows = []
        for number in range(len(self.papers) + SPARE):
            there = number < len(self.papers)
            rows.append(
                {
                    "texts": [self[f"m{number}_{name}"] for name, _, _ in COLUMNS],
                    "headings": [label for _, label, _ in COLUMNS],
                    "required": self[f"m{number}_required"],
                    "file": self[f"m{number}_file"],
                    "drop": self[f"m{number}_drop"] if there else None,
                    "template": self.papers[number].template if there else "",
                }
            )
        return rows

    @property
    def option_fields(self) -> list[Any]:
        names = [*self.option_names]
        if "paper" in self.fields:
            names.insert(0, "paper")
        return [self[name] for name in names]

    def steps(self) -> list[dict[str, Any]]:
        said = self.cleaned_data
        chosen = [state for state in self.states if said[f"{state}_on"]]
        chosen.sort(key=lambda state: said[f"{state}_place"] or 0)
        return [
            {
                "state": state,
                "label": said[f"{state}_label"].strip() or State(state).label,
                "limit": said[f"{state}_limit"] or 0,
            }
            for state in chosen
        ]

    def partners(self) -> list[dict[str, Any]]:
        said = self.cleaned_data
        return [
            {
                "code": str(one),
                "order": said[f"{one}_order"] or 1,
                "limit": said[f"{one}_limit"] or 0,
            }
            for one in Partner
            if said[f"{one}_on"]
        ]

    def materials(self, keep: Any) -> list[dict[str, Any]]:
        """Return the list of materials. keep: called with each new file, returns its number."""
        said = self.cleaned_data
        used = {one.code for one in self.papers}
        found = []
        for number in range(len(self.papers) + SPARE):
            there = number < len(self.papers)
            label = said[f"m{number}_label"].strip()
            if not label or (there and said[f"m{number}_drop"]):
                continue
            if there:
                code = self.papers[number].code
            else:
                code = next(c for n in range(1, 99) if (c := f"paper{n}") not in used)
                used.add(code)
            one: dict[str, Any] = {"code": code, "label": label}
            if said[f"m{number}_required"]:
                one["required"] = True
            for name, _, _ in COLUMNS[1:]:
                if text := said[f"m{number}_{name}"].strip():
                    one[name] = text
            template = self.papers[number].template if there else ""
            if upload := said[f"m{number}_file"]:
                template = keep(upload)
            if template:
                one["template"] = template
            found.append(one)
        return found

    def options(self) -> dict[str, Any]:
        """Return what the page says of options; what was never set and is as usual stays unset."""
        found: dict[str, Any] = {}
        for name in self.option_names:
            value = self.cleaned_data[name]
            value = 0 if value is None else value
            if name in self.version.options or value != (self.fields[name].initial or 0):
                found[name] = value
        return found


def _check(label: str, on: bool) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False, initial=on)


def _number(label: str, value: int, least: int, most: int) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, required=False, initial=value, min_value=least, max_value=most
    )


def _text(label: str, value: str, most: int) -> forms.CharField:
    return forms.CharField(label=label, required=False, initial=value, max_length=most)
