"""The sentence of each refusal, for forms, imports and commands alike."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from apps.core import wording

from . import errors


def _place(parent: Any) -> str:
    return f"“{parent}”下" if parent is not None else "最上级"


@singledispatch
def sentence(refusal: Any) -> str:
    """Return the Chinese sentence: what was refused and what to do next."""
    raise TypeError(f"no sentence for {type(refusal).__name__}")


@sentence.register
def _(refusal: errors.NameMissing) -> str:
    return "请填写机构名称"


@sentence.register
def _(refusal: errors.NameTooLong) -> str:
    return f"机构名称有 {refusal.length} 个字，最多 {refusal.limit} 个"


@sentence.register
def _(refusal: errors.NameTaken) -> str:
    return f"{_place(refusal.parent)}已有“{refusal.name}”，同一上级下名称不能相同"


@sentence.register
def _(refusal: errors.SameName) -> str:
    return f"新名称与现名称“{refusal.name}”相同，请填写更名后的名称"


@sentence.register
def _(refusal: errors.CodeTaken) -> str:
    return f"机构编码 {refusal.code} 已用于其他机构，编码不能重复使用，请核对"


@sentence.register
def _(refusal: errors.CreditCodeTaken) -> str:
    return f"统一社会信用代码 {refusal.code} 已用于其他机构，请与证书核对"


@sentence.register
def _(refusal: errors.ParentAbolished) -> str:
    return f"上级机构“{refusal.parent}”已撤销，请另选上级机构"


@sentence.register
def _(refusal: errors.UnitAbolished) -> str:
    return f"“{refusal.unit}”已撤销，不能再办理此项"


@sentence.register
def _(refusal: errors.NotASibling) -> str:
    return f"“{refusal.after}”不在{_place(refusal.parent)}，请重新选择排列位置"


@sentence.register
def _(refusal: errors.TreeTooDeep) -> str:
    return f"机构树最多 {refusal.limit} 级，请另选上级机构"


@sentence.register
def _(refusal: errors.DepartmentNeedsBody) -> str:
    return "内设机构只能设在法人单位内，请另选上级机构或改选类别"


@sentence.register
def _(refusal: errors.DayInFuture) -> str:
    return f"生效日期 {wording.day(refusal.on)} 晚于今天，请在生效当日或之后办理"


@sentence.register
def _(refusal: errors.DayTooEarly) -> str:
    return (
        f"生效日期 {wording.day(refusal.on)} 早于该机构的设立日期 "
        f"{wording.day(refusal.since)}，请核对批文"
    )


@sentence.register
def _(refusal: errors.LaterEvent) -> str:
    event = refusal.event
    basis = f"（{event.document.number}）" if event.document is not None else ""
    return (
        f"“{refusal.unit}”在 {wording.day(event.on)} 已有“{event.get_kind_display()}”{basis}，"
        "生效日期不能早于该日，请核对批文"
    )


@sentence.register
def _(refusal: errors.NotYetThere) -> str:
    return (
        f"“{refusal.unit}”于 {wording.day(refusal.since)} 才设立，"
        "生效日期不能早于该日，请核对日期或另选机构"
    )


@sentence.register
def _(refusal: errors.UnderItself) -> str:
    if refusal.day is not None:
        return (
            f"按生效日期办理后，{wording.day(refusal.day)} 这一天“{refusal.parent}”"
            f"正在“{refusal.unit}”之下，机构不能放在自己之下，请核对日期"
        )
    if refusal.unit.pk == refusal.parent.pk:
        return "机构不能放在自己之下，请另选上级机构"
    return f"“{refusal.parent}”在“{refusal.unit}”之下，机构不能放在自己的下级之下，请另选上级机构"


@sentence.register
def _(refusal: errors.SamePlace) -> str:
    return f"“{refusal.unit}”已经在{_place(refusal.parent)}，请另选上级机构或排列位置"


@sentence.register
def _(refusal: errors.SameRank) -> str:
    return f"“{refusal.unit}”的规格就是“{refusal.rank}”，请核对批文"


@sentence.register
def _(refusal: errors.NotABody) -> str:
    kind = refusal.unit.get_entity_kind_display()
    return f"“{refusal.unit}”是{kind}，合并、分立和划转科室只办理法人单位，请另选机构"


@sentence.register
def _(refusal: errors.NothingToMerge) -> str:
    return "请选择要并入的机构：并入现有机构至少一个，合并新设至少两个，且不含承接机构本身"


@sentence.register
def _(refusal: errors.NotItsDepartment) -> str:
    return f"“{refusal.department}”不是“{refusal.unit}”在用的内设机构，或已选入另一部分，请重新选择"


@sentence.register
def _(refusal: errors.NothingGoes) -> str:
    return f"没有选择划给“{refusal.target}”的内设机构、人员、编制或职数，请至少选择一项"


@sentence.register
def _(refusal: errors.CannotCarry) -> str:
    return refusal.sentence


@sentence.register
def _(refusal: errors.PlateTaken) -> str:
    return f"“{refusal.unit}”已挂“{refusal.name}”，或这就是它的名称，请核对"


@sentence.register
def _(refusal: errors.PlateGone) -> str:
    return "该牌子已由他人摘下，请刷新后查看"


@sentence.register
def _(refusal: errors.StillInUse) -> str:
    found = "；".join(obstacle.sentence for obstacle in refusal.obstacles)
    return f"“{refusal.unit}”还不能撤销：{found}"


@sentence.register
def _(refusal: errors.DocumentNeeded) -> str:
    return f"变更{'、'.join(refusal.fields)}须有批文和生效日期，请选择依据的批文"


@sentence.register
def _(refusal: errors.AdministratorHoldsNoGrant) -> str:
    return f"“{refusal.user}”是管理员账号，管理员不能承担业务角色，请另选人员"


@sentence.register
def _(refusal: errors.SelfAppointment) -> str:
    return "不能给自己授予或收回角色，请由另一名安全管理员办理"


@sentence.register
def _(refusal: errors.AlreadyAppointed) -> str:
    return f"“{refusal.user}”在“{refusal.unit}”已有该角色，不需要重复授予"


@sentence.register
def _(refusal: errors.AppointmentEnded) -> str:
    return "该角色已由他人收回，请刷新后查看"


@sentence.register
def _(refusal: errors.UnknownRole) -> str:
    return "没有这个角色，请从列表中选择"
