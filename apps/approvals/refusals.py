"""The sentence of each refusal: which rule, which figure, what to do next."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from apps.checks import telling
from apps.core import wording
from apps.quotas.errors import QuotaRefused
from apps.staff import refusals as staff
from apps.staff.errors import StaffRefused

from . import errors
from .choices import WRITABLE, SlotState, State
from .models import Step
from .moves import MOVES


@singledispatch
def sentence(refusal: Any, user: Any = None) -> str:
    """Return the Chinese sentence of a refusal. user: the reader, as staff.refusals asks for."""
    raise TypeError(f"no sentence for {type(refusal).__name__}")


def field_of(refusal: Exception) -> str | None:
    """Return the form field a refusal is about, None for the whole form."""
    if isinstance(refusal, errors.LineFails):
        return field_of(refusal.refusal)
    if isinstance(refusal, errors.ApprovalRefused):
        return getattr(refusal, "field", None)
    return staff.field_of(refusal)


def _who(step: Step | None) -> str:
    if step is None:
        return "有人"
    move = MOVES.get(step.move)
    word = move.label if move is not None else step.move
    return f"{step.by_name}在 {wording.moment(step.at)} 已办理“{word}”"


@sentence.register
def _(refusal: StaffRefused, user: Any = None) -> str:
    return staff.sentence(refusal, user)


@sentence.register
def _(refusal: QuotaRefused, user: Any = None) -> str:
    return staff.sentence(refusal, user)


@sentence.register
def _(refusal: errors.Stale, user: Any = None) -> str:
    if refusal.application.state in WRITABLE:
        when = wording.moment(refusal.application.saved_at)
        return (
            f"这份申报在 {when} 被修改过，您看到的页面已不是最新的。没有提交，请看过最新内容再提交"
        )
    return f"{_who(refusal.step)}，您看到的页面已不是最新的。没有保存，请看过最新情况再办理"


@sentence.register
def _(refusal: errors.MoveRefused, user: Any = None) -> str:
    now = State(refusal.application.state).label
    return f"{_who(refusal.step)}，现在是“{now}”，不能再办理这一步，请刷新后查看"


@sentence.register
def _(refusal: errors.OwnApplication, user: Any = None) -> str:
    return "这是您自己申报的办件，不能由您审核或决定，请交由其他同事办理"


@sentence.register
def _(refusal: errors.OpinionMissing, user: Any = None) -> str:
    return f"请填写{refusal.label}的意见，让对方知道为什么、怎么改"


@sentence.register
def _(refusal: errors.NoSuchHandler, user: Any = None) -> str:
    return "请选择有权办理这一环节的同事"


@sentence.register
def _(refusal: errors.PersonHasOpenApplication, user: Any = None) -> str:
    other = refusal.other
    if other is None or (
        user is not None and not type(other).objects.visible_to(user).filter(pk=other.pk).exists()
    ):
        return "该人员另有办理中的业务，一个人同一时间只能有一件，请联系编办核实"
    return (
        f"该人员已有办理中的{other.get_kind_display()}（{other.number}，"
        f"{other.get_state_display()}），请先办结或撤回那一件"
    )


@sentence.register
def _(refusal: errors.PersonTwice, user: Any = None) -> str:
    return f"{refusal.line.name or '该人员'}已在本件第 {refusal.line.place} 行，一个人只填一行"


@sentence.register
def _(refusal: errors.OtherUnit, user: Any = None) -> str:
    return f"本件已为{refusal.unit.name}申报，一件只能涉及一个单位；其他单位的请另行申报"


@sentence.register
def _(refusal: errors.LineChanged, user: Any = None) -> str:
    return "您填写时同事修改了这一行，没有保存。右侧是现在的内容，请核对；再次保存将以您填写的为准"


@sentence.register
def _(refusal: errors.OneLineOnly, user: Any = None) -> str:
    return "这类业务一件只能办理一人（一项），请另行申报"


@sentence.register
def _(refusal: errors.TooManyFiles, user: Any = None) -> str:
    return f"一项材料最多上传 {refusal.limit} 个文件，请合并成一个文件，或移除不用的"


@sentence.register
def _(refusal: errors.MaterialMissing, user: Any = None) -> str:
    return f"还缺必交材料：{'、'.join(refusal.labels)}，请上传后再提交"


@sentence.register
def _(refusal: errors.NothingAsked, user: Any = None) -> str:
    return "还没有填写任何人员或事项，请先填写再提交"


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
def _(refusal: errors.RedCheck, user: Any = None) -> str:
    first = refusal.found[0]
    more = f"等 {len(refusal.found)} 项" if len(refusal.found) > 1 else ""
    return (
        f"通过后会出现红色校核问题{more}：{telling.said(first, '该单位')}（{first.rule.number}）。"
        "请退回补正，或由有权限的同事说明理由和依据后放行"
    )


@sentence.register
def _(refusal: errors.OverrideIncomplete, user: Any = None) -> str:
    return "放行红色校核须选择依据文件"


@sentence.register
def _(refusal: errors.NothingToOverride, user: Any = None) -> str:
    return "没有需要放行的红色校核，可以直接办理"


@sentence.register
def _(refusal: errors.LineFails, user: Any = None) -> str:
    who = refusal.line.name
    text = sentence(refusal.refusal, user)
    return f"{who}：{text}" if who else text


@sentence.register
def _(refusal: errors.NotAPartner, user: Any = None) -> str:
    return "现在没有轮到您所在部门确认的事项，请刷新后查看"


@sentence.register
def _(refusal: errors.NothingGranted, user: Any = None) -> str:
    return "所有人员（事项）都没有核准，请改用“不予通过”"
