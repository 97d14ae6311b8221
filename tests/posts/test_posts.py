"""领导职数: entered by document, counted by kind, never netted."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from apps.audit.models import AuditEvent
from apps.core.models import CodeValue
from apps.posts import queries, services
from apps.posts.errors import (
    BelowZero,
    DocumentMissing,
    EntryInFuture,
    NothingChanges,
    UncountedKind,
    UnitHoldsNoPosts,
)
from apps.posts.models import LeadershipEntry
from apps.posts.queries import PostSums
from apps.posts.refusals import sentence
from apps.posts.services import Line
from apps.staff.models import PostHolding
from apps.units.models import DocumentUnit
from tests.factories import posts as p
from tests.factories import units

pytestmark = pytest.mark.django_db


def kind(key: str = p.CHIEF) -> CodeValue:
    return CodeValue.objects.get(pk=key)


def test_a_line_is_a_fact_with_its_document_its_event_and_its_history(bureau, document, clerk):
    made = services.post_entry(
        unit=bureau, post_kind=kind(), change=1, on=p.DAY, document=document,
        reason="机构改革", by=clerk, post_level=CodeValue.objects.get(pk="post_level.1A41"),
    )  # fmt: skip

    event = AuditEvent.objects.get(kind="leadershipentry.post")
    assert (event.actor_id, event.scope) == (clerk.pk, bureau.path)
    assert (event.before["due"], event.after["due"]) == (0, 1)
    assert made.history.get().change_id == event.change_id
    assert DocumentUnit.objects.filter(document=document, unit=bureau).exists()
    assert queries.cells(bureau)[0].sums == PostSums(1, 0, 0, 1)


@pytest.mark.rule("L-02")
@pytest.mark.parametrize(
    ("error", "key", "change", "days"),
    [
        (NothingChanges, p.CHIEF, 0, 0),
        (UncountedKind, "post_kind.14", 1, 0),
        (BelowZero, p.CHIEF, -1, 0),
        (EntryInFuture, p.CHIEF, 1, 1),
    ],
)
def test_a_refused_line_keeps_the_others_out(bureau, document, clerk, error, key, change, days):
    with pytest.raises(error) as caught:
        services.post_entries(
            lines=[Line(bureau, kind(p.DEPUTY), 2), Line(bureau, kind(key), change)],
            on=timezone.localdate() + dt.timedelta(days=days),
            document=document,
            by=clerk,
        )
    assert not LeadershipEntry.objects.exists()
    assert not AuditEvent.objects.filter(kind="leadershipentry.post").exists()
    assert len(sentence(caught.value)) > 6


def test_groupings_and_missing_documents_are_refused(home, bureau, document, clerk):
    with pytest.raises(UnitHoldsNoPosts):
        services.post_entries(lines=[Line(home, kind(), 1)], on=p.DAY, document=document, by=clerk)
    with pytest.raises(DocumentMissing):
        services.post_entries(lines=[Line(bureau, kind(), 1)], on=p.DAY, document=None, by=clerk)


@pytest.mark.rule("L-03")
def test_a_backdated_cut_never_makes_a_past_day_negative(bureau, document, clerk):
    p.due(bureau, 3, p.DEPUTY, on=dt.date(2015, 1, 1))
    p.due(bureau, -2, p.DEPUTY, on=dt.date(2016, 1, 1))
    p.due(bureau, 4, p.DEPUTY, on=dt.date(2017, 1, 1))
    with pytest.raises(BelowZero, match="2016"):
        p.due(bureau, -2, p.DEPUTY, on=dt.date(2015, 6, 1), document=document)


@pytest.mark.rule("L-01")
def test_fewer_posts_than_holders_is_a_finding_not_a_refusal(bureau):
    p.due(bureau, 2, p.DEPUTY)
    p.holder(bureau, p.DEPUTY)
    p.holder(bureau, p.DEPUTY)

    p.due(bureau, -1, p.DEPUTY, on=dt.date(2016, 1, 1))

    (row,) = queries.cells(bureau)
    assert (row.sums, row.lamp) == (PostSums(1, 2, 1, 0), ("red", "超配"))


@pytest.mark.rule("L-01")
def test_chief_and_deputy_never_net_out(bureau, home):
    """domain.md §5.3: chief 1/2 and deputy 3/1 is over 1 and short 2, not short 1."""
    p.due(bureau, 1, p.CHIEF)
    p.due(bureau, 3, p.DEPUTY)
    for key in (p.CHIEF, p.CHIEF, p.DEPUTY):
        p.holder(bureau, key)
    p.holder(bureau, p.DEPUTY, counted=False)
    quiet = units.unit("民政局", home)
    p.due(quiet, 1)
    p.holder(quiet)

    found = queries.figures(home)

    assert found.total == PostSums(5, 4, 1, 2)
    assert (found.over_units, found.short_units) == (1, 1)
    assert [(r.post_kind.pk, r.sums.over, r.sums.short) for r in found.kinds] == [
        (p.CHIEF, 1, 0),
        (p.DEPUTY, 0, 2),
    ]
    assert queries.children_figures(home)[bureau.path] == PostSums(4, 3, 1, 2)


def test_a_past_day_counts_what_held_then(bureau):
    p.due(bureau, 1, on=dt.date(2012, 1, 1))
    held = p.holder(bureau, on=dt.date(2012, 3, 1))
    PostHolding.objects.filter(pk=held.pk).update(ends_on=dt.date(2014, 1, 1))
    p.due(bureau, 1, p.DEPUTY, on=dt.date(2013, 1, 1))

    def at(year):
        found = queries.figures(bureau, on=dt.date(year, 6, 1))
        assert found.kinds == queries.cells(bureau, on=dt.date(year, 6, 1))
        return found.total, found.over_units, found.short_units

    assert at(2011) == (PostSums(), 0, 0)
    assert at(2012) == (PostSums(1, 1, 0, 0), 0, 0)
    assert at(2014) == (PostSums(2, 0, 0, 2), 0, 1)
    today = timezone.localdate()
    assert queries.figures(bureau, on=today).total == queries.figures(bureau).total


def test_the_ledger_runs_by_kind(bureau):
    p.due(bureau, 3, p.DEPUTY, on=dt.date(2012, 1, 1))
    p.due(bureau, 1, p.CHIEF, on=dt.date(2013, 1, 1))
    p.due(bureau, -1, p.DEPUTY, on=dt.date(2014, 1, 1))

    found = queries.ledger(bureau)

    assert [group.post_kind.pk for group in found] == [p.CHIEF, p.DEPUTY]
    assert [(line.added, line.cut, line.balance) for line in found[1].lines] == [
        (3, None, 3),
        (None, 1, 2),
    ]


def counted(node):
    """Count the posts below a node from the facts, as the buckets should have them."""
    return queries.figures(node, on=timezone.localdate())


def test_kept_sums_equal_counting_at_every_level(home):
    nodes = [home]
    for level in range(5):
        nodes.append(units.unit(f"层{level}", nodes[-1]))
        nodes[-2].refresh_from_db()
    for number, node in enumerate(nodes[1:], 1):
        p.due(node, number, (p.CHIEF, p.DEPUTY)[number % 2])
        for _ in range(number % 3 + 1):
            p.holder(node, (p.CHIEF, p.DEPUTY, p.OTHER)[number % 3])

    for node in nodes:
        kept = queries.figures(node)
        assert kept.kinds == counted(node).kinds, node
        assert (kept.over_units, kept.short_units) == (
            counted(node).over_units,
            counted(node).short_units,
        )
        children = queries.children_figures(node)
        assert sum(children.values(), PostSums()) == kept.total


def test_posts_follow_a_moved_subtree(home, foreign_home):
    from apps.units.models import Unit

    office = units.unit("局", home)
    inner = units.unit("站", office)
    office.refresh_from_db()
    for node in (office, inner):
        p.due(node, 2)
        p.holder(node)
    before = queries.figures(home).total

    Unit.objects.move(
        Unit.objects.get(pk=office.pk), Unit.objects.get(pk=foreign_home.pk), "last-child"
    )

    assert queries.figures(home).total == PostSums()
    assert queries.figures(Unit.objects.get(pk=foreign_home.pk)).total == before
