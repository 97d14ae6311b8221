"""What can be filed, and what each matter needs."""

from __future__ import annotations

from dataclasses import dataclass

from . import kinds
from .choices import Kind
from .models import KindVersion
from .workbook import offered

#: Icon and one sentence for each matter, in the order of how often they are filed.
ENTRIES: dict[str, tuple[str, str]] = {
    Kind.ENTRY: ("person-plus", "录用、聘用、调入、安置人员使用本单位编制"),
    Kind.EXIT: ("person-dash", "退休、调出、辞职、辞退等人员下编"),
    Kind.CORRECT: ("pencil", "更正或变更人员的基本信息"),
    Kind.QUOTA_USE: ("file-earmark-text", "进人之前申请使用空编，批准后下达通知单"),
    Kind.TRANSFER: ("arrow-left-right", "人员连同编制关系划到另一个单位"),
    Kind.ADJUST: ("layers", "在本单位内调整内设机构、职务、岗位"),
    Kind.RETYPE: ("list-check", "人员所占编制类型变更"),
    Kind.POST_TAKE: ("person-badge", "任命领导职务，使用领导职数"),
    Kind.POST_LEAVE: ("person-dash", "免职、离任，腾出领导职数"),
}


@dataclass(frozen=True)
class Entrance:
    """One matter that can be filed. papers: what must be brought, and what may be."""

    kind: str
    label: str
    icon: str
    text: str
    needed: tuple[str, ...]
    further: tuple[str, ...]
    by_sheet: bool


def entrances() -> list[Entrance]:
    """Return the kinds that can be filed, with their lists of materials. One query."""
    newest = {
        one.kind: one
        for one in KindVersion.objects.filter(kind__in=kinds.KINDS).order_by("kind", "number")
    }
    found = []
    for code, (icon, text) in ENTRIES.items():
        version = newest.get(code)
        if code not in kinds.KINDS or version is None:
            continue
        papers = version.papers
        found.append(
            Entrance(
                code,
                Kind(code).label,
                icon,
                text,
                tuple(one.label for one in papers if one.required),
                tuple(one.label for one in papers if not one.required),
                offered(kinds.of(code)),
            )
        )
    return found
