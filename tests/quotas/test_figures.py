"""Sums over subtrees: today from kept sums, a past day from facts, both equal to counting."""

from __future__ import annotations

import datetime as dt
import random

import pytest
from django.utils import timezone

from apps.core.models import CodeValue
from apps.quotas import queries, services
from apps.quotas.choices import QuotaFamily
from apps.quotas.queries import Sums
from apps.quotas.standing import lamp_of
from apps.staff.models import Occupancy
from tests.factories import quotas as q
from tests.factories import units
from tests.quotas import world as w

pytestmark = pytest.mark.django_db

TYPES = (q.ADMIN, q.SUPPORT, q.FULL, q.OUTSIDE)


@pytest.fixture
def province():
    """A tree of seven levels with figures at every level, some over, some past."""
    chance = random.Random(7)
    nodes = [units.county("某省")]
    for level in range(1, 7):
        parents = [n for n in nodes if n.depth == level]
        for number in range(3 if level < 4 else 4):
            parent = chance.choice(parents)
            parent.refresh_from_db()
            nodes.append(units.unit(f"机构{level}-{number}", parent))
    for node in nodes[1:]:
        for kind in chance.sample(TYPES, 2):
            approved = chance.randint(0, 8)
            q.staffed(node, approved, max(0, approved + chance.randint(-4, 2)), kind)
    leaving = list(Occupancy.objects.filter(ends_on=None))
    for spell in chance.sample(leaving, len(leaving) // 4):
        Occupancy.objects.filter(pk=spell.pk).update(
            ends_on=dt.date(2018, 6, 1), exit_mode_id="exit_mode.03", status_id=w.GONE
        )
    for node in nodes[1:4]:
        q.grant(node, 2, on=dt.date(2019, 1, 1))
    return nodes


def by_type(found):
    return {row.quota_type.pk: row.sums for row in found.types}


def test_kept_sums_equal_counting_at_every_level(province):
    today = timezone.localdate()
    assert max(node.depth for node in province) == 7
    for node in province:
        kept, counted = queries.figures(node), queries.figures(node, on=today)
        assert kept.total == counted.total, node
        assert by_type(kept) == by_type(counted), node
        assert kept.total.net == kept.total.vacant - kept.total.excess


def test_children_add_up_to_their_node(province):
    today = timezone.localdate()
    for node in province:
        children = queries.children_figures(node)
        assert children == {
            path: {k: s for k, s in sums.items() if s != Sums() or (path, k) in kept(children)}
            for path, sums in queries.children_figures(node, on=today).items()
        }
        whole = queries.figures(node)
        assert sum((c.get("", Sums()) for c in children.values()), Sums()) == whole.total


def kept(children):
    return {(path, kind) for path, sums in children.items() for kind in sums}


def test_several_subtrees_are_added_once(province):
    root = province[0]
    inside = [n for n in province if n.depth == 2]
    assert queries.figures([root.path, inside[0].path]).total == queries.figures(root).total
    assert queries.figures([n.path for n in inside]).total == queries.figures(root).total
    deep = [n for n in province if n.depth == 6]
    assert queries.figures([n.path for n in deep]).total == sum(
        (queries.figures(n).total for n in deep), Sums()
    )


def test_no_subtree_has_no_figures(province):
    assert queries.figures([]).total == Sums()
    assert queries.figures([], on=q.DAY).total == Sums()


@pytest.mark.rule("Q-08")
def test_families_add_up_the_types_that_count(bureau):
    q.staffed(bureau, 10, 8)
    q.staffed(bureau, 4, 5, q.SUPPORT)
    q.staffed(bureau, 7, 0, q.OUTSIDE)

    found = queries.figures(bureau)

    assert found.families[QuotaFamily.ADMIN] == Sums(10, 8, 0, 2, 0)
    assert found.families[QuotaFamily.SUPPORT] == Sums(4, 5, 0, 0, 1)
    assert found.families[QuotaFamily.OTHER] == Sums()
    assert found.total == Sums(14, 13, 0, 2, 1, 1)


@pytest.mark.rule("Q-02")
def test_the_three_figures_of_the_example():
    """domain.md §5.2: 50/44, 30/35, 20/20 is net 1, vacant 6, excess 5, one unit over."""
    county = units.county("示例县")
    for name, figures in {"A": (50, 44), "B": (30, 35), "C": (20, 20)}.items():
        q.staffed(units.unit(name, county), *figures)

    total = queries.figures(county).total

    assert (total.approved, total.actual, total.net) == (100, 99, 1)
    assert (total.vacant, total.excess, total.over) == (6, 5, 1)
    (over,) = queries.over_units(county)
    assert (over.unit.name, over.excess, over.types[0][1:]) == ("B", 5, (30, 35))
    assert Sums(approved=30, actual=35).use_rate == "116.7%"


def test_a_past_day_counts_what_held_then(bureau):
    q.grant(bureau, 10, on=dt.date(2012, 1, 1))
    people = q.people(bureau, 6, on=dt.date(2012, 5, 1))
    q.grant(bureau, -2, on=dt.date(2014, 1, 1))
    Occupancy.objects.filter(pk__in=[p.pk for p in people[:2]]).update(
        ends_on=dt.date(2013, 3, 1), exit_mode_id="exit_mode.03", status_id=w.GONE
    )

    def at(year, month, day):
        total = queries.figures(bureau, on=dt.date(year, month, day)).total
        (cell,) = queries.cells(bureau, on=dt.date(year, month, day)) or [None]
        assert cell is None or (cell.approved, cell.actual) == (total.approved, total.actual)
        return total.approved, total.actual

    assert at(2011, 12, 31) == (0, 0)
    assert at(2012, 4, 30) == (10, 0)
    assert at(2012, 5, 1) == (10, 6)
    assert at(2013, 2, 28) == (10, 6)
    assert at(2013, 3, 1) == (10, 4)  # the last day is not in the spell
    assert at(2014, 1, 1) == (8, 4)


def test_over_units_of_a_past_day(bureau):
    q.staffed(bureau, 5, 7)
    Occupancy.objects.filter(pk__in=Occupancy.objects.values("pk")[:2]).update(
        ends_on=dt.date(2020, 1, 1), exit_mode_id="exit_mode.03"
    )
    assert queries.over_units(bureau) == []
    (then,) = queries.over_units(bureau, on=dt.date(2019, 12, 31))
    assert (then.unit, then.excess, then.approved, then.actual) == (bureau, 2, 5, 7)
    assert queries.figures(bureau, on=dt.date(2019, 12, 31)).total.over == 1


def test_reservations_of_a_past_day(bureau):
    q.grant(bureau, 5)
    kind = CodeValue.objects.get(pk=q.ADMIN)
    services.reserve(unit=bureau, quota_type=kind, places=2, purpose="录用", by=None)
    today = timezone.localdate()
    assert queries.figures(bureau, on=today).total.reserved == 2
    assert queries.figures(bureau, on=today - dt.timedelta(days=1)).total.reserved == 0


def test_over_units_come_greatest_first(home):
    for name, actual in {"A": 5, "B": 9, "C": 7}.items():
        q.staffed(units.unit(name, home), 4, actual)
    found = queries.over_units(home, 2)
    assert [(row.unit.name, row.excess) for row in found] == [("B", 5), ("C", 3)]


def test_the_ledger_runs_by_type_and_funding(bureau):
    full = {"funding": CodeValue.objects.get(pk="funding.10")}
    q.grant(bureau, 10, on=dt.date(2012, 1, 1))
    q.grant(bureau, 3, on=dt.date(2013, 1, 1), **full)
    q.grant(bureau, -4, on=dt.date(2014, 1, 1))
    q.grant(bureau, 2, q.SUPPORT, on=dt.date(2010, 1, 1))
    q.grant(bureau, 1, on=dt.date(2013, 6, 1))

    groups = queries.ledger(bureau)

    assert [(g.quota_type.pk, g.funding and g.funding.pk) for g in groups] == [
        (q.ADMIN, "funding.10"),
        (q.ADMIN, None),
        (q.SUPPORT, None),
    ]
    plain = groups[1]
    assert [(line.added, line.cut, line.balance) for line in plain.lines] == [
        (10, None, 10),
        (1, None, 11),
        (None, 4, 7),
    ]
    assert (plain.added, plain.cut, plain.balance) == (11, 4, 7)
    assert [e.change for e in queries.documents_behind(groups)[q.ADMIN]] == [-4, 1, 3, 10]
    assert [g.balance for g in queries.ledger(bureau, on=dt.date(2013, 6, 1))] == [3, 11, 2]


@pytest.mark.parametrize(
    ("approved", "actual", "reserved", "over", "word"),
    [
        (5, 3, 0, False, "有空编"),
        (5, 3, 2, False, "满编"),
        (5, 5, 0, False, "满编"),
        (5, 6, 0, False, "超编"),
        (25, 24, 0, True, "超编"),
        (0, 0, 0, False, "未核定"),
        (0, 1, 0, False, "超编"),
    ],
)
def test_the_lamp_says_how_a_cell_stands(approved, actual, reserved, over, word):
    found = lamp_of(approved=approved, actual=actual, reserved=reserved, over=over)
    assert found[1] == word
