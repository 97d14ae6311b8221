"""Changing a rule: on or off, thresholds, from a day on. Every change is another row."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from apps.audit import services as audit
from apps.core.writes import write

from ..access import may_set
from ..errors import ReasonMissing, ValueUnfit
from ..models import RuleSetting
from ..rules import BY_NUMBER, Threshold
from ..settings import held_for
from .statistics import LOCK_CLASS


@write
def set_rule(
    *, number: str, enabled: bool, values: dict[str, Any], reason: str, by: Any
) -> RuleSetting:
    """Let a rule hold as given from today on. Findings follow with the next run.

    values   every threshold of the rule by name
    Raises PermissionDenied, ReasonMissing, ValueUnfit.
    """
    if not may_set(by):
        raise PermissionDenied
    if not reason.strip():
        raise ReasonMissing
    rule = BY_NUMBER[number]
    with connection.cursor() as cursor:  # two settings of a day are read in the order they came
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_CLASS, 3])
    before = held_for(number)
    kept = {one.name: _fitting(one, values.get(one.name)) for one in rule.thresholds}
    row = RuleSetting.objects.create(
        rule=number,
        enabled=enabled,
        values=kept,
        reason=reason.strip(),
        starts_on=timezone.localdate(),
        by=by,
    )
    audit.record(
        "checkrule.change",
        target=row,
        by=by,
        before={"enabled": before.enabled, "values": before.values, "rule": number},
        after={"enabled": enabled, "values": kept, "rule": number},
        note=reason.strip()[:200],
        scope="",
    )
    return row


def _fitting(one: Threshold, value: Any) -> Any:
    """Return a value within the limits of its threshold. Raises ValueUnfit."""
    if one.kind == "choice":
        if value not in dict(one.choices):
            raise ValueUnfit(one.name, f"请为“{one.label}”选择一项")
        return value
    if one.kind == "text":
        text = str(value or "").strip()
        if not text:
            raise ValueUnfit(one.name, f"请填写“{one.label}”，多个词用顿号分开")
        return text[:200]
    if not isinstance(value, int) or not one.least <= value <= one.most:
        raise ValueUnfit(one.name, f"“{one.label}”应为 {one.least} 至 {one.most} 的整数")
    return value
