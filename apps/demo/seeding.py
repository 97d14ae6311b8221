"""Making up counties and putting them into the database."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from random import Random

from django.db import connection
from django.utils import timezone

from apps.audit import services as audit
from apps.core.writes import write
from apps.units.models import Office, Unit
from apps.units.services.tree import hold_tree

from . import writing
from .careers import Careers
from .county import CountyTree, add_departments
from .documents import Book
from .figures import set_closed, set_figures
from .identities import Identities
from .ledger import write_ledger
from .occupations import Occupations
from .people import People
from .plan import BODY, LATEST, CountySpec, Places
from .posts import Posts

Say = Callable[[str], None]

#: Source of the figures: the record of one county-level city, October 2015 (docs/rules.md Q-02).
DEMO = CountySpec(
    name="剡溪县",
    mark="剡",
    code="33A001",
    region="330683",
    admin=Places(2976, 2592),
    institution=Places(13244, 11358),
    institutions=435,
    closed=50,
    over_units=65,
    over_units_before=84,
    admin_before=2648,
    cut_2015=521,
    documents=973,
    townships=15,
    streets=4,
    moves=400,
    posts_over=9,
    posts_short=22,
)


def neighbour(
    name: str, code: str, region: str, admin: Places, institution: Places, over: int, units: int
) -> CountySpec:
    """Return the spec of a small county for comparison."""
    return CountySpec(
        name=name,
        mark=name[0],
        code=code,
        region=region,
        admin=admin,
        institution=institution,
        institutions=units,
        closed=4,
        over_units=over,
        over_units_before=over + 2,
        admin_before=admin.actual + 6,
        cut_2015=45,
        documents=0,
        townships=4,
        streets=1,
        core_only=True,
        moves=15,
        posts_over=1,
        posts_short=4,
    )


NEIGHBOURS = (
    neighbour("舜江县", "33A002", "330604", Places(430, 372), Places(980, 846), 5, 34),
    neighbour("沃洲县", "33A003", "330624", Places(402, 351), Places(736, 655), 4, 28),
    neighbour("曹溪县", "33A004", "330603", Places(446, 401), Places(1204, 1066), 6, 40),
)


def latest_day() -> dt.date:
    return min(LATEST, timezone.localdate())


@write
def seed_county(
    *,
    spec: CountySpec,
    random: Random,
    identities: Identities,
    say: Say,
    parent: Unit | None = None,
    by: object = None,
) -> Unit:
    """Make one county up and write it. One transaction. Returns its root.

    identities   shared by all counties of one run, so that no number comes twice
    say          told each stage with its seconds
    """
    clock = _Clock(say)
    horizon = latest_day()
    last_year = horizon.year if horizon.month >= 10 and horizon.day >= 28 else horizon.year - 1
    tree = CountyTree(spec, random)
    set_figures(spec, tree.cells, random)
    set_closed(tree.closed, random)
    add_departments(tree.root, random)
    book = Book(spec, random, horizon)
    write_ledger(spec, tree, book, random, last_year)
    lives = Careers(spec, tree, random, last_year).lives
    people = People(random, identities, horizon)
    for life in lives:
        people.settle(life)
    posts = Posts(spec, tree, book, random, horizon)
    events = writing.Events(tree, book, random)
    book.fill(spec.documents, list(tree.root.walk()))
    book.close()
    clock(f"编排{spec.name}")

    hold_tree()
    nodes = writing.lay_out(tree.root, _next_path(parent))
    count = writing.write_units(spec, nodes)
    bodies = sum(1 for node in nodes if node.kind == BODY)
    clock(f"机构 {count} 个（其中单位 {bodies} 个）")
    clock(f"批文 {writing.write_documents(book, tree.root)} 件")
    events.write()
    clock(f"台账 {writing.write_ledger(tree)} 笔")
    jobs = Occupations(random, spec.mark, horizon)
    clock(f"人员 {writing.write_people(lives, people, random)} 人")
    spells = writing.write_spells(lives, jobs, random)
    clock(f"占编记录 {spells} 条")
    clock(f"任职 {writing.write_posts(posts, jobs)} 条")
    root = Unit.objects.get(pk=tree.root.id)
    audit.record("unit.import", target=root, by=by, after={"units": count}, note="演示数据")
    audit.record("roster.import", target=root, by=by, after={"spells": spells}, note="演示数据")
    return root


def analyze() -> None:
    """Let the planner know the new sizes at once; the function runs as the tables' owner."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT demo_analyze()")


def set_office(root: Unit) -> None:
    """Make `root` the office's own county, unless an office has been entered."""
    name = f"中共{root.name}委机构编制委员会办公室"
    Office.objects.get_or_create(pk=1, defaults={"name": name, "home": root})


def _next_path(parent: Unit | None) -> str:
    """Return the path behind the last root, or behind the last child of `parent`. Under the lock."""
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
