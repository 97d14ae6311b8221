"""Every move from every state, against a table written by hand; who may make it; what the
database itself refuses."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.approvals import errors, services
from apps.approvals.choices import ENDED, State
from apps.approvals.models import Application, KindVersion, Step
from apps.approvals.moves import MOVES
from apps.units.models import Unit
from tests.factories import quotas, staff, units
from tests.factories.approvals import draft_entry, filed_entry, filed_transfer

pytestmark = pytest.mark.django_db

S = State
#: From a state, by a move, to a state. What is not here is refused.
TABLE = {
    (S.DRAFT, "submit"): S.SUPERVISING,
    (S.DRAFT, "discard"): S.WITHDRAWN,
    (S.RETURNED, "submit"): S.SUPERVISING,
    (S.RETURNED, "withdraw"): S.WITHDRAWN,
    (S.RETURNED, "close"): S.WITHDRAWN,
    (S.SUPERVISING, "pass"): S.EXAMINING,
    (S.SUPERVISING, "return"): S.RETURNED,
    (S.SUPERVISING, "reassign"): S.SUPERVISING,
    (S.SUPERVISING, "override"): S.SUPERVISING,
    (S.SUPERVISING, "withdraw"): S.WITHDRAWN,
    (S.RELEASING, "pass"): S.EXAMINING,
    (S.RELEASING, "return"): S.RETURNED,
    (S.RELEASING, "refuse"): S.REFUSED,
    (S.RELEASING, "reassign"): S.RELEASING,
    (S.RELEASING, "withdraw"): S.WITHDRAWN,
    (S.EXAMINING, "pass"): S.SIGNING,
    (S.EXAMINING, "return"): S.RETURNED,
    (S.EXAMINING, "refuse"): S.REFUSED,
    (S.EXAMINING, "reassign"): S.EXAMINING,
    (S.EXAMINING, "override"): S.EXAMINING,
    (S.EXAMINING, "withdraw"): S.WITHDRAWN,
    (S.SIGNING, "pass"): S.DECIDING,
    (S.SIGNING, "return"): S.RETURNED,
    (S.SIGNING, "refuse"): S.REFUSED,
    (S.SIGNING, "reassign"): S.SIGNING,
    (S.SIGNING, "override"): S.SIGNING,
    (S.SIGNING, "withdraw"): S.WITHDRAWN,
    (S.DECIDING, "pass"): S.CONFIRMING,
    (S.DECIDING, "return"): S.RETURNED,
    (S.DECIDING, "refuse"): S.REFUSED,
    (S.DECIDING, "reassign"): S.DECIDING,
    (S.DECIDING, "override"): S.DECIDING,
    (S.DECIDING, "withdraw"): S.WITHDRAWN,
    (S.REGISTERED, "collect"): S.COLLECTED,
    (S.COLLECTED, "bring_back"): S.BROUGHT_BACK,
    (S.BROUGHT_BACK, "update"): S.CONFIRMING,
    (S.ISSUING, "issue"): S.DONE,
    (S.CONFIRMING, "confirm"): S.CONFIRMING,
    (S.CONFIRMING, "object"): S.CONFIRMING,
    (S.CONFIRMING, "answer"): S.CONFIRMING,
    (S.CONFIRMING, "confirm_for"): S.CONFIRMING,
}
#: An entry never waits for a notice to be issued: that state is tried with 用编申请. The office
#: confirms only for partners without an account: tried in test_partners.py.
ELSEWHERE = {(S.ISSUING, "issue"), (S.CONFIRMING, "confirm_for")}


@pytest.fixture
def everybody(home: Unit, unit_clerk, supervisor, clerk, chief, director, partners, stranger):
    """Who makes a move: whoever holds its right, and is not the applicant."""
    second = units.holder("second", "unit_clerk", Unit.objects.get(name="嵊州市教育局"), "郑经办")
    at = {S.SUPERVISING: supervisor, S.EXAMINING: clerk, S.SIGNING: chief, S.DECIDING: director}
    at[S.RELEASING] = stranger  # of the county people leave

    def of(state, move):
        by = MOVES[move].by
        if by == "applicant":
            return second
        if by == "at_step":
            return at.get(state, clerk)
        return {
            "override": director,
            "examine": clerk,
            "confirm": partners["personnel"],
        }[by]

    return of


@pytest.fixture
def filed(office, unit_clerk, foreign_bureau, stranger):
    """Return a case that can be at a state: an entry; at the giving office, a transfer."""

    def of(state):
        if state != S.RELEASING:
            return filed_entry(office, unit_clerk)
        quotas.grant(foreign_bureau, 1)
        return filed_transfer(staff.enter(foreign_bureau, "张玥"), office, unit_clerk)

    return of


def put(case: Application, state: str, move: str = "") -> Application:
    """Set a state as no service would: the table is tried from everywhere."""
    now = timezone.now() if state in ENDED else None
    Application.objects.filter(pk=case.pk).update(state=state, ended_at=now)
    if state == S.CONFIRMING:
        for place, code in enumerate(("personnel", "finance"), 1):
            case.confirmations.get_or_create(
                partner=code,
                defaults={
                    "order": place,
                    "arrived_at": timezone.now(),
                    "objected_at": timezone.now() if move == "answer" else None,
                },
            )
    return Application.objects.get(pk=case.pk)


@pytest.mark.rule("AP-01")
@pytest.mark.parametrize("state", list(State))
def test_each_state_allows_the_moves_of_the_table_and_no_other(
    state, filed, everybody, document, chief
):
    case = filed(state)
    for move in MOVES:
        if (state, move) in ELSEWHERE:
            continue
        here = transaction.savepoint()
        trail = Step.objects.count()
        by = everybody(state, move)
        colleague = {S.SUPERVISING: everybody(S.SUPERVISING, "pass"), S.EXAMINING: chief}
        more = {"to": colleague.get(state, by)} if move == "reassign" else {}
        more |= {"document": document} if move == "override" else {}
        more |= {"collector": "王小明"} if move == "collect" else {}
        put(case, state, move)
        wanted = TABLE.get((state, move))
        if move == "override" and wanted is not None:  # allowed, and nothing is red
            with pytest.raises(errors.NothingToOverride):
                services.advance(application=case, move=move, by=by, opinion="按规定办理", **more)
        elif wanted is None:
            with pytest.raises(errors.MoveRefused):
                services.advance(application=case, move=move, by=by, opinion="按规定办理", **more)
            assert Application.objects.get(pk=case.pk).state == state
            assert Step.objects.count() == trail
        else:
            moved = services.advance(
                application=case, move=move, by=by, opinion="按规定办理", **more
            )
            assert moved.state == wanted, move
            last = Step.objects.latest("pk")
            assert (last.move, last.from_state, last.to_state) == (move, state, wanted)
        transaction.savepoint_rollback(here)


@pytest.mark.rule("AP-02")
@pytest.mark.parametrize(("state", "move"), sorted(set(TABLE) - ELSEWHERE))
def test_a_move_is_refused_to_who_may_not(state, move, filed, clerk, stranger, leader):
    case = put(filed(state), state)
    outside = clerk if state == S.RELEASING else stranger  # of the receiving side, or of neither
    for who in (outside, leader):
        with pytest.raises(PermissionDenied):
            services.advance(application=case, move=move, by=who, opinion="按规定办理")
    assert Application.objects.get(pk=case.pk).state == state


def test_moves_that_ask_for_an_opinion_get_one(office, unit_clerk, supervisor):
    case = filed_entry(office, unit_clerk)
    with pytest.raises(errors.OpinionMissing):
        services.advance(application=case, move="return", by=supervisor, opinion="  ")
    assert case.trail.count() == 1


@pytest.mark.rule("AP-03")
def test_the_database_refuses_a_decision_by_the_applicant(office, unit_clerk):
    case = filed_entry(office, unit_clerk)
    with (
        pytest.raises(IntegrityError, match="application_not_decided_by_its_applicant"),
        transaction.atomic(),
    ):
        Application.objects.filter(pk=case.pk).update(
            decided_by=unit_clerk, decided_at=timezone.now()
        )
    with (
        pytest.raises(IntegrityError, match="step_not_decided_by_the_applicant"),
        transaction.atomic(),
    ):
        Step.objects.create(
            application=case,
            move="pass",
            from_state=S.EXAMINING,
            to_state=S.SIGNING,
            by=unit_clerk,
            at=timezone.now(),
            decides=True,
        )


@pytest.mark.rule("AP-05")
def test_the_database_refuses_a_second_open_line_of_a_person(office, unit_clerk):
    filed_entry(office, unit_clerk)
    second = draft_entry(office, unit_clerk)
    with (
        pytest.raises(IntegrityError, match="line_one_open_for_a_person"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE approvals_application SET state = 'examining', number = 'X', "
            "submitted_at = now() WHERE id = %s",
            [second.pk],
        )


@pytest.mark.rule("AP-10")
@pytest.mark.rule("AP-11")
@pytest.mark.parametrize("model", [Step, KindVersion])
def test_what_was_said_stays(model, office, unit_clerk):
    filed_entry(office, unit_clerk)
    row = model.objects.first()
    table = model._meta.db_table
    for statement in (
        f"DELETE FROM {table} WHERE id = %s",
        f"UPDATE {table} SET id = id WHERE id = %s",
    ):
        with (
            pytest.raises(IntegrityError, match="keeps what was said"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement, [row.pk])
    assert model.objects.filter(pk=row.pk).exists()


@pytest.mark.rule("AP-10")
def test_a_running_case_keeps_its_version(office, unit_clerk, supervisor, clerk):
    case = filed_entry(office, unit_clerk)
    old = case.version
    KindVersion.objects.create(
        kind="entry", number=2, steps=[{"state": "examining", "label": "编办审核", "limit": 1}]
    )
    case = services.advance(application=case, move="pass", by=supervisor)
    assert (case.version, case.state) == (old, S.EXAMINING)
    case = services.advance(application=case, move="return", by=clerk, opinion="补材料")
    case = services.advance(application=case, move="submit", by=unit_clerk)
    assert (case.version, case.state) == (old, S.SUPERVISING)
    other = services.begin(kind="entry", unit=office, by=unit_clerk)
    assert other.version.number == 2


@pytest.mark.rule("AP-04")
def test_a_draft_without_its_material_is_not_taken(office, unit_clerk):
    draft = draft_entry(office, unit_clerk)
    services.detach(attachment=draft.attachments.get(), by=unit_clerk)
    with pytest.raises(errors.MaterialMissing) as refused:
        services.advance(application=draft, move="submit", by=unit_clerk)
    assert refused.value.labels == ["录用、聘用、调动或任职文件"]
    assert Application.objects.get(pk=draft.pk).state == S.DRAFT
