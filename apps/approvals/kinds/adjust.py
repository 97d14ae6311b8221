"""单位内调整: another department, post, rank or position within the unit.

Source: docs/rules.md KD-02, AD-01; domain.md §2.8.
"""

from __future__ import annotations

from typing import Any

from apps.core.changes import version_of
from apps.staff import services as staff
from apps.staff.models import Occupancy
from apps.units import services as units
from apps.units.models import Unit

from .. import errors, frozen
from ..choices import Kind
from ..forms.changes import AdjustForm
from ..models import Application, Line
from . import showing
from .base import Fact, LineData, there
from .ofspell import OfSpell
from .stale import refuse_moved


class Adjust(OfSpell):
    kind = Kind.ADJUST
    line_form = AdjustForm
    keeps = AdjustForm.PLACE

    def line(self, form: AdjustForm) -> LineData:
        change = form.changed()
        data = form.cleaned_data
        values = {
            "change": frozen.freeze(change),
            "before": showing.held(form.spell, change),
            "basis": frozen.freeze(
                {name: data[name] for name in ("on", "document", "document_no", "reason")}
            ),
            "version": form.version or version_of(form.spell),
        }
        return self.line_of(form, values)

    def initial(self, line: Line) -> dict[str, Any]:
        return {**line.values["change"], **line.values["basis"]}

    def facts(self, line: Line) -> list[tuple[str, list[Fact]]]:
        change, before = (frozen.said(line.values[part]) for part in ("change", "before"))
        basis = frozen.said(line.values["basis"])
        form = self.line_form
        return [
            *self.about(line),
            ("调整", showing.rows(form, change, AdjustForm.PLACE, before)),
            (
                "依据",
                [showing.basis(form, basis), *showing.rows(form, basis, ("on", "reason"))],
            ),
        ]

    def guard(self, application: Application, lines: list[Line]) -> None:
        super().guard(application, lines)
        for line in lines:
            key = line.values["change"].get("dept")
            dept = Unit.objects.filter(pk=key).first() if key else None
            if dept is None:
                continue
            if not dept.is_active or not dept.path.startswith(application.unit.path):
                raise errors.LineFails(line, errors.DepartmentGone(dept, application.unit))

    def effect(self, application: Application, line: Line, *, by: Any) -> None:
        spell = Occupancy.objects.get(pk=there(line, line.spell_id))
        change, basis = frozen.thaw(line.values["change"]), frozen.thaw(line.values["basis"])
        refuse_moved(spell, line.values["version"], change)
        reason = f"{application}：{basis['reason']}"
        staff.change_spell(spell=spell, by=by, reason=reason, **change)
        if basis["document"] is not None:
            units.link(document=basis["document"], unit=application.unit, by=by)
