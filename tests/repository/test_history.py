"""No business row changes without its history, whatever the road (issue 2; style.md §5)."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models, transaction
from django.utils import timezone

from apps.accounts import services as account_services
from apps.accounts.models import LookHold, OwnRecord, Proposal
from apps.approvals.models import KindVersion, Phrase
from apps.audit.models import Alert
from apps.checks.models import Finding, RuleSetting
from apps.core import database
from apps.core.history import tracked_models
from apps.core.models import CodeValue, Job, PolicySetting
from apps.exchange.models import ImportSource
from apps.quotas import services as quotas
from apps.quotas.models import OverageEntry, Reservation
from apps.reports.models import KeptReport, SavedQuery
from apps.units.models import EventUnit, Nameplate, Office, Region, UnitEvent
from tests.factories import approvals, papers
from tests.factories.documents import DocumentFactory
from tests.repository import world as worlds

pytestmark = pytest.mark.django_db

#: Models of ours that keep no row history, each with its reason.
WITHOUT = {
    "accounts.FormerPassword": "hashes that were; nothing of them is shown",
    "accounts.LiveSession": "technical; what began and ended it are audit events",
    "accounts.Preference": "what a reader chose for himself",
    "accounts.RecoveryCode": "a keyed hash used once; its use is an audit event",
    "accounts.SecondFactor": "a secret; enrolling and removing are audit events",
    "accounts.SignInCounter": "technical, forgotten after a month",
    "audit.AuditEvent": "is a record itself, appended only",
    "checks.DirtyUnit": "a queue",
    "checks.Handling": "is a record itself, appended only",
    "checks.MonthlyExcess": "derived from dated facts",
    "checks.MonthlyFigure": "derived from dated facts",
    "checks.PersonCheck": "derived from the person's row",
    "checks.Run": "is a record itself",
    "checks.StatisticNode": "technical",
    "checks.UnitActivity": "derived from the writes",
    "approvals.Batch": "is a record itself",
    "approvals.BatchItem": "is a record itself; the moves it makes have their trail",
    "approvals.Calls": "technical, forgotten after a week",
    "approvals.Nonce": "technical, forgotten after an hour",
    "approvals.Copy": "is a record itself",
    "approvals.Delivery": "is a record itself, of one message on one channel",
    "approvals.Message": "is a record itself; read or not is the reader's own",
    "approvals.Reach": "what a person wrote down for himself",
    "approvals.Reminder": "is a record itself, appended only",
    "approvals.Switch": "what a person chose for himself",
    "approvals.LoanStep": "is a record itself, appended only",
    "approvals.Paper": "is a record itself, appended only",
    "approvals.PaperTemplate": "versions that are never rewritten",
    "approvals.VerifyTry": "technical, forgotten after an hour",
    "approvals.Step": "is a record itself, appended only",
    "approvals.Typed": "what somebody began to type; gone once it is sent",
    "audit.AuditSeal": "is a record itself, appended only",
    "core.IdempotencyKey": "technical, forgotten after two days",
    "core.Job": "tells its own progress; what it does has history",
    "core.OutboxMessage": "technical",
    "posts.PostBalance": "derived by triggers from facts that have history",
    "posts.PastPostBalance": "quotas.CellSpan under other names",
    "posts.PostBucket": "derived by triggers",
    "quotas.Balance": "derived by triggers",
    "quotas.Bucket": "derived by triggers",
    "quotas.CellSpan": "derived from dated facts",
    "quotas.PastBalance": "quotas.CellSpan under other names",
    "quotas.PeriodSum": "derived from dated facts",
    "quotas.StaleCell": "technical: marks of cells that wait for a refresh",
    "quotas.UnitTotal": "derived by triggers",
    "staff.RetirementShift": "derived by triggers",
    "units.UnitUserPermission": "follows from Appointment, which has history",
}


def test_every_model_keeps_history_or_says_why_not() -> None:
    ours = [m for m in apps.get_models() if m.__module__.startswith("apps.")]
    kept = {m._meta.label for m in tracked_models()}
    historical = {m.history.model._meta.label for m in tracked_models()}  # type: ignore[attr-defined]

    without = {m._meta.label for m in ours} - kept - historical

    assert without == set(WITHOUT)


#: Tables whose rows the database refuses to change, with the test that shows it.
FIXED = {
    "approvals.KindVersion": "tests/approvals/test_moves.py: test_what_was_said_stays",
    "approvals.UseSetting": "tests/approvals: settings are kept in versions",
}


def changeable() -> list[Any]:
    return [model for model in tracked_models() if model._meta.label not in FIXED]


@pytest.fixture(scope="module")
def one_of_each(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """At least one row in every table."""
    with django_db_blocker.unblock(), transaction.atomic():
        world = worlds.build()
        document = DocumentFactory(scope=world.home.path)
        kind = CodeValue.objects.get(pk="quota_type.10")
        facts = {"unit": world.bureau, "quota_type": kind}
        quotas.post_entry(
            change=3,
            kind="grant",
            on=worlds.DAY,
            document=document,
            reason="再核",
            by=None,
            **facts,
        )
        OverageEntry.objects.create(places=1, kind="legacy", on=worlds.DAY, **facts)
        Reservation.objects.create(purpose="在途", **facts)
        Office.objects.create(name="编办", home=world.home)
        Alert.objects.create(kind="reveals", once="x", summary="某人显示号码 20 次")
        PolicySetting.objects.create(key="idle_minutes", value=20)
        account_services.propose_removal(
            user=world.user("audit"), reason="轮岗", by=world.user("security")
        )
        tie = Proposal.objects.latest("pk")
        OwnRecord.objects.create(user=world.user("nobody"), person_id=1, proposal=tie)
        LookHold.objects.create(person_id=1, until="2030-01-01", proposal=tie)
        Region.objects.create(code="330683", name="嵊州市", level="county")
        papers.one_of_each(world.bureau, world.user("office_clerk"))
        approvals.one_of_each(world.bureau, world.user("office_clerk"))
        EventUnit.objects.create(
            event=UnitEvent.objects.order_by("pk").first(), unit=world.home, role="successor"
        )
        Nameplate.objects.create(
            unit=world.bureau, kind="added", name="嵊州市体育局", recognised=True
        )
        now = timezone.now()
        Finding.objects.create(
            rule="Q01", unit=world.bureau, level="red", first_seen=now, last_seen=now
        )
        office = world.user("office_clerk")
        ImportSource.objects.create(
            kind="roster", office=world.home, name="某县花名册", fingerprint="f" * 64
        )
        SavedQuery.objects.create(owner=office, subject="people", name="三十五岁以下")
        job = Job.objects.create(kind="reports.make", title="花名册", owner=office)
        KeptReport.objects.create(job=job, owner=office, name="花名册", fmt="pdf", path="x")
        RuleSetting.objects.create(rule="Q33", reason="按季更新", starts_on=worlds.DAY)
        yield
        transaction.set_rollback(True)


def run(sql: str, values: list[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.rowcount


def quoted(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def columns_of(model: type[models.Model]) -> list[str]:
    return [
        f.column for f in model._meta.concrete_fields if not isinstance(f, models.GeneratedField)
    ]


def harmless(model: type[models.Model]) -> tuple[str, str]:
    """Return a column that may say anything, with an SQL expression of another value."""
    by_model = {
        "audit.Alert": ("summary", "summary || '改'"),
        "accounts.OwnRecord": ("person_id", "person_id + 1"),
        "accounts.LookHold": ("until", "until + 1"),
        "core.Holiday": ("name", "name || '改'"),
        "units.EventUnit": ("role", "'predecessor'"),
        "units.DocumentUnit": ("unit_id", "unit_id"),
        "checks.Finding": ("key", "key || '1'"),
        "approvals.Application": ("contact", "contact || '改'"),
        "approvals.Confirmation": ("opinion", "opinion || '改'"),
        "approvals.Notice": ("source", "source || '改'"),
        "approvals.UseSheet": ("meeting", "meeting || '改'"),
        "approvals.Pool": ("total", "total + 1"),
        "approvals.LateFiling": ("days", "days + 1"),
        "approvals.Phrase": ("text", "text || '改'"),
        "approvals.ClientKey": ("prefix", "prefix || '改'"),
    }
    if model._meta.label in by_model:
        return by_model[model._meta.label]
    for name in ("note", "name", "label", "purpose", "reason", "sentence"):
        if any(f.name == name for f in model._meta.concrete_fields):
            return name, f"{name} || '改'"
    raise AssertionError(f"{model._meta.label}: name a column in harmless()")


@pytest.mark.parametrize("model", changeable(), ids=lambda m: m._meta.label)
def test_raw_sql_leaves_history(one_of_each: None, model: Any) -> None:
    table, key = model._meta.db_table, model._meta.pk.column
    history = model.history.model._meta.db_table
    actor, change = 987654, str(uuid.uuid4())
    run("SELECT set_config('bianzhi.actor', %s, true)", [str(actor)])
    run("SELECT set_config('bianzhi.change_id', %s, true)", [change])

    def signs() -> list[tuple[str, Any, str]]:
        with connection.cursor() as cursor:
            cursor.execute(
                f'SELECT history_type, history_user_id, change_id::text FROM "{history}" '
                f'WHERE change_id = %s AND "{model._meta.pk.column}"::text = %s '
                "ORDER BY history_id",
                [change, str(pk)],
            )
            return cursor.fetchall()

    with connection.cursor() as cursor:
        cursor.execute(f'SELECT max("{key}"::text COLLATE "C") FROM "{table}"')
        pk = cursor.fetchone()[0]
        assert pk is not None, f"no row of {model._meta.label}: add one to one_of_each"
        cursor.execute(
            f'SELECT max("{key}")::text FROM "{table}"'
            if model._meta.pk.get_internal_type() != "UUIDField"
            else f'SELECT "{key}"::text FROM "{table}" LIMIT 1'
        )
        pk = cursor.fetchone()[0]
        cursor.execute(f'SELECT to_jsonb(t)::text FROM "{table}" t WHERE "{key}"::text = %s', [pk])
        row = json.loads(cursor.fetchone()[0])
    names = columns_of(model)

    assert run(f'DELETE FROM "{table}" WHERE "{key}"::text = %s', [pk]) == 1
    assert signs() == [("-", actor, change)]

    picked = ", ".join(f'r."{name}"' for name in names)
    run(
        f'INSERT INTO "{table}" ({quoted(names)}) '
        f'SELECT {picked} FROM jsonb_populate_record(NULL::"{table}", %s::jsonb) r',
        [json.dumps(row)],
    )
    assert signs() == [("-", actor, change), ("+", actor, change)]

    column, expression = harmless(model)
    run(f'UPDATE "{table}" SET "{column}" = {expression} WHERE "{key}"::text = %s', [pk])
    expected = [] if expression == column else [("~", actor, change)]
    assert signs()[2:] == expected


@pytest.mark.parametrize("model", changeable(), ids=lambda m: m._meta.label)
def test_an_update_that_changes_nothing_leaves_none(one_of_each: None, model: Any) -> None:
    before = model.history.count()
    key = model._meta.pk.column

    run(f'UPDATE "{model._meta.db_table}" SET "{key}" = "{key}"', [])

    assert model.history.count() == before


@pytest.mark.parametrize("model", tracked_models(), ids=lambda m: m._meta.label)
def test_history_copies_every_column_of_the_row(model: Any) -> None:
    """A column added tomorrow is in tomorrow's history (secrets and derived ones excepted)."""
    copied = {f.column for f in model.history.model._meta.concrete_fields}
    left_out = {
        "accounts.User": {"password", "last_login", "session_epoch"},
        "units.Unit": {"numchild"},
        "exchange.ImportBatch": {
            "report",
            "preview",
            "layout",
            "corrections",
            "cells",
            "tracks",
            "obstacles",
        },
        "checks.Finding": {"last_seen"},
        "approvals.Application": {"saved_at"},
        "staff.Occupancy": {"retires_on", "retires_as"},
    }.get(model._meta.label, set())

    assert {*columns_of(model)} - copied == left_out


