"""What the tests of the boards share."""

from dataclasses import dataclass

import pytest

from apps.units.choices import EntityKind
from apps.units.models import Unit
from tests.factories import posts as p
from tests.factories import quotas as q
from tests.factories import units
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

#: the name that must appear on no page of the cast
PLANTED = "新昌县保密名称局"


@dataclass
class World:
    """A small county: domain.md §5.2's toy example, and one unit of another class.

    grouping "党委机关" → office (行政 12/12)
    bureau (行政 30/35) → grouping → school (全额 20/20), nursery (全额 50/44)
    """

    home: Unit
    organs: Unit
    office: Unit
    bureau: Unit
    inner: Unit
    school: Unit
    nursery: Unit


@pytest.fixture
def world(home, bureau, foreign_bureau) -> World:  # noqa: F811
    organs = units.unit("党委机关", home, entity_kind=EntityKind.GROUPING, code=None)
    office = units.unit(
        "中共嵊州市委办公室", organs, nature_id="nature.101", system_class_id="system_class.1"
    )
    inner = units.unit("所属事业单位", bureau, entity_kind=EntityKind.GROUPING, code=None)
    schools = [
        units.unit(name, inner, nature_id="nature.104", system_class_id="system_class.3")
        for name in ("实验小学", "机关幼儿园")
    ]
    q.staffed(office, 12, 12)
    q.staffed(bureau, 30, 35)
    q.staffed(schools[0], 20, 20, q.FULL)
    q.staffed(schools[1], 50, 44, q.FULL)
    p.due(bureau, 1)
    p.due(bureau, 3, p.DEPUTY)
    p.holder(bureau)
    p.holder(bureau)
    p.holder(bureau, p.DEPUTY)
    q.staffed(foreign_bureau, 9, 7)
    return World(home, organs, office, bureau, inner, *schools)
