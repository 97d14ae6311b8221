"""What the signature boxes hold: opinions, names and days of the trail as far as it went."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from ..choices import Partner, State
from ..models import Application, Confirmation, Step

#: The boxes in the order of the form (domain.md §6.5, block 9).
BOXES = ("单位", "主管部门", "经办", "科长", "分管", "主任", "组织人社", "财政", "社保")
TITLES = {
    "单位": "单位意见",
    "主管部门": "主管部门意见",
    "经办": "经办人意见",
    "科长": "科长意见",
    "分管": "分管负责人意见",
    "主任": "主任意见",
    "组织人社": "组织或人社部门意见",
    "财政": "财政部门意见",
    "社保": "社保经办机构意见",
}
_STATES = {
    State.SUPERVISING: "主管部门",
    State.EXAMINING: "经办",
    State.SIGNING: "科长",
    State.DECIDING: "主任",
}
_PARTNERS = {
    Partner.ORGANISATION: "组织人社",
    Partner.PERSONNEL: "组织人社",
    Partner.FINANCE: "财政",
    Partner.INSURANCE: "社保",
}


@dataclass(frozen=True)
class Opinion:
    """One box: what was said, who signed, on which day. All empty: to be signed by hand."""

    text: str = ""
    name: str = ""
    day: str = ""


def day(value: dt.date | dt.datetime | str | None) -> str:
    """Return a day as official documents write it: 2026年11月22日."""
    if not value:
        return ""
    if isinstance(value, str):
        try:
            return day(dt.date.fromisoformat(value[:10]))
        except ValueError:
            return value
    if isinstance(value, dt.datetime):
        value = timezone.localtime(value)
    return f"{value.year}年{value.month}月{value.day}日"


def month(value: dt.date | None) -> str:
    return f"{value.year}年{value.month}月" if value else ""


def opinions(application: Application) -> dict[str, Opinion]:
    """Return {box: Opinion} of the round that counts: what came after the last submission."""
    found: dict[str, Opinion] = {}
    for step in application.trail.order_by("pk"):
        if step.move == "submit":
            found = {"单位": Opinion(step.opinion or "申报。", step.by_name, day(step.at))}
            if step.facts.get("skipped"):
                found["主管部门"] = Opinion("本单位没有主管部门审核人，直接报编办。")
        elif step.move in ("pass", "refuse") and (box := _box_of(step)):
            refused = step.move == "refuse"
            text = f"不予通过。{step.opinion}" if refused else step.opinion or "通过。"
            found[box] = Opinion(text, step.by_name, day(step.at))
    parts: dict[str, list[Confirmation]] = {}
    confirmations = application.confirmations.exclude(confirmed_at=None)
    for row in confirmations.select_related("confirmed_by"):
        parts.setdefault(_PARTNERS[Partner(row.partner)], []).append(row)
    for box, rows in parts.items():
        found[box] = Opinion(
            "\n".join(_said(row) for row in rows),
            "、".join(dict.fromkeys(str(row.confirmed_by or row.client) for row in rows)),
            day(max(row.confirmed_at for row in rows if row.confirmed_at)),
        )
    return found


def _box_of(step: Step) -> str:
    """Return the box of a step; a step the office calls 分管… fills that box."""
    return "分管" if "分管" in step.step else _STATES.get(State(step.from_state), "")


def _said(row: Confirmation) -> str:
    word = f"{Partner(row.partner).label}：{row.opinion or '已确认。'}"
    return f"{word}（业务号 {row.reference_no}）" if row.reference_no else word


def copies(application: Application) -> int:
    """Return how many copies are printed: unit, office, and one for each partner."""
    return 2 + len(application.version.hands)


__all__ = ["BOXES", "TITLES", "Opinion", "copies", "day", "month", "opinions"]
