"""Every kind by its own way: the table of moves holds, and its steps follow as its version says."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.approvals import errors, kinds, services
from apps.approvals.choices import ENDED, PAPER, REVIEWS, State
from apps.approvals.models import Application, KindVersion, Line
from apps.approvals.refusals import sentence
from apps.core.history import history_of
from apps.staff import secrets
from tests.factories import posts, quotas, staff, units
from tests.factories.approvals import filed_entry, submitted

from .test_moves import TABLE, everybody, put  # noqa: F401

pytestmark = pytest.mark.django_db

S = State
#: The states a case of each kind goes through when everybody passes it, by the first settings.
WAYS = {
    "entry": [S.SUPERVISING, S.EXAMINING, S.SIGNING, S.DECIDING, S.CONFIRMING],
    "exit": [S.SUPERVISING, S.EXAMINING, S.SIGNING, S.CONFIRMING],
    "transfer": [S.SUPERVISING, S.EXAMINING, S.SIGNING, S.DECIDING, S.CONFIRMING],
    "adjust": [S.EXAMINING, S.DONE],
    "retype": [S.EXAMINING, S.SIGNING, S.DECIDING, S.CONFIRMING],
    "correct": [S.EXAMINING, S.DONE],
    "post_take": [S.EXAMINING, S.SIGNING, S.CONFIRMING],
    "post_leave": [S.EXAMINING, S.SIGNING, S.CONFIRMING],
}
BASIS = {"document_no": "嵊编办〔2026〕9号"}


@pytest.fixture
def file(office, home, unit_clerk):
    """File one application of a kind about 张玥."""
    quotas.grant(office, 1, quotas.SUPPORT)
    posts.due(office, 2)
    other = units.unit("嵊州市水利局", home, nature_id="nature.101", established_on=units.DAY)
    quotas.grant(other, 1)

    def of(kind: str) -> Application:
        if kind == "entry":
            return filed_entry(office, unit_clerk)
        spell = staff.enter(other if kind == "transfer" else office, "张玥", post_name="科员")
        subject, data = {
            "exit": (spell, {**BASIS, "exit_mode": staff.RETIRED, "on": "2026-09-01"}),
            "transfer": (
                spell,
                {
                    **BASIS,
                    "unit": office.pk,
                    "quota_type": quotas.ADMIN,
                    "on": "2026-09-01",
                    "entry_mode": "entry_mode.07",
                    "exit_mode": "exit_mode.13",
                },
            ),
            "adjust": (spell, {"post_name": "主任", "on": "2026-09-01", "reason": "轮岗"}),
            "retype": (
                spell,
                {**BASIS, "quota_type": quotas.SUPPORT, "on": "2026-09-01", "reason": "身份变动"},
            ),
            "correct": (
                spell,
                {
                    "name": "张月",
                    "status": "person_status.110",
                    "starts_on": "2015-06-01",
                    "reason": "与档案不一致",
                },
            ),
            "post_take": (spell.person, taking(office)),
            "post_leave": (None, {**BASIS, "on": "2026-09-01"}),
        }[kind]
        if kind == "post_leave":
            subject = posting_of(spell)
        return submitted(kind, unit_clerk, data, **{kinds.of(kind).subject: subject})

    return of


def taking(office):
    return {
        **BASIS,
        "unit": office.pk,
        "post_kind": posts.CHIEF,
        "post_name": "局长",
        "starts_on": "2026-09-01",
    }


def posting_of(spell):
    return staff.services.start_posting(
        person=spell.person,
        unit=spell.unit,
        post_kind=staff.code(posts.CHIEF),
        post_name="局长",
        starts_on=staff.ENTERED,
        by=None,
    )


def wanted(kind: str, state: str, move: str) -> str | None:
    """Return where a move leads a case of this kind; None where it is refused."""
    way = WAYS[kind]
    target = TABLE.get((state, move))
    if target is None:
        return None
    if move == "submit":
        return way[0]
    if move == "pass":
        return way[way.index(state) + 1]
    if move == "update":
        return way[-1]
    return target


def test_every_kind_of_a_case_about_people_is_here():
    assert set(WAYS) == set(kinds.KINDS) - {"quota_use"}


#: Moves whose target the kind's own way decides; all others are the same for every kind and are
#: tried from everywhere in test_moves.py.
OWN_WAY = ("submit", "pass", "update", "confirm")


@pytest.mark.rule("AP-01")
@pytest.mark.parametrize("kind", list(WAYS))
def test_the_table_of_moves_holds_for_every_kind(kind, file, everybody):  # noqa: F811
    case = file(kind)
    assert case.state == WAYS[kind][0]
    states = {S.DRAFT, S.RETURNED, *PAPER, *ENDED, *WAYS[kind]}
    for state in states:
        for move in OWN_WAY:
            here = transaction.savepoint()
            put(case, state, move)
            target = wanted(kind, state, move)
            by = everybody(state, move)
            call = {"application": case, "move": move, "by": by, "opinion": "按规定办理"}
            if target is None:
                with pytest.raises(errors.MoveRefused):
                    services.advance(**call)
                assert Application.objects.get(pk=case.pk).state == state
            else:
                assert services.advance(**call).state == target, (state, move)
            transaction.savepoint_rollback(here)


@pytest.mark.rule("AP-10")
@pytest.mark.parametrize("kind", list(WAYS))
def test_another_version_leads_another_way(kind, file, everybody, clerk):  # noqa: F811
    KindVersion.objects.create(
        kind=kind,
        number=KindVersion.objects.in_force(kind).number + 1,
        steps=[{"state": "examining", "label": "编办审核", "limit": 1}],
        materials=[{"code": "basis", "label": "依据"}],
        paper=True,
    )
    case = file(kind)
    assert case.state == S.EXAMINING
    case = services.advance(application=case, move="pass", by=clerk)
    assert (case.state, case.effected_at) == (S.REGISTERED, None)
    for move in ("collect", "bring_back", "update"):
        more = {"collector": "王小明"} if move == "collect" else {}
        case = services.advance(application=case, move=move, by=clerk, **more)
    assert (case.state, case.effected_at is not None) == (S.DONE, True)


@pytest.mark.parametrize("kind", list(WAYS))
def test_no_identity_number_stands_in_plain(kind, file):
    case = file(kind)
    line = case.lines.get()
    plain = secrets.id_no(line.person).reveal() if line.person is not None else None
    if plain is None:
        from apps.approvals import sealed

        plain = sealed.id_no(line).reveal()
    of = kinds.of(kind)
    shown = [fact for _, facts in of.facts(line) for fact in facts]
    assert any(fact.masked == "identity" and "*" in fact.value for fact in shown)
    kept = [str(fact) for fact in shown]
    kept += [str(row) for row in Line.objects.values_list("values", "name")]
    kept += [str(row) for row in history_of(Line).values_list("values", "name")]
    kept += [case.summary, str(case.values), *(str(s.facts) for s in case.trail.all())]
    assert not any(plain in text for text in kept)


@pytest.mark.rule("AP-02")
@pytest.mark.parametrize("kind", list(WAYS))
def test_a_case_is_seen_by_its_own_offices_only(kind, file, clerk, supervisor, leader, stranger):
    case = file(kind)
    seen = Application.objects.visible_to
    for who in (clerk, supervisor, leader):
        assert seen(who).get() == case
    assert not seen(stranger).exists()


@pytest.mark.parametrize("kind", sorted(set(WAYS) - {"entry"}))
def test_a_line_comes_back_into_its_form_and_says_the_same(kind, file, unit_clerk):
    """退回补正: the form of a saved line, sent again as it is, gives the same line."""
    case = file(kind)
    line = case.lines.get()
    of = kinds.of(kind)
    subject = {of.subject: getattr(line, of.subject)} if of.subject else {}
    blank = of.form(user=unit_clerk, initial=of.initial(line), **subject)
    data = {}
    for bound in blank:
        value = bound.value()
        if value not in (None, "", False):
            data[bound.html_name] = getattr(value, "key", value)
    again = of.form(data, user=unit_clerk, **subject)
    assert again.is_valid(), again.errors.as_json(escape_html=False)
    made = of.line(again)
    old = dict(line.values)
    for parts in (made.values, old):
        for key in ("version", "versions"):
            parts.pop(key, None)
    assert made.values == old
    assert (made.name, made.quota_type) == (line.name, line.quota_type)


def test_each_refusal_has_a_sentence():
    for one in vars(errors).values():
        if isinstance(one, type) and issubclass(one, errors.ApprovalRefused):
            if one in (errors.ApprovalRefused, errors.LetThrough):
                continue  # only what is below them is raised
            assert sentence.dispatch(one) is not sentence.dispatch(object), one.__name__
    assert REVIEWS


@pytest.mark.parametrize("kind", list(WAYS))
def test_a_returned_case_opens_for_its_applicant(kind, file, everybody, client, unit_clerk):  # noqa: F811
    case = file(kind)
    by = everybody(case.state, "return")
    case = services.advance(application=case, move="return", by=by, opinion="请核对")
    client.force_login(unit_clerk)
    for address in (
        reverse("approvals:check", args=[case.pk]) + "?checks=1",
        reverse("approvals:line", args=[case.lines.get().pk]),
    ):
        with CaptureQueriesContext(connection) as seen:
            page = client.get(address)
        assert page.status_code == 200
        assert case.lines.get().name in page.text
        if "checks" not in address:
            assert len(seen) <= 30, len(seen)
