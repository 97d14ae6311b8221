"""跨单位划转: a place ends in one unit and goes on in another; the receiving unit files.

Source: docs/rules.md TR-01, TR-02; domain.md §2.8, §4.4.
"""

from __future__ import annotations

from typing import Any

from apps.staff import looking
from apps.staff import services as staff
from apps.staff.errors import SpellClosed
from apps.units.models import Unit

from .. import errors, frozen
from ..choices import Kind
from ..forms.transfer import MoveForm
from ..models import Application, Line
from ..services import slots
from . import heads, showing
from .base import Fact, LineData, at_hand, there
from .ofspell import OfSpell


class Transfer(OfSpell):
    kind = Kind.TRANSFER
    line_form = MoveForm
    reads_rarely = ("slot__notice",)

    def unit_of(self, form: MoveForm) -> Unit:
        unit: Unit = form.cleaned_data["unit"]
        return unit

    def other_unit_of(self, form: MoveForm) -> Unit:
        unit: Unit = form.spell.unit
        return unit

    def home_of(self, application: Application) -> Unit:
        return application.other_unit or application.unit

    def line(self, form: MoveForm) -> LineData:
        posts = [[one.post_kind.label, one.post_name] for one in showing.posts_ending(form.spell)]
        data = self.line_of(form, {"place": frozen.freeze(form.values()), "posts": posts})
        data.quota_type = form.cleaned_data["quota_type"]
        data.slot = form.cleaned_data["slot"]
        return data

    def early(self, form: MoveForm) -> Line | None:
        """Until a unit is chosen: the cell the person leaves."""
        data, line = form.cleaned_data, super().early(form)
        unit = data.get("unit")
        if line is not None:
            line.quota_type = data.get("quota_type") if unit is not None else None
            line.slot = data.get("slot")
            line.application = Application(
                kind=self.kind, unit=unit or form.spell.unit, other_unit=form.spell.unit
            )
        return line

    def initial(self, line: Line) -> dict[str, Any]:
        place = dict(line.values["place"])
        return {**place, "unit": place.pop("to_unit"), "slot": line.slot_id}

    def more(self, line: Line) -> dict[str, Any]:
        return {"spell": line.spell, "slot": line.slot}

    def summary(self, application: Application, lines: list[Line]) -> str:
        who = lines[0].name if len(lines) == 1 else f"{lines[0].name}等 {len(lines)} 人"
        return f"{who} 由{self.home_of(application).name}划转到{application.unit.name}"

    def facts(self, line: Line) -> list[tuple[str, list[Fact]]]:
        place = line.values["place"]
        words = frozen.said(place)
        before = {}
        if line.spell is not None:
            before = {"unit": line.spell.unit.name, "quota_type": line.spell.quota_type.label}
        words["unit"] = words.pop("to_unit", "")
        said: dict[str, str] = {
            name: words[name] for name in ("unit", "quota_type") if name in words
        }
        form = self.line_form
        found = [
            *self.about(line),
            (
                "划入",
                [
                    *showing.rows(form, said, ("unit", "quota_type"), before),
                    Fact("编制使用通知单号", words.get("notice_no", "")),
                    Fact("用编序号", words.get("slot_no", "")),
                ],
            ),
            (
                "划转",
                [
                    showing.basis(form, words),
                    *showing.rows(form, words, ("on", "entry_mode", "exit_mode")),
                ],
            ),
            ("任职与岗位", showing.rows(form, words, (*MoveForm.PLACE, "note"))),
        ]
        if posts := line.values.get("posts"):
            found.append(("随划转离任", [Fact(kind, name) for kind, name in posts]))
        return found

    def boxes(self, application: Application, lines: list[Line]) -> list[looking.Box]:
        return [*showing.cells(lines), *showing.coming(application.unit, lines)]

    def guard(self, application: Application, lines: list[Line]) -> None:
        super().guard(application, lines)
        for line in lines:
            if line.values["place"]["to_unit"] != application.unit_id:
                raise errors.LineFails(line, errors.NotOfThisUnit(application.unit))
        heads.refuse_unfit(application, lines)

    def release(self, application: Application, lines: list[Line]) -> None:
        super().guard(application, lines)
        for line in lines:
            spell = there(line, line.spell)
            if spell.ends_on is not None:
                raise errors.LineFails(line, SpellClosed())

    def effect(self, application: Application, line: Line, *, by: Any) -> None:
        if line.slot is not None:
            slots.use(line=line, by=by)
        values = frozen.thaw(line.values["place"], *at_hand(line))
        line.result = staff.transfer(spell=there(line, line.spell), by=by, **values)
