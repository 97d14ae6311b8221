"""Notices and their heads."""

from __future__ import annotations

from typing import Any

from apps.core import wording

from .. import errors
from ..choices import SlotState
from .asking import sentence


@sentence.register
def _(refusal: errors.SlotGone, user: Any = None) -> str:
    slot = refusal.slot
    if refusal.other is not None:
        number = refusal.other.application.number or "另一份草稿"
        return f"{slot}正由 {number} 使用，请换一个用编序号"
    if slot.state != SlotState.FREE:
        return f"{slot}{SlotState(slot.state).label}，请换一个用编序号或重新申请用编"
    until = wording.day(slot.notice.valid_until)
    return f"{slot}的有效期到 {until} 为止，已不能使用，请重新申请用编"


@sentence.register
def _(refusal: errors.SlotMissing, user: Any = None) -> str:
    return "按规定入编须先取得编制使用通知单，请选择用编序号；没有的请先办理用编申请"


@sentence.register
def _(refusal: errors.SlotElsewhere, user: Any = None) -> str:
    slot = refusal.slot
    return (
        f"{slot}核准的是{slot.notice.unit.name}的{slot.quota_type.label}，"
        "与所选单位或编制类型不符，请重新选择"
    )


@sentence.register
def _(refusal: errors.ValidityPast, user: Any = None) -> str:
    return "有效期不能早于今天，请重新选择"


@sentence.register
def _(refusal: errors.NothingChosen, user: Any = None) -> str:
    return "请勾选本通知单上要退回的用编序号"


@sentence.register
def _(refusal: errors.NothingFree, user: Any = None) -> str:
    return f"{refusal.notice.number} 已没有未使用的用编序号，不需要撤销"


@sentence.register
def _(refusal: errors.SlotBusy, user: Any = None) -> str:
    number = refusal.application.number
    return (
        f"{refusal.slot}正由 {number}（{refusal.application.get_kind_display()}，"
        f"{refusal.application.get_state_display()}）使用，不能退回或撤销，请等它办结或撤回后再办"
    )
