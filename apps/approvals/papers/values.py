"""What each paper holds: the words of its boxes → texts. The names are those of the paper form.

Word templates use the same names as placeholders; docs/rules.md PP-03.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils import timezone

from apps.core import identity, wording
from apps.core.masking import mask_phone
from apps.core.prints import Code
from apps.documents.models import ApprovalDocument
from apps.staff.models import Occupancy, Person

from .. import frozen, sealed
from ..models import Application, Line, Notice, Slot
from ..models.papers import PaperKind
from ..moves import MOVES
from ..progress import lamp_of
from .trail import BOXES, day, month, opinions

SEX = {"M": "男", "F": "女"}
Value = str | Code


@dataclass
class Said:
    """What one paper says. values: box → text; rows: the lines of its list, alike."""

    values: dict[str, str]
    rows: list[dict[str, Value]] = field(default_factory=list)


def said(kind: str, application: Application, line: Line | None, *, full: bool) -> Said:
    """Return what a paper says of a case.

    full   identity numbers in full; the caller holds the right and has recorded it
    """
    found = _MAKERS[kind](application, line, full)
    found.values |= _signed(application)
    return found


def _signed(application: Application) -> dict[str, str]:
    done = opinions(application)
    values: dict[str, str] = {}
    for box in BOXES:
        one = done.get(box)
        values[f"{box}意见"] = one.text if one else ""
        values[f"{box}签名"] = one.name if one else ""
        values[f"{box}日期"] = one.day if one else ""
    return values


def _unit(application: Application) -> dict[str, str]:
    unit = application.unit
    above = unit.supervising_unit
    return {
        "单位名称": unit.name,
        "主管部门": above.name if above is not None else "",
        "经费形式": _label(unit.funding),
        "受理编号": application.number or "",
    }


def _label(value: Any) -> str:
    return value.label if value is not None else ""


def _number(line: Line, full: bool) -> str:
    number = sealed.id_no(line)
    if not number and line.result is not None:
        number = sealed.id_no(Line(person=line.result.person))
    return number.reveal() if full else str(number)


def _document(values: Mapping[str, Any], *, typed: str = "") -> dict[str, str]:
    """Return 依据文件, 文号, 日期 of what the matter rests on."""
    key = values.get("document")
    found = ApprovalDocument.objects.filter(pk=key).first() if key else None
    if found is None:
        return {"依据文件": "", "文号": values.get("document_no") or typed, "文件日期": ""}
    return {"依据文件": found.title, "文号": found.number, "文件日期": day(found.issued_on)}


def _person(person: Person | None, words: Mapping[str, str], number: str) -> dict[str, str]:
    """Return blocks 2 and 3: of the register where the person is in it, else as typed."""
    if person is not None:
        born, sex = month(person.birth_month), _label(person.sex)
        words = {
            "ethnicity": _label(person.ethnicity),
            "political_status": _label(person.political_status),
            "work_started_on": person.work_started_on.isoformat() if person.work_started_on else "",
            "education": _label(person.education),
            "degree": _label(person.degree),
            "school": person.school,
            "major": person.major,
            "prof_title": person.prof_title,
            **{key: value for key, value in words.items() if value},
        }
    else:
        born, sex = _read(number)
    return {
        "性别": sex,
        "民族": words.get("ethnicity", ""),
        "出生年月": born,
        "政治面貌": words.get("political_status", ""),
        "参加工作时间": day(words.get("work_started_on", "")),
        "学历": words.get("education", ""),
        "学位": words.get("degree", ""),
        "毕业院校": words.get("school", ""),
        "专业": words.get("major", ""),
        "专技资格": words.get("prof_title", ""),
    }


def _read(number: str) -> tuple[str, str]:
    """Return month of birth and sex of a number; empty for one that does not hold."""
    try:
        read = identity.check(number)
    except identity.BadIdentity:
        return "", ""
    return month(read.birth_on), SEX.get(read.sex, read.sex)


def _cited(title: str, number: str) -> str:
    """Return a letter as an answer cites it: 《关于…的请示》（嵊教〔2026〕8号）."""
    named = f"《{title.strip('《》')}》" if title else ""
    return f"{named}（{number}）" if named and number else named or number


def _join(*words: str) -> str:
    return " ".join(word for word in words if word)


def _entry(application: Application, line: Any, full: bool) -> Said:
    raw = line.values.get("place", {})
    place = frozen.said(raw)
    words = frozen.said(line.values.get("person", {}))
    person = line.person or (line.result.person if line.result is not None else None)
    slot: Slot | None = line.slot
    return Said(
        {
            **_unit(application),
            "姓名": line.name,
            "公民身份号码": _number(line, full),
            **_person(person, words, sealed.id_no(line).reveal()),
            "编制类型": _label(line.quota_type),
            "编制所在单位": application.unit.name,
            "本人身份": place.get("identity", ""),
            "岗位类别等级": _join(place.get("position_class", ""), place.get("position_grade", "")),
            "职务": place.get("post_name", ""),
            "职务层次职级": _join(place.get("post_level", ""), place.get("civil_rank", "")),
            "双肩挑": place.get("is_dual", ""),
            "进入方式": place.get("entry_mode", ""),
            "来源": slot.notice.source if slot is not None else "",
            "原单位": place.get("from_unit", ""),
            **_document(raw),
            "编制使用通知单号": place.get("notice_no", ""),
            "用编序号": place.get("slot_no", ""),
            "入编时间": day(raw.get("starts_on")),
            "所在内设机构": place.get("dept", ""),
            "备注": place.get("note", ""),
        }
    )


def _exit(application: Application, line: Any, full: bool) -> Said:
    raw = line.values.get("place", {})
    place = frozen.said(raw)
    spell: Occupancy | None = line.spell
    return Said(
        {
            **_unit(application),
            "姓名": line.name,
            "公民身份号码": _number(line, full),
            **_person(line.person, {}, ""),
            **_spell(spell),
            "退出方式": place.get("exit_mode", ""),
            "去向": place.get("destination", ""),
            **_document(raw),
            "出编时间": day(raw.get("on")),
            "备注": place.get("note", ""),
        }
    )


def _spell(spell: Occupancy | None) -> dict[str, str]:
    """Return the place somebody holds, as the boxes name it."""
    if spell is None:
        return {}
    return {
        "编制类型": _label(spell.quota_type),
        "编制所在单位": spell.unit.name,
        "经费形式": _label(spell.unit.funding),
        "本人身份": _label(spell.identity),
        "岗位类别等级": _join(_label(spell.position_class), _label(spell.position_grade)),
        "职务": spell.post_name,
        "职务层次职级": _join(_label(spell.post_level), _label(spell.civil_rank)),
        "双肩挑": "是" if spell.is_dual else "否",
        "原单位": spell.from_unit,
        "编制使用通知单号": spell.notice_no,
        "用编序号": spell.slot_no,
        "入编时间": day(spell.starts_on),
        "所在内设机构": spell.dept.name if spell.dept is not None else "",
    }


def _card(application: Application, line: Any, full: bool) -> Said:
    """列编卡: what stands in the register once the entry has taken effect."""
    spell: Occupancy | None = line.result
    person = spell.person if spell is not None else line.person
    basis = {"文号": ""}
    if spell is not None:
        basis["文号"] = spell.document.number if spell.document else spell.document_no
    return Said(
        {
            **_unit(application),
            "姓名": line.name,
            "人员编号": person.person_no if person is not None else "",
            "公民身份号码": _number(line, full),
            **_person(person, {}, ""),
            **_spell(spell),
            **basis,
            "进入方式": _label(spell.entry_mode) if spell is not None else "",
            "发卡日期": day(application.effected_at),
            "备注": spell.note if spell is not None else "",
        }
    )


def _flow(application: Application, line: Line | None, full: bool) -> Said:
    lines = application.lines.order_by("place", "pk")
    rows: list[dict[str, Value]] = []
    for number, step in enumerate(application.trail.order_by("pk"), start=1):
        to = step.facts.get("to") or ""
        rows.append(
            {
                "序号": str(number),
                "环节": "申报" if step.move == "submit" else step.step,
                "办理人": step.by_name,
                "收到时间": _moment(step.arrived_at),
                "办理时间": _moment(step.at),
                "用时": _used(step.minutes, step.limit),
                "操作": MOVES[step.move].label + (f"给{to}" if to else ""),
                "意见": step.opinion,
            }
        )
    return Said(
        {
            **_unit(application),
            "事项": application.get_kind_display(),
            "摘要": application.summary,
            "申报人": str(application.applicant or "系统"),
            "提交时间": _moment(application.submitted_at),
            "办结时间": _moment(application.ended_at),
            "现在状态": lamp_of(application)[1],
            "人员": "、".join(one.name for one in lines if one.name),
            "依据文件": application.document.number if application.document else "",
        },
        rows,
    )


def _moment(value: dt.datetime | None) -> str:
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M}" if value else ""


def _used(minutes: int | None, limit: int | None) -> str:
    """Return “2 小时 5 分 / 3 个工作日”; working time."""
    if minutes is None:
        return ""
    hours, rest = divmod(minutes, 60)
    used = f"{hours} 小时 {rest} 分" if hours else f"{rest} 分"
    return f"{used} / {limit} 个工作日" if limit else used


def _use(application: Application, line: Line | None, full: bool) -> Said:
    values = application.values
    rows: list[dict[str, Value]] = []
    lines = list(application.lines.select_related("quota_type").order_by("place", "pk"))
    for number, one in enumerate(lines, start=1):
        purpose = one.values.get("purpose", {})
        rows.append(
            {
                "序号": str(number),
                "编制类型": _label(one.quota_type),
                "编制用途": purpose.get("purpose", ""),
                "详细用途": purpose.get("detail", ""),
                "申报数": str(one.asked),
                "批准数": "" if one.granted is None else str(one.granted),
            }
        )
    granted = [one.granted for one in lines if one.granted is not None]
    letter_title = values.get("letter_title", "")
    return Said(
        {
            **_unit(application),
            "来文文件名": letter_title,
            "来文文号": values.get("letter_no", ""),
            "来文时间": day(values.get("letter_on", "")),
            "联系人": application.contact,
            "联系电话": sealed.contact(application) if full else _phone(application),
            "年度用编": "是" if values.get("is_annual") else "否",
            "人员来源": values.get("source_label", ""),
            "申报总数": str(sum(one.asked for one in lines)),
            "批准总数": str(sum(granted)) if granted else "",
            "备注": "",
        },
        rows,
    )


def _phone(application: Application) -> str:
    phone = sealed.contact(application)
    return mask_phone(phone) if phone else ""


def _sheet(application: Application, line: Line | None, full: bool) -> Said:
    """审议表: the rows as they were laid before who decided, every operand in its column."""
    sheet = application.sheet
    rows: list[dict[str, Value]] = [
        {
            "单位": row["unit"],
            "主管": row["supervisor"],
            "级别": row["rank"],
            "类别": row["category"],
            "参公": row["civil"],
            "编制类型": row["quota_type"],
            **{one["label"]: _figure(one["value"]) for one in row["operands"]},
            "可用": _figure(row["usable"]),
            "申报数": _figure(row["asked"]),
            "建议数": _figure(row["suggested"]),
            "理由": row["reason"],
            "备注": row["note"],
            "算式": row["said"],
        }
        for row in sheet.rows
    ]
    return Said(
        {
            **_unit(application),
            "审议表号": sheet.number,
            "会议": sheet.meeting,
            "制表日期": day(sheet.made_at),
            "来文文号": application.values.get("letter_no", ""),
        },
        rows,
    )


def _figure(value: Any) -> str:
    return wording.whole(int(value))


def _notice(application: Application, line: Line | None, full: bool) -> Said:
    notice = Notice.objects.get(application=application)
    slots = list(notice.slots.select_related("quota_type").order_by("no"))
    rows: list[dict[str, Value]] = [
        {
            "用编序号": str(one.no),
            "编制类型": _label(one.quota_type),
            "用途": one.purpose,
            "二维码": Code(reverse("approvals:slot", args=[one.token])),
        }
        for one in slots
    ]
    values = application.values
    return Said(
        {
            **_unit(application),
            "通知单号": notice.number,
            "批准总数": str(len(slots)),
            "来文": _cited(values.get("letter_title", ""), values.get("letter_no", "")),
            "人员来源": notice.source,
            "年度用编": "是" if notice.is_annual else "否",
            "下达日期": notice.issued_on.isoformat(),
            "有效期至": day(notice.valid_until),
        },
        rows,
    )


_MAKERS: dict[str, Callable[[Application, Any, bool], Said]] = {
    PaperKind.SHEET: _sheet,
    PaperKind.NOTICE: _notice,
    PaperKind.ENTRY: _entry,
    PaperKind.EXIT: _exit,
    PaperKind.CARD: _card,
    PaperKind.FLOW: _flow,
    PaperKind.USE: _use,
}
__all__ = ["Said", "said"]
