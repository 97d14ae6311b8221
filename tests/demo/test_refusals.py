"""What `seed` refuses, and that nothing is written then."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command

from apps.accounts.models import User
from apps.demo.cast import appoint_demo_accounts
from apps.units.models import Unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def registered() -> Unit:
    return Unit.objects.add_root(instance=Unit(name="某县", entity_kind="grouping", code="99X"))


def test_a_database_in_use_is_left_alone(registered: Unit):
    with pytest.raises(CommandError, match="没有写入任何内容"):
        call_command("seed", "demo", stdout=io.StringIO())

    assert list(Unit.objects.values_list("name", flat=True)) == ["某县"]


def test_a_county_too_small_to_be_one_is_refused():
    with pytest.raises(CommandError, match="--scale"):
        call_command("seed", "county", "--scale", "0.1", stdout=io.StringIO())

    assert not Unit.objects.exists()


def test_without_demo_there_are_no_demo_accounts(registered: Unit, settings):
    settings.DEMO = False

    (sentence,) = appoint_demo_accounts(registered)

    assert "没有建立演示账户" in sentence
    assert not User.objects.exists()
