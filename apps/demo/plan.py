"""The parts of an invented county while it is being made up, before anything is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

BODY, DEPARTMENT, GROUPING = "body", "department", "grouping"

#: The day the real-name register took over what there was (实名制启动).
BASELINE = dt.date(2011, 12, 1)
#: The reform of 2019: new bodies start, and by the end of the month old ones have their new names.
REFORM = dt.date(2019, 1, 18)
RENAMED = dt.date(2019, 2, 1)
#: Nothing in an invented county happens later, or later than today.
LATEST = dt.date(2026, 10, 30)


@dataclass(frozen=True)
class Places:
    """approved and actual of one family of quota types."""

    approved: int
    actual: int


@dataclass(frozen=True)
class CountySpec:
    """What a county must come to, to the unit.

    mark             the character(s) of its document numbers
    townships        of which the first `streets` are 街道
    core_only        only the organs every county has
    institutions     living 事业单位 (nature 104); closed: those abolished from 2013 to 2015
    over_units       units above their places today; over_units_before: at the end of 2012
    admin_before     administrative heads at the end of 2013
    cut_2015         institution places given up in 2015
    posts_over, posts_short   units with a leader too many, and with a post unfilled
    """

    name: str
    mark: str
    code: str
    region: str | None
    admin: Places
    institution: Places
    institutions: int
    closed: int
    over_units: int
    over_units_before: int
    admin_before: int
    cut_2015: int
    documents: int
    townships: int
    streets: int
    core_only: bool = False
    moves: int = 0
    posts_over: int = 0
    posts_short: int = 0

    @property
    def short(self) -> str:
        """剡溪 of 剡溪县."""
        return self.name[:-1]


@dataclass(eq=False, slots=True)
class Node:
    """One unit of the tree. path and id are set when the tree is laid out."""

    name: str
    kind: str
    parent: Node | None
    short: str = ""
    nature: str | None = None
    category: str | None = None
    system: str | None = None
    rank: str | None = None
    subordination: str | None = None
    pi_class: str | None = None
    funding: str | None = None
    flavour: str = "institution"
    referred: bool = False
    supervisor: Node | None = None
    duties: str = ""
    code: str | None = None
    uscc: str | None = None
    address: str = ""
    phone: str = ""
    head: str = ""
    before: str = ""
    established_on: dt.date | None = None
    abolished_on: dt.date | None = None
    children: list[Node] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)
    departments: list[Node] = field(default_factory=list)
    id: int = 0
    path: str = ""

    def add(self, child: Node) -> Node:
        child.parent = self
        self.children.append(child)
        return child

    def walk(self) -> Iterator[Node]:
        """Yield this node and all below, in tree order."""
        yield self
        for child in self.children:
            yield from child.walk()

    @property
    def actual(self) -> int:
        return sum(cell.actual for cell in self.cells)

    def called(self, on: dt.date) -> str:
        """Return the name on a day, without nameplates in parentheses."""
        name = self.before if self.before and on < RENAMED else self.name
        return name.split("（")[0]


@dataclass(eq=False, slots=True)
class Paper:
    """One document before it has its number."""

    on: dt.date
    kind: str
    title: str
    series: str
    issuer: str
    units: dict[Node, None] = field(default_factory=dict)
    number: str = ""
    id: int = 0

    def concerns(self, *nodes: Node) -> Paper:
        self.units.update(dict.fromkeys(nodes))
        return self


class Movement(NamedTuple):
    """One line of the ledger."""

    on: dt.date
    change: int
    kind: str
    paper: Paper
    reason: str


@dataclass(eq=False, slots=True)
class Cell:
    """The places of one quota type in one unit.

    room        places that were free on every day: what may still be lent to the past
    came_from   for a body set up in 2019, the cell its places and people came from
    moves       what the ledger says after the baseline
    """

    node: Node
    quota_type: str
    weight: float
    approved: int = 0
    actual: int = 0
    room: int = 0
    role: str = ""
    came_from: Cell | None = None
    baseline: Paper | None = None
    moves: list[Movement] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)

    @property
    def is_admin(self) -> bool:
        return self.quota_type in ("10", "11")

    @property
    def excess(self) -> int:
        return max(0, self.actual - self.approved)


@dataclass(eq=False, slots=True)
class Slot:
    """One spell. start None: some day before the baseline, fixed when the person is made up."""

    cell: Cell
    life: Life
    start: dt.date | None = None
    end: dt.date | None = None
    entry_mode: str = ""
    exit_mode: str = ""
    from_unit: str = ""
    destination: str = ""
    dept: Node | None = None
    post_name: str = ""
    post_level: str | None = None
    sort: int = 0

    @property
    def begun(self) -> dt.date:
        """The first day, once it is fixed."""
        if self.start is None:
            raise ValueError("this spell has no first day yet")
        return self.start


@dataclass(eq=False, slots=True)
class Life:
    """One person with the spells of a career, first to last."""

    slots: list[Slot] = field(default_factory=list)
    sex: str = "1"
    birth: dt.date = BASELINE
    name: str = ""
    ethnicity: str = "01"
    work_start: dt.date = BASELINE
    id: int = 0
