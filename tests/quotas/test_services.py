"""The ledger is written by document, all lines or none, and refusals leave no trace."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from apps.audit.models import AuditEvent
from apps.core.models import CodeValue
from apps.quotas import services
from apps.quotas.choices import EntryKind, OverageKind
from apps.quotas.errors import (
    BelowZero,
    DocumentMissing,
    EntryInFuture,
    IllegalQuotaType,
    NotEnoughPlaces,
    QuotaFull,
    UnitHoldsNoQuota,
    WrongSign,
)
from apps.quotas.models import OverageEntry, QuotaEntry
from apps.quotas.refusals import sentence
from apps.quotas.services import Line
from apps.units.models import DocumentUnit
from tests.factories import quotas as q
from tests.factories import units
from tests.quotas import world as w

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(bureau) -> CodeValue:
    return CodeValue.objects.get(pk=q.ADMIN)


@pytest.fixture
def support(bureau) -> CodeValue:
    return CodeValue.objects.get(pk=q.SUPPORT)


def trace() -> tuple[int, ...]:
    """Count all that a write could leave behind."""
    return (
        QuotaEntry.objects.count(),
        OverageEntry.objects.count(),
        DocumentUnit.objects.count(),
        AuditEvent.objects.count(),
    )


def refused(error, call):
    before = trace()
    with pytest.raises(error) as caught:
        call()
    assert trace() == before
    assert w.drift() == []
    return sentence(caught.value)


@pytest.mark.rule("Q-01")
def test_a_line_is_a_fact_with_its_document_its_event_and_its_history(
    bureau, admin, document, clerk
):
    made = services.post_entry(
        unit=bureau,
        quota_type=admin,
        change=5,
        kind=EntryKind.GRANT,
        on=q.DAY,
        document=document,
        reason="机构改革",
        by=clerk,
    )

    assert w.cell(bureau) == (5, 0, 0, 0)
    event = AuditEvent.objects.get(kind="quotaentry.post")
    assert (event.actor_id, event.target_id, event.scope) == (clerk.pk, str(made.pk), bureau.path)
    assert (event.before["approved"], event.after["approved"]) == (0, 5)
    row = made.history.get()
    assert (row.history_user_id, row.change_id) == (clerk.pk, event.change_id)
    assert DocumentUnit.objects.filter(document=document, unit=bureau).exists()


def test_the_lines_of_a_document_are_entered_together(
    bureau, home, admin, support, document, clerk
):
    other = units.unit("民政局", home, nature_id="nature.101")
    q.grant(bureau, 10)

    services.post_entries(
        lines=[
            Line(bureau, admin, -4, EntryKind.TRANSFER, reason="职责划转"),
            Line(other, admin, 4, EntryKind.TRANSFER, reason="职责划转"),
            Line(other, support, 1),
        ],
        on=dt.date(2016, 1, 1),
        document=document,
        by=clerk,
    )

    assert (w.cell(bureau), w.cell(other), w.cell(other, q.SUPPORT)) == (
        (6, 0, 0, 0),
        (4, 0, 0, 0),
        (1, 0, 0, 0),
    )
    assert len({r.change_id for r in QuotaEntry.history.filter(document=document)}) == 1


def test_one_bad_line_keeps_all_others_out(bureau, admin, support, document, clerk):
    refused(
        BelowZero,
        lambda: services.post_entries(
            lines=[Line(bureau, admin, 4), Line(bureau, support, -1, EntryKind.CUT)],
            on=q.DAY,
            document=document,
            by=clerk,
        ),
    )


@pytest.mark.rule("Q-06")
def test_a_figure_without_a_document_is_refused(bureau, admin, clerk):
    words = refused(
        DocumentMissing,
        lambda: services.post_entry(
            unit=bureau, quota_type=admin, change=5, kind=EntryKind.GRANT, on=q.DAY,
            document=None, reason="", by=clerk,
        ),
    )  # fmt: skip
    assert "批文" in words


def post(unit, quota_type, change, kind, on=q.DAY, *, by, document, **more):
    return lambda: services.post_entry(
        unit=unit,
        quota_type=quota_type,
        change=change,
        kind=kind,
        on=on,
        document=document,
        reason="",
        by=by,
        **more,
    )


def test_an_entry_of_tomorrow_is_refused(bureau, admin, clerk, document):
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    words = refused(
        EntryInFuture,
        post(bureau, admin, 1, EntryKind.GRANT, tomorrow, by=clerk, document=document),
    )
    assert str(tomorrow) in words


@pytest.mark.parametrize(
    ("kind", "change"),
    [(EntryKind.GRANT, -1), (EntryKind.CUT, 1), (EntryKind.RECOVER, 1), (EntryKind.TRANSFER, 0)],
)
def test_sign_and_kind_must_fit(bureau, admin, clerk, document, kind, change):
    refused(WrongSign, post(bureau, admin, change, kind, by=clerk, document=document))


@pytest.mark.rule("Q-12")
def test_a_type_the_nature_does_not_allow_is_refused(bureau, clerk, document):
    full = CodeValue.objects.get(pk=q.FULL)
    words = refused(
        IllegalQuotaType, post(bureau, full, 3, EntryKind.GRANT, by=clerk, document=document)
    )
    assert "行政机关" in words
    assert full.label in words


@pytest.mark.rule("Q-12")
def test_places_of_an_illegal_type_can_still_be_cut(bureau, home, clerk, document):
    school = units.unit("实验小学", home, nature_id="nature.104")
    q.grant(school, 5, q.FULL)
    school.nature_id = "nature.101"
    school.save()

    post(school, CodeValue.objects.get(pk=q.FULL), -5, EntryKind.CUT, by=clerk, document=document)()
    assert w.cell(school, q.FULL) == (0, 0, 0, 0)


@pytest.mark.rule("Q-13")
def test_a_grouping_gets_no_places(home, admin, clerk, document, bureau):
    words = refused(
        UnitHoldsNoQuota, post(home, admin, 1, EntryKind.GRANT, by=clerk, document=document)
    )
    assert "机构分组" in words


@pytest.mark.rule("Q-13")
def test_an_abolished_unit_gets_no_places(bureau, admin, clerk, document):
    bureau.status, bureau.abolished_on = "abolished", dt.date(2016, 1, 1)
    bureau.save()
    words = refused(
        UnitHoldsNoQuota, post(bureau, admin, 1, EntryKind.GRANT, by=clerk, document=document)
    )
    assert "已撤销" in words


@pytest.mark.rule("Q-03")
def test_a_cut_below_the_people_names_the_figures(bureau, admin, clerk, document):
    q.staffed(bureau, 10, 8)

    words = refused(
        NotEnoughPlaces, post(bureau, admin, -5, EntryKind.CUT, by=clerk, document=document)
    )

    assert words.startswith("嵊州市教育局行政编制核定 10 名，已有 8 人在编，核减后将超出 3 名")
    assert w.cell(bureau) == (10, 8, 0, 0)


@pytest.mark.rule("Q-04")
def test_a_cut_below_the_people_is_let_through_with_its_basis(bureau, admin, clerk, document):
    q.staffed(bureau, 10, 8)

    post(
        bureau, admin, -5, EntryKind.CUT, by=clerk, document=document,
        allow_over=OverageKind.DOCUMENT,
    )()  # fmt: skip

    assert w.cell(bureau) == (5, 8, 0, 3)
    room = OverageEntry.objects.get()
    assert (room.places, room.kind, room.document) == (3, OverageKind.DOCUMENT, document)
    assert AuditEvent.objects.filter(kind="overage.allow", actor_id=clerk.pk).count() == 1
    assert w.drift() == []


@pytest.mark.rule("Q-05")
def test_a_backdated_cut_never_makes_a_past_day_negative(bureau, admin, clerk, document):
    q.grant(bureau, 5, on=dt.date(2015, 1, 1))
    q.grant(bureau, -3, on=dt.date(2016, 1, 1))
    q.grant(bureau, 10, on=dt.date(2017, 1, 1))

    words = refused(
        BelowZero,
        post(bureau, admin, -3, EntryKind.CUT, dt.date(2015, 6, 1), by=clerk, document=document),
    )

    assert "2016-01-01" in words
    assert "-1" in words
    post(bureau, admin, -3, EntryKind.CUT, dt.date(2017, 6, 1), by=clerk, document=document)()
    assert w.cell(bureau)[0] == 9


def test_overage_by_document_names_it(bureau, admin, clerk):
    refused(
        DocumentMissing,
        lambda: services.allow_overage(
            unit=bureau, quota_type=admin, places=2, kind=OverageKind.DOCUMENT, document=None,
            reason="", on=q.DAY, by=clerk,
        ),
    )  # fmt: skip


def test_the_ratchet_is_not_written_by_hand(bureau, admin, clerk):
    refused(
        WrongSign,
        lambda: services.allow_overage(
            unit=bureau, quota_type=admin, places=2, kind=OverageKind.RATCHET, document=None,
            reason="", on=q.DAY, by=clerk,
        ),
    )  # fmt: skip


def test_a_reservation_is_refused_without_room_and_given_back_once(bureau, admin, clerk):
    q.staffed(bureau, 5, 3)
    held = services.reserve(unit=bureau, quota_type=admin, places=2, purpose="招考录用", by=clerk)
    assert w.cell(bureau) == (5, 3, 2, 0)

    words = refused(
        QuotaFull,
        lambda: services.reserve(
            unit=bureau, quota_type=admin, places=1, purpose="招考录用", by=clerk
        ),
    )
    assert words.startswith("嵊州市教育局行政编制已无足够空编")

    services.release(reservation=held, by=clerk)
    services.release(reservation=held, by=clerk)
    assert w.cell(bureau) == (5, 3, 0, 0)


def test_every_refusal_has_its_sentence(bureau, admin):
    from apps.quotas import errors

    figures = {"approved": 1, "actual": 1, "reserved": 1, "asked": 2}
    full = errors.QuotaFull(bureau, admin, **figures)
    samples = {
        errors.QuotaFull: full,
        errors.NotEnoughPlaces: errors.NotEnoughPlaces(bureau, admin, **figures),
        errors.QuotasFull: errors.QuotasFull([full, full]),
        errors.BelowZero: errors.BelowZero(bureau, admin, on=None, places=-1),
        errors.IllegalQuotaType: errors.IllegalQuotaType(bureau, admin),
        errors.UnitHoldsNoQuota: errors.UnitHoldsNoQuota(bureau),
        errors.DocumentMissing: errors.DocumentMissing(),
        errors.EntryInFuture: errors.EntryInFuture(q.DAY),
        errors.WrongSign: errors.WrongSign(EntryKind.CUT, 1),
    }
    kinds = {
        e for e in vars(errors).values()
        if isinstance(e, type) and issubclass(e, errors.QuotaRefused)
    } - {errors.QuotaRefused, errors.NoRoom}  # fmt: skip
    assert samples.keys() == kinds
    for sample in samples.values():
        words = sentence(sample)
        assert len(words) > 6
        assert not words.endswith("。")
