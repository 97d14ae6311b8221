"""比较两天 as a workbook: one sheet of sums, one for each kind of change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from apps.core import wording
from apps.core.sheets import Heading, Layout, Line

from ..queries.compare import Change, Comparison, event_rows


def layouts_of(found: Comparison, node: Any, office: str) -> list[Layout]:
    """Return the sheets; each says the unit and both days in its title."""
    first, second = wording.day(found.first), wording.day(found.second)

    def sheet(name: str, heads: Sequence[tuple[str, float]], rows: Iterable[Sequence[Any]]) -> Any:
        headings = [
            Heading((word,), width, "0" if width <= 9 else "@", "right" if width <= 9 else "left")
            for word, width in heads
        ]
        return Layout(
            name=name,
            title=f"{node.name}{name}（{first} 至 {second}）",
            headings=headings,
            lines=[Line(list(row)) for row in rows],
            about=(f"制表单位：{office}", f"{first} 至 {second}", "单位：名"),
            landscape=True,
        )

    kind = (("单位", 30), ("类别", 18), ("增减", 8), ("批文", 46))
    return [
        sheet(
            "两日对比",
            (("项目", 26), (first.replace("-", ""), 9), (second.replace("-", ""), 9), ("变化", 8)),
            ((row.label, row.before, row.after, row.change) for row in found.figures),
        ),
        sheet(
            "来的人",
            (("姓名", 12), ("单位", 30), ("编制类型", 18), ("入编时间", 12), ("进入方式", 14)),
            (
                (
                    s.person.name,
                    s.unit.name,
                    s.quota_type.label,
                    wording.day(s.starts_on),
                    _word(s.entry_mode),
                )
                for s in found.came.iterator(2000)
            ),
        ),
        sheet(
            "走的人",
            (("姓名", 12), ("单位", 30), ("编制类型", 18), ("出编时间", 12), ("退出方式", 14)),
            (
                (
                    s.person.name,
                    s.unit.name,
                    s.quota_type.label,
                    wording.day(s.ends_on),
                    _word(s.exit_mode),
                )
                for s in found.went.iterator(2000)
            ),
        ),
        sheet(
            "内部调动",
            (
                ("姓名", 12),
                ("原单位", 30),
                ("原编制类型", 18),
                ("现单位", 30),
                ("现编制类型", 18),
                ("日期", 12),
            ),
            (
                (
                    s.person.name,
                    s.was_unit,
                    s.was_type,
                    s.unit.name,
                    s.quota_type.label,
                    wording.day(s.starts_on),
                )
                for s in found.moved.iterator(2000)
            ),
        ),
        sheet("编制增减", kind, map(_change, found.places)),
        sheet("职数增减", kind, map(_change, found.posts)),
        sheet(
            "机构变动",
            (("日期", 12), ("单位", 30), ("事项", 40), ("批文", 30)),
            (
                (
                    wording.day(event.on),
                    event.unit.name,
                    words,
                    event.document.number if event.document else "",
                )
                for event, words in event_rows(found.events)
            ),
        ),
    ]


def _change(change: Change) -> tuple[Any, ...]:
    documents = "、".join(document.number for document in change.documents)
    return (change.unit.name, change.kind.label, change.change, documents)


def _word(value: Any) -> str:
    return value.label if value is not None else ""
