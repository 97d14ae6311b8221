"""The holiday calendar, year by year."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from .. import changes
from ..administrators import SYSTEM, requires_administrator
from ..http import redirect_here, render_form, render_list
from ..models import Holiday
from . import holidays, services
from .errors import DayTaken
from .forms import HolidayForm
from .tables import HolidayTable


@requires_administrator(SYSTEM)
@require_GET
def holiday_list(request: HttpRequest) -> HttpResponseBase:
    today = timezone.localdate()
    year = _year(request.GET.get("year", ""), today)
    known = holidays.published()
    years = sorted({*known, today.year, today.year + 1, year})
    return render_list(
        request,
        table=HolidayTable,
        rows=Holiday.objects.filter(day__year=year).order_by("day"),
        template="core/reference/holidays.html",
        context={
            "year": year,
            "years": years,
            "is_published": year in known,
            "missing": holidays.missing(today),
        },
    )


def _year(text: str, today: dt.date) -> int:
    if not text:
        return today.year
    if not (text.isascii() and text.isdigit() and 1949 <= int(text) <= 2199):
        raise BadRequest(f"“{text[:10]}”不是年份，请按 2026 的样子填写")
    return int(text)


@requires_administrator(SYSTEM)
@require_http_methods(["GET", "POST"])
def holiday_create(request: HttpRequest) -> HttpResponse:
    form = HolidayForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            row = services.add_holiday(by=request.user, **form.cleaned_data)
        except DayTaken as refusal:
            named = f"为{refusal.label}" if refusal.label else ""
            form.add_error("day", f"{refusal.day} 已登记{named}，请在列表里打开它修改")
        else:
            messages.success(request, f"已登记 {row}")
            return redirect_here(request, _list(row.day.year))
    return render_form(request, "core/reference/holiday_form.html", form)


@requires_administrator(SYSTEM)
@require_http_methods(["GET", "POST"])
def holiday_edit(request: HttpRequest, day: str) -> HttpResponse:
    row = _holiday(day)
    initial = {"kind": row.kind, "name": row.name, "source": row.source}
    data = request.POST if request.method == "POST" else None
    form = HolidayForm(data, fixed=True, initial=initial)
    if form.is_valid():
        services.change_holiday(holiday=row, by=request.user, **form.cleaned_data)
        messages.success(request, f"已保存 {row.day}")
        return redirect_here(request, _list(row.day.year))
    return render_form(
        request,
        "core/reference/holiday_form.html",
        form,
        holiday=row,
        changes=changes.changes_of(row, limit=10),
    )


@requires_administrator(SYSTEM)
@require_POST
def holiday_remove(request: HttpRequest, day: str) -> HttpResponse:
    row = _holiday(day)
    services.remove_holiday(holiday=row, by=request.user)
    messages.success(request, f"{row.day} 已从节假日表删除，按平常的星期计算")
    return redirect_here(request, _list(row.day.year))


def _holiday(day: str) -> Holiday:
    try:
        return get_object_or_404(Holiday, pk=dt.date.fromisoformat(day))
    except ValueError:
        raise Http404 from None


def _list(year: int) -> str:
    return f"{reverse('core:holidays')}?year={year}"
