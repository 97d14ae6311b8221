"""The tree of a past day as the pages draw it: names, places and abolished units of that day.

The same nodes as tree.py, whose children come when asked for. Who sees what is today's matter: a
unit of the reader's scope is shown where it stood; a parent he may not see is left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models.functions import Left, Length
from django.urls import reverse

from apps.core.scope import roots

from . import searching
from .choices import EntityKind
from .models import Unit
from .past import Past, PastUnit
from .tree import FOUND, KINDS, STEP, Node


def tops(user: Any, then: Past) -> list[Node]:
    """Return the roots of what `user` may see, as of the day; a single one is opened."""
    seen = Unit.objects.visible_to(user)
    paths = roots(user.subtrees("view_subtree"))
    if paths == [""]:
        found = then.units(seen.filter(then.children(""), then.existed))
    else:
        away = [pk for pk, parent in then.parents.items() if not _sees(user, then, parent)]
        chosen = set(seen.filter(path__in=paths).values_list("pk", flat=True)) | set(
            seen.filter(pk__in=away).values_list("pk", flat=True)
        )
        found = then.units(seen.filter(pk__in=chosen).filter(then.existed))
        outer = set(roots(unit.path for unit in found.values()))
        found = {pk: unit for pk, unit in found.items() if unit.path in outer}
    nodes = _nodes(user, then, found.values(), 1)
    if len(nodes) == 1 and nodes[0].has_children:
        nodes[0].expanded = True
        nodes[0].children = children(user, then, nodes[0].path, level=2)
    return nodes


def children(user: Any, then: Past, path: str, *, level: int) -> list[Node]:
    """Return what stood directly under `path` (of that day) and may be seen. 2 queries."""
    seen = Unit.objects.visible_to(user)
    found = then.units(seen.filter(then.children(path), then.existed))
    return _nodes(user, then, _in_order(then, found), level)


def opened(user: Any, then: Past, unit: Unit) -> list[Node]:
    """Return the tree opened down to `unit` and its children: the page without script."""
    nodes = siblings = tops(user, then)
    place = then.path(unit.path)
    level = 1
    for end in range(STEP, len(place) + 1, STEP):
        here = next((node for node in siblings if node.path == place[:end]), None)
        if here is None:
            continue
        level += 1
        if not here.children and here.has_children:
            here.children = children(user, then, here.path, level=level)
        here.expanded = bool(here.children)
        here.current = here.path == place
        siblings = here.children
    return nodes


def found(user: Any, then: Past, text: str) -> tuple[list[Node], int]:
    """Return the units of that day found by a name they have or had, each below its ancestors."""
    base = Unit.objects.visible_to(user).filter(then.existed)
    total = base.found_by(text).count()
    best = [unit.pk for unit in searching.ranked(base, text)[:FOUND]]
    hits = then.units(base, ids=best)
    above = {
        then.now(unit.path[:end])
        for unit in hits.values()
        for end in range(STEP, len(unit.path), STEP)
    }
    shown = {unit.path: unit for unit in then.units(base.filter(path__in=above)).values()}
    shown.update({unit.path: unit for unit in hits.values()})
    nodes: dict[str, Node] = {}
    result: list[Node] = []
    for path in sorted(shown):
        ends = range(len(path) - STEP, 0, -STEP)
        parent = next((nodes[path[:end]] for end in ends if path[:end] in nodes), None)
        node = _node(then, shown[path], parent.level + 1 if parent else 1, has_children=False)
        nodes[path] = node
        if parent is None:
            result.append(node)
        else:
            parent.expanded = parent.has_children = True
            parent.children.append(node)
    return result, total


def _sees(user: Any, then: Past, parent: int | None) -> bool:
    if parent is None:
        return False
    return Unit.objects.visible_to(user).filter(pk=parent).filter(then.existed).exists()


def _in_order(then: Past, found: dict[int, PastUnit]) -> list[PastUnit]:
    """Put units that were moved since behind the sibling they stood behind."""
    ordered = [unit for unit in found.values() if unit.pk not in then.behind]
    for unit in found.values():
        if unit.pk not in then.behind:
            continue
        behind = then.behind[unit.pk]
        place = next((n + 1 for n, one in enumerate(ordered) if one.pk == behind), None)
        if behind is None:
            place = 0
        ordered.insert(len(ordered) if place is None else place, unit)
    return ordered


def _nodes(user: Any, then: Past, units: Iterable[PastUnit], level: int) -> list[Node]:
    units = list(units)
    parents = _with_children(user, then, units)
    return [_node(then, unit, level, has_children=unit.path in parents) for unit in units]


def _with_children(user: Any, then: Past, units: list[PastUnit]) -> set[str]:
    """Return the paths of that day below which something may be seen. One query per depth."""
    found: set[str] = set()
    for width in {len(unit.path) for unit in units}:
        paths = [unit.path for unit in units if len(unit.path) == width]
        rows = Unit.objects.visible_to(user).filter(then.inside(paths, "path"), then.existed)
        rows = rows.order_by().annotate(place=then.place("path"))
        rows = rows.annotate(long=Length("place"), top=Left("place", width)).filter(long__gt=width)
        found.update(rows.values_list("top", flat=True).distinct())
    return found


def _node(then: Past, unit: PastUnit, level: int, *, has_children: bool) -> Node:
    on = then.on.isoformat()
    return Node(
        id=unit.pk,
        path=unit.path,
        name=unit.name,
        url=f"{reverse('units:detail', args=[unit.pk])}?on={on}",
        level=level,
        kind=KINDS[EntityKind(unit.entity_kind)],
        has_children=has_children,
        children_url=(
            f"{reverse('units:tree_children', args=[unit.pk])}?level={level + 1}&on={on}"
        ),
        open_url=f"{reverse('units:tree')}?open={unit.pk}&on={on}",
        note=f"{unit.abolished_on:%Y-%m-%d} 撤销" if unit.abolished_on else "",
    )
