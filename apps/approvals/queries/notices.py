"""Notices and heads as lists show them. Each a queryset, already scoped and joined."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Count,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from apps.core.scope import within

from ..choices import Kind, SlotState, State
from ..models import Application, Notice, Slot, UseControl


def waiting(user: Any) -> QuerySet[Application]:
    """Return what is decided and waits for its notice, where the user issues."""
    rows = Application.objects.filter(
        within(user.subtrees("examine"), "scope"), kind=Kind.QUOTA_USE, state=State.ISSUING
    )
    return (
        rows.select_related("unit", "sheet")
        .annotate(asked=Sum("lines__asked"), granted=Sum("lines__granted"))
        .order_by("decided_at", "pk")
    )


def notices(user: Any, today: dt.date) -> QuerySet[Notice]:
    """Return notices with the numbers of their heads: heads, used, left, returned, …"""
    counted = {
        name: Count("slots", filter=Q(slots__state=state))
        for name, state in (
            ("used", SlotState.USED),
            ("left", SlotState.FREE),
            ("returned", SlotState.RETURNED),
            ("expired", SlotState.EXPIRED),
            ("revoked", SlotState.REVOKED),
        )
    }
    late = Case(When(valid_until__lt=today, then=True), default=False, output_field=BooleanField())
    return (
        Notice.objects.visible_to(user)
        .select_related("unit")
        .annotate(heads=Count("slots"), **counted, late=late)
        .order_by("-issued_on", "-pk")
    )


def heads(user: Any) -> QuerySet[Slot]:
    """Return heads; left: how many of their notice are free."""
    left = (
        Slot.objects.filter(notice=OuterRef("notice"), state=SlotState.FREE)
        .order_by()
        .values("notice")
        .annotate(n=Count("pk"))
        .values("n")
    )
    return (
        Slot.objects.visible_to(user)
        .select_related("notice__unit", "quota_type")
        .annotate(left=Coalesce(Subquery(left), Value(0)))
        .order_by("notice__valid_until", "notice_id", "no")
    )


def controls(user: Any, today: dt.date) -> QuerySet[UseControl]:
    """Return reserves and 只出不进; holds: today; ended: before today."""
    ended = Q(ends_on__lte=today)
    holds = Q(starts_on__lte=today) & ~ended

    def flag(condition: Q) -> Case:
        return Case(When(condition, then=True), default=False, output_field=BooleanField())

    return (
        UseControl.objects.visible_to(user)
        .select_related("unit", "quota_type", "document")
        .annotate(holds=flag(holds), ended=flag(ended))
        .order_by("-holds", "unit__path", "-starts_on", "pk")
    )
