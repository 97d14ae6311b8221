import pytest

from tests.factories.cast import (  # noqa: F401
    bureau,
    clerk,
    document,
    foreign_bureau,
    foreign_home,
    home,
    leader,
    unit_clerk,
)


@pytest.fixture
def own_media(settings, tmp_path):
    """Keep uploads of one test from another's sight."""
    settings.MEDIA_ROOT = tmp_path / "media"
