"""Closed lists the code branches on. Source: domain.md §4.1–§4.3, §3.15."""

from django.db import models


class Kind(models.TextChoices):
    QUOTA_USE = "quota_use", "用编申请"
    ENTRY = "entry", "入编"
    EXIT = "exit", "出编"
    TRANSFER = "transfer", "跨单位划转"
    ADJUST = "adjust", "单位内调整"
    RETYPE = "retype", "编制类型修改"
    CORRECT = "correct", "人员信息变更"
    POST_TAKE = "post_take", "使用领导职数"
    POST_LEAVE = "post_leave", "离任"


def filing_name(kind: str) -> str:
    """Return what the filing of a kind is called: 入编申报, 用编申请."""
    label = str(Kind(kind).label)
    return label if label.endswith("申请") else f"{label}申报"


#: Letters that begin a number: 入编 → RB2026000012.
LETTERS = {
    Kind.QUOTA_USE: "YB",
    Kind.ENTRY: "RB",
    Kind.EXIT: "CB",
    Kind.TRANSFER: "HZ",
    Kind.ADJUST: "TZ",
    Kind.RETYPE: "LX",
    Kind.CORRECT: "BG",
    Kind.POST_TAKE: "ZS",
    Kind.POST_LEAVE: "LR",
}


class State(models.TextChoices):
    """Where an application is. Only a person's decision changes it; being late is computed."""

    DRAFT = "draft", "草稿"
    SUPERVISING = "supervising", "主管部门审核"
    RELEASING = "releasing", "划出方编办同意"
    EXAMINING = "examining", "编办经办审核"
    SIGNING = "signing", "科长审签"
    DECIDING = "deciding", "主任审定"
    ISSUING = "issuing", "待下达通知单"
    REGISTERED = "registered", "已登记"
    COLLECTED = "collected", "已领取"
    BROUGHT_BACK = "brought_back", "已交回"
    CONFIRMING = "confirming", "部门联办"
    DONE = "done", "已办结"
    RETURNED = "returned", "退回补正"
    REFUSED = "refused", "不予通过"
    WITHDRAWN = "withdrawn", "已撤回"


#: Steps a setting may name, each with the permission of who decides there.
REVIEWS: dict[str, str] = {
    State.SUPERVISING: "supervise",
    State.RELEASING: "examine",
    State.EXAMINING: "examine",
    State.SIGNING: "sign",
    State.DECIDING: "decide",
}
#: Steps of the office over the unit people leave: its rights are held there (TR-04).
GIVING = (State.RELEASING,)
#: Steps that only some kinds have.
ONLY_OF: dict[str, tuple[str, ...]] = {State.RELEASING: (Kind.TRANSFER,)}


def reviews_of(kind: str) -> list[str]:
    """Return the steps a setting of a kind may name, in their usual order."""
    return [state for state in REVIEWS if kind in ONLY_OF.get(state, (kind,))]


#: The paper form travels and must come back before the facts change (domain.md §3.15).
PAPER = (State.REGISTERED, State.COLLECTED, State.BROUGHT_BACK)
#: Nothing more happens to these.
ENDED = (State.DONE, State.REFUSED, State.WITHDRAWN)
#: The applicant may still write these.
WRITABLE = (State.DRAFT, State.RETURNED)
#: Filed and not ended: a person is in one such application at most.
OPEN = tuple(s for s in State if s not in (*ENDED, State.DRAFT))


class Partner(models.TextChoices):
    """联办部门, in the order of the signatures on the form (domain.md §6.5)."""

    ORGANISATION = "organisation", "组织部门"
    PERSONNEL = "personnel", "人社部门"
    FINANCE = "finance", "财政部门"
    INSURANCE = "insurance", "社保经办机构"


#: Permission with which a partner confirms; each acts for itself only.
PARTNER_PERMISSIONS: dict[str, str] = {
    Partner.ORGANISATION: "confirm_organisation",
    Partner.PERSONNEL: "confirm_personnel",
    Partner.FINANCE: "confirm_finance",
    Partner.INSURANCE: "confirm_insurance",
}