@pytest.mark.asvs("16.4.2")
def test_the_applications_login_cannot_rewrite_history(db: None) -> None:
    for model in tracked_models():
        table = model.history.model._meta.db_table  # type: ignore[attr-defined]
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT p, has_table_privilege('bianzhi_app', %s, p) FROM "
                "unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) p",
                [f'"{table}"'],
            )
            assert dict(cursor.fetchall()) == {
                "INSERT": True,
                "UPDATE": False,
                "DELETE": False,
                "TRUNCATE": False,
            }, table


def test_the_moment_of_a_change_is_close_to_its_event(one_of_each: None) -> None:
    """The audit page looks for rows near the event: it must find those of a bulk road too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now = cursor.fetchone()[0]
    for model in tracked_models():
        newest = model.history.order_by("-history_id").first()  # type: ignore[attr-defined]
        assert abs(newest.history_date - now) < dt.timedelta(minutes=30), model


@pytest.mark.parametrize("model", [KindVersion, Phrase], ids=lambda m: m._meta.label)
def test_rows_that_migrations_entered_have_history(db: None, model: Any) -> None:
    """They came before the triggers; what begins the history after each migrate sees to it."""
    entered = set(model.objects.values_list("pk", flat=True))
    assert entered
    assert entered == set(model.history.values_list("id", flat=True))


def test_a_table_that_is_behind_its_model_begins_no_history_yet(db: None) -> None:
    """`migrate` of one app leaves the columns of others out; it must not fail for that."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE approvals_historicalkindversion RENAME COLUMN note TO gone")
    database.begin_history(KindVersion)

    assert not database._has_columns("approvals_historicalkindversion", ["note"])
    assert database._has_columns("approvals_historicalkindversion", ["gone", "id"])
