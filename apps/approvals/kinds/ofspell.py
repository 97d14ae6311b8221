"""What the kinds share that begin from somebody's place: who it is about, and whose it is."""

from __future__ import annotations

from typing import Any, ClassVar

from apps.staff import looking
from apps.units.models import Unit

from .. import errors, frozen
from ..models import Application, Line
from . import showing
from .base import Fact, KindOfCase, LineData


class OfSpell(KindOfCase):
    """A kind whose lines are about somebody's place in a quota."""

    subject = "spell"
    reads: ClassVar[tuple[str, ...]] = ("quota_type", "person", "spell__unit", "spell__quota_type")

    def unit_of(self, form: Any) -> Unit:
        unit: Unit = form.spell.unit
        return unit

    def early(self, form: Any) -> Line | None:
        """Return the line of whom the form begins from: their cell is known before it is filled."""
        spell = form.spell
        application = Application(kind=self.kind, unit=spell.unit)
        return Line(application=application, spell=spell, quota_type=spell.quota_type)

    def line(self, form: Any) -> LineData:
        return self.line_of(form, {"place": frozen.freeze(form.values())})

    def line_of(self, form: Any, values: dict[str, Any]) -> LineData:
        spell = form.spell
        return LineData(
            name=spell.person.name,
            person=spell.person,
            spell=spell,
            quota_type=spell.quota_type,
            values=values,
        )

    def initial(self, line: Line) -> dict[str, Any]:
        return dict(line.values["place"])

    def about(self, line: Line) -> list[tuple[str, list[Fact]]]:
        """Return who the line is about and the place they hold."""
        found = [showing.person(line)]
        if line.spell is not None:
            found.append(("现占编制", showing.place(line.spell)))
        return found

    def boxes(self, application: Application, lines: list[Line]) -> list[looking.Box]:
        return showing.cells(lines, sign=0)

    def guard(self, application: Application, lines: list[Line]) -> None:
        """Refuse a place that is not the applying unit's: a forged or an outdated line."""
        home = self.home_of(application)
        for line in lines:
            if line.spell is None or line.spell.unit_id != home.pk:
                raise errors.LineFails(line, errors.NotOfThisUnit(home))
