"""Past days from the dated cells equal counting from the facts, whatever was written since."""

from __future__ import annotations

import datetime as dt
import random
from contextlib import suppress
from importlib import import_module

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.core.models import CodeValue
from apps.dashboards.facts import drifts
from apps.posts import queries as posts
from apps.posts.models import LeadershipEntry
from apps.posts.queries import PostSums
from apps.quotas import dated, queries
from apps.quotas.models import CellSpan, PeriodSum, QuotaEntry, Reservation, StaleCell
from apps.quotas.queries import Sums
from apps.staff.models import Occupancy, PostHolding
from apps.units.models import Unit
from tests.factories import posts as p
from tests.factories import quotas as q
from tests.factories import units
from tests.quotas import world as w

pytestmark = pytest.mark.django_db

TYPES = (q.ADMIN, q.SUPPORT, q.FULL, q.OUTSIDE)
FIRST = dt.date(2011, 1, 5)
DAYS = 5_000


def some_day(chance: random.Random) -> dt.date:
    return FIRST + dt.timedelta(days=chance.randrange(DAYS))


def tidy(found):
    """Leave out what is nothing at all: rows of zeros."""
    rows = {key: {k: s for k, s in of.items() if s != Sums()} for key, of in found.items()}
    return {key: of for key, of in rows.items() if of}


def assert_equal_to_facts(nodes, chance, days=4):
    for on in (some_day(chance) for _ in range(days)):
        for node in chance.sample(nodes, 2) + nodes[:1]:
            node.refresh_from_db()
            assert queries.figures(node, on) == queries.figures_from_facts(node, on), (node, on)
            below = queries.children_figures(node, on)
            assert tidy(below) == tidy(queries.children_from_facts(node, on)), (node, on)
            found, (kinds, over, short) = (
                posts.figures(node, on),
                posts.figures_from_facts(node, on),
            )
            assert {row.post_kind.pk: row.sums for row in found.kinds} == {
                kind: sums for kind, sums in kinds.items() if sums != PostSums()
            }
            assert (found.over_units, found.short_units) == (over, short)
            listed = queries.over_units(node, on=on)
            assert len(listed) == found_over(node, on)
            assert sum(one.excess for one in listed) == queries.figures(node, on).total.excess


def found_over(node, on):
    return queries.figures_from_facts(node, on).total.over


@pytest.fixture
def county():
    """A tree of six levels whose people came, left and were moved over years."""
    chance = random.Random(11)
    nodes = [units.county("某省")]
    for level in range(1, 6):
        parents = [n for n in nodes if n.depth == level]
        for number in range(3):
            parent = chance.choice(parents)
            parent.refresh_from_db()
            nodes.append(units.unit(f"机构{level}-{number}", parent))
    for node in nodes[1:]:
        for kind in chance.sample(TYPES, 2):
            w.entry(node, 6, kind, on=FIRST)
            w.overage(node, 4, kind)
            w.entry(node, chance.randint(1, 3), kind, on=some_day(chance))
            for _ in range(4):
                w.spells(node, chance.randint(1, 2), kind, starts_on=some_day(chance))
        p.due(node, 2, on=some_day(chance))
        p.holder(node, on=some_day(chance))
    return nodes


