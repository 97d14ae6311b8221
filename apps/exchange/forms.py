"""Forms of the import wizard: the upload, and which column is which."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from apps.core import forms as f
from apps.core.imports import ImportKind
from apps.core.sheets import Column, Mapping
from apps.core.sheets.mapping import DAYS, from_json, takes_day_rule
from apps.units.models import Unit

from .choices import Mode
from .models import ImportBatch


class UploadForm(f.Form):
    """A workbook, and the unit below which its rows must lie."""

    widths = {"file": "full", "under": "half", "mode": "half"}

    file = f.UploadField(label="填好的文件", types=("xlsx", "xls", "csv"), max_mb=20)
    under = f.PickerField(
        label="导入到",
        url_name="units:suggest",
        queryset=Unit.objects.none(),
        lookups=("code", "name"),
        required=False,
        help_text="只处理这个机构及其下级；不填则为您有权维护的全部机构。",
    )
    mode = f.forms.ChoiceField(
        label="已有的数据",
        choices=[
            (Mode.BOTH, "新增并更新：没有的新增，已有的更新"),
            (Mode.ADD, "只新增：已有的不动"),
            (Mode.UPDATE, "只更新：没有的不增"),
        ],
        initial=Mode.BOTH,
        required=False,
        help_text="没有处理的行会逐行列出原因。",
    )

    def __init__(self, *args: Any, user: Any, kind: ImportKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["under"].queryset = Unit.objects.granted(user, kind.permission)
        if kind.types != ImportKind.types:
            label = "压缩包" if "zip" in kind.types else "文件"
            self.fields["file"] = f.UploadField(label=label, types=kind.types, max_mb=kind.max_mb)

    def clean_mode(self) -> str:
        return self.cleaned_data["mode"] or Mode.BOTH


class MappingForm(f.Form):
    """Which column of a foreign file is which of ours; what is added; the name to remember it by.

    Fields: to_<n> for the file's columns; fill_<field> and copy_<field> for ours; day_<field> for
    our day columns; remember.
    """

    def __init__(
        self, *args: Any, batch: ImportBatch, kind: ImportKind, columns: Sequence[Column], **kw: Any
    ) -> None:
        super().__init__(*args, **kw)
        self.batch, self.kind, self.ours = batch, kind, columns
        self.sources: list[dict[str, Any]] = batch.layout["columns"]
        chosen = from_json(batch.mapping) if batch.mapping.get("columns") else self._proposed()
        self.chosen = chosen
        targets = [("", "不导入"), *((c.field, self._label(c)) for c in columns)]
        names = [("", "不取"), *((one["name"], self._source(one)) for one in self.sources)]
        for number, one in enumerate(self.sources):
            self.fields[f"to_{number}"] = self._choice(
                f"{one['letter']} 列「{one['name']}」是",
                targets,
                chosen.columns.get(one["name"], ""),
            )
        for column in columns:
            self._add(column, names)
        self.fields["remember"] = f.forms.CharField(
            label="来源名称",
            max_length=80,
            required=False,
            initial=batch.source.name if batch.source else PurePath(batch.name).stem[:80],
            help_text="例如“某县组织部花名册”。以后同样表头的文件会自动按此对照；清空则不记。",
        )

    def _proposed(self) -> Mapping:
        return Mapping({one["name"]: one["field"] for one in self.sources})

    @staticmethod
    def _label(column: Column) -> str:
        return f"{column.header}（必填）" if column.required else column.header

    @staticmethod
    def _source(one: dict[str, Any]) -> str:
        return f"{one['letter']} 列「{one['name']}」"

    @staticmethod
    def _choice(label: str, choices: list[tuple[str, str]], initial: str) -> Any:
        field = f.forms.ChoiceField(label=label, choices=choices, required=False, initial=initial)
        field.widget.attrs["aria-label"] = label
        return field

    def _add(self, column: Column, names: list[tuple[str, str]]) -> None:
        name, header = column.field, column.header
        options = column.reader.fresh().listed()
        fill: Any
        if options is not None and len(options) <= 200:
            choices = [("", "不填"), *((text, text) for text in options)]
            fill = f.forms.ChoiceField(choices=choices, required=False)
        else:
            fill = f.forms.CharField(max_length=300, required=False)
        fill.label = f"「{header}」空着的都填"
        fill.initial = self.chosen.fills.get(name, "")
        fill.widget.attrs["aria-label"] = fill.label
        self.fields[f"fill_{name}"] = fill
        copied = self.chosen.copies.get(name, "")
        self.fields[f"copy_{name}"] = self._choice(f"「{header}」取自另一列", names, copied)
        if takes_day_rule(column):
            rules = [("", "不允许，列为错误"), *((k, f"按{v}") for k, v in DAYS.items())]
            day = self.chosen.days.get(name, "")
            self.fields[f"day_{name}"] = self._choice(f"「{header}」只有年月时", rules, day)

    @property
    def mapping(self) -> Mapping:
        """Return what was chosen (a bound, valid form)."""
        data = self.cleaned_data
        names = [column.field for column in self.ours]
        return Mapping(
            {one["name"]: data[f"to_{n}"] for n, one in enumerate(self.sources)},
            {name: text for name in names if (text := data[f"fill_{name}"].strip())},
            {name: to for name in names if (to := data[f"copy_{name}"])},
            {name: rule for name in names if (rule := data.get(f"day_{name}"))},
        )

    def refuse(self, wrong: Sequence[tuple[str, str]]) -> None:
        """Put each sentence at its field."""
        data = self.cleaned_data
        places = {data[f"to_{n}"]: f"to_{n}" for n in range(len(self.sources))}
        for name, sentence in wrong:
            field = places.get(name, f"fill_{name}") if name else ""
            self.add_error(field if field in self.fields else None, sentence)

    @property
    def source_rows(self) -> list[dict[str, Any]]:
        """Return the file's columns with their fields, as the page lists them."""
        return [
            {**one, "to": self[f"to_{number}"], "errors": self[f"to_{number}"].errors}
            for number, one in enumerate(self.sources)
        ]

    def _given(self) -> set[str]:
        if self.is_bound:
            given = {self[f"to_{n}"].value() for n in range(len(self.sources))}
            return {name for name in given if name}
        return {to for to in self.chosen.columns.values() if to}

    @property
    def missing_rows(self) -> list[dict[str, Any]]:
        """Return our columns that the file cannot go without and has nothing for."""
        lacking = self.kind.missing(self.ours, self._given())
        return [self._extra(column) for column in lacking]

    @property
    def more_rows(self) -> list[dict[str, Any]]:
        """Return our other columns: a default for empty cells, or a fixed value for all."""
        lacking = {column.field for column in self.kind.missing(self.ours, self._given())}
        return [self._extra(column) for column in self.ours if column.field not in lacking]

    @property
    def day_rows(self) -> list[dict[str, Any]]:
        return [
            {"header": column.header, "day": self[f"day_{column.field}"]}
            for column in self.ours
            if f"day_{column.field}" in self.fields
        ]

    @property
    def uses_more(self) -> bool:
        """Say whether the folded part has something in it that must be seen."""
        return any(
            row["fill"].value() or row["copy"].value() or row["fill"].errors
            for row in self.more_rows
        )

    def _extra(self, column: Column) -> dict[str, Any]:
        fill = self[f"fill_{column.field}"]
        return {
            "column": column,
            "mapped": column.field in self._given(),
            "fill": fill,
            "copy": self[f"copy_{column.field}"],
            "errors": fill.errors,
        }
