"""待办中心: what waits for a user, what they did, filed, were told of, and watch over.

Source: ux.md §2, §9, §11; docs/rules.md AP-13.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.lookups import IsNull
from django.utils import timezone

from apps.core import calendar
from apps.core.scope import roots, within

from .. import remaining
from ..choices import GIVING, OPEN, PARTNER_PERMISSIONS, REVIEWS, State
from ..models import Application, Confirmation, Copy, Step
from ..moves import APPLICANT, MOVES
from ..progress import ACTS

#: Nobody reads a longer count; more is said as “超过”.
MOST = 1000

#: Who answers for others' work in time sees what is late.
WATCHERS = ("sign", "decide", "lead")
#: Moves that count as having dealt with a case.
HANDLED = tuple(name for name, move in MOVES.items() if move.by != APPLICANT)

RELATED = ("unit", "version", "handler")


def todo(user: Any) -> QuerySet[Application]:
    """Return what waits for the user, most urgent first: cases at a step whose permission they
    hold, partners' parts whose turn it is, and what was returned to them for correction."""
    return _urgent(Application.objects.filter(_waiting(user)))


def reviewable(user: Any) -> QuerySet[Application]:
    """Return the cases of the inbox on which the user may say 通过: what a batch may hold."""
    return todo(user).filter(state__in=REVIEWS)


def _waiting(user: Any) -> Q:
    steps: dict[tuple[str, ...], list[str]] = {}
    for state, permission in ACTS.items():
        if state in GIVING:
            continue
        if paths := tuple(roots(user.subtrees(permission))):
            steps.setdefault(paths, []).append(state)
    # Whoever acts at one kind of step alone must be asked about it alone: with “or returned” beside
    # it the index that keeps the open ones in order cannot be seen to hold them, and an office of
    # 50,000 open cases sorts 20,000 for its first page.
    found = Q(pk__in=[])
    is_own_returned, giving = _rare(user)
    if user.subtrees("file_for") or is_own_returned:
        found = Q(state=State.RETURNED) & (
            within(user.subtrees("file_for"), "scope") | Q(applicant=user)
        )
    free = (Q(handler__isnull=True) | Q(handler=user)) & ~Q(applicant=user)
    if giving is not None:
        found |= giving & free
    for paths, states in steps.items():
        # Beside the giving office's cases each state is asked for by itself: then the planner sees
        # that each is an open one, and reads 20 rows in order instead of sorting all (2 ms for 80).
        for some in [states] if giving is None else [[one] for one in states]:
            found |= Q(state__in=some) & within(paths, "scope") & free
    if parts := _parts(user):
        # A value, not EXISTS: that becomes a join, thought to find next to nothing, for which all
        # applications are read. So the open ones go by in order until the page is full.
        rows = Confirmation.objects.filter(parts, application=OuterRef("pk")).waiting()
        part = Subquery(rows.order_by().values("pk")[:1])
        found |= Q(state=State.CONFIRMING) & Q(IsNull(part, False))
    return found


def _rare(user: Any) -> tuple[bool, Q | None]:
    """Say whether a case came back to the user who filed it, and which cases wait for the user's
    office to let people go; None: none do. One query.

    Both are asked about first: beside them the index of the open ones in order serves no more.
    """
    giving = Q(pk__in=[])
    for state in GIVING:
        giving |= Q(state=state) & within(user.subtrees(ACTS[state]), "other_scope")
    own = Q(applicant=user, state=State.RETURNED)
    first, second = (
        Application.objects.filter(which)
        .order_by()
        .annotate(tag=Value(name, output_field=CharField()))
        .values_list("tag", flat=True)[:1]
        for name, which in (("own", own), ("giving", giving))
    )
    there = set(first.union(second, all=True))
    return "own" in there, giving if "giving" in there else None


def _parts(user: Any) -> Q | None:
    """Return which confirmations are the user's, or None."""
    found = None
    for partner, permission in PARTNER_PERMISSIONS.items():
        if paths := user.subtrees(permission):
            one = Q(partner=partner) & within(paths, "scope")
            found = one if found is None else found | one
    return found


def done(user: Any) -> QuerySet[Step]:
    """Return the user's newest step on each case they dealt with, newest first."""
    later = Step.objects.filter(
        application=OuterRef("application"), by=user, move__in=HANDLED, pk__gt=OuterRef("pk")
    )
    seen = user.subtrees("view_subtree")
    sight = within(seen, "application__scope") | within(seen, "application__other_scope")
    rows = Step.objects.filter(~Exists(later), sight, by=user, move__in=HANDLED)
    return rows.select_related("application__unit", "application__version").order_by("-at", "-pk")


def mine(user: Any) -> QuerySet[Application]:
    """Return what the user filed, newest first; drafts they threw away are gone."""
    rows = Application.objects.filter(applicant=user)
    rows = rows.exclude(state=State.WITHDRAWN, number__isnull=True)
    return rows.select_related(*RELATED).order_by("-pk")


