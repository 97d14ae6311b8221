"""Every page a reader can open, on whatever the database holds (issue id P8).

    python -m bench pages        seed demo, or a province, first

The addresses are read off the URL configuration; those with an id get a large unit, a small one, a
person and a document. Readers: the office's clerk and a leader, of everything and of one county.
Counted: statements of each page (at most 30) and server time (the 95th percentile of all pages at
most 100 ms, in process, without network). Pages that answer with a file are jobs' business and left
out. One JSON line for each reader, with the slowest and the busiest pages; nothing is kept.
BENCH_ROUNDS (default 3) is how often each page is asked, BENCH_READERS a part of the readers'
names; each page over its bound is told on standard error as it is met.
"""

from __future__ import annotations

import logging
import os
import statistics
import sys
import time
from collections.abc import Iterator
from typing import Any

from bench.figures import as_web, ready, tell

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
READERS = os.environ.get("BENCH_READERS", "")  # part of a reader's name; empty means all
MOST_STATEMENTS = 30
P95 = 100  # milliseconds
#: Longest answers are told; so many.
TOLD = 5
#: These answer with files or change something for the caller.
LEFT_OUT = (
    "healthz",
    "export",
    "template",
    "download",
    "logout",
    "original",
    "pdf",
    "print",
    "file",
    "gallery",
)
#: Asked besides the plain address.
QUERIES = {
    "dashboards:search": ["q=教育", "q=王"],
    "units:list": ["q=教育", "page=3"],
    "staff:list": ["q=王", "page=3", "sort=-entered"],
    "dashboards:board": ["on=2015-06-30"],
    "quotas:unit": ["on=2015-06-30"],
    "units:detail": ["on=2015-06-30"],
    "staff:unit": ["on=2015-06-30"],
    "documents:list": ["q=编制"],
}


def main() -> None:
    os.environ.setdefault("BIANZHI_DEBUG", "0")
    ready()
    logging.disable(logging.CRITICAL)  # refused pages are expected here
    from django.db import transaction

    as_web()
    from apps.units.models import Office, Unit

    home = Office.objects.get().home
    tops = Unit.objects.filter(depth=1)
    county = a_county() or home
    readers = [
        (f"{role} of {where}", name, roots)
        for where, roots in (("everything", list(tops)), ("one county", [county]))
        for role, name in (("clerk", "office_clerk"), ("leader", "leader"))
    ]
    for what, role, roots in readers:
        if READERS not in what:
            continue
        with transaction.atomic():
            one(what, role, roots)
            transaction.set_rollback(True)


def a_county() -> Any:
    """Return a unit with about 4,000 below it, or none where all are far smaller."""
    from django.db.models import Count
    from django.db.models.functions import Left

    from apps.units.models import Unit

    nearest, chosen = 3_000, None
    for depth in range(1, 6):
        tops = Unit.objects.filter(depth__gte=depth).annotate(
            top=Left("path", depth * Unit.steplen)
        )
        for path, count in tops.order_by().values_list("top").annotate(count=Count("pk")):
            if abs(count - 4_000) < nearest:
                nearest, chosen = abs(count - 4_000), path
    return Unit.objects.get(path=chosen) if chosen else None


