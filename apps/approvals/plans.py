"""年度用编计划: what is drawn on it, and what may still be. Source: YP-01 to YP-04."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from apps.core.scope import covers

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


def visible_to(user: Any) -> QuerySet[UsePlan]:
    """Return plans whose office sees the user's units, or whose subtree the user sees."""
    paths = user.subtrees("view_subtree")
    rows = UsePlan.objects.select_related("unit", "document")
    seen = [
        one.pk
        for one in rows
        if covers(paths, one.scope) or any(path.startswith(one.scope) for path in paths)
    ]
    return rows.filter(pk__in=seen)


def next_step(
    plan: UsePlan, lines: list[PlanLine], *, office: bool, decides: bool, files: bool
) -> str:
    """Return what the reader has to do next with a plan, or whom it waits for; "": it is over."""
    if plan.state == PlanState.COLLECTING:
        past = plan.due_on < timezone.localdate()
        if office:
            when = "已过申报截止" if past else f"单位申报到 {plan.due_on} 为止，截止后"
            return f"{when}请点“结束征集”，再逐行审核。"
        if not files:
            return f"各单位正在申报，到 {plan.due_on} 为止。"
        if past:
            return "已过申报截止，编办还没有结束征集：要申报的请抓紧。"
        return f"请在 {plan.due_on} 前申报，每类编制一行；截止前可以改报、撤回。"
    if plan.state == PlanState.REVIEWING:
        return _next_reviewing(plan, lines, office=office, decides=decides)
    if plan.state == PlanState.SETTLED:
        return ""
    if office:
        return "正在执行。年度终了，核对各单位已用数后点“清算”，剩余名额作废。"
    return "已下达：办理用编申请时，“年度用编”选“是”，从本单位剩余名额中扣减。"


def _next_reviewing(plan: UsePlan, lines: list[PlanLine], *, office: bool, decides: bool) -> str:
    if not (office or decides):
        return "征集已结束，编办正在审核，下达后在这里看核定数。"
    left = sum(line.granted is None for line in lines)
    if left:
        who = "请填写核定数并保存" if office else "等编办经办审核完再下达"
        return f"还有 {left} 行没有核定，{who}。"
    granted = sum(line.granted or 0 for line in lines)
    if plan.limit is not None and granted > plan.limit:
        return (
            f"核定合计 {granted} 名，超过年度用编总量 {plan.limit} 名，"
            f"须核减 {granted - plan.limit} 名才能下达。"
        )
    who = "请" if decides else "等编办主任"
    return f"已逐行审核，核定合计 {granted} 名，{who}凭编委审定的文件下达。"
