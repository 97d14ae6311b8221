"""What each paper holds: the words of its boxes → texts. The names are those of the paper form.

Word templates use the same names as placeholders; docs/rules.md PP-03.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django.utils import timezone

from apps.core import identity
from apps.core.models import CodeValue
from apps.documents.models import ApprovalDocument
from apps.staff.models import Occupancy, Person

from .. import frozen, sealed
from ..models import Application, Line, Slot
from ..models.papers import PaperKind
from ..moves import label as verb
from ..progress import lamp_of
from . import use_values
from .saying import Said, Value, label, short, unit_of
from .trail import BOXES, day, month, opinions

SEX = {"1": "男", "2": "女"}  # GB/T 2261.1, as an identity number tells it


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
        born, sex = month(person.birth_month), label(person.sex)
        words = {
            "ethnicity": label(person.ethnicity),
            "political_status": short(person.political_status),
            "work_started_on": person.work_started_on.isoformat() if person.work_started_on else "",
            "education": label(person.education),
            "degree": label(person.degree),
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


def _join(*words: str) -> str:
    return " ".join(word for word in words if word)


def _entry(application: Application, line: Any, full: bool) -> Said:
    raw = line.values.get("place", {})
    place = frozen.said(raw)
    typed = line.values.get("person", {})
    words = frozen.said(typed)
    if party := CodeValue.objects.filter(pk=typed.get("political_status") or "").first():
        words["political_status"] = short(party)
    person = line.person or (line.result.person if line.result is not None else None)
    slot: Slot | None = line.slot
    return Said(
        {
            **unit_of(application),
            "姓名": line.name,
            "公民身份号码": _number(line, full),
            **_person(person, words, sealed.id_no(line).reveal()),
            "编制类型": label(line.quota_type),
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
            **unit_of(application),
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
        "编制类型": label(spell.quota_type),
        "编制所在单位": spell.unit.name,
        "经费形式": label(spell.unit.funding),
        "本人身份": label(spell.identity),
        "岗位类别等级": _join(label(spell.position_class), label(spell.position_grade)),
        "职务": spell.post_name,
        "职务层次职级": _join(label(spell.post_level), label(spell.civil_rank)),
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
            **unit_of(application),
            "姓名": line.name,
            "人员编号": person.person_no if person is not None else "",
            "公民身份号码": _number(line, full),
            **_person(person, {}, ""),
            **_spell(spell),
            **basis,
            "进入方式": label(spell.entry_mode) if spell is not None else "",
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
                "操作": verb(step.move, step.from_state) + (f"给{to}" if to else ""),
                "意见": step.opinion,
            }
        )
    return Said(
        {
            **unit_of(application),
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


_MAKERS: dict[str, Callable[[Application, Any, bool], Said]] = {
    PaperKind.SHEET: use_values.sheet,
    PaperKind.NOTICE: use_values.notice,
    PaperKind.ENTRY: _entry,
    PaperKind.EXIT: _exit,
    PaperKind.CARD: _card,
    PaperKind.FLOW: _flow,
    PaperKind.USE: use_values.use,
}
__all__ = ["Said", "said"]
