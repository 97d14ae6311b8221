"""What the register holds by now."""

from __future__ import annotations

from typing import Any

from apps.core import wording

from .. import errors
from .asking import sentence


@sentence.register
def _(refusal: errors.NotOfThisUnit, user: Any = None) -> str:
    return f"该人员（任职）现在不在{refusal.unit.name}，可能已由他人办理，请重新选择后再提交"


@sentence.register
def _(refusal: errors.PostElsewhere, user: Any = None) -> str:
    held = refusal.posting
    sees = user is None or type(held).objects.visible_to(user).filter(pk=held.pk).exists()
    where = (
        f"{held.unit.name}任{held.post_kind.label}（{held.post_name}）" if sees else "其他单位任职"
    )
    return f"本人还在{where}，出编前须先办理离任，避免占着职数（规则 EX-02）"


@sentence.register
def _(refusal: errors.PostsOver, user: Any = None) -> str:
    return (
        f"{refusal.unit.name}{refusal.post_kind.label}核定 {refusal.due} 名、"
        f"现任 {refusal.filled} 名，再任 {refusal.asked} 名将超配 {refusal.over} 名（规则 L-01）。"
        "请退回补正，或由有权限的同事说明理由和依据后放行"
    )


@sentence.register
def _(refusal: errors.FactsMoved, user: Any = None) -> str:
    met = refusal.met
    return (
        f"{met.by} 在 {wording.moment(met.at)} 修改了本人的{'、'.join(refusal.labels)}，"
        "申请所依据的已不是最新信息。请退回补正，由申报单位按最新信息重新填写"
    )


@sentence.register
def _(refusal: errors.DepartmentGone, user: Any = None) -> str:
    return (
        f"{refusal.dept.name}已撤销或不再是{refusal.unit.name}的内设机构，请退回补正，"
        "重新选择内设机构"
    )
