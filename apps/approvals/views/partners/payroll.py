"""人员入出编清单: who came and went in a period, by unit, to take along as a workbook."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_GET

from apps.audit.exports import export_table
from apps.core import wording
from apps.core.http import render_list, requires
from apps.core.scope import roots
from apps.units.models import Unit

from ...partner_filters import PayrollFilter
from ...partner_tables import PayrollTable
from ...queries import joint
from .inbox import PARTNERS


@requires(*PARTNERS, "examine")
@require_GET
def payroll(request: HttpRequest) -> HttpResponseBase:
    since, until = _period(request)
    asked = request.GET.copy()
    asked["period_after"], asked["period_before"] = since.isoformat(), until.isoformat()
    by_effect = asked.get("basis") == "effect"
    rows = joint.changes_between(request.user, since, until, by_effect=by_effect)
    filters = PayrollFilter(asked, queryset=rows, user=request.user)
    words = f"{wording.day(since)} 至 {wording.day(until)}"
    titled = type("PayrollOfPeriod", (PayrollTable,), {"caption": f"人员入出编清单（{words}）"})
    found = filters.qs
    leaving = found.filter(is_exit=True).count()
    return render_list(
        request,
        table=titled,
        filters=filters,
        template="approvals/partners/payroll.html",
        export=_export,
        context={
            "since": since,
            "until": until,
            "by_effect": by_effect,
            "entering": found.count() - leaving,
            "leaving": leaving,
        },
    )


def _period(request: HttpRequest) -> tuple[dt.date, dt.date]:
    """Return the asked period; this month where none is asked. Raises BadRequest."""
    today = timezone.localdate()
    first = today.replace(day=1)
    last = (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    since = _day(request.GET.get("period_after", ""))
    until = _day(request.GET.get("period_before", ""))
    if since is None and until is None:
        return first, last
    if since is None or until is None:
        one = since or until or today
        return (one, max(today, one)) if since else (one.replace(day=1), one)
    if since > until:
        raise BadRequest("期间的起始日期晚于截止日期，请改正后再查")
    return since, until


def _day(text: str) -> dt.date | None:
    if not text.strip():
        return None
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        raise BadRequest(f"“{text[:20]}”不是日期，请按 2026-11-22 的样子填写") from None


def _export(request: HttpRequest, table: Any, fmt: str) -> HttpResponseBase:
    """Take the list out; the units it reaches over read of it (docs/rules.md P-10)."""
    under = request.GET.get("under", "")
    rows = Unit.objects.visible_to(request.user)
    unit = rows.filter(pk=under).first() if under.isdecimal() else None
    scopes = [unit.path] if unit is not None else roots(request.user.subtrees("view_subtree"))
    return export_table(request, table, fmt, scopes=scopes)
