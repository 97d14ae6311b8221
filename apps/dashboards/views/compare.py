"""比较两天: what differs below a unit between two days, on the screen and as a workbook."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from apps.core import days, wording
from apps.core.http import requires
from apps.quotas.views.pages import office_name, sheet_answer
from apps.units.models import Unit

from ..queries import compare as queries
from ..sheets.compare import layouts_of


class _Day(forms.DateField):
    """A day from the address. A wrong one is named: the date field of the page cannot show it."""

    def to_python(self, value: Any) -> dt.date | None:
        try:
            return super().to_python(value)
        except forms.ValidationError:
            sentence = f"“{value}”不是日期，请按 2026-11-22 的样子填写。"
            raise forms.ValidationError(sentence, code="invalid") from None


class DaysForm(forms.Form):
    """The two days; each today or before, the first before the second."""

    first = _Day(label="前一天")
    second = _Day(label="后一天")

    def clean_first(self) -> dt.date:
        return self._known("first")

    def clean_second(self) -> dt.date:
        return self._known("second")

    def _known(self, name: str) -> dt.date:
        day: dt.date = self.cleaned_data[name]
        if sentence := days.refusal(day):
            raise forms.ValidationError(sentence)
        return day

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        first, second = found.get("first"), found.get("second")
        if first is not None and second is not None and first >= second:
            self.add_error("second", "后一天须晚于前一天，请改其中一个日期。")
        return found


@requires("view_subtree")
@require_GET
def compare_page(request: HttpRequest) -> HttpResponseBase:
    node, today = _node(request), timezone.localdate()
    # from a page of a past day: that day against today
    usual = {
        "first": request.GET.get("on") or f"{today.year - 1}-12-31",
        "second": today.isoformat(),
    }
    form = DaysForm({name: request.GET.get(name) or day for name, day in usual.items()})
    context: dict[str, Any] = {"node": node, "form": form}
    if not form.is_valid():
        return render(request, "dashboards/compare.html", context, status=422)
    first, second = form.cleaned_data["first"], form.cleaned_data["second"]
    found = queries.compare(node, request.user, first, second, today)
    if request.GET.get("export"):
        return sheet_answer(request, *layouts_of(found, node, office_name()), fmt="xlsx")
    query = f"at={node.pk}&first={first:%Y-%m-%d}&second={second:%Y-%m-%d}"
    context |= {
        "found": found,
        "sentence": queries.sentence(found),
        "early": days.too_early(first),
        "people": [
            _people("来了谁", "进入", found.came),
            _people("走了谁", "离开", found.went),
            _people("内部调动", "调动", found.moved),
        ],
        "events": queries.event_rows(found.events),
        "shown": queries.SHOWN,
        "export": f"{reverse('dashboards:compare')}?{query}&export=xlsx",
        "days": (wording.day(first), wording.day(second)),
    }
    return render(request, "dashboards/compare.html", context)


def _node(request: HttpRequest) -> Unit:
    """Return the unit of `?at=`, or the topmost the reader sees; Http404 outside his scope."""
    units = Unit.objects.visible_to(request.user)
    asked = request.GET.get("at", "").strip()
    unit = units.filter(pk=asked).first() if asked.isdecimal() else None
    if not asked:
        unit = units.order_by("depth", "path").first()
    if unit is None:
        raise Http404("没有这个机构，或不在您的查看范围内")
    return unit


def _people(title: str, sort: str, rows: QuerySet) -> dict[str, Any]:
    # All keys first: asked for fifty rows in order, the planner walks every exit there ever was.
    keys = list(rows.values_list("pk", flat=True))
    return {
        "title": title,
        "sort": sort,
        "count": len(keys),
        "note": f"{wording.thousands(len(keys))} 人",
        "rows": list(rows.filter(pk__in=keys[: queries.SHOWN])),
    }
