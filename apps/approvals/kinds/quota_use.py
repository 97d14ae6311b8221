"""用编申请: places a unit asks to use; their notice is the effect. Source: domain.md §4.1, §5.4."""

from __future__ import annotations

from typing import Any

from apps.core.masking import mask_phone
from apps.staff import looking
from apps.units.models import Unit

from .. import dynamic, frozen, plans, sealed, usable
from ..choices import REVIEWS, WRITABLE, BalanceMode, Kind, State
from ..forms.quota_use import UseLineForm
from ..models import Application, Line
from ..services import quota_use as service
from .base import Fact, KindOfCase, LineData

PANEL = "approvals/use/_panel.html"


class QuotaUse(KindOfCase):
    kind = Kind.QUOTA_USE
    line_form = UseLineForm
    reads = ("quota_type", "hold")
    one = "一项"

    def line(self, form: UseLineForm) -> LineData:
        data = form.cleaned_data
        whole = {name: data[name] for name in ("is_annual", *form.LETTER)}
        whole |= {"source": data["source"].pk, "source_label": data["source"].label}
        return LineData(
            name=data["quota_type"].label,
            quota_type=data["quota_type"],
            asked=data["asked"],
            values={
                "purpose": {name: data[name] for name in form.PURPOSE},
                "unit": data["unit"].pk,
            },
            whole=frozen.freeze(whole),
        )

    def unit_of(self, form: UseLineForm) -> Unit:
        unit: Unit = form.cleaned_data["unit"]
        return unit

    def document_of(self, form: Any) -> Any:
        return None

    def initial(self, line: Line) -> dict[str, Any]:
        return {
            **self.initial_of(line.application),
            **line.values.get("purpose", {}),
            "quota_type": line.quota_type_id,
            "asked": line.asked,
        }

    def initial_of(self, application: Application) -> dict[str, Any]:
        """Return what the form of another line of an application begins with."""
        said = application.values
        return {
            **{name: said.get(name) for name in (*UseLineForm.LETTER, "source")},
            "unit": application.unit_id,
            "is_annual": "1" if said.get("is_annual") else "0",
        }

    def look(self, form: UseLineForm, others: list[Line]) -> list[looking.Box]:
        form.is_valid()
        data = getattr(form, "cleaned_data", {})
        unit, quota_type = data.get("unit"), data.get("quota_type")
        if unit is None or quota_type is None:
            return []
        line = Line(quota_type=quota_type, asked=data.get("asked") or 0)
        return self.boxes(Application(kind=self.kind, unit=unit), [*others, line])

    def summary(self, application: Application, lines: list[Line]) -> str:
        asked = usable.by_type(lines)
        labels = {line.quota_type_id: line.quota_type for line in lines}
        parts = [f"{labels[key].label if labels[key] else ''} {n} 名" for key, n in asked.items()]
        return f"用编申请 {'、'.join(parts)}"

    def facts(self, line: Line) -> list[tuple[str, list[Fact]]]:
        application = line.application
        said = application.values
        purpose = line.values.get("purpose", {})
        phone = sealed.contact(application)
        granted = "" if line.granted is None else f"{line.granted} 名"
        return [
            (
                "用编",
                [
                    Fact("编制类型", line.quota_type.label if line.quota_type else ""),
                    Fact("用途", purpose.get("purpose", "")),
                    Fact("详细用途", purpose.get("detail", "")),
                    Fact("申报数", f"{line.asked} 名"),
                    Fact("批准数", granted),
                ],
            ),
            (
                "申请",
                [
                    Fact("用编单位", application.unit.name),
                    Fact("来文文件名", said.get("letter_title", "")),
                    Fact("来文文号", said.get("letter_no", "")),
                    Fact("来文日期", said.get("letter_on", "")),
                    Fact("年度用编", "是" if said.get("is_annual") else "否"),
                    Fact("人员来源", said.get("source_label", "")),
                    Fact("联系人", application.contact),
                    Fact("联系电话", mask_phone(phone) if phone else "", masked="phone"),
                ],
            ),
        ]

    def boxes(self, application: Application, lines: list[Line]) -> list[looking.Box]:
        types = {line.quota_type_id: line.quota_type for line in lines}
        held = {line.quota_type_id: 0 for line in lines}
        for line in lines:  # a decided case brings its own held places
            if line.hold is not None and line.hold.released_at is None:
                held[line.quota_type_id] += line.hold.places
        found = []
        for key, heads in usable.by_type(lines).items():
            box = looking.box(application.unit, types[key], 0, held=heads)
            if box is not None:
                found.append(looking.without_reserved(box, held[key]))
        return found

    def guard(self, application: Application, lines: list[Line]) -> None:
        service.refuse_unfit(application, lines)

    def passing(
        self, application: Application, lines: list[Line], *, by: Any, told: dict[str, Any]
    ) -> None:
        if application.state != State.EXAMINING:
            return
        sheet = service.make_sheet(application=application, lines=lines, by=by)
        told["sheet"] = sheet.number
        told["usable"] = [{"type": row["quota_type"], "said": row["said"]} for row in sheet.rows]

    def decided(self, application: Application, lines: list[Line], *, by: Any) -> None:
        service.hold(application=application, lines=lines, by=by)

    def effect(self, application: Application, line: Line, *, by: Any) -> None:
        """Nothing: the effect is the notice, which is issued after the decision."""

    def released(self, application: Application, lines: list[Line], *, by: Any) -> None:
        service.let_go(lines=lines, by=by)

    def panels(
        self, application: Application, lines: list[Line], user: Any
    ) -> list[tuple[str, dict[str, Any]]]:
        """Return 可用编制 with its operands, the year's plan, and the dynamic balance (office)."""
        types = {kind.pk: kind for line in lines if (kind := line.quota_type) is not None}
        asked = usable.by_type(lines)
        sheet = getattr(application, "sheet", None)
        cells = [
            {
                "cell": usable.usable(application.unit, kind, application.version),
                "asked": sum(x.asked for x in lines if x.quota_type_id == key),
                "granted": asked.get(key, 0),
            }
            for key, kind in types.items()
        ]
        context: dict[str, Any] = {
            "cells": cells,
            "sheet": sheet,
            # what it was granted is among the operands once it is decided: no more to compare
            "waits": application.state in (*WRITABLE, *REVIEWS),
            "is_decided": application.decided_at is not None,
        }
        if application.values.get("is_annual"):
            rows = plans.drawn_from(application, types, lock=False)
            used = plans.used(rows[0].plan, rows) if rows else {}
            context["plan_rows"] = [
                {
                    "line": one,
                    "used": used.get((one.unit_id, one.quota_type_id), 0),
                    "left": (one.granted or 0) - used.get((one.unit_id, one.quota_type_id), 0),
                }
                for one in rows
            ]
        if user.may("examine", application.unit) or user.may("decide", application.unit):
            year = dynamic.year_balance(application.unit)
            waiting = application.state in service.OFFICE
            context |= {"year": year, "broken": year.broken_by(asked) if waiting else []}
            context["warns"] = year.setting.balance != BalanceMode.OFF
        return [(PANEL, context)]
