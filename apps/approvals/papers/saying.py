"""What a paper says, and the words that several papers share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from apps.core.prints import Code

from ..models import Application

Value = str | Code


@dataclass
class Said:
    """What one paper says. values: box → text; rows: the lines of its list, alike."""

    values: dict[str, str]
    rows: list[dict[str, Value]] = field(default_factory=list)


def unit_of(application: Application) -> dict[str, str]:
    unit = application.unit
    above = unit.supervising_unit
    return {
        "单位名称": unit.name,
        "主管部门": above.name if above is not None else "",
        "经费形式": label(unit.funding),
        "受理编号": application.number or "",
    }


def label(value: Any) -> str:
    return value.label if value is not None else ""


def short(value: Any) -> str:
    """Return 共青团员 rather than 中国共产主义青年团团员: what offices write in a narrow box."""
    if value is None:
        return ""
    return (value.external_map or {}).get("short") or value.label
