"""台账 in the office's layout as a workbook (domain.md §6.4)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from apps.core import wording
from apps.core.sheets import Heading, Layout, Line

HEADINGS = (
    Heading(("日期",), 12),
    Heading(("变化原因",), 26, align="left"),
    Heading(("批准文号",), 24, align="left"),
    Heading(("增编数",), 8, "0"),
    Heading(("减编数",), 8, "0"),
    Heading(("控编数",), 8, "0"),
    Heading(("备注",), 24, align="left"),
)


def ledger_layout(
    *,
    title: str,
    unit: Any,
    groups: Iterable[Any],
    office: str,
    on: dt.date | None = None,
    headings: tuple[Heading, ...] = HEADINGS,
) -> Layout:
    """Return the printed ledger of one unit.

    groups   with title, lines (on, reason, document, added, cut, balance, note) and sums
    office   制表单位
    """
    lines = []
    for group in groups:
        lines.append(Line([group.title], sort="group", span=True))
        lines += [
            Line(
                [
                    wording.day(line.on),
                    line.reason,
                    line.document.number,
                    line.added,
                    line.cut,
                    line.balance,
                    line.note,
                ]
            )
            for line in group.lines
        ]
        lines.append(
            Line(
                ["小计", None, None, group.added, group.cut, group.balance, None],
                sort="subtotal",
            )
        )
    day = on or timezone.localdate()
    return Layout(
        name=title,
        title=f"{unit.name}{title}",
        headings=headings,
        lines=lines,
        about=(f"制表单位：{office}", f"截止日期：{wording.day(day)}", "单位：名"),
        landscape=False,
    )
