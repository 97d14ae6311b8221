"""New rows are worked into the search indexes by the application's own login."""

import pytest
from django.db import connection

from apps.core import search
from apps.core.models import CodeValue
from apps.units.models import Unit
from tests.factories import units

pytestmark = pytest.mark.django_db


def test_settling_empties_the_waiting_lists_and_changes_no_answer(settings):
    units.county("嵊州市")
    for number in range(30):
        units.unit(f"第{number}号测试小学", None)
    before = list(Unit.objects.filter(name__holds="测试").order_by("pk"))

    pages = search.settle()

    assert pages > 0, "the rows had waited"
    assert search.settle() == 0
    assert list(Unit.objects.filter(name__holds="测试").order_by("pk")) == before
    assert len(before) == 30
    assert CodeValue.objects.exists()


def test_the_application_may_settle_but_strangers_may_not():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_function_privilege('bianzhi_app', 'core_settle_search()', 'EXECUTE'), "
            "has_function_privilege('public', 'core_settle_search()', 'EXECUTE')"
        )
        assert cursor.fetchone() == (True, False)
