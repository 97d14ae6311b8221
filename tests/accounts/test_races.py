"""Two at once: administrators at each other, and guesses by the dozen."""

import pytest

from apps.accounts import services, throttle
from apps.accounts.choices import AdministratorKind
from apps.accounts.errors import LastAdministrator, TooManyAttempts
from apps.accounts.models import SignInCounter, User
from tests.factories import accounts
from tests.races import meet_at

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_last_administrators_cannot_switch_each_other_off():
    one = accounts.administrator(AdministratorKind.SYSTEM, "one")
    other = accounts.administrator(AdministratorKind.SYSTEM, "other")
    rows = User.objects.filter(admin_kind=AdministratorKind.SYSTEM)

    first, second = meet_at(
        rows,
        lambda: services.switch(user=other, on=False, by=one),
        lambda: services.switch(user=one, on=False, by=other),
    )

    assert first.won
    assert isinstance(second.error, LastAdministrator)
    assert set(rows.filter(is_active=True)) == {one}


def test_guesses_at_the_same_moment_are_counted_one_by_one():
    keys = throttle.keys_of("zhangsan", "10.0.0.5")
    throttle.admit(keys)
    guesses = throttle.PAIR.free + 3

    outcomes = meet_at(
        SignInCounter.objects.all(), *[lambda: throttle.admit(keys) for _ in range(guesses)]
    )

    admitted = [outcome for outcome in outcomes if outcome.won]
    assert len(admitted) == throttle.PAIR.free - 1
    assert all(isinstance(o.error, TooManyAttempts) for o in outcomes if not o.won)


def test_two_changes_of_one_account_do_not_overwrite_each_other():
    from apps.accounts.errors import BeatenByColleague
    from apps.core import changes

    admin = accounts.administrator()
    user = accounts.account("zhangsan", "张三")
    version = changes.version_of(user)

    first, second = meet_at(
        User.objects.filter(pk=user.pk),
        lambda: services.change(user=user, version=version, by=admin, title="甲"),
        lambda: services.change(user=user, version=version, by=admin, name="张四"),
    )

    assert first.won
    assert isinstance(second.error, BeatenByColleague)
    user.refresh_from_db()
    assert (user.name, user.title) == ("张三", "甲")


def test_two_confirmers_at_once_carry_it_out_once():
    from apps.accounts.errors import ProposalEnded
    from apps.accounts.models import Proposal
    from apps.audit.models import AuditEvent

    proposer, one, other = (accounts.administrator(AdministratorKind.SECURITY) for _ in range(3))
    user = accounts.account("zhangsan", "张三")
    proposal = services.propose_administrator(user=user, kind="audit", reason="x", by=proposer)

    first, second = meet_at(
        Proposal.objects.filter(pk=proposal.pk),
        lambda: services.confirm(proposal=proposal, by=one),
        lambda: services.confirm(proposal=proposal, by=other),
    )

    assert first.won
    assert isinstance(second.error, ProposalEnded)
    proposal.refresh_from_db()
    assert proposal.decided_by == one
    assert AuditEvent.objects.filter(kind="administrator.make").count() == 1
