"""机构树."""

from __future__ import annotations

import datetime as dt

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from apps.core.http import on_day, requires, tree_fragment

from .. import past, past_tree, tree
from ..choices import EntityKind, UnitStatus
from ..models import Unit

LEVELS = 60  #: deeper than any tree


@requires("view_subtree")
@require_GET
def unit_tree(request: HttpRequest) -> HttpResponse:
    """The tree; `?q=` shows what is found, `?open=` a node opened without script."""
    user, on = request.user, on_day(request)
    if on is not None:
        return _past_tree(request, on)
    text = request.GET.get("q", "").strip()
    abolished = request.GET.get("abolished") == "1"
    total = None
    if text:
        nodes, total = tree.found(user, text, abolished=abolished)
    elif (key := request.GET.get("open", "")).isdigit():
        unit = get_object_or_404(Unit.objects.visible_to(user), pk=key)
        nodes = tree.opened(user, unit, abolished=abolished)
    else:
        nodes = tree.tops(user, abolished=abolished)
    seen = Unit.objects.visible_to(user)
    context = {
        "nodes": nodes,
        "asked": text,
        "found": total,
        "shown": tree.FOUND,
        "abolished": abolished,
        "counts": [
            (label, seen.active().filter(entity_kind=kind).count())
            for kind, label in EntityKind.choices
        ],
        "ended": seen.filter(status=UnitStatus.ABOLISHED).count(),
    }
    return render(request, "units/tree.html", context)


def _past_tree(request: HttpRequest, on: dt.date) -> HttpResponse:
    """The tree as it stood on a past day, in the frame of that day."""
    user, then = request.user, past.at(on)
    text, total = request.GET.get("q", "").strip(), None
    seen = Unit.objects.visible_to(user)
    if text:
        nodes, total = past_tree.found(user, then, text)
    elif (key := request.GET.get("open", "")).isdigit():
        nodes = past_tree.opened(user, then, get_object_or_404(seen, pk=key))
    else:
        nodes = past_tree.tops(user, then)
    lived = seen.filter(then.existed)
    ended = lived.filter(abolished_on__isnull=False)
    context = {
        "on": on,
        "nodes": nodes,
        "asked": text,
        "found": total,
        "shown": tree.FOUND,
        "counts": [
            (label, lived.filter(entity_kind=kind).count()) for kind, label in EntityKind.choices
        ],
        "ended_since": ended.count(),
        "moved_since": len(then.parents),
    }
    return render(request, "units/tree.html", context)


@requires("view_subtree")
@require_GET
def tree_children(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer the opening of one node."""
    unit = get_object_or_404(Unit.objects.visible_to(request.user), pk=pk)
    level = request.GET.get("level", "2")
    if not level.isdigit() or not 1 < int(level) <= LEVELS:
        raise Http404
    if (on := on_day(request)) is not None:
        then = past.at(on)
        nodes = past_tree.children(request.user, then, then.path(unit.path), level=int(level))
        return tree_fragment(request, nodes)
    abolished = request.GET.get("abolished") == "1"
    nodes = tree.children(request.user, unit, level=int(level), abolished=abolished)
    return tree_fragment(request, nodes)
