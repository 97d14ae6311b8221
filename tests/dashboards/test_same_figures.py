"""Sums and counts in a form an index can answer are what the plain form says."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.db.models import Count, Q, Subquery
from django.test.utils import CaptureQueriesContext

from apps.core.scope import covers, outside, within
from apps.core.tables import _Paginator
from apps.dashboards.queries.summary import documents_counted
from apps.documents.models import ApprovalDocument
from apps.units.models import DocumentUnit, Unit
from tests.factories.documents import DocumentFactory

pytestmark = pytest.mark.django_db


def test_documents_are_counted_once_wherever_they_are_registered(world, home, bureau, foreign_home):
    other, far = DocumentFactory(scope=bureau.path), DocumentFactory(scope=foreign_home.path)
    both = DocumentFactory(scope=foreign_home.path, issued_on=dt.date(2020, 1, 1))
    for made, unit in ((other, world.school), (far, world.school), (far, bureau), (both, bureau)):
        DocumentUnit.objects.create(document=made, unit=unit, scope=unit.path)

    def old(paths, on):
        linked = DocumentUnit.objects.filter(within(paths, "scope")).values("document")
        found = ApprovalDocument.objects.filter(within(paths, "scope") | Q(pk__in=linked))
        return (found.filter(issued_on__lte=on) if on else found).count()

    several = [world.school.path, foreign_home.path]
    places = [[home.path], [bureau.path], [foreign_home.path], several]
    counts = {
        (tuple(paths), on): documents_counted(paths, on)
        for paths in places
        for on in (None, dt.date(2016, 1, 1))
    }
    assert counts == {key: old(list(key[0]), key[1]) for key in counts}
    assert counts[(bureau.path,), None] == counts[(bureau.path,), dt.date(2016, 1, 1)] + 1


def test_outside_some_subtrees_is_everything_else(world, home, bureau, foreign_home):
    every = Unit.objects.order_by("path")
    for paths in ([], [home.path], [bureau.path, foreign_home.path], [world.school.path]):
        beyond = list(every.filter(outside(paths, "path")))
        assert beyond == [one for one in every if not covers(paths, one.path)]


def test_a_capped_count_leaves_out_what_is_only_shown(world):
    class Data:
        def __init__(self, rows):
            self.data = rows

    grouped = Unit.objects.annotate(links=Count("document_links"))
    plain = Unit.objects.annotate(first=Subquery(Unit.objects.values("name")[:1]))
    kinds = Unit.objects.values("status").distinct()
    for asked in (grouped, plain, plain.filter(first__isnull=False), kinds):
        assert _Paginator(Data(asked), 20, 1_000).count == asked.order_by().count()
    with CaptureQueriesContext(connection) as asked:
        assert _Paginator(Data(plain), 20, 3).count == 3
    [statement] = asked
    assert statement["sql"].count("SELECT") == 2