def copies(user: Any) -> QuerySet[Copy]:
    """Return the cases colleagues told the user of, newest first."""
    seen = user.subtrees("view_subtree")
    sight = within(seen, "application__scope") | within(seen, "application__other_scope")
    rows = Copy.objects.filter(sight, user=user)
    rows = rows.select_related("application__unit", "application__version", "by")
    return rows.order_by("-pk")


def watch(user: Any, days: calendar.WorkCalendar | None = None) -> QuerySet[Application]:
    """Return what is late or about to be in the subtrees the user answers for."""
    paths = roots(path for name in WATCHERS for path in user.subtrees(name))
    now = timezone.now()
    until = remaining.soon(days or calendar.current(), now)
    own = within(paths, "scope") | Q(state__in=GIVING) & within(paths, "other_scope")
    rows = Application.objects.filter(own, state__in=OPEN, due_at__isnull=False, due_at__lte=until)
    return _urgent(rows)


def returned(user: Any) -> QuerySet[Application]:
    """Return what the user sent back and the applicant has not brought again."""
    sent = Step.objects.filter(application=OuterRef("pk"), by=user, move="return")
    rows = Application.objects.filter(Exists(sent), state=State.RETURNED).visible_to(user)
    return _urgent(rows)


def may_watch(user: Any) -> bool:
    return any(user.may_anywhere(name) for name in WATCHERS)


def _urgent(rows: QuerySet[Application]) -> QuerySet[Application]:
    return rows.select_related(*RELATED).order_by("due_at", "pk")


# -- lamps -----------------------------------------------------------------------------------
LAMPS = (("today", "今日到期"), ("late", "已超期"), ("fine", "正常"), ("none", "未设期限"))


def by_lamp(rows: QuerySet, lamp: str, at: str = "") -> QuerySet:
    """Narrow rows to one lamp. at: where the application is, “application__”."""
    now = timezone.now()
    ends = dt.datetime.combine(timezone.localdate(now), dt.time.max, tzinfo=calendar.ZONE)
    conditions: dict[str, dict[str, Any]] = {
        "today": {"due_at__gte": now, "due_at__lte": ends},
        "late": {"due_at__lt": now},
        "fine": {"due_at__gt": ends},
        "none": {"due_at__isnull": True},
    }
    return rows.filter(**{at + name: value for name, value in conditions[lamp].items()})


# -- counts ----------------------------------------------------------------------------------
def count(rows: QuerySet) -> int:
    """Return how many rows there are, counting no further than MOST. One query."""
    return rows.select_related(None).order_by()[:MOST].count()


def counts(
    user: Any,
    days: calendar.WorkCalendar | None = None,
    waiting: QuerySet[Application] | None = None,
) -> dict[str, int]:
    """Return the five counts of the first page (待办, 今日到期, 已超期, 退回, 督办). One query.

    waiting   todo(user), where the caller has it already
    Each counts the most urgent MOST; of those that wait the limits are compared here.
    """
    waiting = todo(user) if waiting is None else waiting
    parts = {"todo": waiting, "returned": returned(user)}
    if may_watch(user):
        parts["watch"] = watch(user, days)
    first, *others = (
        rows.select_related(None)
        .annotate(tag=Value(name, output_field=CharField()))
        .values_list("tag", "due_at")[:MOST]
        for name, rows in parts.items()
    )
    now = timezone.now()
    today = timezone.localdate(now)
    found = dict.fromkeys(("todo", "today", "late", "returned", "watch"), 0)
    for name, due_at in first.union(*others, all=True):
        found[name] += 1
        if name == "todo" and due_at is not None:
            found["late"] += due_at < now
            found["today"] += due_at >= now and timezone.localdate(due_at) == today
    return found


# -- neighbours ------------------------------------------------------------------------------
def after(rows: QuerySet[Application], case: Application) -> Application | None:
    """Return the case that follows in an inbox ordered by urgency; `case` as it stood there."""
    later = Q(due_at=case.due_at, pk__gt=case.pk)
    if case.due_at is None:
        later = Q(due_at__isnull=True, pk__gt=case.pk)
    else:
        later |= Q(due_at__gt=case.due_at) | Q(due_at__isnull=True)
    return rows.filter(later).exclude(pk=case.pk).first()


def before(rows: QuerySet[Application], case: Application) -> Application | None:
    """Return the case before this one."""
    earlier = Q(due_at=case.due_at, pk__lt=case.pk)
    if case.due_at is None:
        earlier = Q(due_at__isnull=True, pk__lt=case.pk) | Q(due_at__isnull=False)
    else:
        earlier |= Q(due_at__lt=case.due_at)
    rows = rows.filter(earlier).exclude(pk=case.pk)
    return rows.order_by(F("due_at").desc(nulls_first=True), "-pk").first()
