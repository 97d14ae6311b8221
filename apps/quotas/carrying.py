"""Places, room above them and reservations, when units merge, split or hand over (U-24 to U-26).

Room above the approved places follows the people who need it: after the deed both sides together
have no more of it than before, and the side that needs it has it. The database takes the room of
the giving unit back by itself as its people leave (超编消化); those rows are then marked as handed
over, with the day of the deed, so that they are not read as 消化.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace

from django.db import connection
from django.db.models import QuerySet

from apps.core.models import CodeValue
from apps.units.carrying import Carrier, CarryRefused, Deed, Held, Portion
from apps.units.guards import Obstacle
from apps.units.models import Unit

from . import services
from .choices import EntryKind, OverageKind
from .errors import IllegalQuotaType, QuotaRefused
from .models import Balance, OverageEntry, QuotaEntry, Reservation
from .refusals import sentence
from .rules import is_legal

NAME = "编制"
Cell = tuple[int, str]


@dataclass
class Kept:
    """What the carrier remembers of a deed. before: cells as they were under the locks."""

    before: dict[Cell, Side]
    last_overage: int
    room_left: dict[Cell, int] = field(default_factory=dict)


@dataclass
class Side:
    """One cell before and after. room: 允许超编."""

    approved: int = 0
    taken: int = 0  # people and reservations
    room: int = 0

    @property
    def used(self) -> int:
        return max(0, self.taken - self.approved)

    @property
    def spare(self) -> int:
        """Room that nobody needs yet."""
        return max(0, self.room - self.used)


class QuotaCarrier(Carrier):
    lock_order = 20

    def held(self, unit: Unit) -> list[Held]:
        rows = Balance.objects.filter(unit=unit).exclude(approved=0, actual=0, reserved=0)
        lines = []
        for row in rows.select_related("quota_type").order_by("quota_type__sort"):
            note = f"在编 {row.actual} 人"
            if row.reserved:
                note += f"，在途 {row.reserved} 名"
            if row.excess:
                note += f"，超编 {row.excess} 名"
            lines.append(
                Held(NAME, row.quota_type_id, row.quota_type.label, row.approved, "名", note)
            )
        return lines

    def obstacles(self, deed: Deed) -> list[Obstacle]:
        found = []
        for portion in deed.portions:
            source = portion.source
            later = QuotaEntry.objects.filter(unit=source, on__gt=deed.on)
            last = later.select_related("document").order_by("-on", "-pk").first()
            if last is not None:
                found.append(
                    Obstacle(
                        f"{source}的编制台账在 {last.on:%Y-%m-%d} 还有记账（{last.document}），"
                        "生效日期不能早于该日，请核对日期"
                    )
                )
            for type_key, number in places_of(deed, portion).items():
                kind = CodeValue.objects.get(pk=type_key)
                if number and not is_legal(kind, portion.target):
                    nature = portion.target.nature or "未定性质的机构"
                    found.append(
                        Obstacle(
                            f"{portion.target}是{nature}，不能使用{source}的{kind}，"
                            "请先核减或调整编制类型，或另选承接单位"
                        )
                    )
                row = Balance.objects.filter(unit=source, quota_type=kind).first()
                if number > (row.approved if row else 0):
                    has = row.approved if row else 0
                    found.append(
                        Obstacle(f"{source}的{kind}只有 {has} 名，不能划出 {number} 名，请改小")
                    )
        return found

    def lock(self, deed: Deed) -> None:
        units = deed.units()
        types = set(
            Balance.objects.filter(unit_id__in=units).values_list("quota_type_id", flat=True)
        )
        types |= {key for p in deed.portions for key in p.figures.get(NAME, {})}
        services.lock_balances((unit, key) for unit in units for key in types)
        last = OverageEntry.objects.order_by("-pk").values_list("pk", flat=True).first()
        deed.state[NAME] = Kept(_sides(units), last or 0)
        for portion in deed.portions:
            if portion.whole:
                for one in _reservations(portion).select_for_update():
                    cell = portion.source.pk, portion.target.pk, one.quota_type_id
                    deed.leaving[cell] += one.places

    def grow(self, deed: Deed) -> None:
        """The receiving units get places, then the room their people will need."""
        kept: Kept = deed.state[NAME]
        self._refuse_types(deed)
        lines = []
        for portion in deed.portions:
            for key, number in places_of(deed, portion, kept.before).items():
                if number:
                    lines.append(_line(portion.target, key, number, deed))
                    deed.count(portion, places=number if _in_total(key) else 0)
        _post(lines, deed)
        for cell, extra in self._room(deed).items():
            if extra > 0:
                target = next(p.target for p in deed.portions if p.target.pk == cell[0])
                _allow(target, cell[1], extra, f"{deed.reason}，承接允许超编", deed)

    def _refuse_types(self, deed: Deed) -> None:
        """People come with their type: it must be one the receiving unit may have (Q-12)."""
        types = CodeValue.objects.in_bulk({key for _, _, key in deed.leaving})
        targets = {p.target.pk: p.target for p in deed.portions}
        for _, to, key in deed.leaving:
            if not is_legal(types[key], targets[to]):
                raise CarryRefused(sentence(IllegalQuotaType(targets[to], types[key])))

    def _room(self, deed: Deed) -> dict[Cell, int]:
        """Return the room to add per receiving cell, after the database's own ratchet.

        Raises CarryRefused where more people come than places and handed-over room hold.
        """
        kept: Kept = deed.state[NAME]
        before, now = kept.before, _sides({p.target.pk for p in deed.portions})
        sources = {cell: replace(side) for cell, side in before.items()}
        handed: dict[Cell, int] = defaultdict(int)
        spare: dict[Cell, int] = defaultdict(int)
        incoming: dict[Cell, int] = defaultdict(int)
        keys = {key for _, key in before} | {key for _, _, key in deed.leaving}
        for portion in sorted(deed.portions, key=lambda p: p.whole):
            places = places_of(deed, portion, before)
            for key in keys:
                to = portion.target.pk, key
                side = sources.setdefault((portion.source.pk, key), Side())
                used, unused = side.used, side.spare
                gone = deed.leaving[portion.source.pk, portion.target.pk, key]
                side.approved -= places.get(key, 0)
                side.taken -= gone
                freed = max(0, used - side.used)
                side.room -= freed
                handed[to] += freed
                spare[to] += unused if portion.whole else 0
                incoming[to] += gone
        kept.room_left = {cell: min(side.used, side.room) for cell, side in sources.items()}
        extra: dict[Cell, int] = {}
        for to, coming in incoming.items():
            then, here = before.get(to, Side()), now.get(to, Side())
            need = max(0, here.taken + coming - here.approved)
            total = then.room + handed[to] + spare[to]
            if need > total:
                raise CarryRefused(_no_room(to, here, coming))
            extra[to] = min(total, need + then.spare + spare[to]) - here.room
        return extra

    def move(self, deed: Deed) -> None:
        for portion in deed.portions:
            if portion.whole:
                for one in _reservations(portion):
                    one.unit = portion.target
                    one.save(update_fields=["unit"])

    def shrink(self, deed: Deed) -> None:
        kept: Kept = deed.state[NAME]
        sources = {p.source.pk: p.source for p in deed.portions}
        now = _sides(set(sources))
        for (unit, key), room in kept.room_left.items():
            # who stays keeps the room that the people's leaving took for a moment
            if unit in sources and (lost := room - now.get((unit, key), Side()).room) > 0:
                _allow(sources[unit], key, lost, f"{deed.reason}，保留允许超编", deed)
        lines = [
            _line(portion.source, key, -number, deed)
            for portion in deed.portions
            for key, number in places_of(deed, portion, kept.before).items()
            if number
        ]
        _post(lines, deed)
        self._hand_spare_room(deed)
        OverageEntry.objects.filter(
            pk__gt=kept.last_overage, unit_id__in=deed.units(), kind=OverageKind.RATCHET
        ).update(reason=f"{deed.reason}，允许超编转出或抵用"[:200], on=deed.on)

    def _hand_spare_room(self, deed: Deed) -> None:
        """What nobody of a source needed any more stands in the target's room already."""
        ended = {p.source.pk: p.source for p in deed.portions if p.whole}
        left = {cell: side.room for cell, side in _sides(set(ended)).items() if side.room}
        if not left:
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('bianzhi.hands_room_over', 'on', true)")
            OverageEntry.objects.bulk_create(
                OverageEntry(
                    unit=ended[unit],
                    quota_type_id=key,
                    places=-room,
                    kind=OverageKind.RATCHET,
                    on=deed.on,
                    document=deed.document,
                    reason=f"{deed.reason}，允许超编转出"[:200],
                    scope=ended[unit].path,
                )
                for (unit, key), room in sorted(left.items())
            )
            cursor.execute("SELECT set_config('bianzhi.hands_room_over', '', true)")


