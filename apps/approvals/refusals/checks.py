"""Red checks, and letting them through."""

from __future__ import annotations

from typing import Any

from apps.checks import telling

from .. import errors
from .asking import sentence


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
