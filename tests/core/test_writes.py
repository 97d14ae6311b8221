"""Who acts, as the transaction is told: once, and again only where somebody else did meanwhile."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError

from apps.accounts.models import User
from apps.core.writes import as_one, sign, write

pytestmark = pytest.mark.django_db


class Refused(Exception):
    pass


@pytest.fixture
def people() -> tuple[User, User]:
    return User.objects.create_user("one", name="甲"), User.objects.create_user("two", name="乙")


def actor() -> int | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT core_actor()")
        return cursor.fetchone()[0]


@write
def do(*, by: Any, call: Any = actor) -> Any:
    return call()


def test_a_nested_write_by_the_same_actor_says_nothing_again(people, django_assert_num_queries):
    one, _ = people
    with django_assert_num_queries(6):  # two savepoints of two statements, one set_config, one read
        assert do(by=one, call=lambda: do(by=one)) == one.pk


def test_after_somebody_else_acted_inside_the_outer_actor_acts_on(people):
    one, two = people

    def outer() -> list[int | None]:
        return [actor(), do(by=two), actor(), do(by=None), actor(), do(by=one), actor()]

    assert do(by=one, call=outer) == [one.pk, two.pk, one.pk, None, one.pk, one.pk, one.pk]


def test_a_savepoint_taken_back_leaves_the_right_actor(people):
    one, two = people

    def refuse() -> None:
        assert actor() == two.pk
        raise Refused

    def outer() -> list[int | None]:
        with pytest.raises(Refused):
            do(by=two, call=refuse)
        found = [actor(), do(by=one)]
        with transaction.atomic():
            do(by=two)
            transaction.set_rollback(True)
        return [*found, actor(), do(by=one)]

    assert do(by=one, call=outer) == [one.pk] * 4


def test_a_hand_signed_transaction_is_signed_anew_by_nested_writes(people):
    one, two = people

    def outer() -> list[int | None]:
        with transaction.atomic():
            sign(by=two)
            inside = do(by=two)
            transaction.set_rollback(True)
        return [inside, do(by=two), do(by=one)]

    assert do(by=one, call=outer) == [two.pk, two.pk, one.pk]


def test_writes_done_as_one_stand_or_fall_together(people, django_assert_num_queries):
    one, two = people

    def rename(name: str) -> int:
        return User.objects.filter(pk=two.pk).update(name=name)

    def both() -> None:
        with as_one():
            do(by=one, call=lambda: rename("丙"))
            do(by=one, call=refuse)

    def refuse() -> None:
        rename("丁")
        raise Refused

    def outer() -> None:
        with django_assert_num_queries(5), pytest.raises(Refused):
            both()  # two updates and one savepoint, taken back; none for each of the two services
        two.refresh_from_db()
        assert (two.name, actor()) == ("乙", one.pk)
        with django_assert_num_queries(4):  # outside, each has its own again
            do(by=one, call=lambda: do(by=one, call=lambda: None))

    do(by=one, call=outer)


def test_nobody_writes_on_after_swallowing_a_refusal_among_writes_done_as_one(people):
    one, _ = people

    def refuse() -> None:
        raise Refused

    with pytest.raises(TransactionManagementError), as_one():
        do(by=one, call=lambda: _swallow(one, refuse))


def _swallow(by: User, call: Any) -> None:
    with pytest.raises(Refused):
        do(by=by, call=call)
    actor()
