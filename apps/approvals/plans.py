"""年度用编计划: what is drawn on it, and what may still be. Source: YP-01 to YP-04."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Count, Q, Sum
from django.utils import timezone

from . import errors
from .choices import Kind, PlanState, SlotState, State, Verdict
from .models import Application, Line, PlanLine, Slot, UsePlan
from .usable import by_type

#: heads that are used, or may still be: what is returned, expired or revoked goes back to the plan
DRAWN = (SlotState.FREE, SlotState.USED)


def used(plan: UsePlan, lines: Iterable[PlanLine] | None = None) -> dict[tuple[int, str], int]:
    """Return {(unit id, type key): heads drawn} of a plan. Two queries.

    Heads of annual notices of its year, and what is decided and waits for its notice.
    """
    where, waiting = Q(), Q()
    if lines is not None:
        units = {line.unit_id for line in lines}
        where, waiting = Q(notice__unit__in=units), Q(application__unit__in=units)
    found: dict[tuple[int, str], int] = {}
    rows = (
        Slot.objects.filter(where, notice__is_annual=True, notice__year=plan.year)
        .filter(state__in=DRAWN, notice__scope__startswith=plan.scope)
        .order_by()
        .values_list("notice__unit", "quota_type")
        .annotate(n=Count("pk"))
    )
    for unit, kind, number in rows:
        found[unit, kind] = number
    held = (
        Line.objects.filter(
            waiting,
            application__kind=Kind.QUOTA_USE,
            application__state=State.ISSUING,
            application__values__is_annual=True,
            application__decided_at__year=plan.year,
            application__scope__startswith=plan.scope,
            verdict=Verdict.GRANTED,
        )
        .order_by()
        .values_list("application__unit", "quota_type")
        .annotate(n=Sum("granted"))
    )
    for unit, kind, number in held:
        found[unit, kind] = found.get((unit, kind), 0) + (number or 0)
    return found


def drawn_from(application: Application, kinds: Iterable[str], *, lock: bool) -> list[PlanLine]:
    """Return the lines of this year's issued plan for an application's unit."""
    rows = PlanLine.objects.filter(
        plan__state=PlanState.ISSUED,
        plan__year=timezone.localdate().year,
        unit=application.unit,
        quota_type__in=list(kinds),
    )
    if lock:  # two applications of one unit do not share what is left
        rows = rows.select_for_update(of=("self",), no_key=True)
    return list(rows.select_related("plan", "unit", "quota_type").order_by("pk"))


def refuse_beyond(application: Application, lines: Sequence[Line], *, lock: bool) -> None:
    """Raise PlanMissing or PlanShort where the year's plan does not have the heads."""
    asked = by_type(lines)
    found = {one.quota_type_id: one for one in drawn_from(application, asked, lock=lock)}
    for line in lines:
        if line.quota_type_id not in found:
            year = timezone.localdate().year
            kind = line.quota_type.label if line.quota_type is not None else ""
            raise errors.PlanMissing(application.unit, kind, year)
    for key, heads in asked.items():
        one = found[key]
        drawn = used(one.plan, [one]).get((one.unit_id, key), 0)
        if drawn + heads > (one.granted or 0):
            raise errors.PlanShort(one, used=drawn, heads=heads)
