"""编制类型修改: another quota type of the same unit, from a day on or from the beginning.

Source: docs/rules.md RT-01, S-13; domain.md §2.8, §5.13 Q12.
"""

from __future__ import annotations

from typing import Any

from apps.core.changes import version_of
from apps.staff import looking
from apps.staff import services as staff
from apps.staff.models import Occupancy
from apps.units import services as units

from .. import frozen
from ..choices import Kind
from ..forms.changes import RetypeForm
from ..models import Application, Line
from . import showing
from .base import Fact, LineData, at_hand, there
from .ofspell import OfSpell
from .stale import refuse_moved


class Retype(OfSpell):
    kind = Kind.RETYPE
    line_form = RetypeForm
    keeps = RetypeForm.WITH

    def line(self, form: RetypeForm) -> LineData:
        data = form.cleaned_data
        change = {"quota_type": data["quota_type"], **form.changed()}
        names = ("on", "mistaken", "document", "document_no", "reason")
        values = {
            "change": frozen.freeze(change),
            "before": showing.held(form.spell, change),
            "basis": frozen.freeze({name: data[name] for name in names}),
            "version": form.version or version_of(form.spell),
        }
        line = self.line_of(form, values)
        line.quota_type = data["quota_type"]
        return line

    def early(self, form: RetypeForm) -> Line | None:
        chosen = form.cleaned_data.get("quota_type")
        line = super().early(form)
        if line is not None and chosen is not None:
            line.quota_type = chosen
            return line
        return None

    def look(self, form: RetypeForm, others: list[Line]) -> list[looking.Box]:
        """Until another type is chosen: the cell as it stands."""
        return super().look(form, others) or showing.cells([Line(spell=form.spell)], sign=0)

    def initial(self, line: Line) -> dict[str, Any]:
        return {**line.values["change"], **line.values["basis"]}

    def facts(self, line: Line) -> list[tuple[str, list[Fact]]]:
        change, before = (frozen.said(line.values[part]) for part in ("change", "before"))
        basis = frozen.said(line.values["basis"])
        form = self.line_form
        names = ("quota_type", *RetypeForm.WITH)
        return [
            *self.about(line),
            ("修改", showing.rows(form, change, names, before)),
            (
                "依据",
                [
                    showing.basis(form, basis),
                    *showing.rows(form, basis, ("on", "mistaken", "reason")),
                ],
            ),
        ]

    def boxes(self, application: Application, lines: list[Line]) -> list[looking.Box]:
        return [*showing.cells(lines), *showing.coming(application.unit, lines)]

    def effect(self, application: Application, line: Line, *, by: Any) -> None:
        spell = Occupancy.objects.get(pk=there(line, line.spell_id))
        change = frozen.thaw(line.values["change"], *at_hand(line))
        basis = frozen.thaw(line.values["basis"], *at_hand(line))
        refuse_moved(spell, line.values["version"], change)
        reason = f"{application}：{basis['reason']}"
        if basis.pop("mistaken") or basis["on"] == spell.starts_on:
            line.result = staff.change_spell(spell=spell, by=by, reason=reason, **change)
            if basis["document"] is not None:
                units.link(document=basis["document"], unit=application.unit, by=by)
            return
        line.result = staff.retype(spell=spell, by=by, **change, **{**basis, "reason": reason})
