"""What is usable, plans, reserves, the pool."""

from __future__ import annotations

from typing import Any

from apps.core import wording

from .. import errors
from .asking import sentence


@sentence.register
def _(refusal: errors.UsableShort, user: Any = None) -> str:
    cell = refusal.cell
    terms = " − ".join(one.label for one in cell.operands if one.sign < 0)
    plus = "".join(f" ＋ {one.label}" for one in cell.operands[1:] if one.sign > 0)
    return (
        f"{cell.unit.name}的{cell.quota_type.label}可用 {cell.places} 名"
        f"（核定 − {terms}{plus}：{cell.said}），不够核准 {refusal.heads} 名。"
        f"请把批准数改为 {cell.places} 名以内，或由有权限的同事说明理由和依据后放行"
    )


@sentence.register
def _(refusal: errors.ExitOnly, user: Any = None) -> str:
    one = refusal.cell.exit_only[0]
    return (
        f"{refusal.cell.unit.name}按 {one.document.number} 自 {wording.day(one.starts_on)} "
        "起只出不进，"
        "不能核准用编；确需用编的，由有权限的同事说明理由和依据后放行"
    )


@sentence.register
def _(refusal: errors.BalanceBroken, user: Any = None) -> str:
    flow = refusal.flow
    return (
        f"{refusal.year.year} 年{flow.label}出编入编动态平衡现可再批 {flow.allowed} 名"
        f"（{flow.said}），不够核准 {refusal.heads} 名，请减少批准数或待有人出编后再办"
    )


@sentence.register
def _(refusal: errors.PlanMissing, user: Any = None) -> str:
    return (
        f"{refusal.unit.name}在 {refusal.year} 年已下达的用编计划中没有{refusal.quota_type}，"
        "请把“年度用编”改选“否，临时用编”，或先办理年度用编计划"
    )


@sentence.register
def _(refusal: errors.PlanShort, user: Any = None) -> str:
    line = refusal.line
    left = (line.granted or 0) - refusal.used
    return (
        f"{line.plan.year} 年计划核定{line.unit.name}{line.quota_type.label} {line.granted} 名，"
        f"已用 {refusal.used} 名，还剩 {max(0, left)} 名，"
        f"不够用 {refusal.heads} 名，请减少申报数，或把“年度用编”改选“否，临时用编”"
    )


@sentence.register
def _(refusal: errors.PlanElsewhere, user: Any = None) -> str:
    now = refusal.plan.get_state_display()
    return f"{refusal.plan}现在是“{now}”，不能{refusal.doing}，请刷新后查看"


@sentence.register
def _(refusal: errors.PlanExists, user: Any = None) -> str:
    return f"{refusal.year} 年的用编计划已经建立，请直接打开办理"


@sentence.register
def _(refusal: errors.PlanUnreviewed, user: Any = None) -> str:
    return f"还有 {refusal.count} 行没有填核定数，请逐行审核后再下达"


@sentence.register
def _(refusal: errors.PlanBeyondLimit, user: Any = None) -> str:
    return (
        f"核定合计 {refusal.granted} 名，超过年度用编总量 {refusal.limit} 名，"
        f"请由编办经办核减 {refusal.granted - refusal.limit} 名后再下达"
    )


@sentence.register
def _(refusal: errors.ControlEnds, user: Any = None) -> str:
    return "截止日期不能早于起始日期"


@sentence.register
def _(refusal: errors.PoolShort, user: Any = None) -> str:
    pool = refusal.pool
    return (
        f"编制池中{pool.quota_type.label}共 {pool.total} 名，已借出 {pool.lent} 名，"
        f"剩余 {pool.left} 名，不够 {refusal.asked} 名，请减少名额，或先划入编制池"
    )


@sentence.register
def _(refusal: errors.LoanShort, user: Any = None) -> str:
    return f"这笔周转编制还有 {refusal.loan.places} 名未归还，不能归还 {refusal.asked} 名"


@sentence.register
def _(refusal: errors.LoanTaken, user: Any = None) -> str:
    cell = refusal.refusal
    reserved = f"、在途 {cell.reserved} 名" if cell.reserved else ""
    return (
        f"{cell.unit}{cell.quota_type}核定 {cell.approved} 名，在编 {cell.actual} 人{reserved}，"
        f"归还后将缺 {cell.missing} 名：借来的编制上还有人。请先办理人员出编再归还；"
        "一时不能出编的，凭文件办理延期"
    )


@sentence.register
def _(refusal: errors.LoanReturnEarly, user: Any = None) -> str:
    return f"归还日期不能早于借出日期 {wording.day(refusal.loan.starts_on)}"


@sentence.register
def _(refusal: errors.LoanDue, user: Any = None) -> str:
    return f"到期日期应晚于 {wording.day(refusal.after)}"


@sentence.register
def _(refusal: errors.NoOffice, user: Any = None) -> str:
    return "系统还没有指定本级编办，请先由系统管理员设置"
