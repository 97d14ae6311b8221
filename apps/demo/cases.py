"""A few cases under way in the demo county, so that every inbox shows something at first start.

Through services.advance alone, as people would. What is not decided changes no figure; what the
partners confirm has taken effect, so each entry there stands beside an exit from the same unit and
quota type: the promised figures stay what they are (checking.py looks afterwards).
"""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import Any, Final

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from apps.accounts.demo import DEMO_ACCOUNTS
from apps.accounts.models import User
from apps.approvals import errors, kinds, services
from apps.approvals.choices import Kind
from apps.approvals.kinds import LineData
from apps.approvals.models import Application
from apps.core.models import CodeValue
from apps.core.scope import within
from apps.quotas.models import Balance
from apps.staff.models import Occupancy, PostHolding
from apps.units.models import Unit

from .identities import SHARES, Identities

#: 军转安置: such entries come without a notice of use (domain.md §4.1).
EXEMPT: Final = "entry_mode.13"
RESIGNED: Final = "exit_mode.06"
#: Smallest file that passes as a PDF.
SHEET: Final = b"%PDF-1.4\n%%EOF\n"
#: Who enters: name, birth, sex.
PEOPLE: Final = (
    ("梁若溪", dt.date(1996, 4, 12), "2"),
    ("方景行", dt.date(1994, 9, 3), "1"),
    ("宋知微", dt.date(1997, 1, 25), "2"),
    ("陆怀安", dt.date(1993, 11, 8), "1"),
    ("江听雪", dt.date(1998, 6, 17), "2"),
    ("顾清和", dt.date(1995, 2, 21), "1"),
    ("沈南乔", dt.date(1996, 12, 5), "2"),
)
#: How far each of the first cases comes.
WAY: Final = ("supervisor", "office_clerk", "office_chief", "office_director")


class _Office:
    """The demo accounts at work on the bureau and the units below it."""

    def __init__(self, home: Unit, bureau: Unit, latest: dt.date) -> None:
        self.home, self.bureau, self.latest = home, bureau, latest
        names = {account.username: str(account.role) for account in DEMO_ACCOUNTS}
        found = User.objects.filter(username__in=names)
        self.users = {names[user.username]: user for user in found}
        self.identities = Identities(Random("办件"), SHARES - 1)  # noqa: S311 - invented data
        self.people = iter(PEOPLE)

    def move(self, case: Application, move: str, role: str, **facts: Any) -> Application:
        return services.advance(application=case, move=move, by=self.users[role], **facts)

    def file(self, kind: str, unit: Unit, data: LineData) -> Application:
        """File a case as the unit's clerk."""
        by = self.users["unit_clerk"]
        draft = services.start(kind=kind, unit=unit, lines=[data], by=by)
        paper = SimpleUploadedFile("依据文件.pdf", SHEET, "application/pdf")
        services.attach(application=draft, material="basis", upload=paper, by=by)
        return self.move(draft, "submit", "unit_clerk")

    def along(self, case: Application, steps: int) -> Application:
        """Let the first `steps` of those who decide pass the case; all: until it is decided."""
        for role in WAY[:steps]:
            if case.version.step_at(case.state) is not None:
                case = self.move(case, "pass", role, opinion="同意")
        return case

    def entry(self, unit: Unit, quota_type: CodeValue) -> LineData:
        name, born, sex = next(self.people)
        values = {
            "unit": unit.pk,
            "quota_type": quota_type.pk,
            "status": "person_status.110",
            "starts_on": self.latest.isoformat(),
            "document": None,
            "entry_mode": EXEMPT,
        }
        return LineData(
            name=name,
            id_no=self.identities.draw(born, sex),
            quota_type=quota_type,
            values={"place": values, "person": {}},
        )

    def exit(self, spell: Occupancy) -> LineData:
        place = {
            "on": self.latest.isoformat(),
            "exit_mode": RESIGNED,
            "document": None,
            "document_no": "",
            "destination": "",
            "note": "",
        }
        return LineData(
            name=spell.person.name,
            person=spell.person,
            spell=spell,
            quota_type=spell.quota_type,
            values={"place": place, "posts": []},
        )


def plant(home: Unit, bureau: Unit, latest: dt.date) -> list[str]:
    """File the cases; return their numbers. Nothing where the demo accounts are not there."""
    office = _Office(home, bureau, latest)
    if "unit_clerk" not in office.users:
        return []
    cells = iter(_cells(bureau))
    cases = []
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
    if Kind.EXIT in kinds.KINDS:
        cases += _with_the_partners(office, cells)
    return [str(case.number) for case in cases]


def _with_the_partners(office: _Office, cells: Any) -> list[Application]:
    """Let an exit and an entry of one unit and quota type come to the partners.

    The exit has been confirmed by 人社, so that 财政 and 社保 have something to do; of the entry it
    is the turn of 组织 and 人社.
    """
    for cell in cells:
        spell = _leaver(cell)
        if spell is None:
            continue
        try:
            with transaction.atomic():
                gone = office.file(Kind.EXIT, cell.unit, office.exit(spell))
                gone = office.along(gone, len(WAY))
                come = office.file(Kind.ENTRY, cell.unit, office.entry(cell.unit, cell.quota_type))
                come = office.along(come, len(WAY))
        except errors.RedCheck:
            continue  # another unit, where nothing contradicts
        gone = office.move(
            gone, "confirm", "partner_personnel", reference_no=f"RS-{office.latest.year}-0412"
        )
        return [gone, come]
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
    """Return somebody of a cell who holds no post, the youngest entry."""
    leads = PostHolding.objects.open().values("person")
    spells = Occupancy.objects.open().filter(unit=cell.unit, quota_type=cell.quota_type)
    spells = spells.filter(counts=True, post_name="").exclude(person__in=leads)
    return (
        spells.select_related("person", "quota_type", "unit").order_by("-starts_on", "pk").first()
    )
