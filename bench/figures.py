"""Boards and balance triggers, on whatever the database holds (issue ids P2 and P3).

    BIANZHI_DB_OWNER=1 python -m bench figures        seed a province first for the real figures

P2: the board's reads against the live GROUP BY they must equal. P3: people who leave and come back
in one statement, with the balance triggers and without them. Nothing is kept: every change is
rolled back. One JSON line per measurement; ratios of medians, all in this one run.
"""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Callable
from typing import Any

PAIRS = 5
SPELLS = 20_000


def median(act: Callable[[], Any]) -> float:
    """Return the median milliseconds of PAIRS runs after one to warm up."""
    act()
    taken = []
    for _ in range(PAIRS):
        started = time.perf_counter()
        act()
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)


def tell(**line: Any) -> None:
    print(json.dumps(line, ensure_ascii=False), flush=True)


def ready() -> None:
    """Start what a measurement needs: settings, servers, Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bianzhi.settings.dev")
    os.environ["BIANZHI_DB_OWNER"] = "1"  # P3 switches triggers off, inside a transaction
    import django

    from bianzhi import embedded

    django.setup()
    embedded.hold()


def as_web() -> None:
    """Be as a web process that has started: every view loaded, its objects out of the collector."""
    from django.conf import settings
    from django.urls import get_resolver

    from bianzhi import memory

    settings.ALLOWED_HOSTS = ["testserver"]
    get_resolver().url_patterns  # noqa: B018 - loads them
    memory.settle()


def main() -> None:
    ready()
    board()
    triggers()


def board() -> None:
    from django.utils import timezone

    from apps.dashboards.queries.summary import home_paths
    from apps.quotas import queries
    from apps.quotas.models import Balance
    from apps.units.models import Unit

    paths, today = home_paths(), timezone.localdate()
    root = paths[0]

    def kept() -> tuple[Any, ...]:
        return (
            queries.figures(root),
            queries.children_figures(root),
            queries.over_units(root, 20),
            queries.latest_changes(root, 20),
        )

    def live() -> tuple[Any, ...]:
        return (
            queries.figures_from_facts(root, today),
            queries.children_from_facts(root, today),
            over_from_facts(root, today),
            queries.latest_changes(root, 20),
        )

    size = {
        "units": Unit.objects.filter(path__startswith=root).count(),
        "balances": Balance.objects.filter(scope__startswith=root).count(),
    }
    equal = kept()[0].total == live()[0].total
    fast, slow = median(kept), median(live)
    tell(
        id="P2",
        what="board reads against the live GROUP BY",
        ratio=round(fast / slow, 4),
        at_most=0.1,
        ok=equal and fast / slow <= 0.1,
        equal=equal,
        milliseconds=round(fast, 1),
        live_milliseconds=round(slow, 1),
        **size,
    )


def over_from_facts(root: str, on: Any) -> list[tuple[Any, ...]]:
    """Return the 20 units most over, counted from the facts."""
    from django.db import connection

    from apps.quotas.queries.figures import facts_on_day

    facts, parameters = facts_on_day([root], on)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT unit_id, sum(excess) FROM ({facts}) x WHERE in_total GROUP BY 1 "
            "HAVING sum(excess) > 0 ORDER BY 2 DESC, 1 LIMIT 20",
            parameters,
        )
        return cursor.fetchall()


def triggers() -> None:
    from django.db import connection, transaction

    def run(sql: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql)

    def leave_and_return(switched_on: bool) -> float:
        with transaction.atomic():
            if not switched_on:
                for verb in ("insert", "update", "delete"):
                    run(f"ALTER TABLE staff_occupancy DISABLE TRIGGER c_balance_{verb}")
                    run(f"ALTER TABLE staff_occupancy DISABLE TRIGGER d_past_{verb}")
            started = time.perf_counter()
            run(
                "UPDATE staff_occupancy SET ends_on = starts_on, exit_mode_id = 'exit_mode.03' "
                "WHERE id IN (SELECT id FROM staff_occupancy WHERE ends_on IS NULL AND counts "
                f"ORDER BY id LIMIT {SPELLS})"
            )
            taken = time.perf_counter() - started
            transaction.set_rollback(True)
        return taken * 1000

    leave_and_return(True)
    pairs = [(leave_and_return(True), leave_and_return(False)) for _ in range(PAIRS)]
    with_, without = (statistics.median(side) for side in zip(*pairs, strict=True))
    tell(
        id="P3",
        what="people leaving in one statement, with balance triggers and without",
        ratio=round(with_ / without, 3),
        at_most=1.3,
        ok=with_ / without <= 1.3,
        milliseconds=round(with_, 1),
        without_milliseconds=round(without, 1),
    )
