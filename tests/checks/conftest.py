"""What the tests of the checks share."""

from __future__ import annotations

import pytest

from apps.units.models import Office
from tests.factories import reference
from tests.factories.cast import (  # noqa: F401
    bureau,
    clerk,
    document,
    foreign_bureau,
    foreign_home,
    home,
    leader,
    reader,
    stranger,
    unit_clerk,
)


@pytest.fixture(autouse=True)
def codes(db: None) -> None:
    """The code tables as shipped: the rules ask them."""
    reference.load()


@pytest.fixture
def office(home):  # noqa: F811
    """The portal belongs to the county."""
    return Office.objects.create(name="嵊州市编办", home=home)
