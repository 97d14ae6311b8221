"""The sentence of each refusal: which rule, which figure, what to do next."""

from __future__ import annotations

import datetime as dt
from functools import singledispatch
from typing import Any

from apps.checks import telling
from apps.core import wording
from apps.quotas.errors import QuotaRefused
from apps.staff import refusals as staff
from apps.staff.errors import StaffRefused

from . import errors
from .choices import WRITABLE, Partner, SlotState, State
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
def _(refusal: errors.PartnerActs, user: Any = None) -> str:
    name = Partner(refusal.partner).label
    return f"{name}在本单位有确认账户，应由对方确认；只有没有账户的部门才由编办凭纸质材料代为确认"


@sentence.register
def _(refusal: errors.PaperMissing, user: Any = None) -> str:
    return "请选择对方签署的纸质材料所登记的文件，作为代为确认的依据"


@sentence.register
def _(refusal: errors.NothingObjected, user: Any = None) -> str:
    return "没有需要答复的异议，可能同事已经答复，请刷新后查看"


@sentence.register
def _(refusal: errors.CollectorMissing, user: Any = None) -> str:
    return "请填写领取人姓名，表单交给谁要有记录"


@sentence.register
def _(refusal: errors.NothingGranted, user: Any = None) -> str:
    return "所有人员（事项）都没有核准，请改用“不予通过”"


@sentence.register
def _(refusal: errors.GrantedBeyond, user: Any = None) -> str:
    return f"批准数应为 0 至 {refusal.line.asked}（申报数）之间的整数"


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
        f"{refusal.year.year} 年{flow.label}出编入编动态平衡现可再批 {max(0, flow.allowed)} 名"
        f"（{flow.said}），不够核准 {refusal.heads} 名，请减少批准数或待有人出编后再办"
    )


@sentence.register
def _(refusal: errors.PlanMissing, user: Any = None) -> str:
    return (
        f"{refusal.unit.name}在 {refusal.year} 年已下达的用编计划中没有{refusal.quota_type}，"
        "请改为非年度用编，或先办理年度用编计划"
    )


@sentence.register
def _(refusal: errors.PlanShort, user: Any = None) -> str:
    line = refusal.line
    left = (line.granted or 0) - refusal.used
    return (
        f"{line.plan.year} 年计划核定{line.unit.name}{line.quota_type.label} {line.granted} 名，"
        f"已用 {refusal.used} 名，还剩 {max(0, left)} 名，不够用 {refusal.heads} 名"
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
        "请核减后再下达，或调整年度用编总量"
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


@sentence.register
def _(refusal: errors.DocumentNeeded, user: Any = None) -> str:
    return "请选择依据文件"


@sentence.register
def _(refusal: errors.ControlEnds, user: Any = None) -> str:
    return "截止日期不能早于起始日期"


@sentence.register
def _(refusal: errors.PoolShort, user: Any = None) -> str:
    pool = refusal.pool
    return (
        f"编制池中{pool.quota_type.label}共 {pool.total} 名，已借出 {pool.lent} 名，"
        f"剩余 {pool.left} 名，不够 {refusal.asked} 名"
    )


@sentence.register
def _(refusal: errors.LoanShort, user: Any = None) -> str:
    return f"这笔周转编制还有 {refusal.loan.places} 名未归还，不能归还 {refusal.asked} 名"


@sentence.register
def _(refusal: errors.LoanDue, user: Any = None) -> str:
    return f"到期日期应晚于 {wording.day(refusal.after)}"


@sentence.register
def _(refusal: errors.NoOffice, user: Any = None) -> str:
    return "系统还没有指定本级编办，请先由系统管理员设置"


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


@sentence.register
def _(refusal: errors.SettingUnfit, user: Any = None) -> str:
    return refusal.text


@sentence.register
def _(refusal: errors.SettingChanged, user: Any = None) -> str:
    version = refusal.version
    who = version.made_by or "系统"
    return (
        f"{who}在 {wording.moment(version.made_at)} 已存为第 {version.number} 版，"
        "您看到的不是最新的。没有保存，请看过最新一版再修改"
    )


@sentence.register
def _(refusal: errors.SettingSame, user: Any = None) -> str:
    return "没有改动任何内容，不必另存新版本"


@sentence.register
def _(refusal: errors.UnknownPlaceholders, user: Any = None) -> str:
    names = "、".join(f"{{{{ {name} }}}}" for name in refusal.names[:10])
    more = f" 等 {len(refusal.names)} 个" if len(refusal.names) > 10 else ""
    return f"模板里有本表没有的占位符：{names}{more}；请对照下方的占位符清单修改后再上传"


@sentence.register
def _(refusal: errors.SameTemplate, user: Any = None) -> str:
    return f"这个文件与现行的第 {refusal.number} 版完全相同，没有产生新版本"
