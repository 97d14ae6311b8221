"""What the tests of the figures share."""

from __future__ import annotations

import pytest

from tests.factories import reference


@pytest.fixture
def codes(db: None) -> None:
    """The code tables as shipped."""
    reference.load()
