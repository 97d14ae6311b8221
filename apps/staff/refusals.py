"""The sentence of each refusal, for forms, imports and commands alike."""

from __future__ import annotations

import datetime as dt
from functools import singledispatch
from typing import Any

from apps.core import wording
from apps.quotas.errors import IllegalQuotaType, QuotaFull, QuotaRefused
from apps.quotas.refusals import sentence as quota_sentence

from . import errors
from .models import Occupancy

#: What everybody is told about a person outside their scope (security.md X-04): no unit, no name.
ELSEWHERE = "该证件号已在库，请联系编办核实"


@singledispatch
def sentence(refusal: Any, user: Any = None) -> str:
    """Return the Chinese sentence: what was refused and what to do next.

    user   the reader; None is the system itself. Who may not see the other spell is not told
           where it is.
    """
    raise TypeError(f"no sentence for {type(refusal).__name__}")


def field_of(refusal: Exception) -> str | None:
    """Return the form field a refusal is about, None for the whole form."""
    own = getattr(refusal, "field", None)
    if own:
        return str(own)
    for kind, name in (
        (errors.IdentityRefused, "id_no"),
        (errors.AlreadyRegistered, "id_no"),
        (errors.AlreadyInQuota, "id_no"),
        (errors.TooYoung, "starts_on"),
        (errors.OverlappingSpell, "starts_on"),
        (errors.UnitHoldsNoPeople, "unit"),
        (errors.SameUnit, "unit"),
        (errors.SameQuotaType, "quota_type"),
        (IllegalQuotaType, "quota_type"),
        (QuotaFull, "quota_type"),
        (errors.PostingOpen, "post_kind"),
        (errors.PurposeMissing, "purpose"),
    ):
        if isinstance(refusal, kind):
            return name
    return None


def sees(user: Any, spell: Occupancy) -> bool:
    """Say whether the reader may know where a spell is."""
    return user is None or Occupancy.objects.visible_to(user).filter(pk=spell.pk).exists()


def in_quota(unit: str, starts_on: dt.date) -> str:
    """Say where a person holds a place; for readers who may know it."""
    return (
        f"该证件号已在 {unit} 在编（{wording.day(starts_on)} 入编），"
        "换单位请办理人员划转，或先办理出编"
    )


def overlapping(unit: str, starts_on: dt.date, ends_on: dt.date | None) -> str:
    """Say which other spell the days meet; for readers who may know it."""
    end = wording.day(ends_on) if ends_on else "今"
    return (
        f"与本人在 {unit} 的占编时间（{wording.day(starts_on)} 至 {end}）重叠，"
        "一个人同一时间只能占用一个编制"
    )


@sentence.register
def _(refusal: errors.IdentityRefused, user: Any = None) -> str:
    return refusal.reason


@sentence.register
def _(refusal: errors.ContradictsNumber, user: Any = None) -> str:
    if refusal.field == "sex":
        word = {"1": "男", "2": "女"}.get(str(refusal.right), str(refusal.right))
        return f"与公民身份号码不一致：号码第 17 位表示性别为{word}"
    return f"与公民身份号码不一致：号码中的出生年月为 {wording.month(refusal.right)}"


@sentence.register
def _(refusal: errors.TooYoung, user: Any = None) -> str:
    if refusal.age < 0:
        return "入编时间早于出生日期，请核对入编时间和公民身份号码"
    return f"入编时本人 {refusal.age} 周岁，未满 {refusal.least} 周岁，请核对入编时间"


@sentence.register
def _(refusal: errors.AlreadyRegistered, user: Any = None) -> str:
    person = refusal.person
    if user is not None and not type(person).objects.visible_to(user).filter(pk=person.pk).exists():
        return ELSEWHERE
    return f"该证件号已登记为 {person.name}（{person.person_no}），请核对号码或直接选用该人员"


@sentence.register
def _(refusal: errors.AlreadyInQuota, user: Any = None) -> str:
    spell = refusal.spell
    if not sees(user, spell):
        return ELSEWHERE
    return in_quota(spell.unit.name, spell.starts_on)


@sentence.register
def _(refusal: errors.OverlappingSpell, user: Any = None) -> str:
    other = refusal.other
    if not sees(user, other):
        return ELSEWHERE
    return overlapping(other.unit.name, other.starts_on, other.ends_on)


