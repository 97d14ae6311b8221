"""Yes/no questions about quotas. Sources: docs/rules.md Q-12, Q-13."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.core.models import CodeValue
from apps.units.choices import EntityKind, UnitStatus
from apps.units.models import Unit


def is_legal(quota_type: CodeValue, unit: Unit) -> bool:
    """Say whether a unit of this nature may hold this type (Q-12: no 混编).

    The code table decides: attrs.legal_natures lists values of `nature`; none listed: every nature.
    A unit whose nature is not entered yet cannot be judged, so it is let through.
    """
    return may_go_together(quota_type.attrs, unit.nature_id)


def may_go_together(attrs: Mapping[str, Any], nature: str | None) -> bool:
    """Say the same of the attrs of a type and the key of a nature: where rows are read in bulk."""
    legal = attrs.get("legal_natures") or []
    return not legal or not nature or nature.removeprefix("nature.") in legal


def may_hold_quota(unit: Unit) -> bool:
    """Say whether places may be approved here: 法人单位 and 内设机构 that exist, no grouping."""
    return unit.entity_kind != EntityKind.GROUPING and unit.status != UnitStatus.ABOLISHED


def may_post(user: Any, unit: Unit) -> bool:
    """Say whether `user` may enter ledger lines for `unit`."""
    return user.may("examine", unit)