def places_of(
    deed: Deed, portion: Portion, before: dict[Cell, Side] | None = None
) -> dict[str, int]:
    """Return {quota type key: places} that go with a portion; whole: what others leave."""
    if not portion.whole:
        return dict(portion.figures.get(NAME, {}))
    if before is None:
        before = _sides({portion.source.pk})
    own = {key: side.approved for (unit, key), side in before.items() if unit == portion.source.pk}
    for other in deed.others(portion):
        for key, number in other.figures.get(NAME, {}).items():
            own[key] = own.get(key, 0) - number
    return own


def _reservations(portion: Portion) -> QuerySet[Reservation]:
    held = Reservation.objects.filter(unit=portion.source, released_at__isnull=True)
    return held.order_by("pk")


def _no_room(cell: Cell, here: Side, coming: int) -> str:
    unit, kind = Unit.objects.get(pk=cell[0]), CodeValue.objects.get(pk=cell[1])
    return (
        f"{unit}{kind}划入后核定 {here.approved} 名，实有和在途将为 {here.taken + coming} 名，"
        "没有足够的空编，请同时划入相应编制，或减少划转人员"
    )


def _sides(units: set[int]) -> dict[Cell, Side]:
    rows = Balance.objects.filter(unit_id__in=units)
    return {
        (row.unit_id, row.quota_type_id): Side(
            row.approved, row.actual + row.reserved, row.over_allowed
        )
        for row in rows
    }


def _in_total(key: str) -> bool:
    return bool(CodeValue.objects.get(pk=key).attrs.get("in_total", True))


def _allow(unit: Unit, key: str, places: int, reason: str, deed: Deed) -> None:
    services.allow_overage(
        unit=unit,
        quota_type=CodeValue.objects.get(pk=key),
        places=places,
        kind=OverageKind.DOCUMENT,
        document=deed.document,
        reason=reason[:200],
        on=deed.on,
        by=deed.by,
    )


def _line(unit: Unit, key: str, change: int, deed: Deed) -> services.Line:
    return services.Line(
        unit=unit,
        quota_type=CodeValue.objects.get(pk=key),
        change=change,
        kind=EntryKind.TRANSFER,
        reason=deed.reason[:200],
    )


def _post(lines: list[services.Line], deed: Deed) -> None:
    if not lines:
        return
    try:
        services.post_entries(lines=lines, on=deed.on, document=deed.document, by=deed.by)
    except QuotaRefused as refusal:
        raise CarryRefused(sentence(refusal)) from refusal
