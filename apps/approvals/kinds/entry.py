"""入编: one person or several into quotas of one unit. Source: docs/rules.md EN-01 to EN-05."""

from __future__ import annotations

from typing import Any

from apps.core.masking import mask_identity, mask_phone
from apps.staff import looking, secrets
from apps.staff import services as staff
from apps.units.models import Unit

from .. import frozen, sealed
from ..choices import Kind
from ..forms.entry import EntryForm
from ..models import Application, Line, Slot
from ..services import slots
from . import heads, showing
from .base import Fact, KindOfCase, LineData, at_hand

PLACE_LABELS = {
    "identity": "本人身份",
    "dept": "所在内设机构",
    "post_name": "职务",
    "post_level": "职务层次",
    "civil_rank": "职级",
    "position_class": "岗位类别",
    "position_grade": "岗位等级",
    "is_dual": "双肩挑",
    "on_unified_payroll": "工资统发",
}


class Entry(KindOfCase):
    kind = Kind.ENTRY
    line_form = EntryForm
    reads = ("quota_type",)
    reads_rarely = ("slot__notice",)
    subjects = ("quotas",)  # number, second place and legal type the register itself refuses

    def more(self, line: Line) -> dict[str, Any]:
        return {"slot": line.slot}

    def look(self, form: EntryForm, others: list[Line]) -> list[looking.Box]:
        form.is_valid()
        data = getattr(form, "cleaned_data", {})
        unit, quota_type = data.get("unit"), data.get("quota_type")
        if unit is None or quota_type is None:
            return []
        line = Line(quota_type=quota_type, slot=data.get("slot"))
        return self.boxes(Application(kind=self.kind, unit=unit), [*others, line])

    def line(self, form: EntryForm) -> LineData:
        data = form.cleaned_data
        values = form.values()
        person = values.pop("person_data")
        slot: Slot | None = data.get("slot")
        if slot is not None:
            values |= {"notice_no": slot.notice.number, "slot_no": str(slot.no)}
        kept = {k: v for k, v in person.items() if k not in ("name", "id_no", "phone")}
        return LineData(
            name=data["name"],
            id_no=data["id_no"],
            phone=person.get("phone", ""),
            quota_type=data["quota_type"],
            person=secrets.find_by_id_no(data["id_no"]),
            slot=slot,
            values={"place": frozen.freeze(values), "person": frozen.freeze(kept)},
        )

    def unit_of(self, form: EntryForm) -> Unit:
        unit: Unit = form.cleaned_data["unit"]
        return unit

    def initial(self, line: Line) -> dict[str, Any]:
        return {
            **line.values.get("person", {}),
            **line.values.get("place", {}),
            "name": line.name,
            "id_no": sealed.id_no(line).reveal(),
            "phone": sealed.phone(line),
            "slot": line.slot_id,
        }

    def facts(self, line: Line) -> list[tuple[str, list[Fact]]]:
        person = frozen.said(line.values.get("person", {}))
        place = frozen.said(line.values.get("place", {}))
        labels = self.line_form.base_fields

        def rows(words: dict[str, str], names: Any) -> list[Fact]:
            return [Fact(str(labels[n].label), words.get(n, "")) for n in names if n in labels]

        number = sealed.id_no(line)
        return [
            (
                "人员信息",
                [
                    Fact("姓名", line.name),
                    Fact("公民身份号码", mask_identity(number.reveal()), masked="identity"),
                    *rows(person, [n for n in EntryForm.PERSON if n != "phone"]),
                    Fact(
                        "联系电话",
                        mask_phone(sealed.phone(line)) if line.phone_ct else "",
                        masked="phone" if line.phone_ct else "",
                    ),
                ],
            ),
            (
                "编制",
                [
                    *rows(place, ("unit", "quota_type", "status", "starts_on", "entry_mode")),
                    showing.basis(self.line_form, place),
                ],
            ),
            (
                "来源与用编",
                [
                    *rows(place, ("from_unit",)),
                    Fact("编制使用通知单号", place.get("notice_no", "")),
                    Fact("用编序号", place.get("slot_no", "")),
                ],
            ),
            ("任职与岗位", rows(place, (*PLACE_LABELS, "note"))),
        ]

    def boxes(self, application: Application, lines: list[Line]) -> list[looking.Box]:
        return showing.coming(application.unit, lines)

    def guard(self, application: Application, lines: list[Line]) -> None:
        heads.refuse_unfit(application, lines)

    def effect(self, application: Application, line: Line, *, by: Any) -> None:
        values = frozen.thaw(line.values["place"], *at_hand(line))
        person = {
            "name": line.name,
            "id_no": sealed.id_no(line).reveal(),
            **frozen.thaw(line.values.get("person", {})),
        }
        if line.phone_ct:
            person["phone"] = sealed.phone(line)
        if line.slot is not None:
            slots.use(line=line, by=by)
        line.result = staff.enter(by=by, person_data=person, **values)
