"""The inbox of an office with many applications (issue 4: first page ≤ 50 ms, ≤ 15 statements).

    BIANZHI_VAR=… python -m bench inbox        seed demo into that folder first, and throw it away

Fills the folder's database with BENCH_CLOSED closed and BENCH_OPEN open applications by SQL (once:
what is there already is kept), then opens the first page of each tab as the office's clerk, its
director, a supervising department with a few cases and a partner. In process, without network;
medians of one run. One JSON line for each reader and tab.
"""

from __future__ import annotations

import logging
import os
import statistics
import time
from collections.abc import Iterable
from typing import Any

from bench.figures import as_web, ready, tell

CLOSED = int(os.environ.get("BENCH_CLOSED", "1000000"))
OPEN = int(os.environ.get("BENCH_OPEN", "50000"))
ROUNDS = 9
MOST_MILLISECONDS = 50
MOST_STATEMENTS = 15
MARK = "ZZ"  # begins the numbers of what the measurement wrote

COLUMNS = (
    "uid, number, kind, state, version_id, unit_id, summary, contact, values, applicant_id, "
    "created_at, saved_at, submitted_at, arrived_at, due_at, provisional, ended_at, revision, "
    "override_reason, scope, other_scope"
)
#: Where the open ones are: so many of a hundred.
STATES = (
    ("supervising", 20),
    ("examining", 40),
    ("signing", 15),
    ("deciding", 10),
    ("confirming", 10),
    ("returned", 5),
)
ROWS = f"""
INSERT INTO approvals_application ({COLUMNS})
SELECT gen_random_uuid(), '{MARK}' || lpad((g + %(first)s)::text, 8, '0'), 'entry', %(state)s,
       %(version)s, u.id, '张' || g || ' 入编 行政编制', '', '{{}}', %(applicant)s,
       t, t, t, t,
       CASE WHEN %(state)s IN ('done', 'returned') OR g %% 50 = 0 THEN NULL
            ELSE now() + ((g * 7919) %% 43200 - 14400) * interval '1 minute' END,
       false, CASE WHEN %(state)s = 'done' THEN t END, 3, '', u.path, ''
  FROM generate_series(1::bigint, %(number)s) g
  CROSS JOIN LATERAL (SELECT now() - ((g * 104729) %% 2000000) * interval '1 minute' AS t) x
  JOIN (SELECT id, path, row_number() OVER (ORDER BY path) - 1 AS n,
               count(*) OVER () AS all_ FROM units_unit
         WHERE path LIKE %(below)s AND entity_kind = 'body') u ON u.n = g %% u.all_
"""


def main() -> None:
    os.environ.setdefault("BIANZHI_DEBUG", "0")
    ready()
    logging.disable(logging.CRITICAL)
    from django.db import connection

    from apps.approvals.models import Application
    from apps.units.models import Office

    as_web()
    home = Office.objects.get().home
    people = cast(home)
    if not Application.objects.filter(number__startswith=MARK).exists():
        fill(home, people)
        with connection.cursor() as cursor:
            for table in ("application", "confirmation", "step"):
                cursor.execute(f"VACUUM (ANALYZE) approvals_{table}")
    size = {
        "open": Application.objects.open().count(),
        "closed": Application.objects.ended().count(),
    }
    for who, user in people.items():
        for tab in ("todo", "done", "watch", "mine", "copies"):
            if tab == "watch" and who not in ("chief", "director"):
                continue
            one(who, user, tab, size)


def cast(home: Any) -> dict[str, Any]:
    """Return the readers, made once."""
    from django.contrib.auth.models import Permission

    from apps.accounts.models import User
    from apps.accounts.roles import ROLES
    from apps.units.models import Unit, UnitUserPermission

    small = Unit.objects.under(home).active().bodies().exclude(pk=home.pk).order_by("path")[3]
    found = {}
    for who, role, root in (
        ("clerk", "office_clerk", home),
        ("chief", "office_chief", home),
        ("director", "office_director", home),
        ("supervisor of one unit", "supervisor", small),
        ("partner", "partner_personnel", home),
        ("applicant", "unit_clerk", small),
    ):
        name = f"bench-inbox-{role}"
        user = User.objects.filter(username=name).first()
        if user is None:
            user = User.objects.create_user(name, name="测速")
            for codename in ROLES[role].permissions:
                permission = Permission.objects.get(
                    codename=codename,
                    content_type__app_label="units",
                    content_type__model="unit",
                )
                UnitUserPermission.objects.create(
                    user=user, permission=permission, content_object=root
                )
        found[who] = user
    return found


