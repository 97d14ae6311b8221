"""工作台: the first page, by what its reader may do (ux.md §10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from apps.approvals import progress
from apps.approvals.choices import State
from apps.approvals.entrances import entrances
from apps.approvals.own import mine_of
from apps.approvals.queries.workbench import desk_of
from apps.approvals.unsent import begun
from apps.checks.queries.counts import open_counts
from apps.core import menu, wording
from apps.core.administrators import AUDIT, SECURITY, SYSTEM, requires_administrator
from apps.core.http import requires
from apps.core.scope import roots
from apps.posts import queries as posts
from apps.posts.queries import PostRow
from apps.quotas import links
from apps.quotas import queries as quotas
from apps.quotas.queries import CellRow
from apps.staff.outlook import due_lines
from apps.units.choices import EntityKind
from apps.units.lamps import lamp_of
from apps.units.models import Unit

from .. import rules
from ..queries import administration
from ..queries import workbench as queries
from ..queries.board import ChildRow, rows_below, side_by_side
from ..queries.movements import movements
from ..queries.overage import over_lines
from ..queries.protocol import size_of
from ..queries.summary import Summary, summary

OFFICE = ("examine", "sign", "decide", "maintain")
#: as many units are shown as cards; more are a table
MOST_CARDS = 3
TOP_OVER = 5
#: own cases and large entries on a clerk's page
OWN_CASES = 8
ENTRANCES = 4
LATEST = 10
SHOWN_BELOW = 15


@requires()
@require_GET
def workbench(request: HttpRequest) -> HttpResponse:
    user = request.user
    if user.is_administrator:
        return redirect("dashboards:administration")
    if not user.may_anywhere("view_subtree"):
        return redirect("accounts:own")
    if rules.only_leads(user):
        return redirect("dashboards:board")
    if any(user.may_anywhere(permission) for permission in OFFICE):
        return _office(request)
    if user.may_anywhere("file_for"):
        return _clerk(request)
    return _units(request)


def _office(request: HttpRequest) -> HttpResponse:
    user = request.user
    paths = user.subtrees("view_subtree")
    found, today = summary(paths), timezone.localdate()
    context = {
        "desk": desk_of(user),
        "summary": found,
        "notes": _notes(found),
        "now": timezone.now(),
        "changes": movements(paths, LATEST),
        "flow": queries.flow(paths, today, found.quotas.total.actual),
        "over": over_lines(paths, TOP_OVER),
        "checked": open_counts(paths),
        "jobs": queries.my_jobs(user),
        "unfinished": queries.unfinished(paths),
        "documents": queries.latest_documents(paths),
        "due": due_lines(paths, today),
        "examines": user.may_anywhere("examine"),
        "maintains": user.may_anywhere("maintain"),
        "sees_balance": user.may_anywhere("examine") or user.may_anywhere("decide"),
        "sees_board": bool(rules.board_paths(user)),
    }
    return render(request, "dashboards/workbench.html", context)


def _notes(found: Summary) -> dict[str, str]:
    """Return the small words under the figures."""
    total, held, number = found.quotas.total, found.posts.total, wording.thousands
    families = [
        f"{family.label} {number(sums.approved)}"
        for family, sums in found.quotas.families.items()
        if sums.approved
    ]
    return {
        "units": f"事业单位 {number(found.institutions)} 个",
        "approved": " · ".join(families),
        "actual": f"使用率 {total.use_rate}",
        "net": f"毛空编 {number(total.vacant)} {wording.MINUS} 毛超编 {number(total.excess)}",
        "over": f"超编 {number(total.excess)} 名",
        "posts": f"缺配 {number(held.short)} 名",
    }


@dataclass(frozen=True)
class UnitCard:
    """What a unit has, for those who work in it or over it.

    units   some of the units below a unit, the over-staffed first; below: how many there are
    nodes   what lies below a grouping
    """

    unit: Unit
    lamp: tuple[str, str] | None
    cells: list[dict[str, Any]]
    posts: list[PostRow]
    units: list[tuple[Unit, tuple[str, str] | None]]
    below: int
    nodes: list[ChildRow]


def _units(request: HttpRequest) -> HttpResponse:
    """Answer 主管部门 and 联办部门: the units they are there for."""
    return render(request, "dashboards/own_units.html", _own_units(request))


def _clerk(request: HttpRequest) -> HttpResponse:
    """Answer 单位经办人: the unit, what can be filed, the own cases; first what was sent back."""
    user = request.user
    cases = list(mine_of(user)[:OWN_CASES])
    context = _own_units(request) | {
        "entrances": entrances()[:ENTRANCES],
        "begun": begun(user),
        "returned": [case for case in cases if case.state == State.RETURNED],
        "cases": [
            {
                "case": case,
                "lamp": progress.lamp_of(case),
                "marks": progress.line_of(case),
                "url": progress.opens(case),
            }
            for case in cases
        ],
        "publicities": queries.publicities(user),
    }
    return render(request, "dashboards/clerk.html", context)


def _own_units(request: HttpRequest) -> dict[str, Any]:
    user = request.user
    paths = roots(user.subtrees("view_subtree"))
    found = summary(paths)
    cards = []
    if len(paths) <= MOST_CARDS:
        units = Unit.objects.filter(path__in=paths).select_related("total", "nature", "rank")
        cards = [_card(unit) for unit in units]
    return {
        "summary": found,
        "notes": _notes(found),
        "now": timezone.now(),
        "cards": cards,
        "rows": side_by_side(paths, None) if not cards else [],
        # where the units below are listed the over-staffed stand first already
        "over": [] if any(card.units for card in cards) else over_lines(paths, TOP_OVER),
        "changes": movements(paths, LATEST),
        "checked": open_counts(paths),
        "flow": queries.flow(paths, timezone.localdate(), found.quotas.total.actual),
        "jobs": queries.my_jobs(user),
        "due": due_lines(paths, timezone.localdate()),
        "many": found.units > len(paths),
    }


def _card(unit: Unit) -> UnitCard:
    if unit.entity_kind == EntityKind.GROUPING:
        return UnitCard(unit, None, [], [], [], 0, rows_below(unit, summary(unit), None))
    below = size_of(unit) - 1 if unit.numchild else 0
    return UnitCard(
        unit,
        lamp_of(unit),
        [_cell(unit, cell) for cell in quotas.cells(unit)],
        posts.cells(unit),
        [(one, lamp_of(one)) for one in queries.units_in(unit, SHOWN_BELOW)] if below else [],
        below,
        [],
    )


def _cell(unit: Unit, cell: CellRow) -> dict[str, Any]:
    key = cell.quota_type.pk
    return {"cell": cell, "ledger": links.ledger(unit, key), "people": links.people(unit, key)}


@requires_administrator(SYSTEM, SECURITY, AUDIT)
@require_GET
def administration_page(request: HttpRequest) -> HttpResponse:
    """Show one of the three administrators his own pages and counts, nothing of people."""
    entries = [
        entry
        for group in menu.for_request(request)
        for entry in (group.items or [group])
        if entry.url != request.path
    ]
    now = timezone.now()
    context = {
        "entries": entries,
        "facts": administration.facts(request.user.admin_kind or "", now),
        "now": now,
    }
    return render(request, "dashboards/administration.html", context)