@sentence.register
def _(refusal: errors.SpellClosed, user: Any = None) -> str:
    return "该人员已由他人办理出编或划转，请刷新后再试"


@sentence.register
def _(refusal: errors.PostingClosed, user: Any = None) -> str:
    return "该任职已由他人办理离任，请刷新后再试"


@sentence.register
def _(refusal: errors.PostingOpen, user: Any = None) -> str:
    posting = refusal.posting
    return (
        f"本人自 {wording.day(posting.starts_on)} 起已任该单位{posting.post_kind.label}"
        f"（{posting.post_name}），请先办理离任"
    )


@sentence.register
def _(refusal: errors.InFuture, user: Any = None) -> str:
    return f"{wording.day(refusal.day)} 晚于今天，请到期后再办理，或核对日期"


@sentence.register
def _(refusal: errors.ExitBeforeEntry, user: Any = None) -> str:
    return f"不能早于开始日期 {wording.day(refusal.starts_on)}，请核对日期"


@sentence.register
def _(refusal: errors.UnitHoldsNoPeople, user: Any = None) -> str:
    unit = refusal.unit
    if not unit.is_active:
        return f"{unit.name} 已于 {wording.day(unit.abolished_on)} 撤销，不能再入编"
    return f"{unit.name} 是机构分组，不核定编制，请选择其下的单位"


@sentence.register
def _(refusal: errors.SameUnit, user: Any = None) -> str:
    return f"本人就在 {refusal.unit.name}，请选择另一个单位；改编制类型请用信息变更"


@sentence.register
def _(refusal: errors.SameQuotaType, user: Any = None) -> str:
    return f"本人已占用{refusal.quota_type.label}，请选择另一种编制类型"


@sentence.register
def _(refusal: QuotaRefused, user: Any = None) -> str:
    return quota_sentence(refusal)


@sentence.register
def _(refusal: errors.ChangedMeanwhile, user: Any = None) -> str:
    return (
        f"{refusal.by} 在 {wording.moment(refusal.at)} 修改了这条信息（见下表），"
        "您的修改还没有保存。请核对后再次提交"
    )


@sentence.register
def _(refusal: errors.PurposeMissing, user: Any = None) -> str:
    return "请选择查看用途"


@sentence.register
def _(refusal: errors.RevealLimit, user: Any = None) -> str:
    return f"今天已查看 {refusal.limit} 个完整号码，达到上限；确有需要请明天再查或由同事办理"


@sentence.register
def _(refusal: errors.NotInQuota, user: Any = None) -> str:
    return "本人现在不在编，没有可以登记的退休时间"


@sentence.register
def _(refusal: errors.NoEstimate, user: Any = None) -> str:
    return "性别未登记或不明，不能推算退休时间，请先更正公民身份号码"


@sentence.register
def _(refusal: errors.RetirementInPast, user: Any = None) -> str:
    return f"{wording.month(refusal.month)} 早于本月；已经退休的请办理出编"


@sentence.register
def _(refusal: errors.RetirementOutOfBounds, user: Any = None) -> str:
    return (
        f"弹性退休可选 {wording.month(refusal.first)} 至 {wording.month(refusal.last)}："
        "提前、延迟都不超过三年，提前的不得早于原法定退休年龄"
    )


@sentence.register
def _(refusal: errors.StatutoryMonth, user: Any = None) -> str:
    return f"{wording.month(refusal.month)} 就是法定退休年月，不需要登记"


@sentence.register
def _(refusal: errors.ChoiceWithdrawn, user: Any = None) -> str:
    return "弹性退休已由他人撤销，请刷新后再办理"


@sentence.register
def _(refusal: errors.KeyFieldLocked, user: Any = None) -> str:
    return f"{'、'.join(refusal.labels)}由编办管理，没有保存；确需更正请向编办提出"


@sentence.register
def _(refusal: errors.HappenedTooLongAgo, user: Any = None) -> str:
    return f"{refusal.sentence}，请核对变动日期"


@sentence.register
def _(refusal: errors.CorrectionUndone, user: Any = None) -> str:
    return "这次更正已由他人恢复，请刷新后查看"


@sentence.register
def _(refusal: errors.ChangedSince, user: Any = None) -> str:
    return f"{'、'.join(refusal.labels)}在这次更正之后又有修改，不能直接恢复；请到人员页面修改"
