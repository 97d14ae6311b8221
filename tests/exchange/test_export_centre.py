"""导出中心: what can be narrowed to a unit, and a code that the reader does not see."""

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_only_registers_of_units_ask_for_a_unit(client, clerk):
    client.force_login(clerk)

    body = client.get(reverse("exchange:exports")).content.decode()

    assert 'id="under-units"' in body
    assert 'id="under-holidays"' not in body


def test_an_unknown_code_is_said_in_place(client, clerk, foreign_bureau):
    client.force_login(clerk)
    address = reverse("exchange:export", args=["units"])

    for code in ("没有这个", foreign_bureau.code):
        answer = client.get(address, {"under": code})

        assert answer.status_code == 404
        body = answer.content.decode()
        assert f"没有找到机构编码“{code}”" in body
        assert foreign_bureau.name not in body