def leave(chance, share=3):
    spells = list(Occupancy.objects.filter(ends_on=None))
    for spell in chance.sample(spells, len(spells) // share):
        on = spell.starts_on + dt.timedelta(days=chance.randrange(900))
        Occupancy.objects.filter(pk=spell.pk).update(
            ends_on=min(on, timezone.localdate()), exit_mode_id="exit_mode.03", status_id=w.GONE
        )


def anything(chance, nodes):
    """Write one thing of any kind, back-dated as a rule."""
    node, kind = chance.choice(nodes[1:]), chance.choice(TYPES)

    def entry():
        w.entry(node, chance.randint(1, 4), kind, on=some_day(chance))

    def change():
        line = chance.choice(list(QuotaEntry.objects.all()))
        QuotaEntry.objects.filter(pk=line.pk).update(on=some_day(chance))

    def undo():
        for line in QuotaEntry.objects.order_by("-pk")[:20]:
            try:
                with transaction.atomic():
                    line.delete()
                    return
            except Exception:
                continue

    def reserve():
        held = w.reservation(node, 1, q.ADMIN) if w.cell(node) else None
        if held is not None:
            at = timezone.now() - dt.timedelta(days=chance.randrange(600))
            Reservation.objects.filter(pk=held.pk).update(
                created_at=at, released_at=at + dt.timedelta(days=40)
            )

    def appoint():
        p.holder(node, on=some_day(chance))
        p.due(node, 1, p.DEPUTY, on=some_day(chance))

    def resign():
        posting = PostHolding.objects.filter(ends_on=None).first()
        if posting is not None:
            PostHolding.objects.filter(pk=posting.pk).update(
                ends_on=posting.starts_on + dt.timedelta(days=100)
            )

    def tree():
        parents = [n for n in nodes if not n.path.startswith(node.path)]
        w.move(node, chance.choice(parents))
        for one in nodes:
            one.refresh_from_db()

    chance.choice((entry, change, undo, reserve, appoint, resign, tree, lambda: leave(chance, 9)))()


@pytest.mark.rule("Q-16")
@pytest.mark.parametrize("seed", range(3))
def test_any_day_equals_counting_whatever_is_written_and_refreshed(county, seed):
    chance = random.Random(seed)
    assert_equal_to_facts(county, chance, 2)  # nothing refreshed yet: all from the facts
    dated.refresh()
    assert not dated.waiting()
    assert_equal_to_facts(county, chance)
    for step in range(10):
        with suppress(IntegrityError), transaction.atomic():  # a full quota may refuse
            anything(chance, county)
        assert_equal_to_facts(county, chance, 1)
        if step % 5 == 4:
            dated.refresh()
            assert_equal_to_facts(county, chance, 2)
    dated.refresh()
    assert list(drifts()) == []


def test_today_is_a_day_like_any_other(county):
    dated.refresh()
    today = timezone.localdate()
    for node in county:
        assert queries.figures(node, today).total == queries.figures(node).total


@pytest.mark.rule("Q-16")
def test_a_back_dated_entry_reaches_every_later_day(county):
    root = county[0]
    dated.refresh()
    days = [dt.date(2012, 6, 1), dt.date(2016, 1, 31), dt.date(2020, 12, 31)]
    before = [queries.figures(root, on).total for on in days]

    w.entry(county[3], 5, q.FULL, on=dt.date(2015, 12, 20))

    for refreshed in (False, True):
        after = [queries.figures(root, on).total for on in days]
        assert after[0] == before[0], refreshed
        assert [a.approved - b.approved for a, b in zip(after, before, strict=True)] == [0, 5, 5]
        dated.refresh()


def test_a_type_that_no_longer_counts_leaves_every_total(county):
    dated.refresh()
    on = dt.date(2018, 8, 8)
    kind = CodeValue.objects.get(pk=q.FULL)
    kind.attrs["in_total"] = False
    kind.save()

    assert queries.figures(county[0], on) == queries.figures_from_facts(county[0], on)
    assert list(drifts()) == []


def test_a_changed_note_marks_nothing_and_a_move_marks_what_moved(county):
    dated.refresh()
    QuotaEntry.objects.update(note="已核对")
    Occupancy.objects.update(sort=3)
    LeadershipEntry.objects.update(note="已核对")
    assert not dated.waiting()

    w.move(county[-1], county[0])
    assert set(StaleCell.objects.values_list("unit_id", flat=True)) == {county[-1].pk}


@pytest.mark.rule("Q-16")
def test_a_unit_over_in_several_kinds_counts_once_by_the_kinds_that_count(county):
    """Spans are checked by hand, over and short: their sets of kinds change on the days given."""
    node = units.unit("两头超", county[0])
    days = [dt.date(2013, 2, 1), dt.date(2014, 3, 1), dt.date(2015, 4, 1)]
    for kind, places in ((q.ADMIN, 1), (q.SUPPORT, 1)):
        w.entry(node, places, kind, on=FIRST)
        w.overage(node, 9, kind)
    w.spells(node, 2, q.ADMIN, starts_on=days[0])
    w.spells(node, 3, q.SUPPORT, starts_on=days[1])
    Occupancy.objects.filter(unit=node, quota_type=q.ADMIN).update(
        ends_on=days[2], exit_mode_id="exit_mode.03", status_id=w.GONE
    )
    admin, support = (key.split(".")[1] for key in (q.ADMIN, q.SUPPORT))
    both = " ".join(sorted((admin, support)))
    for refreshed in (False, True):
        over = [queries.figures(node, on).total.over for on in (FIRST, *days)]
        assert over == [0, 1, 1, 1], refreshed
        dated.refresh()
    sets = CellSpan.objects.filter(unit=node, kind__startswith="over.").order_by("starts_on")
    assert list(sets.values_list("kind", "starts_on", "ends_on")) == [
        (f"over.quota_type.{admin}", days[0], days[1]),
        (f"over.quota_type.{both}", days[1], days[2]),
        (f"over.quota_type.{support}", days[2], None),
    ]
    kind = CodeValue.objects.get(pk=q.ADMIN)
    kind.attrs["in_total"] = False
    kind.save()
    assert [queries.figures(node, on).total.over for on in days] == [0, 1, 1]


@pytest.mark.rule("Q-16")
def test_the_ends_of_days_months_and_years_fall_where_they_belong(county):
    """Entries on both sides of each bound, at the root itself and far below it."""
    root, deep = county[0], county[-1]
    days = [
        dt.date(2014, 12, 31), dt.date(2015, 1, 1), dt.date(2015, 1, 31), dt.date(2015, 2, 1),
        dt.date(2015, 2, 28), dt.date(2015, 3, 1), dt.date(2015, 12, 31), dt.date(2016, 1, 1),
    ]  # fmt: skip
    eve = days[0] - dt.timedelta(days=1)
    for number, on in enumerate(days):
        w.entry(root, 1 + number, q.FULL, on=on)
        w.entry(deep, 1 + number, q.ADMIN, on=on)
    dated.refresh()
    for on in [eve, *days]:
        assert queries.figures(root, on) == queries.figures_from_facts(root, on), on
        below = queries.children_figures(root, on)
        assert tidy(below) == tidy(queries.children_from_facts(root, on)), on
        own = below.get(root.path, {}).get("", Sums())
        assert own.approved == sum(1 + n for n, day in enumerate(days) if day <= on)


def test_a_settled_board_reads_no_span(county, django_assert_num_queries):
    dated.refresh()
    day = dated.Day.of(dt.date(2018, 8, 8))
    with django_assert_num_queries(5) as done:
        queries.figures(county[0], day)
        queries.children_figures(county[0], day)
        posts.figures(county[0], day)
        posts.children_figures(county[0], day)
    assert not any("quotas_cellspan" in query["sql"] for query in done.captured_queries)
    deep = next(node for node in county if node.depth > 3)
    assert queries.figures(deep, day) == queries.figures_from_facts(deep, day)


def test_what_a_refresh_empties_is_taken_away(county):
    dated.refresh()
    kept = set(PeriodSum.objects.values_list("depth", "period", "starts_on", "path", "kind"))
    entry = w.entry(county[-1], 7, q.OUTSIDE, on=dt.date(2009, 9, 9))
    dated.refresh()
    first = PeriodSum.objects.filter(starts_on__year=2009)
    assert set(first.values_list("period", flat=True)) == {"y", "m", "d"}
    entry.delete()
    dated.refresh()
    assert (
        set(PeriodSum.objects.values_list("depth", "period", "starts_on", "path", "kind")) == kept
    )


def test_the_migration_makes_the_same_sums_from_the_spans(county):
    dated.refresh()
    columns = [field.name for field in PeriodSum._meta.fields if field.name != "id"]
    kept = set(PeriodSum.objects.values_list(*columns))
    PeriodSum.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(import_module("apps.quotas.migrations.0010_sums_of_days").FILL)
    assert set(PeriodSum.objects.values_list(*columns)) == kept


def test_small_batches_and_a_second_run_come_to_the_same(county):
    cells = StaleCell.objects.values("unit_id", "kind").distinct().count()
    assert dated.refresh(batch=2) == cells
    spans, sums = set(CellSpan.objects.values_list()), PeriodSum.objects.count()
    assert dated.refresh() == 0

    StaleCell.objects.bulk_create(
        StaleCell(unit_id=unit, kind=kind, from_on=FIRST)
        for unit, kind in CellSpan.objects.values_list("unit_id", "kind").distinct()
    )
    dated.refresh()
    assert set(CellSpan.objects.values_list()) == spans
    assert PeriodSum.objects.count() == sums


def test_a_drift_of_the_dated_cells_is_found(county):
    dated.refresh()
    assert list(drifts()) == []
    span = CellSpan.objects.order_by("unit_id", "kind", "starts_on")[3]
    CellSpan.objects.filter(pk=span.pk).update(taken=span.taken + 1)
    assert {drift.check for drift in drifts()} == {"某日余额", "期间变化"}
    CellSpan.objects.filter(pk=span.pk).update(taken=span.taken)

    with connection.cursor() as cursor:
        cursor.execute("UPDATE quotas_periodsum SET vacant = vacant + 1 WHERE depth = 1")
    assert {drift.check for drift in drifts()} == {"期间变化"}


def test_a_past_day_costs_the_same_queries_for_any_number_of_units(
    county, django_assert_num_queries
):
    dated.refresh()
    on = dt.date(2018, 8, 8)
    for node in (county[0], Unit.objects.get(pk=county[4].pk)):
        with django_assert_num_queries(4):
            queries.figures(node, on)
        with django_assert_num_queries(4):
            queries.children_figures(node, on)
        with django_assert_num_queries(7, exact=False):
            queries.over_units(node, on=on)
    day = dated.Day.of(on)  # a page reads the figures of a node and of those below it together
    queries.figures(county[0], day)
    with django_assert_num_queries(0):
        queries.children_figures(county[0], day)