class Verdict(models.TextChoices):
    """What was decided of one line of an application."""

    OPEN = "", "未决定"
    GRANTED = "granted", "核准"
    REFUSED = "refused", "不核准"


class SlotState(models.TextChoices):
    FREE = "free", "未使用"
    USED = "used", "已使用"
    RETURNED = "returned", "已退回"
    EXPIRED = "expired", "已过期"
    REVOKED = "revoked", "已撤销"


class Formula(models.TextChoices):
    """How 可用编制 is computed (domain.md §5.4); a version of 用编申请 names one."""

    RESERVES = "reserves", "扣预留：核定−实有−空缺领导职数−已下达未使用−原则预留−其他预留"
    OVERFLOW = "overflow", "实空：核定−实有−领导空缺−尚未到岗＋允许溢出"


class Leaders(models.TextChoices):
    """Which vacant leadership posts a formula takes off."""

    UNIT = "unit", "单位领导"
    ALL = "all", "单位领导和内设机构领导"


class ControlKind(models.TextChoices):
    """What an office holds back of a unit's vacancies, by document and for a time."""

    PRINCIPLE = "principle", "原则预留"
    OTHER = "other", "其他预留"
    EXIT_ONLY = "exit_only", "只出不进"


class BalanceMode(models.TextChoices):
    """What the yearly dynamic balance does to an approval (domain.md §5.5)."""

    OFF = "off", "只显示"
    WARN = "warn", "超出时提醒"
    BLOCK = "block", "超出时不予通过"


class Relation(models.TextChoices):
    LESS = "lt", "入编少于出编"
    EQUAL = "le", "入编不多于出编"
    RATIO = "ratio", "按比例（如出三进二）"


class Per(models.TextChoices):
    ALL = "all", "本级合计"
    FAMILY = "family", "行政、事业等分别计算"
    TYPE = "type", "每种编制类型分别计算"


class PlanState(models.TextChoices):
    """年度用编计划 (domain.md §4.1)."""

    COLLECTING = "collecting", "计划征集"
    REVIEWING = "reviewing", "编办审核"
    ISSUED = "issued", "已下达执行"
    SETTLED = "settled", "已清算"


class PoolKind(models.TextChoices):
    RECOVER = "recover", "收回入池"
    SEED = "seed", "划入"
    ALLOT = "allot", "划出"


class LoanStepKind(models.TextChoices):
    LEND = "lend", "借出"
    EXTEND = "extend", "延期"
    RETURN = "return", "归还"


class Event(models.TextChoices):
    """What a message to a person is about (消息)."""

    TURN = "turn", "待我办理"
    ASSIGNED = "assigned", "转办给我"
    PARTNER = "partner", "待我部门确认"
    RETURNED = "returned", "退回补正"
    DECIDED = "decided", "审定通过"
    REFUSED = "refused", "不予通过或终止"
    DONE = "done", "办结"
    OBJECTED = "objected", "联办部门提出异议"
    SOON = "soon", "将到期提醒"
    OVERDUE = "overdue", "超期催办"
    RETIRING = "retiring", "到龄退休待办出编"
    DIGEST = "digest", "每日摘要"


#: Somebody has to act on these; they are settled once the case has moved on.
ASKS = (
    Event.TURN,
    Event.ASSIGNED,
    Event.PARTNER,
    Event.RETURNED,
    Event.OBJECTED,
    Event.SOON,
    Event.OVERDUE,
    Event.RETIRING,
)


class Channel(models.TextChoices):
    """Roads of a message beside the inbox, where it always is."""

    MAIL = "mail", "邮件"
    SMS = "sms", "短信"


#: What goes out where a person has chosen nothing: all by mail, what burns by text message.
USUALLY: dict[str, tuple[str, ...]] = {
    Channel.MAIL: tuple(Event),
    Channel.SMS: (Event.RETURNED, Event.OVERDUE),
}


class Level(models.TextChoices):
    """How far a limit has run when somebody is reminded (AP-20). Half of it disturbs nobody."""

    SOON = "soon", "已用 80%"
    TODAY = "today", "今日到期"
    OVERDUE = "overdue", "已超期"
