"""The rows of a 审议表: every column of domain.md §5.4, as they stood when it was made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .models import Application, Line
from .usable import Usable, granted_of, usable

#: columns of the printed sheet before and after the operands
BEFORE = ("单位", "主管部门", "规格", "类别", "是否参公", "编制类型", "用途")
AFTER = ("可用", "申报数", "建议数", "理由", "备注")


def rows(application: Application, lines: Iterable[Line]) -> list[dict[str, Any]]:
    """Return one row for each line, ready for JSON."""
    unit = application.unit
    cells: dict[str, Usable] = {}
    made = []
    for line in lines:
        kind: Any = line.quota_type
        if kind.pk not in cells:
            cells[kind.pk] = usable(unit, kind, application.version)
        cell = cells[kind.pk]
        made.append(
            {
                "line": line.pk,
                "unit": unit.name,
                "supervisor": str(unit.supervising_unit or ""),
                "rank": str(unit.rank or ""),
                "category": str(unit.category or unit.pi_class or unit.nature or ""),
                "civil": "是" if unit.is_civil_service_ref else "否",
                "quota_type": kind.label,
                "purpose": purpose_of(line),
                "operands": [
                    {"key": one.key, "label": one.label, "value": one.value, "sign": one.sign}
                    for one in cell.operands
                ],
                "said": cell.said,
                "usable": cell.places,
                "asked": line.asked,
                "suggested": granted_of(line),
                "reason": line.reason or line.values.get("purpose", {}).get("detail", ""),
                "note": "只出不进" if cell.exit_only else "",
            }
        )
    return made


def purpose_of(line: Line) -> str:
    """Return 用途 and 详细用途 of a line, as a notice repeats them."""
    said = line.values.get("purpose", {})
    return "：".join(word for word in (said.get("purpose", ""), said.get("detail", "")) if word)
