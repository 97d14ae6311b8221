"""What a row says of a person the register knows."""

from __future__ import annotations

from apps.core.imports import Change
from apps.core.masking import mask_identity, mask_phone
from apps.core.scope import within

from .. import refusals, secrets
from ..models import Occupancy
from .context import Context
from .register import PersonRow
from .rows import CHANGED, LASTING, PERSON_FIELDS, TEXTS


class People:
    """Compares the columns of a person."""

    def __init__(self, context: Context) -> None:
        self.context = context
        rows = context.rows
        self.spec = [
            (name, rows.column(name), PersonRow._fields.index(name), "" if name in TEXTS else None)
            for name in PERSON_FIELDS
            if name in rows.given
        ]
        self.numbers, self.phones = rows.column("id_no"), rows.column("phone")

    def compare(self, i: int, person: PersonRow, changes: list[Change]) -> None:
        """Add what differs; a number or phone still masked must be the stored one's mask."""
        context, rows = self.context, self.context.rows
        before = len(changes)
        for name, values, at, blank in self.spec:
            value = values[i]
            if value is None:
                if name in LASTING:
                    continue
                value = blank
            if value != person[at]:
                if name in ("sex", "birth_month") and rows.numbers[i] is None:
                    rows.fault(i, name, "与公民身份号码不一致，请核对；号码有误的请填写完整号码")
                    continue
                changes.append(context.change(name, person[at], value))
        self._compare_number(i, person, changes)
        self._compare_phone(i, person, changes)
        if len(changes) > before:
            rows.person_states[i] = CHANGED

    def _compare_number(self, i: int, person: PersonRow, changes: list[Change]) -> None:
        rows, typed = self.context.rows, self.numbers[i]
        if typed is None:
            return
        number = rows.numbers[i]
        if number is not None and rows.indexes[i] == bytes(person.id_no_bi):
            return
        if number is None and "*" not in typed:
            return  # faulty: told already
        stored = secrets.open_id_nos([(person.id_no_ct, person.uid)])[0]
        if number is None:
            if typed.upper() != mask_identity(stored):
                rows.fault(i, "id_no", "脱敏号码与库中的号码不符，请核对人员编号；更正号码请填完整")
            return
        if i in rows.others:
            rows.fault(i, "id_no", self._taken(*rows.others[i]))
            return
        rows.number_changed[i] = 1
        changes.append(
            Change(self.context.header("id_no"), mask_identity(stored), mask_identity(number))
        )

    def _taken(self, pk: int, name: str, person_no: str) -> str:
        viewed = within(self.context.viewed, "scope")
        if not Occupancy.objects.filter(viewed, person_id=pk).exists():
            self.context.hidden += 1
            return refusals.ELSEWHERE
        return f"该号码已登记为 {name}（{person_no}），请核对人员编号和号码"

    def _compare_phone(self, i: int, person: PersonRow, changes: list[Change]) -> None:
        context = self.context
        if "phone" not in context.given:
            return
        typed, stored = self.phones[i] or "", ""
        if person.phone_ct is not None:
            stored = secrets.open_phones([(person.phone_ct, person.uid)])[0]
        if typed == stored:
            return
        if "*" in typed:
            if typed != mask_phone(stored):
                sentence = "脱敏号码与库中的号码不符；更正电话请填写完整号码"
                context.rows.fault(i, "phone", sentence)
            return
        context.rows.phone_changed[i] = 1
        changes.append(Change(context.header("phone"), mask_phone(stored), mask_phone(typed)))
