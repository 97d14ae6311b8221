"""人员信息变更: key fields of a person and their place; what the unit keeps itself goes through
单位更正 (staff P-11). Source: docs/rules.md KD-02, CO-01; domain.md §2.7.
"""

from __future__ import annotations

from typing import Any

from apps.core.changes import version_of
from apps.staff import secrets
from apps.staff import services as staff
from apps.staff.models import Occupancy, Person

from .. import frozen, sealed
from ..choices import Kind
from ..forms.changes import KeyFieldsForm
from ..models import Application, Line
from . import showing
from .base import Fact, LineData, there
from .ofspell import OfSpell
from .stale import refuse_moved


class Correct(OfSpell):
    kind = Kind.CORRECT
    line_form = KeyFieldsForm
    keeps = (*KeyFieldsForm.OF_PERSON, *KeyFieldsForm.OF_SPELL)

    def document_of(self, form: KeyFieldsForm) -> Any:
        return form.cleaned_data.get("basis")

    def line(self, form: KeyFieldsForm) -> LineData:
        data = form.cleaned_data
        person, spell = form.of_person(), form.of_spell()
        values: dict[str, Any] = {
            "person": frozen.freeze(person),
            "spell": frozen.freeze(spell),
            "before": {**showing.held(form.person, person), **showing.held(form.spell, spell)},
            "basis": frozen.freeze(
                {
                    "document": data["basis"],
                    "document_no": data["basis_no"],
                    "reason": data["reason"],
                }
            ),
            "versions": {
                "person": form.version or version_of(form.person),
                "spell": form.spell_version or version_of(form.spell),
            },
        }
        line = self.line_of(form, values)
        if data["id_no"]:
            line.id_no = data["id_no"]
            values["was_id_no"] = str(secrets.id_no(form.person))  # masked
        return line

    def initial(self, line: Line) -> dict[str, Any]:
        basis = dict(line.values["basis"])
        found = {
            **line.values["person"],
            **line.values["spell"],
            "basis": basis["document"],
            "basis_no": basis["document_no"],
            "reason": basis["reason"],
        }
        if line.id_no_ct is not None:
            found["id_no"] = sealed.id_no(line).reveal()
        return found

    def facts(self, line: Line) -> list[tuple[str, list[Fact]]]:
        form = self.line_form
        before = frozen.said(line.values["before"])
        person, spell = (frozen.said(line.values[part]) for part in ("person", "spell"))
        basis = frozen.said(line.values["basis"])
        of_person = showing.rows(form, person, KeyFieldsForm.OF_PERSON, before)
        if line.id_no_ct is not None:
            old, new = line.values["was_id_no"], str(sealed.id_no(line))
            of_person.insert(0, Fact("公民身份号码", new, old, "identity"))
        found = [*self.about(line)]
        if of_person:
            found.append(("更正人员信息", of_person))
        if spell:
            names = KeyFieldsForm.OF_SPELL
            found.append(("更正入编信息", showing.rows(form, spell, names, before)))
        text = basis["document"] or basis["document_no"]
        found.append(("依据", [Fact("更正依据", text), Fact("变更说明", basis["reason"])]))
        return found

    def effect(self, application: Application, line: Line, *, by: Any) -> None:
        person = Person.objects.get(pk=there(line, line.person_id))
        spell = Occupancy.objects.select_related("unit").get(pk=there(line, line.spell_id))
        versions = line.values["versions"]
        of_person, of_spell = (frozen.thaw(line.values[part]) for part in ("person", "spell"))
        numbered = ["id_no_bi"] if line.id_no_ct is not None else []
        refuse_moved(person, versions["person"], [*of_person, *numbered])
        refuse_moved(spell, versions["spell"], of_spell)
        reason = f"{application}：{line.values['basis']['reason']}"
        if line.id_no_ct is not None:
            of_person["id_no"] = sealed.id_no(line).reveal()
        if of_person:
            staff.change_person(person=person, by=by, reason=reason, scope=spell.scope, **of_person)
        if of_spell:
            staff.change_spell(spell=spell, by=by, reason=reason, **of_spell)
