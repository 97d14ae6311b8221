"""部门联办: what waits for a partner, the chain of a case, and what waits for the office."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Case, Count, F, Q, QuerySet, When
from django.utils import timezone

from apps.core.scope import above, within
from apps.quotas.standing import Lamp
from apps.staff.models import Occupancy
from apps.staff.queries import CODES, RELATED
from apps.units.models import UnitUserPermission

from ..choices import PAPER, PARTNER_PERMISSIONS, Partner, State
from ..models import Application, Confirmation, Line
from ..rules import is_objected

JOINED = ("application__unit", "application__version", "confirmed_by", "answered_by")


def waiting(user: Any) -> QuerySet:
    """Return the slips whose turn it is for the user's partners, the most urgent first."""
    rows = Confirmation.objects.visible_to(user).waiting().select_related(*JOINED)
    return rows.order_by(F("due_at").asc(nulls_last=True), "pk")


def confirmed(user: Any) -> QuerySet:
    """Return what the user's partners have confirmed, newest first."""
    rows = Confirmation.objects.visible_to(user).filter(confirmed_at__isnull=False)
    return rows.select_related(*JOINED).order_by("-confirmed_at", "-pk")


@dataclass(frozen=True)
class Counts:
    """Figures at the head of a partner's first page."""

    waiting: int
    today: int
    late: int
    objected: int


def counts(user: Any) -> Counts:
    """Count what waits. One query."""
    now = timezone.now()
    tomorrow = timezone.localtime(now).replace(
        hour=0, minute=0, second=0, microsecond=0
    ) + dt.timedelta(days=1)
    rows = Confirmation.objects.visible_to(user).waiting().order_by()
    found = rows.aggregate(
        waiting=Count("pk"),
        today=Count("pk", filter=Q(due_at__gte=now, due_at__lt=tomorrow)),
        late=Count("pk", filter=Q(due_at__lt=now)),
        objected=Count("pk", filter=Q(objected_at__isnull=False, answered_at__isnull=True)),
    )
    return Counts(**found)


def lamp_of(row: Confirmation, now: dt.datetime | None = None) -> Lamp:
    """Return how one partner's part stands."""
    now = now or timezone.now()
    if row.confirmed_at is not None:
        return "green", "代为确认" if row.paper_document_id else "已确认"
    if row.arrived_at is None:
        return "grey", "等前一部门"
    if is_objected(row):
        return "red", "有异议，待编办答复"
    if row.due_at is not None and row.due_at < now:
        return "red", "已逾期"
    if row.objected_at is not None:
        return "amber", "异议已答复，待确认"
    if row.due_at is not None and row.due_at - now < dt.timedelta(days=1):
        return "amber", "待确认 · 将到期"
    return "green", "待确认"


@dataclass(frozen=True)
class Link:
    """One partner in the chain of a case. acts: somebody has an account to confirm with."""

    row: Confirmation
    lamp: Lamp
    acts: bool
    objected: bool

    @property
    def is_turn(self) -> bool:
        return self.row.arrived_at is not None and self.row.confirmed_at is None


def chain(application: Application) -> list[Link]:
    """Return the partners of a case in their order; [] before it comes to them. Two queries."""
    rows = list(
        application.confirmations.select_related(
            "confirmed_by", "answered_by", "paper_document"
        ).order_by("order", "pk")
    )
    if not rows:
        return []
    acting = partners_with_accounts([application.scope])[application.scope]
    return [Link(row, lamp_of(row), row.partner in acting, is_objected(row)) for row in rows]


def partners_with_accounts(paths: Iterable[str]) -> dict[str, set[str]]:
    """Return tree path → the partners that an active account confirms for there. One query."""
    paths = set(paths)
    words = {permission: partner for partner, permission in PARTNER_PERMISSIONS.items()}
    steps = {one for path in paths for one in above(path)}
    held = UnitUserPermission.objects.filter(
        permission__codename__in=words, content_object__path__in=steps, user__is_active=True
    ).values_list("permission__codename", "content_object__path")
    found: dict[str, set[str]] = {path: set() for path in paths}
    for codename, root in set(held):
        for path in paths:
            if path.startswith(root):
                found[path].add(words[codename])
    return found


def of_office(user: Any) -> QuerySet:
    """Return the open parts of cases the user examines: unanswered objections first."""
    rows = Confirmation.objects.filter(within(user.subtrees("examine"), "scope"))
    rows = rows.waiting().filter(application__state=State.CONFIRMING).select_related(*JOINED)
    return rows.order_by(
        F("answered_at").desc(nulls_first=True),
        F("objected_at").asc(nulls_last=True),
        F("due_at").asc(nulls_last=True),
        "pk",
    )


def objections_for(user: Any) -> int:
    """Count the objections that wait for an answer of the user's office. One query."""
    mine = within(user.subtrees("examine"), "scope")
    return Confirmation.objects.filter(mine).objected().count()


def on_paper(user: Any) -> QuerySet:
    """Return the cases whose paper form is under way, in the user's office."""
    rows = Application.objects.filter(within(user.subtrees("examine"), "scope"), state__in=PAPER)
    return rows.select_related("unit", "version").order_by("arrived_at", "pk")


def changes_between(user: Any, since: dt.date, until: dt.date, *, by_effect: bool) -> QuerySet:
    """Return the spells that began or ended in a period, in the reader's scope: the payroll list.

    Each row says by `is_exit` whether the spell ended in the period.
    by_effect   the period is of the day a case changed the register, not of the day of the fact
    """
    rows = Occupancy.objects.visible_to(user)
    if by_effect:
        lines = Line.objects.filter(
            application__effected_at__date__gte=since, application__effected_at__date__lte=until
        ).exclude(verdict="refused")
        began = Q(pk__in=lines.exclude(result=None).values("result"))
        ended = Q(pk__in=lines.exclude(spell=None).values("spell"), ends_on__isnull=False)
    else:
        began = Q(starts_on__gte=since, starts_on__lte=until)
        ended = Q(ends_on__gte=since, ends_on__lte=until)
    rows = rows.filter(began | ended).annotate(
        is_exit=Case(When(ended, then=True), default=False, output_field=BooleanField())
    )
    rows = rows.select_related(*RELATED, "exit_document").with_codes(*CODES, "exit_mode")
    return rows.order_by("scope", "sort", "pk")


def partner_names(rows: Iterable[Confirmation]) -> str:
    return "、".join(Partner(row.partner).label for row in rows)