def fill(home: Any, people: dict[str, Any]) -> None:
    """Write the applications, the partners' parts that wait, and a step for each closed one."""
    from django.db import connection, transaction

    from apps.approvals.models import KindVersion

    version = KindVersion.objects.in_force("entry")
    tables = ("application", "confirmation", "step")
    with transaction.atomic(), connection.cursor() as cursor:
        for table in tables:  # keys that refer elsewhere are checked by triggers, too
            cursor.execute(f"ALTER TABLE approvals_{table} DISABLE TRIGGER ALL")
        indexes = _without_indexes(cursor, tables)
        first = 0
        for state, share in (*STATES, ("done", 0)):
            number = CLOSED if state == "done" else OPEN * share // 100
            cursor.execute(
                ROWS,
                {
                    "first": first,
                    "state": state,
                    "version": version.pk,
                    "applicant": people["applicant"].pk,
                    "number": number,
                    "below": f"{home.path}%",
                },
            )
            first += number
        cursor.execute(
            'INSERT INTO approvals_confirmation (application_id, partner, "order", arrived_at, '
            "due_at, provisional, client, reference_no, opinion, answer, scope) "
            "SELECT id, 'personnel', 1, arrived_at, due_at, false, '', '', '', '', scope "
            "FROM approvals_application WHERE state = 'confirming' AND number LIKE %s",
            [f"{MARK}%"],
        )
        cursor.execute(
            "INSERT INTO approvals_step (application_id, move, from_state, to_state, step, by_id, "
            "by_name, at, opinion, facts, decides, applicant_id) "
            "SELECT id, 'pass', 'examining', 'done', '编办经办审核', %s, '测速', ended_at, '同意', "
            "'{}', true, applicant_id FROM approvals_application "
            "WHERE state = 'done' AND number LIKE %s",
            [people["clerk"].pk, f"{MARK}%"],
        )
        for index in indexes:
            cursor.execute(index)
        for table in tables:
            cursor.execute(f"ALTER TABLE approvals_{table} ENABLE TRIGGER ALL")


def _without_indexes(cursor: Any, tables: Iterable[str]) -> list[str]:
    """Drop the indexes that are no constraint's and return what makes them again."""
    cursor.execute(
        "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i "
        "WHERE i.indrelid = ANY(%s::regclass[]) AND NOT i.indisprimary AND NOT EXISTS "
        "(SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)",
        [[f"approvals_{table}" for table in tables]],
    )
    found = cursor.fetchall()
    for name, _ in found:
        cursor.execute(f"DROP INDEX {name}")
    return [made for _, made in found]


def one(who: str, user: Any, tab: str, size: dict[str, int]) -> None:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    address = f"/approvals/?tab={tab}"
    client.get(address)
    taken, sql = [], []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        answer = client.get(address)
        taken.append((time.perf_counter() - started) * 1000)
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    sql = [float(query["time"]) * 1000 for query in asked.captured_queries]
    middle = statistics.median(taken)
    tell(
        id="A1",
        what=f"first page of the inbox, {who}, {tab}",
        ratio=round(middle / MOST_MILLISECONDS, 3),
        at_most=1,
        ok=answer.status_code == 200
        and middle <= MOST_MILLISECONDS
        and len(asked) <= MOST_STATEMENTS,
        milliseconds=round(middle, 1),
        statements=len(asked),
        database_milliseconds=round(sum(sql), 1),
        slowest_statement=round(max(sql), 1),
        **size,
    )
