"""The sentence of each refusal of a notice."""

from __future__ import annotations

from typing import Any

from apps.core import wording

from ..refusals import sentence
from . import errors


@sentence.register
def _(refusal: errors.ClassifiedUnit, user: Any = None) -> str:
    return f"{refusal.unit.name}是涉密单位，不公示"


@sentence.register
def _(refusal: errors.NobodyToShow, user: Any = None) -> str:
    return f"{refusal.unit.name}没有可以公示的在编人员，请核对单位和入编时间"


@sentence.register
def _(refusal: errors.AlreadyHanging, user: Any = None) -> str:
    publicity = refusal.publicity
    begun = wording.day(publicity.starts_on)
    return f"本单位 {begun} 开始的{publicity.get_kind_display()}还没有办结，请先办结再发起新的公示"


@sentence.register
def _(refusal: errors.StartsInPast, user: Any = None) -> str:
    return "公示开始不能早于今天：公示内容按今天的数据固定"


@sentence.register
def _(refusal: errors.DaysUnheard, user: Any = None) -> str:
    return f"{refusal.sentence}，请核对公示时间"


@sentence.register
def _(refusal: errors.PublicityClosed, user: Any = None) -> str:
    return f"公示已于 {wording.day(refusal.on)} 办结，不能再登记、处理异议或更换照片"


@sentence.register
def _(refusal: errors.StillHanging, user: Any = None) -> str:
    return f"公示到 {wording.day(refusal.ends_on)} 截止，截止后才能办结"


@sentence.register
def _(refusal: errors.EvidenceMissing, user: Any = None) -> str:
    return "还没有公示照片，请先上传张榜或网页公示的照片、截图再办结"


@sentence.register
def _(refusal: errors.EvidenceUnfit, user: Any = None) -> str:
    return "公示照片应为 JPG、PNG 图片或 PDF 扫描件，请重新选择"


@sentence.register
def _(refusal: errors.ObjectionsOpen, user: Any = None) -> str:
    return f"还有 {refusal.number} 条异议没有处理结果，请先处理再办结"


@sentence.register
def _(refusal: errors.ObjectionOutsideDays, user: Any = None) -> str:
    return f"提出日期应在公示开始（{wording.day(refusal.starts_on)}）以后、不晚于今天"


@sentence.register
def _(refusal: errors.NotInNotice, user: Any = None) -> str:
    return "公示名单里没有这个人员，请从名单中选择"


@sentence.register
def _(refusal: errors.ObjectionHandled, user: Any = None) -> str:
    return f"这条异议已由{refusal.by}处理，请刷新后查看"


@sentence.register
def _(refusal: errors.HandledBeforeRaised, user: Any = None) -> str:
    return f"处理日期应不早于提出日期（{wording.day(refusal.raised_on)}）、不晚于今天"
