"""The trail itself: appended only, in the deed's own transaction, in monthly partitions."""

import datetime as dt

import pytest
from django.db import connection, transaction
from django.utils import timezone

from apps.audit import services, tasks
from apps.audit.models import AuditEvent
from apps.core import events
from tests.factories import accounts

pytestmark = pytest.mark.django_db


def partitions():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits "
            "WHERE inhparent = 'audit_auditevent'::regclass"
        )
        return {row[0] for row in cursor.fetchall()}


def test_partitions_of_this_month_and_the_next_two_are_there():
    tasks.ensure_partitions()

    first = timezone.localdate().replace(day=1)
    months = [first, *(_after(first, n) for n in (1, 2))]
    assert {f"audit_auditevent_{month:%Y%m}" for month in months} <= partitions()


def _after(day, months):
    month = day.month - 1 + months
    return dt.date(day.year + month // 12, month % 12 + 1, 1)


def test_making_partitions_twice_makes_nothing_new():
    services.ensure_partitions()

    assert services.ensure_partitions() == 0


def test_a_missing_partition_is_made_again_without_losing_an_event():
    name = f"audit_auditevent_{_after(timezone.localdate().replace(day=1), 2):%Y%m}"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {name}")

    assert services.ensure_partitions() == 1
    assert name in partitions()


def test_an_event_of_a_deed_that_fails_is_gone_with_it():
    user = accounts.account()
    with transaction.atomic():
        services.record("user.change", target=user, by=user)
        transaction.set_rollback(True)

    assert not AuditEvent.objects.exists()


@pytest.mark.asvs("16.4.2")
def test_the_applications_login_can_only_append_and_read():
    services.record("print.run")
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = 'bianzhi_app'")
        if cursor.fetchone() is None:
            pytest.fail("the application's login does not exist")
        tables = ["audit_auditevent", *sorted(partitions())]
        for table in tables:
            cursor.execute(
                "SELECT has_table_privilege('bianzhi_app', %s, p) FROM "
                "unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) p",
                [table],
            )
            rights = [row[0] for row in cursor.fetchall()]
            assert rights == [True, True, False, False, False], table


def test_who_is_not_signed_in_is_not_the_system():
    from django.contrib.auth.models import AnonymousUser

    assert services.record("user.login_failed", by=AnonymousUser()).actor_name == "未登录"
    assert services.record("print.run", by=None).actor_name == "系统"


def test_the_core_reaches_the_one_recorder():
    events.record("holiday.change", by=None, note="试")

    assert AuditEvent.objects.get().note == "试"
