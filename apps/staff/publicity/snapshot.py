"""What hangs on the wall: 公示名单 (domain.md §6.4), taken once; and its printed form.

Names, types and departments; never an identity number, a phone or a birthday (PB-01).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from apps.core import wording
from apps.core.sheets import Heading, Layout, Line
from apps.quotas.models import Balance
from apps.units.choices import EntityKind
from apps.units.models import Unit
from apps.units.queries import inside

from ..models import Occupancy, Publicity

HEADINGS = (
    Heading(("序号",), 6),
    Heading(("姓名",), 14),
    Heading(("编制类型",), 18),
    Heading(("所在内设机构",), 26, align="left"),
)


def taken(unit: Unit, kind: str, since: dt.date | None = None) -> dict[str, Any]:
    """Return the content of a notice as of now, ready for JSON. Three queries.

    kind    Publicity.Kind; ENTRY lists only who entered on or after `since`
    people  [{"id", "name", "type", "dept"}] in the order of the roster
    """
    spells = Occupancy.objects.open().filter(unit=unit, counts=True)
    if kind == Publicity.Kind.ENTRY and since is not None:
        spells = spells.filter(starts_on__gte=since)
    spells = spells.select_related("person", "quota_type", "dept").order_by("sort", "pk")
    balances = Balance.objects.filter(unit=unit).exclude(approved=0, actual=0)
    balances = balances.select_related("quota_type").order_by("quota_type__sort")
    departments = inside(unit).active().filter(entity_kind=EntityKind.DEPARTMENT)
    return {
        "unit": unit.name,
        "functions": unit.functions_text,
        "quotas": [
            {"type": row.quota_type.label, "approved": row.approved, "actual": row.actual}
            for row in balances
        ],
        "departments": list(departments.order_by("path").values_list("name", flat=True)),
        "people": [
            {
                "id": spell.person_id,
                "name": spell.person.name,
                "type": spell.quota_type.label,
                "dept": spell.dept.name if spell.dept is not None else "",
            }
            for spell in spells
        ],
        "since": since.isoformat() if since is not None else None,
        "taken_on": timezone.localdate().isoformat(),
    }


def layout_of(publicity: Publicity) -> Layout:
    """Return the notice as it is printed; from the kept content alone."""
    content = publicity.content
    people = content.get("people", [])
    what = "入编人员" if publicity.kind == Publicity.Kind.ENTRY else "机构编制和在编人员"
    days = f"{wording.day(publicity.starts_on)} 至 {wording.day(publicity.ends_on)}"
    name = content.get("unit") or publicity.unit.name
    return Layout(
        name="公示名单",
        title=f"{name}{what}公示名单",
        headings=HEADINGS,
        lines=[
            Line([number, one["name"], one["type"], one["dept"]])
            for number, one in enumerate(people, start=1)
        ],
        about=(
            f"公示时间：{days}（{publicity.days} 个工作日）",
            f"数据截至：{content.get('taken_on') or wording.day(publicity.made_at)}",
            f"共 {len(people)} 名",
        ),
        notes=[line for _, line in facts_of(publicity)],
        footer=(f"受理异议：{publicity.contact}", f"公示单位：{name}（盖章）"),
        landscape=False,
    )


def facts_of(publicity: Publicity) -> list[tuple[str, str]]:
    """Return what stands above the names: (label, whole line)."""
    content = publicity.content
    quotas = "、".join(
        f"{row['type']} 核定 {row['approved']} 名、实有 {row['actual']} 名"
        for row in content.get("quotas", [])
    )
    departments = "、".join(content.get("departments", []))
    found = [
        ("单位名称", content.get("unit", "")),
        ("职责", content.get("functions") or "见本单位三定规定"),
        ("编制数额", quotas or "没有核定编制"),
        ("内设机构", departments or "没有内设机构"),
    ]
    if content.get("since"):
        found.append(("入编时间", f"{content['since']} 以后入编的人员"))
    return [(label, f"{label}：{text}") for label, text in found]
