"""Making up counties and putting them into the database."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from random import Random

from django.db import connection
from django.db.models import F
from django.utils import timezone

from apps.audit import services as audit
from apps.core import search
from apps.core.writes import write
from apps.units import services as units
from apps.units.models import Office, Unit
from apps.units.services.tree import hold_tree

from . import writing
from .invention import invent
from .occupations import Occupations
from .plan import BODY, GROUPING, LATEST, CountySpec, Node

Say = Callable[[str], None]


def latest_day() -> dt.date:
    return min(LATEST, timezone.localdate())


@write
def seed_county(
    *,
    spec: CountySpec,
    random: Random,
    share: int,
    say: Say,
    parent: Unit | None = None,
    by: object = None,
) -> Unit:
    """Make one county up and write it. One transaction. Returns its root.

    share        of the identity numbers, another one for each county (identities.SHARES)
    say          told each stage with its seconds
    """
    clock = _Clock(say)
    made = invent(spec, random, share, latest_day())
    tree, lives = made.tree, made.lives
    clock(f"编排{spec.name}")

    hold_tree()
    nodes = writing.lay_out(tree.root, _next_path(parent))
    count = writing.write_units(nodes, spec.region)
    bodies = sum(1 for node in nodes if node.kind == BODY)
    clock(f"机构 {count} 个（其中单位 {bodies} 个）")
    clock(f"批文 {writing.write_documents(made.book, tree.root)} 件")
    writing.write_events(made.events)
    units.recognise(by=by, units=[(node.id, node.name) for node in nodes])
    clock(f"台账 {writing.write_ledger(tree)} 笔")
    jobs = Occupations(random, spec.mark, made.people.horizon)
    clock(f"人员 {writing.write_people(lives, made.people, random)} 人")
    spells = writing.write_spells(lives, jobs, random)
    clock(f"占编记录 {spells} 条")
    clock(f"任职 {writing.write_posts(made.posts, jobs)} 条")
    root = _under(parent, tree.root)
    audit.record("unit.import", target=root, by=by, after={"units": count}, note="演示数据")
    audit.record("roster.import", target=root, by=by, after={"spells": spells}, note="演示数据")
    return root


@write
def seed_grouping(*, name: str, code: str, parent: Unit | None = None, by: object = None) -> Unit:
    """Return the grouping of a city or province, made when it is not there."""
    hold_tree()
    known = Unit.objects.filter(code=code).first()
    if known is not None:
        return known
    node = Node(name, GROUPING, None, code=code)
    writing.write_units(writing.lay_out(node, _next_path(parent)), None)
    return _under(parent, node)


def _under(parent: Unit | None, node: Node) -> Unit:
    """Count a new child of `parent`; return the unit of `node`."""
    if parent is not None:
        Unit.objects.filter(pk=parent.pk).update(numchild=F("numchild") + 1)
    return Unit.objects.get(pk=node.id)


def analyze() -> None:
    """Let planner and search know the new rows at once; both run as the tables' owner."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT demo_analyze()")
    search.settle()


def set_office(root: Unit) -> None:
    """Make `root` the office's own county, unless an office has been entered."""
    name = f"中共{root.name}委机构编制委员会办公室"
    Office.objects.get_or_create(pk=1, defaults={"name": name, "home": root})


def _next_path(parent: Unit | None) -> str:
    """Return the path behind the last root, or the last child of `parent`. Needs the tree lock."""
    base = parent.path if parent else ""
    siblings = Unit.objects.filter(depth=len(base) // Unit.steplen + 1, path__startswith=base)
    last = siblings.order_by("-path").values_list("path", flat=True).first()
    place = Unit._str2int(last[-Unit.steplen :]) + 1 if last else 1
    return f"{base}{Unit._int2str(place).rjust(Unit.steplen, '0')}"


class _Clock:
    def __init__(self, say: Say) -> None:
        self.say, self.last = say, time.monotonic()

    def __call__(self, stage: str) -> None:
        now = time.monotonic()
        self.say(f"  {stage}，{now - self.last:.1f} 秒")
        self.last = now