def one(what: str, role: str, roots: list[Any]) -> None:
    from django.contrib.auth.models import Permission
    from django.db import connection, reset_queries
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from apps.accounts.models import User
    from apps.accounts.roles import ROLES
    from apps.staff.models import Person
    from apps.units.models import Unit, UnitUserPermission

    user = User.objects.create_user(f"bench-{role}-{roots[0].pk}", name="测速")
    for name in ROLES[role].permissions:
        permission = Permission.objects.get(
            codename=name, content_type__app_label="units", content_type__model="unit"
        )
        for root in roots:
            UnitUserPermission.objects.create(user=user, permission=permission, content_object=root)
    client = Client(raise_request_exception=False)
    client.force_login(
        User.objects.get(pk=user.pk), backend="django.contrib.auth.backends.ModelBackend"
    )
    times: dict[str, float] = {}
    statements: dict[str, int] = {}
    broken: list[str] = []
    for address in addresses(roots):
        taken = []
        for _ in range(ROUNDS):
            reset_queries()  # the log is full after 9,000, and nothing would be counted
            with CaptureQueriesContext(connection) as asked:
                started = time.perf_counter()
                answer = client.get(address)
                taken.append((time.perf_counter() - started) * 1000)
            if answer.status_code != 200:
                break
        if answer.status_code >= 500:
            broken.append(address)
        if answer.status_code != 200 or answer.streaming or "html" not in answer["Content-Type"]:
            continue
        times[address] = statistics.median(taken)
        statements[address] = len(asked)
        if times[address] > P95 or len(asked) > MOST_STATEMENTS:
            queries = sum(float(query["time"]) for query in asked) * 1000
            print(
                f"{times[address]:8.0f} ms, {queries:.0f} in {len(asked)} statements: {address}",
                file=sys.stderr,
                flush=True,
            )
    ordered = sorted(times.values())
    p95 = ordered[int(len(ordered) * 0.95)]
    slowest = sorted(times, key=lambda a: -times[a])[:TOLD]
    busiest = sorted(statements, key=lambda a: -statements[a])[:TOLD]
    most = max(statements.values())
    tell(
        id="P8",
        what=f"pages for the {what}",
        ratio=round(p95 / P95, 3),
        at_most=1,
        ok=p95 <= P95 and most <= MOST_STATEMENTS and not broken,
        pages=len(times),
        p95_milliseconds=round(p95, 1),
        median_milliseconds=round(statistics.median(ordered), 1),
        slowest={address: round(times[address]) for address in slowest},
        most_statements=most,
        busiest={address: statements[address] for address in busiest},
        broken=broken,
        units=Unit.objects.count(),
        people=Person.objects.count(),
    )


def addresses(roots: list[Any]) -> Iterator[str]:
    from django.urls import URLPattern, URLResolver, get_resolver, reverse
    from django.urls.exceptions import NoReverseMatch

    ids = examples(roots)

    def walk(resolver: Any, spaces: tuple[str, ...]) -> Iterator[tuple[str, URLPattern]]:
        for found in resolver.url_patterns:
            if isinstance(found, URLResolver):
                inner = (*spaces, found.namespace) if found.namespace else spaces
                yield from walk(found, inner)
            elif found.name:
                yield ":".join([*spaces, found.name]), found

    for name, pattern in walk(get_resolver(), ()):
        if any(word in name for word in LEFT_OUT):
            continue
        parameters = list(pattern.pattern.converters)
        if not parameters:
            choices: list[dict[str, Any]] = [{}]
        elif parameters == ["pk"] and name.split(":")[0] in ids:
            choices = [{"pk": pk} for pk in ids[name.split(":")[0]]]
        else:
            continue
        for chosen in choices:
            try:
                address = reverse(name, kwargs=chosen)
            except NoReverseMatch:
                continue
            yield address
            yield from (f"{address}?{query}" for query in QUERIES.get(name, ()))


def examples(roots: list[Any]) -> dict[str, list[int]]:
    """Return ids worth looking at, by app: large and small."""
    from apps.core.scope import within
    from apps.documents.models import ApprovalDocument
    from apps.staff.models import Occupancy
    from apps.units.models import Unit

    paths = [root.path for root in roots]
    bodies = Unit.objects.active().bodies().filter(within(paths, "path")).select_related("total")
    largest = bodies.order_by("-total__actual").exclude(total=None).first()
    smallest = bodies.order_by("total__actual").exclude(total=None).first()
    units = [roots[0].pk, largest.pk, smallest.pk]
    spell = Occupancy.objects.filter(within(paths, "scope"), ends_on=None).order_by("scope").first()
    document = ApprovalDocument.objects.filter(within(paths, "scope")).order_by("pk").first()
    people = [spell.person_id] if spell else []
    return {
        "units": units,
        "quotas": units,
        "posts": units,
        "checks": units,
        "reports": units,
        "staff": [*units[1:], *people],
        "documents": [document.pk] if document else [],
    }
