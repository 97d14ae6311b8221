"""A version of settings in words, and what differs between two. Used by pages and the audit."""

from __future__ import annotations

from typing import Any

from apps.core.models import CodeValue

from .choices import Partner, State, reviews_of
from .models import KindVersion

#: Options the settings page knows, each with its words; others are changed on their own pages.
OPTIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "slot_required": ("入编须先有用编序号", ("entry", "transfer")),
    "slot_exempt_modes": ("免用编序号的进入方式", ("entry", "transfer")),
    "freeze_on_exit": ("超编或只出不进时，空出的编制收回", ("exit",)),
    "file_within": ("发生后应在几个工作日内申报", ("entry", "exit")),
}


def options_of(kind: str) -> list[str]:
    """Return the names of the options that the settings page of a kind shows."""
    return [name for name, (_, kinds) in OPTIONS.items() if kind in kinds]


def words(version: KindVersion) -> dict[str, str]:
    """Return label → text of everything a version says, in the order of the page."""
    found: dict[str, str] = {}
    states = [one.state for one in version.way]
    for state in reviews_of(version.kind):
        step = version.step_at(state)
        label = f"环节：{State(state).label}"
        if step is None:
            found[label] = "不设"
            continue
        called = "" if step.label == State(state).label else f"称“{step.label}”，"
        found[label] = f"第 {states.index(state) + 1} 步，{called}{_limit(step.limit)}"
    hands = {one.code: one for one in version.hands}
    for partner in Partner:
        hand = hands.get(partner)
        text = "不参加" if hand is None else f"第 {hand.order} 批，{_limit(hand.limit)}"
        found[f"联办：{partner.label}"] = text
    for one in version.papers:
        parts = ["必交" if one.required else "可交"]
        parts += [f"{word}{text}" for word, text in (
            ("审查：", one.reviewed_by), ("盖章：", one.sealed_by), ("联系：", one.contact),
            ("说明：", one.note),
        ) if text]  # fmt: skip
        if one.template:
            parts.append(f"样表第 {one.template} 号")
        found[f"材料：{one.label}"] = "，".join(parts)
    found["纸质流转"] = "纸质登记表盖章交回后入库" if version.paper else "不用纸质流转"
    known = list(OPTIONS)
    for name in sorted(version.options, key=lambda n: known.index(n) if n in known else 99):
        label = OPTIONS[name][0] if name in OPTIONS else f"其他选项 {name}"
        found[label] = _option(name, version.options[name])
    return found


def differences(old: KindVersion, new: KindVersion) -> list[dict[str, str]]:
    """Return rows of `diff_table`: what differs between two versions, in order."""
    before, after = words(old), words(new)
    return [
        {"label": label, "before": before.get(label, "没有"), "after": after.get(label, "去掉")}
        for label in dict.fromkeys([*before, *after])
        if before.get(label) != after.get(label)
    ]


def _limit(days: int) -> str:
    return f"期限 {days} 个工作日" if days else "不设期限"


def _option(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if name == "slot_exempt_modes":
        labels = CodeValue.objects.filter(pk__in=value).order_by("sort", "pk")
        return "、".join(one.label for one in labels) or "没有"
    if name == "file_within":
        return f"{value} 个工作日" if value else "不限"
    return str(value)
