"""Moves: who did what, when, and what to do now."""

from __future__ import annotations

import datetime as dt
from typing import Any

from apps.core import wording

from .. import errors
from ..choices import WRITABLE, State
from ..models import Step
from ..moves import label as verb
from .asking import sentence


def _who(step: Step | None) -> str:
    if step is None:
        return "有人"
    word = verb(step.move, step.from_state)
    return f"{step.by_name}在 {wording.moment(step.at)} 已办理“{word}”"


@sentence.register
def _(refusal: errors.Stale, user: Any = None) -> str:
    case, step = refusal.application, refusal.step
    written = step is None or case.saved_at - step.at > dt.timedelta(seconds=2)
    if case.state in WRITABLE and written:  # by its applicant, after the last move
        when = wording.moment(case.saved_at)
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
def _(refusal: errors.LineFails, user: Any = None) -> str:
    who = refusal.line.name
    text = sentence(refusal.refusal, user)
    return f"{who}：{text}" if who else text


@sentence.register
def _(refusal: errors.NothingGranted, user: Any = None) -> str:
    return "所有人员（事项）都没有核准，请改用“不予通过”"


@sentence.register
def _(refusal: errors.GrantedBeyond, user: Any = None) -> str:
    return f"批准数应为 0 至 {refusal.line.asked}（申报数）之间的整数"
