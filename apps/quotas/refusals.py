"""From the database's refusal to an error with facts, and from an error to the sentence shown.

The CHECK on the balance is the guarantee; whoever is beaten by a colleague (or by an import, or
by psql) gets an IntegrityError that `refusal_of` turns into QuotaFull, and `sentence` into words
that name the quota.
"""

from __future__ import annotations

import json
from typing import Any

from django.db import IntegrityError

from apps.core.models import CodeValue
from apps.core.writes import constraint_of
from apps.units.models import Unit

from .choices import EntryKind
from .errors import (
    BelowZero,
    DocumentMissing,
    EntryInFuture,
    IllegalQuotaType,
    NoRoom,
    NotEnoughPlaces,
    QuotaFull,
    QuotaRefused,
    QuotasFull,
    UnitHoldsNoQuota,
    WrongSign,
)


def refusal_of(failure: IntegrityError, *, entry: bool = False) -> QuotaRefused | None:
    """Return what a broken balance constraint means, or None when it is not one of ours.

    entry   the write was a ledger entry: then the places were cut too far
    Reads the unit and type for the sentence; call it outside the failed transaction.
    """
    name = constraint_of(failure)
    if name not in ("balance_has_room", "balance_is_never_negative"):
        return None
    cells = _cells(failure)
    if not cells:
        return None
    units = Unit.objects.in_bulk({cell["unit"] for cell in cells})
    types = CodeValue.objects.in_bulk({cell["quota_type"] for cell in cells})
    if name == "balance_is_never_negative":
        cell = cells[0]
        return BelowZero(
            units[cell["unit"]],
            types[cell["quota_type"]],
            on=None,
            places=cell["approved"] - cell["asked"],
        )
    kind = NotEnoughPlaces if entry else QuotaFull
    found: list[NoRoom] = [
        kind(
            units[cell["unit"]],
            types[cell["quota_type"]],
            approved=cell["approved"],
            actual=cell["actual"],
            reserved=cell["reserved"],
            over_allowed=cell["over_allowed"],
            asked=cell["asked"],
        )
        for cell in cells
    ]
    return found[0] if len(found) == 1 else QuotasFull(found)


def _cells(failure: IntegrityError) -> list[dict[str, Any]]:
    """Return the cells of the refusal: the trigger's DETAIL is JSON (migration 0003)."""
    detail = getattr(getattr(failure.__cause__, "diag", None), "message_detail", None) or ""
    if not detail.startswith("["):
        return []
    return json.loads(detail)


def sentence(refusal: QuotaRefused) -> str:
    """Return the Chinese sentence of a refusal, without its full stop: what is so, what to do."""
    return _words(refusal).rstrip("。")


def _words(refusal: QuotaRefused) -> str:
    match refusal:
        case QuotasFull():
            return "；".join(sentence(cell) for cell in refusal.cells)
        case NotEnoughPlaces():
            holds = f"{refusal.actual} 人在编"
            if refusal.reserved:
                holds += f"、{refusal.reserved} 名在途"
            return (
                f"{refusal.unit}{refusal.quota_type}核定 {refusal.approved} 名，已有 {holds}，"
                f"核减后将超出 {refusal.missing} 名。"
                "请先办理出编，或注明允许超编的依据。"
            )
        case QuotaFull():
            reserved = f"、在途 {refusal.reserved} 名" if refusal.reserved else ""
            asked = f"，本次需要 {refusal.asked} 名" if refusal.asked > 1 else ""
            return (
                f"{refusal.unit}{refusal.quota_type}已无足够空编：核定 {refusal.approved} 名、"
                f"实有 {refusal.actual} 名{reserved}，可用 {refusal.usable} 名{asked}。"
                "请先核增编制或办理出编。"
            )
        case BelowZero():
            day = f"在 {refusal.on:%Y-%m-%d} " if refusal.on else ""
            return (
                f"{refusal.unit}{refusal.quota_type}的控编数{day}将为 {refusal.places} 名，"
                "不能小于 0。请核对增减数和日期。"
            )
        case IllegalQuotaType():
            nature = getattr(refusal.unit, "nature", None) or "未定性质的机构"
            return (
                f"{refusal.unit}是{nature}，不能使用{refusal.quota_type}。"
                "请改选编制类型，或先更正机构性质。"
            )
        case UnitHoldsNoQuota():
            if refusal.unit.entity_kind == "grouping":
                return f"“{refusal.unit}”是机构分组，不核定编制。请选择其下的单位。"
            return f"{refusal.unit}已撤销，不能再核增编制。请选择承接的单位。"
        case DocumentMissing():
            return "没有批文不能记账。请选择已登记的批文，或先登记批文。"
        case EntryInFuture():
            return f"日期 {refusal.on:%Y-%m-%d} 在今天之后。请填写批文生效的日期，不晚于今天。"
        case WrongSign():
            if refusal.change == 0:
                return "增减数不能为 0。"
            label = EntryKind(refusal.kind).label
            right = "正数" if refusal.change < 0 else "负数"
            return f"“{label}”的增减数应为{right}，现为 {refusal.change}。请核对变动类别。"
    raise TypeError(f"no sentence for {type(refusal).__name__}")
