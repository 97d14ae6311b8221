"""领导总览: the board of a node, and what its figures mean."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from apps.approvals.queries.workbench import told_to
from apps.checks.queries.counts import open_counts
from apps.checks.queries.trends import over_trend
from apps.core import days, wording
from apps.core.http import on_day, requires
from apps.core.scope import covers
from apps.staff.outlook import Outlook, outlook
from apps.units.choices import EntityKind
from apps.units.models import Unit

from .. import rules
from ..definitions import DEFINITIONS
from ..queries.board import TOP_OVER, Board, board


@requires(*rules.SEES_BOARD)
@require_GET
def board_page(request: HttpRequest) -> HttpResponse:
    paths = rules.board_paths(request.user)
    on = on_day(request)
    found = board(node_of(request, paths), paths, timezone.localdate(), on)
    early = days.early(on)
    context = {
        "board": found,
        "nothing": early if early is not None and not _has_figures(found) else None,
        "on": on,
        "now": timezone.now(),
        "waiting": told_to(request.user) if on is None and found.node is None else [],
        "checked": None if on else open_counts([found.node.path] if found.node else paths),
        "trend": over_trend(found.node, found.summary.quotas),
        "outlook": _outlook(found, paths) if on is None else None,
        **_figures(found),
        **_words(found, on),
    }
    return render(request, "dashboards/board.html", context)


def _has_figures(found: Board) -> bool:
    """Say whether anything is on record of the day: places, people or posts."""
    return bool(found.summary.quotas.types or found.summary.posts.kinds)


def _outlook(found: Board, paths: list[str]) -> Outlook:
    """Return who retires when, and the vacancies of the next ten years; numbers, no names."""
    at = [found.node.path] if found.node is not None else paths
    sums = found.summary.quotas
    return outlook(at, timezone.localdate(), unit=found.node, sums=sums)


def node_of(request: HttpRequest, paths: list[str]) -> Unit | None:
    """Return the unit of `?at=`, or the reader's only subtree; None for several.

    Http404 outside the subtrees and for 内设机构, whose places are their unit's.
    """
    asked = request.GET.get("at", "").strip()
    if asked:
        unit = Unit.objects.filter(pk=asked).first() if asked.isdecimal() else None
        known = unit is not None and unit.entity_kind != EntityKind.DEPARTMENT
        if unit is None or not known or not covers(paths, unit.path):
            raise Http404("没有这个机构，或不在您的查看范围内")
        return unit
    return Unit.objects.filter(path=paths[0]).first() if len(paths) == 1 else None


def _figures(found: Any) -> dict[str, Any]:
    """Return the rows of the totals table: each family, its types below it, and the whole."""
    lines: list[dict[str, Any]] = []
    quotas = found.summary.quotas
    for family, sums in quotas.families.items():
        types = [row for row in quotas.types if row.in_total and row.family == family]
        if not types:
            continue
        over = sum(row.sums.over for row in types)
        lines.append({"label": family.label, "sums": sums, "over": over, "family": True})
        if len(types) > 1 or types[0].quota_type.label != family.label:
            lines += [
                {"label": row.quota_type.label, "sums": row.sums, "over": row.sums.over}
                for row in types
            ]
    outside = [row for row in quotas.types if not row.in_total]
    return {"lines": lines, "outside": outside, "total": quotas.total}


def _words(found: Board, on: dt.date | None) -> dict[str, Any]:
    """Return the notes under the four figures, the headings and the links behind them."""
    total, held = found.summary.quotas.total, found.summary.posts
    node, number = found.node, wording.thousands
    below = {"under": node.pk} if node is not None else {}
    at = {"at": node.pk} if node is not None else {}
    at |= {"on": on.isoformat()} if on is not None else {}
    return {
        "use_note": f"实有 {number(total.actual)} / 核定 {number(total.approved)}",
        "month_note": f"本月核定 {wording.signed(found.month)}" if found.month else "",
        "net_note": f"毛空编 {number(total.vacant)} {wording.MINUS} 毛超编 {number(total.excess)}",
        "over_note": f"超编 {number(total.excess)} 名",
        "posts_note": f"缺配 {number(held.total.short)} 名",
        "posts_url": _address("dashboards:posts_sheet", at),
        "over_url": _address("quotas:over", below),
        "compare_url": _address("dashboards:compare", at),
        "over_card_note": f"前 {TOP_OVER} 个" if total.over > TOP_OVER else "",
        "has_below": any(not row.own for row in found.rows),
        "below_title": "下级机构" if node is not None else "我的范围",
        "own_label": "本机关" if node is not None and node.entity_kind == "body" else "本级直属",
        "keep_on": f"&on={on.isoformat()}" if on is not None else "",
    }


def _address(name: str, query: dict[str, Any]) -> str:
    return f"{reverse(name)}?{urlencode(query)}" if query else reverse(name)


@requires(*rules.SEES_BOARD)
@require_GET
def definitions_page(request: HttpRequest) -> HttpResponse:
    return render(request, "dashboards/definitions.html", {"definitions": DEFINITIONS})
