"""Which subtree a report is made for: what the reader asked for, inside what he may view."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404

from apps.core.scope import covers, roots
from apps.units.models import Office, Unit

#: children offered below a node; more are reached through the node itself or by typing
MOST_CHOICES = 200


@dataclass(frozen=True)
class Choice:
    pk: int
    label: str
    chosen: bool


def node_of(user: Any, text: str) -> Unit:
    """Return the unit of `?at=`; the office's own subtree, else the reader's first, without one.

    Http404 for what is out of scope, for what is no number, and for a reader without any unit.
    """
    seen = Unit.objects.visible_to(user).select_related("rank", "system_class")
    if text:
        found = seen.filter(pk=int(text)).first() if text.isdecimal() and len(text) < 10 else None
        if found is None:
            raise Http404("没有这个机构，或不在您的查看范围内")
        return found
    paths = roots(user.subtrees("view_subtree"))
    office = Office.objects.select_related("home").first()
    if office is not None and covers(paths, office.home.path):
        return office.home
    first = seen.filter(path__in=paths).order_by("path").first() if paths else None
    first = first or seen.order_by("path").first()
    if first is None:
        raise Http404("您还没有可以查看的机构")
    return first


def choices(user: Any, node: Unit) -> list[Choice]:
    """Return the nodes a report can be made for from here: above, itself, and those below."""
    paths = roots(user.subtrees("view_subtree"))
    steps = [node.path[:end] for end in range(Unit.steplen, len(node.path), Unit.steplen)]
    above = [path for path in steps if covers(paths, path)]
    found = list(Unit.objects.filter(path__in=above).order_by("path"))
    below = Unit.objects.get_children(node).active().order_by("path")[:MOST_CHOICES]
    made = [Choice(one.pk, "　" * at + one.name, False) for at, one in enumerate(found)]
    made.append(Choice(node.pk, "　" * len(found) + node.name, True))
    made += [Choice(one.pk, "　" * (len(found) + 1) + one.name, False) for one in below]
    return made


def office_name() -> str:
    """Return 制表单位: the office this portal belongs to."""
    office = Office.objects.order_by("pk").first()
    return office.name if office is not None else "机构编制委员会办公室"
