import pytest

from apps.units.models import Unit
from tests.factories import quotas, units
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
def school(home: Unit) -> Unit:  # noqa: F811
    """A public institution of the county, with ten places."""
    made = units.unit("嵊州中学", home, nature_id="nature.104", established_on=units.DAY)
    quotas.grant(made, 10, quotas.FULL)
    return made


@pytest.fixture
def staffed_bureau(bureau: Unit) -> Unit:  # noqa: F811
    """The bureau, with ten places."""
    quotas.grant(bureau, 10)
    return bureau
