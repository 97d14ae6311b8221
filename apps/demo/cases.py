"""A few cases under way in the demo county, so that every inbox shows something at first start.

Through the services alone, as people would. What is not decided changes no figure; what the
partners confirm has taken effect, so each entry there stands beside an exit from the same unit and
quota type: the promised figures stay what they are (checking.py looks afterwards).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db import transaction

from apps.approvals import errors
from apps.approvals.choices import Kind
from apps.approvals.models import Application
from apps.core.scope import within
from apps.quotas.models import Balance
from apps.staff.models import Occupancy, PostHolding
from apps.units.models import Unit

from .cast import clerk_next_door
from .office import WAY, Office

#: Heads of the notice: one used, one in an entry under way, one free, one given back.
HEADS = 4
ROOM = HEADS + 2


def plant(
    home: Unit, bureau: Unit, latest: dt.date, mark: str, next_door: Unit | None = None
) -> list[str]:
    """File the cases; return their numbers. Nothing where the demo accounts are not there.

    mark        of the county in the numbers of its letters
    next_door   a bureau of a neighbouring county, which asks for somebody
    """
    office = Office(home, bureau, latest, mark)
    if "unit_clerk" not in office.users:
        return []
    cells = iter(_cells(bureau))
    cases = _with_a_notice(office, cells)
    for steps in range(len(WAY)):  # one waits at each step
        cell = next(cells)
        case = office.file(Kind.ENTRY, cell.unit, office.entry(cell.unit, cell.quota_type))
        cases.append(office.along(case, steps))
    cell = next(cells)
    returned = office.file(Kind.ENTRY, cell.unit, office.entry(cell.unit, cell.quota_type))
    returned = office.along(returned, 1)
    cases.append(
        office.move(returned, "return", "office_clerk", opinion="请补充军转安置通知书的扫描件")
    )
    if next_door is not None:
        cases += _taken_over(office, cells, next_door)
    return [str(case.number) for case in cases]


def _taken_over(office: Office, cells: Iterator[Balance], to: Unit) -> list[Application]:
    """Let the bureau next door ask for a teacher: it waits for the demo office to let go."""
    by = clerk_next_door(to)
    free = set(
        Balance.objects.filter(unit=to, vacant__gte=1).values_list("quota_type_id", flat=True)
    )
    for cell in cells:
        spell = _leaver(cell) if cell.quota_type_id in free else None
        if spell is not None:
            return [office.file(Kind.TRANSFER, to, office.transfer(spell, to), by)]
    return []


def _with_a_notice(office: Office, cells: Iterator[Balance]) -> list[Application]:
    """Let an exit, a notice of use and the entries by it go their way in one unit and quota type.

    The exit has been confirmed by 人社, so that 财政 and 社保 have something to do; of the entry
    by the first head it is the turn of 组织 and 人社. The entry by the second head waits at the
    office; the third head is free, to be scanned or opened; the fourth is given back.
    """
    for cell in cells:
        spell = _leaver(cell) if cell.vacant >= ROOM else None
        if spell is None:
            continue
        unit, kind = cell.unit, cell.quota_type
        try:
            with transaction.atomic():
                gone = office.file(Kind.EXIT, unit, office.exit(spell))
                gone = office.along(gone, len(WAY))
                notice = office.notice(unit, kind, HEADS)
                first, second, _, last = notice.slots.order_by("no")
                come = office.file(Kind.ENTRY, unit, office.entry(unit, kind, first))
                come = office.along(come, len(WAY))
                waits = office.file(Kind.ENTRY, unit, office.entry(unit, kind, second))
                waits = office.along(waits, 1)
                office.give_back(last, "招聘岗位调整，不再使用")
        except (errors.RedCheck, errors.LetThrough):
            continue  # another unit, where nothing contradicts
        gone = office.move(
            gone, "confirm", "partner_personnel", reference_no=f"RS-{office.latest.year}-0412"
        )
        return [gone, notice.application, come, waits]
    return []


def _cells(bureau: Unit) -> list[Balance]:
    """Return the cells below the bureau with room, each unit once, those with most room first."""
    rows = Balance.objects.filter(
        within([bureau.path], "unit__path"), vacant__gte=2, quota_type__in=_types()
    )
    seen: set[int] = set()
    found = []
    rows = rows.select_related("unit", "quota_type").order_by("-vacant", "unit__path")
    for row in rows:
        if row.unit_id not in seen:
            seen.add(row.unit_id)
            found.append(row)
    return found


def _types() -> list[str]:
    return ["quota_type.10", "quota_type.21", "quota_type.22"]


def _leaver(cell: Balance) -> Occupancy | None:
    """Return somebody of a cell who holds no leader post, the youngest entry."""
    leads = PostHolding.objects.open().values("person")
    spells = Occupancy.objects.open().filter(unit=cell.unit, quota_type=cell.quota_type)
    spells = spells.filter(counts=True).exclude(person__in=leads)
    return (
        spells.select_related("person", "quota_type", "unit").order_by("-starts_on", "pk").first()
    )
