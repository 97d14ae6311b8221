"""The tree as the pages draw it: nodes with children that come when asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from apps.core.scope import roots

from . import queries, searching
from .choices import EntityKind
from .lamps import UNSET, Lamp, lamp_of
from .models import Unit, UnitQuerySet

STEP = Unit.steplen
KINDS = {
    EntityKind.BODY: "org",
    EntityKind.DEPARTMENT: "inner",
    EntityKind.GROUPING: "group",
}
FOUND = 60  #: units shown for one search


@dataclass
class Node:
    """One line of components/tree.html."""

    id: int
    path: str
    name: str
    url: str
    level: int
    kind: str
    has_children: bool
    children_url: str
    open_url: str
    lamp: Lamp | None = None
    note: str = ""
    expanded: bool = False
    current: bool = False
    children: list[Node] = field(default_factory=list)


def visible(user: Any, *, abolished: bool) -> UnitQuerySet:
    units = Unit.objects.visible_to(user).select_related("total")
    return units if abolished else units.active()


def tops(user: Any, *, abolished: bool = False) -> list[Node]:
    """Return the roots of what `user` may see; a single root is opened. Roots differ in depth."""
    paths = roots(user.subtrees("view_subtree"))
    units = visible(user, abolished=abolished)
    units = units.filter(depth=1) if paths == [""] else units.filter(path__in=paths)
    nodes = [_node(unit, 1, abolished) for unit in units]
    if len(nodes) == 1 and nodes[0].has_children:
        nodes[0].expanded = True
        nodes[0].children = children(user, units[0], level=2, abolished=abolished)
    return nodes


def children(user: Any, parent: Unit, *, level: int, abolished: bool = False) -> list[Node]:
    """Return the visible children of one node, with the number of units under each grouping."""
    units = list(
        visible(user, abolished=abolished).filter(
            depth=parent.depth + 1, path__gte=parent.path, path__lt=parent.path + "~"
        )
    )
    return _noted(units, level, abolished)


def opened(user: Any, unit: Unit, *, abolished: bool = False) -> list[Node]:
    """Return the tree opened down to `unit` and its children: the page without script."""
    nodes = tops(user, abolished=abolished)
    level = 1
    siblings = nodes
    for end in range(STEP, len(unit.path) + 1, STEP):
        path = unit.path[:end]
        here = next((n for n in siblings if path == n.path), None)
        if here is None:
            continue
        level += 1
        if not here.children and here.has_children:
            parent = Unit.objects.get(pk=here.id)
            here.children = children(user, parent, level=level, abolished=abolished)
        here.expanded = bool(here.children)
        here.current = path == unit.path
        siblings = here.children
    return nodes


def found(user: Any, text: str, *, abolished: bool = False) -> tuple[list[Node], int]:
    """Return the units found by `text`, each below its ancestors, and how many there are."""
    base = visible(user, abolished=abolished)
    hits = base.found_by(text)
    total = hits.count()
    best = list(searching.ranked(base, text)[:FOUND])
    wanted = {unit.path: unit for unit in best}
    above = {u.path[:end] for u in best for end in range(STEP, len(u.path), STEP)} - set(wanted)
    for unit in visible(user, abolished=True).filter(path__in=above):
        wanted[unit.path] = unit
    nodes: dict[str, Node] = {}
    result: list[Node] = []
    for path in sorted(wanted):
        ends = range(len(path) - STEP, 0, -STEP)
        parent = next((nodes[path[:end]] for end in ends if path[:end] in nodes), None)
        node = _node(wanted[path], parent.level + 1 if parent else 1, abolished)
        nodes[path] = node
        if parent is None:
            result.append(node)
        else:
            parent.expanded = True
            parent.children.append(node)
    other = queries.also_known(best, text)
    for unit in best:
        nodes[unit.path].current = len(best) == 1
        nodes[unit.path].note = other.get(unit.pk, "")
    return result, total


def _noted(units: list[Unit], level: int, abolished: bool) -> list[Node]:
    counted = queries.counts_below(u for u in units if u.entity_kind == EntityKind.GROUPING)
    nodes = []
    for unit in units:
        node = _node(unit, level, abolished)
        if unit.entity_kind == EntityKind.GROUPING:
            node.note = f"{counted.get(unit.path, 0)} 个单位"
        nodes.append(node)
    return nodes


def _node(unit: Unit, level: int, abolished: bool) -> Node:
    more = "&abolished=1" if abolished else ""
    return Node(
        id=unit.pk,
        path=unit.path,
        name=unit.name,
        url=unit.get_absolute_url(),
        level=level,
        kind=KINDS[EntityKind(unit.entity_kind)],
        has_children=unit.numchild > 0,
        children_url=f"{reverse('units:tree_children', args=[unit.pk])}?level={level + 1}{more}",
        open_url=f"{reverse('units:tree')}?open={unit.pk}{more}",
        lamp=None if (lamp := lamp_of(unit)) == UNSET else lamp,
    )
