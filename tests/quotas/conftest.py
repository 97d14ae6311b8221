"""What the tests of the figures share."""

from __future__ import annotations

import pytest

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


@pytest.fixture
def codes(db: None) -> None:
    """The code tables as shipped."""
    reference.load()
