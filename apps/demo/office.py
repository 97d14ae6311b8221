"""The demo accounts at work: they file, pass and issue as people would, through the services."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import count, cycle
from random import Random
from typing import Any, Final

from apps.accounts.demo import DEMO_ACCOUNTS
from apps.accounts.models import User
from apps.approvals import services
from apps.approvals.choices import Kind
from apps.approvals.kinds import LineData
from apps.approvals.models import Application, Notice, Slot
from apps.approvals.services import slots
from apps.core.models import CodeValue
from apps.staff.models import Occupancy
from apps.units.models import Unit

from .identities import SHARES, Identities
from .scans import scan

#: 军转安置: such entries come without a notice of use (domain.md §4.1).
EXEMPT: Final = "entry_mode.10"
RECRUITED: Final = "entry_mode.03"
RESIGNED: Final = "exit_mode.06"
TRANSFERRED: Final = "entry_mode.07"
MOVED: Final = "exit_mode.13"
#: 事业编制, whatever their funds
INSTITUTION: Final = "quota_type.2"
#: Nobody's number.
PHONE: Final = "13800000000"
#: Who enters: name, birth, sex, school, what they learnt.
PEOPLE: Final = (
    ("梁若溪", dt.date(1996, 4, 12), "2", "云浙师范大学", "汉语言文学"),
    ("方景行", dt.date(1994, 9, 3), "1", "云浙理工学院", "计算机科学与技术"),
    ("宋知微", dt.date(1997, 1, 25), "2", "剡江学院", "学前教育"),
    ("陆怀安", dt.date(1993, 11, 8), "1", "云浙大学", "公共事业管理"),
    ("江听雪", dt.date(1998, 6, 17), "2", "云浙师范大学", "英语"),
    ("顾清和", dt.date(1995, 2, 21), "1", "云浙大学", "法学"),
    ("沈南乔", dt.date(1996, 12, 5), "2", "云浙医药学院", "护理学"),
    ("周砚秋", dt.date(1997, 8, 30), "1", "云浙师范大学", "数学与应用数学"),
)
#: Who decides a case, in the order of its steps.
WAY: Final = ("supervisor", "office_clerk", "office_chief", "office_director")


class Office:
    """The demo accounts at work on the bureau and the units below it."""

    def __init__(self, home: Unit, bureau: Unit, latest: dt.date, mark: str) -> None:
        self.home, self.bureau, self.latest, self.mark = home, bureau, latest, mark
        names = {account.username: str(account.role) for account in DEMO_ACCOUNTS}
        found = User.objects.filter(username__in=names)
        self.users = {names[user.username]: user for user in found}
        self.identities = Identities(Random("办件"), SHARES - 1)  # noqa: S311 - invented data
        self.people = cycle(PEOPLE)
        self.letters = count(1)

    def move(self, case: Application, move: str, role: str, **facts: Any) -> Application:
        return services.advance(application=case, move=move, by=self.users[role], **facts)

    def file(self, kind: str, unit: Unit, data: LineData, by: User | None = None) -> Application:
        """File a case as the unit's clerk, with a page for each material of its list.

        by   the clerk of a unit elsewhere, who takes somebody over
        """
        other = data.spell.unit if by is not None else None
        by = by or self.users["unit_clerk"]
        draft = services.start(kind=kind, unit=unit, lines=[data], other_unit=other, by=by)
        services.set_contact(application=draft, contact=str(by), phone=PHONE, by=by)
        for place, one in enumerate(draft.version.papers):
            if one.required or place < 2:  # some of the others, as units do
                upload = self._page(one.label, kind, unit, data, picture=place % 2 == 1)
                services.attach(application=draft, material=one.code, upload=upload, by=by)
        return services.advance(application=draft, move="submit", by=by)

    def along(self, case: Application, steps: int) -> Application:
        """Let the first `steps` of those who decide pass the case; all: until it is decided."""
        for role in WAY[:steps]:
            if case.version.step_at(case.state) is not None:
                case = self.move(case, "pass", role, opinion="同意")
        return case

    def letter(self, series: str, mark: str = "") -> str:
        """Return the number of a new letter of the county, or of another: 剡教〔2026〕8号."""
        return f"{mark or self.mark}{series}〔{self.latest.year}〕{next(self.letters)}号"

    def entry(self, unit: Unit, quota_type: CodeValue, slot: Slot | None = None) -> LineData:
        """Return somebody who enters; without an approved head by 军转安置."""
        name, born, sex, school, major = next(self.people)
        values: dict[str, Any] = {
            "unit": unit.pk,
            "quota_type": quota_type.pk,
            "status": "person_status.110",
            "starts_on": self.latest.isoformat(),
            "document": None,
            "document_no": self.letter("人社"),
            "entry_mode": EXEMPT if slot is None else RECRUITED,
        }
        if quota_type.pk.startswith(INSTITUTION):
            values |= {
                "identity": "person_identity.4",
                "position_class": "position_class.2",
                "position_grade": "position_grade.C12",
                "post_name": "教师",
            }
        if slot is not None:
            values |= {"notice_no": slot.notice.number, "slot_no": str(slot.no)}
        person = {
            "ethnicity": "ethnicity.01",
            "political_status": "political_status.03",
            "work_started_on": dt.date(born.year + 22, 8, 1).isoformat(),
            "education": "education.21",
            "degree": "degree.404" if "师范" in school else "degree.408",
            "school": school,
            "major": major,
        }
        return LineData(
            name=name,
            id_no=self.identities.draw(born, sex),
            quota_type=quota_type,
            slot=slot,
            values={"place": values, "person": person},
        )

    def exit(self, spell: Occupancy) -> LineData:
        place = {
            "on": self.latest.isoformat(),
            "exit_mode": RESIGNED,
            "document": None,
            "document_no": self.letter("教人"),
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

    def transfer(self, spell: Occupancy, unit: Unit) -> LineData:
        """Return somebody whom a unit of another county takes over, in the same kind of post."""
        place = {
            "to_unit": unit.pk,
            "quota_type": spell.quota_type_id,
            "on": self.latest.isoformat(),
            "document": None,
            "document_no": self.letter("组干", unit.name[0]),
            "entry_mode": TRANSFERRED,
            "exit_mode": MOVED,
            "post_name": spell.post_name,
        }
        return LineData(
            name=spell.person.name,
            person=spell.person,
            spell=spell,
            quota_type=spell.quota_type,
            values={"place": place, "posts": []},
        )

    def use(self, unit: Unit, quota_type: CodeValue, heads: int) -> LineData:
        """Return what a unit asks for in a 用编申请."""
        return LineData(
            name=quota_type.label,
            quota_type=quota_type,
            asked=heads,
            values={
                "purpose": {"purpose": "公开招聘", "detail": "教学岗位，补充离岗人员空编"},
                "unit": unit.pk,
            },
            whole={
                "is_annual": False,
                "letter_title": f"关于申请使用{quota_type.label}的请示",
                "letter_no": self.letter("教"),
                "letter_on": self.latest.isoformat(),
                "source": RECRUITED,
                "source_label": "公开招聘",
            },
        )

    def notice(self, unit: Unit, quota_type: CodeValue, heads: int) -> Notice:
        """Let a 用编申请 come all the way to its numbered notice."""
        case = self.file(Kind.QUOTA_USE, unit, self.use(unit, quota_type, heads))
        case = self.along(case, len(WAY))
        self.move(case, "issue", "office_clerk")
        found: Notice = Notice.objects.get(application=case)
        return found

    def give_back(self, slot: Slot, reason: str) -> None:
        slots.return_slots(
            notice=slot.notice, slots=[slot], by=self.users["unit_clerk"], reason=reason
        )

    def _page(self, label: str, kind: str, unit: Unit, data: LineData, *, picture: bool) -> Any:
        title, text, signer = _worded(kind, unit, data, label)
        place = data.values.get("place", {})
        number = data.whole.get("letter_no", "") if data.whole else place.get("document_no", "")
        return scan(
            label=label,
            title=title,
            to=f"{unit.name}：" if kind != Kind.QUOTA_USE else f"{self.home.name}委编办：",
            paragraphs=text,
            signer=signer or f"{self.home.name}人力资源和社会保障局",
            on=self.latest,
            number="" if picture else number,
            picture=picture,
            tilt=0.9 if picture else -0.5,
        )


def _worded(kind: str, unit: Unit, data: LineData, label: str) -> tuple[str, Sequence[str], str]:
    """Return title, text and signer of a material; no signer: the county's own."""
    if kind == Kind.QUOTA_USE:
        if "请示" not in label:
            return label, [f"拟用人员按岗位条件公开招聘，共 {data.asked} 名。"], unit.name
        text = (
            f"我单位因人员离岗，教学岗位空缺。现申请使用{data.name}{data.asked}名，"
            "用于公开招聘教学人员。"
        )
        return data.whole["letter_title"], [text, "妥否，请批示。"], unit.name
    if kind == Kind.EXIT:
        text = f"经研究，同意{data.name}同志辞去公职，请按规定办理出编手续。"
        return f"关于同意{data.name}同志辞去公职的通知", [text], ""
    if kind == Kind.TRANSFER:
        text = f"经研究，拟商调{data.name}同志到{unit.name}工作，请予支持并按规定办理划转手续。"
        return f"关于商调{data.name}同志的函", [text], unit.name
    if label.endswith("审核表"):
        text = f"{data.name}同志的人事档案已按规定审核，出生时间、参加工作时间、学历学位属实。"
        return label, [text], ""
    how = "经公开招聘，录用" if data.slot is not None else "按军队转业干部安置计划，安置"
    text = f"{how}{data.name}同志到你单位工作，请办理入编手续。"
    return f"关于{data.name}同志工作安排的通知", [text], ""
