"""A process or its database session killed during a decision: decision and effects together."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from apps.approvals import services
from apps.approvals.choices import State
from apps.approvals.models import Application
from apps.audit.models import AuditEvent
from apps.posts.models import PostBalance
from apps.quotas.models import Balance
from apps.staff.models import Occupancy, PostHolding
from tests.factories import posts, staff
from tests.factories.approvals import submitted

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def case(office, unit_clerk, cast):
    """An exit of a leader that waits for its last signature."""
    posts.due(office, 1)
    spell = staff.enter(office, "张玥")
    staff.services.start_posting(
        person=spell.person,
        unit=office,
        post_kind=staff.code(posts.CHIEF),
        post_name="局长",
        starts_on=staff.ENTERED,
        by=None,
    )
    data = {"exit_mode": staff.RETIRED, "on": "2026-09-01", "document_no": "嵊人社退〔2026〕7号"}
    case = submitted("exit", unit_clerk, data, spell=spell)
    for who in (cast["supervising"], cast["examining"]):
        case = services.advance(application=case, move="pass", by=who)
    assert case.state == State.SIGNING
    return case


@pytest.fixture
def deciding(case, chief) -> Iterator[Callable[[str], subprocess.Popen]]:
    """Start the decision in a process of its own; it stops where it is told to."""
    started: list[subprocess.Popen] = []

    def start(where: str) -> subprocess.Popen:
        made = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.approvals.killed_decision",
                connection.settings_dict["NAME"],
                str(case.pk),
                str(chief.pk),
                where,
            ],
            cwd=ROOT,
            env={**os.environ, "BIANZHI_VAR": str(settings.VAR)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        started.append(made)
        made.session = int(made.stdout.readline())
        return made

    yield start
    for one in started:
        one.kill()
        one.wait()
        one.stdin.close()
        one.stdout.close()


def standing(case):
    """Return what a decision changes, in all the places where it leaves something."""
    case = Application.objects.get(pk=case.pk)
    return (
        case.state,
        case.effected_at is not None,
        case.trail.filter(to_state=State.CONFIRMING).count(),
        case.confirmations.count(),
        Occupancy.objects.open().count(),
        PostHolding.objects.open().count(),
        Balance.objects.get(unit=case.unit).actual,
        PostBalance.objects.get(unit=case.unit).filled,
        AuditEvent.objects.filter(kind="occupancy.leave").count(),
    )


NOTHING = (State.SIGNING, False, 0, 0, 1, 1, 1, 1, 0)
EVERYTHING = (State.CONFIRMING, True, 1, 3, 0, 0, 0, 0, 1)


@pytest.mark.rule("AP-08")
@pytest.mark.parametrize("victim", ["process", "session"])
@pytest.mark.parametrize(("where", "left"), [("inside", NOTHING), ("after", EVERYTHING)])
def test_a_decision_is_there_with_its_effects_or_not_at_all(
    victim, where, left, case, deciding, chief
):
    assert standing(case) == NOTHING
    process = deciding(where)
    if victim == "process":
        process.kill()
        process.wait(30)
    else:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [process.session])
            assert cursor.fetchone()[0]
        process.stdin.write("\n")
        process.stdin.flush()
        assert (process.wait(30) != 0) == (where == "inside")
    assert standing(case) == left
    if left == NOTHING:
        services.advance(application=case, move="pass", by=chief)
        assert standing(case) == EVERYTHING, "it can be decided again"
