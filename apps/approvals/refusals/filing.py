"""What an applicant filed."""

from __future__ import annotations

from typing import Any

from .. import errors
from .asking import sentence


@sentence.register
def _(refusal: errors.PersonHasOpenApplication, user: Any = None) -> str:
    other = refusal.other
    who = (refusal.line.name if refusal.line is not None else "") or "该人员"
    if other is None or (
        user is not None and not type(other).objects.visible_to(user).filter(pk=other.pk).exists()
    ):
        return f"{who}另有办理中的业务，一个人同一时间只能有一件，请联系编办核实"
    return (
        f"{who}已有办理中的{other.get_kind_display()}（{other.number}，"
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
def _(refusal: errors.DocumentNeeded, user: Any = None) -> str:
    return "请选择依据文件"
