"""年度用编计划: collect, review, issue, settle. Source: domain.md §4.1; YP-01 to YP-04."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.audit import services as audit
from apps.core.models import CodeValue
from apps.core.writes import constraint_of, write
from apps.documents.models import ApprovalDocument
from apps.quotas import rules as quota_rules
from apps.quotas.errors import IllegalQuotaType, UnitHoldsNoQuota
from apps.units import services as units
from apps.units.models import Unit

from .. import errors, offices, plans, rules
from ..choices import PlanState
from ..models import PlanLine, UsePlan


@write
def open_plan(
    *, year: int, due_on: dt.date, by: Any, limit: int | None = None, note: str = ""
) -> UsePlan:
    """Begin collecting for a year. Raises PermissionDenied, NoOffice, PlanExists."""
    home = offices.home()
    if home is None:
        raise errors.NoOffice
    if by is not None and not by.may("examine", home):
        raise PermissionDenied
    try:
        with transaction.atomic():
            plan = UsePlan.objects.create(
                unit=home, year=year, due_on=due_on, limit=limit, note=note, scope=home.path
            )
    except IntegrityError as failure:
        if constraint_of(failure) != "use_plan_once_a_year":
            raise
        raise errors.PlanExists(year) from failure
    audit.record("useplan.open", target=plan, by=by, after={"year": year, "due_on": str(due_on)})
    return plan


@write
def request(
    *, plan: UsePlan, unit: Unit, quota_type: CodeValue, requested: int, reason: str, by: Any
) -> PlanLine:
    """File, or file anew, what a unit asks for of one type while the plan is collected.

    Raises PermissionDenied, PlanElsewhere, UnitHoldsNoQuota, IllegalQuotaType.
    """
    if by is not None and not rules.may_file(by, unit):
        raise PermissionDenied
    plan = _at(plan, (PlanState.COLLECTING,), "申报计划")
    if not quota_rules.may_hold_quota(unit):
        raise UnitHoldsNoQuota(unit)
    if not quota_rules.is_legal(quota_type, unit):
        raise IllegalQuotaType(unit, quota_type)
    line, _ = PlanLine.objects.update_or_create(
        plan=plan,
        unit=unit,
        quota_type=quota_type,
        defaults={"requested": requested, "reason": reason, "filed_by": by},
    )
    audit.record(
        "useplan.request",
        target=line,
        by=by,
        after={"quota_type": quota_type.label, "requested": requested},
        note=reason,
    )
    return line


@write
def withdraw(*, line: PlanLine, by: Any) -> None:
    """Take a line back while the plan is collected. Raises PermissionDenied, PlanElsewhere."""
    if by is not None and not rules.may_file(by, line.unit):
        raise PermissionDenied
    _at(line.plan, (PlanState.COLLECTING,), "撤回申报")
    audit.record("useplan.withdraw", target=line, by=by, before={"requested": line.requested})
    line.delete()


@write
def close_collecting(*, plan: UsePlan, by: Any) -> UsePlan:
    """End the collecting; the office reviews what came. Raises PermissionDenied, PlanElsewhere."""
    _may(by, "examine", plan)
    plan = _at(plan, (PlanState.COLLECTING,), "结束征集")
    return _to(plan, PlanState.REVIEWING, "useplan.close", by)


@write
def review(*, plan: UsePlan, granted: Mapping[int, tuple[int, str]], by: Any) -> UsePlan:
    """Write what the office grants: {line pk: (places, opinion)}; other lines stay as they are.

    Raises PermissionDenied, PlanElsewhere, GrantedBeyond.
    """
    _may(by, "examine", plan)
    plan = _at(plan, (PlanState.REVIEWING,), "审核")
    before, after = {}, {}
    for line in plan.lines.filter(pk__in=granted).select_related("unit"):
        places, opinion = granted[line.pk]
        if not 0 <= places <= line.requested:
            raise errors.GrantedBeyond(_asking(line))
        if (line.granted, line.opinion) == (places, opinion):
            continue
        before[str(line.pk)], after[str(line.pk)] = line.granted, places
        line.granted, line.opinion = places, opinion
        line.save(update_fields=["granted", "opinion"])
    if after:
        audit.record("useplan.review", target=plan, by=by, before=before, after=after)
    return plan


@write
def issue_plan(*, plan: UsePlan, document: ApprovalDocument | None, by: Any) -> UsePlan:
    """Issue the reviewed plan by a document (编委审定). From now on applications draw on it.

    Raises PermissionDenied, PlanElsewhere, DocumentNeeded, PlanUnreviewed, PlanBeyondLimit.
    """
    _may(by, "decide", plan)
    plan = _at(plan, (PlanState.REVIEWING,), "下达")
    if document is None:
        raise errors.DocumentNeeded
    lines = list(plan.lines.all())
    open_lines = sum(line.granted is None for line in lines)
    if open_lines:
        raise errors.PlanUnreviewed(open_lines)
    granted = sum(line.granted or 0 for line in lines)
    if plan.limit is not None and granted > plan.limit:
        raise errors.PlanBeyondLimit(plan.limit, granted)
    plan.document, plan.issued_on = document, timezone.localdate()
    units.link(document=document, unit=plan.unit, by=by)
    return _to(plan, PlanState.ISSUED, "useplan.issue", by, granted=granted)


@write
def settle(*, plan: UsePlan, by: Any) -> UsePlan:
    """Settle a year: what was drawn is written down, the rest lapses (清算).

    Raises PermissionDenied, PlanElsewhere.
    """
    _may(by, "examine", plan)
    plan = _at(plan, (PlanState.ISSUED,), "清算")
    lines = list(plan.lines.order_by("pk").select_for_update(no_key=True))
    drawn = plans.used(plan)
    for line in lines:
        line.settled = drawn.get((line.unit_id, line.quota_type_id), 0)
        line.save(update_fields=["settled"])
    plan.settled_at = timezone.now()
    return _to(
        plan, PlanState.SETTLED, "useplan.settle", by, used=sum(x.settled or 0 for x in lines)
    )


def _may(by: Any, permission: str, plan: UsePlan) -> None:
    if by is not None and not by.may(permission, plan.unit):
        raise PermissionDenied


def _at(plan: UsePlan, states: tuple[str, ...], doing: str) -> UsePlan:
    locked = (
        UsePlan.objects.select_for_update(of=("self",), no_key=True)
        .select_related("unit")
        .get(pk=plan.pk)
    )
    if locked.state not in states:
        raise errors.PlanElsewhere(locked, doing)
    return locked


def _to(plan: UsePlan, state: str, event: str, by: Any, **more: Any) -> UsePlan:
    before = PlanState(plan.state).label
    plan.state = state
    plan.save()
    audit.record(
        event,
        target=plan,
        by=by,
        before={"state": before},
        after={"state": PlanState(state).label, "year": plan.year, **more},
    )
    return plan


def _asking(line: PlanLine) -> Any:
    """Let a plan line speak as a line of an application does: `asked` is what it requests."""
    line.asked = line.requested  # type: ignore[attr-defined]
    return line
