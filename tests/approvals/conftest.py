import pytest

from apps.accounts.models import User
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
def office(bureau: Unit) -> Unit:  # noqa: F811
    """The bureau, with five places of 行政编制."""
    quotas.grant(bureau, 5)
    return bureau


@pytest.fixture
def supervisor(home: Unit) -> User:  # noqa: F811
    """主管部门审核人."""
    return units.holder("supervisor", "supervisor", home, "钱主管")


@pytest.fixture
def chief(home: Unit) -> User:  # noqa: F811
    """编办科长."""
    return units.holder("chief", "office_chief", home, "孙科长")


@pytest.fixture
def director(home: Unit) -> User:  # noqa: F811
    """编办主任."""
    return units.holder("director", "office_director", home, "李主任")


@pytest.fixture
def partners(home: Unit) -> dict[str, User]:  # noqa: F811
    """One account for each partner."""
    return {
        code: units.holder(code, f"partner_{code}", home, f"{word}联办")
        for code, word in (
            ("organisation", "组织"),
            ("personnel", "人社"),
            ("finance", "财政"),
            ("insurance", "社保"),
        )
    }


@pytest.fixture
def cast(supervisor: User, clerk: User, chief: User, director: User) -> dict[str, User]:  # noqa: F811
    """Who passes a case at each step."""
    return {
        "supervising": supervisor,
        "examining": clerk,
        "signing": chief,
        "deciding": director,
    }
