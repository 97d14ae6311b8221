"""The small cast of the tests, as fixtures. Import them in a conftest:

from tests.factories.cast import bureau, clerk, home, …  # noqa: F401
"""

import pytest

from apps.accounts.models import User
from apps.documents.models import ApprovalDocument
from apps.units.models import Unit

from . import units
from .documents import DocumentFactory

__all__ = [
    "bureau",
    "clerk",
    "document",
    "foreign_bureau",
    "foreign_home",
    "home",
    "leader",
    "reader",
    "stranger",
    "unit_clerk",
]


@pytest.fixture
def home(db: None) -> Unit:
    """The county of the office."""
    return units.county("嵊州市")


@pytest.fixture
def bureau(home: Unit) -> Unit:
    """A unit of the county."""
    return units.unit(
        "嵊州市教育局",
        home,
        nature_id="nature.101",
        rank_id="institution_rank.41",
        system_class_id="system_class.3",
        established_on=units.DAY,
    )


@pytest.fixture
def foreign_home(db: None) -> Unit:
    """Another county, out of the cast's reach."""
    return units.county("新昌县")


@pytest.fixture
def foreign_bureau(foreign_home: Unit) -> Unit:
    """A unit nobody of the cast may see; its name must appear nowhere."""
    return units.unit("新昌县保密名称局", foreign_home)


@pytest.fixture
def document(home: Unit) -> ApprovalDocument:
    """A document registered by the county's office."""
    return DocumentFactory(scope=home.path)


@pytest.fixture
def clerk(home: Unit) -> User:
    """编办经办人 of the county."""
    return units.holder("clerk", "office_clerk", home, "周经办")


@pytest.fixture
def reader(home: Unit) -> User:
    """Sees the county's units, changes nothing (联办部门)."""
    return units.holder("reader", "partner", home, "吴联办")


@pytest.fixture
def unit_clerk(bureau: Unit) -> User:
    """单位经办人 of one unit."""
    return units.holder("unit_clerk", "unit_clerk", bureau, "郑人事")


@pytest.fixture
def leader(home: Unit) -> User:
    """领导 of the county."""
    return units.holder("leader", "leader", home, "王领导")


@pytest.fixture
def stranger(foreign_home: Unit) -> User:
    """编办经办人 of the other county."""
    return units.holder("stranger", "office_clerk", foreign_home, "冯外县")
