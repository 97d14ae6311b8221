"""What the services of this app may refuse, each with its facts. Sentences: refusals.py."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .guards import Obstacle
    from .models import Unit


class UnitRefused(Exception):
    """Base of the refusals; nothing was written."""


class NameMissing(UnitRefused):
    pass


class NameTooLong(UnitRefused):
    def __init__(self, length: int, limit: int) -> None:
        super().__init__(length)
        self.length = length
        self.limit = limit


class NameTaken(UnitRefused):
    """A living unit of that name stands under the same parent (None: at the top)."""

    def __init__(self, name: str, parent: Unit | None) -> None:
        super().__init__(name)
        self.name = name
        self.parent = parent


class SameName(UnitRefused):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class CodeTaken(UnitRefused):
    """Codes are never used again. unit: who has or had it."""

    def __init__(self, code: str, unit: Any) -> None:
        super().__init__(code)
        self.code = code
        self.unit = unit


class CreditCodeTaken(UnitRefused):
    def __init__(self, code: str, unit: Unit) -> None:
        super().__init__(code)
        self.code = code
        self.unit = unit


class ParentAbolished(UnitRefused):
    def __init__(self, parent: Unit) -> None:
        super().__init__(parent)
        self.parent = parent


class UnitAbolished(UnitRefused):
    def __init__(self, unit: Unit) -> None:
        super().__init__(unit)
        self.unit = unit


class NotASibling(UnitRefused):
    """The unit to stand after is not a child of the parent."""

    def __init__(self, after: Unit, parent: Unit | None) -> None:
        super().__init__(after)
        self.after = after
        self.parent = parent


class TreeTooDeep(UnitRefused):
    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit


class DepartmentNeedsBody(UnitRefused):
    """A 内设机构 stands in a 法人单位."""

    def __init__(self, parent: Unit | None) -> None:
        super().__init__(parent)
        self.parent = parent


class DayInFuture(UnitRefused):
    def __init__(self, on: dt.date) -> None:
        super().__init__(on)
        self.on = on


class DayTooEarly(UnitRefused):
    """The day lies before the unit existed. since: its first day."""

    def __init__(self, on: dt.date, since: dt.date) -> None:
        super().__init__(on)
        self.on = on
        self.since = since


class LaterEvent(UnitRefused):
    """The day lies before the unit's last event. event: that UnitEvent."""

    def __init__(self, unit: Unit, event: Any) -> None:
        super().__init__(unit)
        self.unit = unit
        self.event = event


class NotYetThere(UnitRefused):
    """The unit it goes to did not exist on the day. since: its first day."""

    def __init__(self, unit: Unit, since: dt.date) -> None:
        super().__init__(unit)
        self.unit = unit
        self.since = since


class UnderItself(UnitRefused):
    """A unit cannot stand under itself or what is below it.

    day   a day between the effect and today on which it would; None: today
    """

    def __init__(self, unit: Unit, parent: Unit, day: dt.date | None = None) -> None:
        super().__init__(unit)
        self.unit = unit
        self.parent = parent
        self.day = day


class SamePlace(UnitRefused):
    """The unit stands under that parent already, in that place."""

    def __init__(self, unit: Unit, parent: Unit | None) -> None:
        super().__init__(unit)
        self.unit = unit
        self.parent = parent


class SameRank(UnitRefused):
    def __init__(self, unit: Unit, rank: Any) -> None:
        super().__init__(unit)
        self.unit = unit
        self.rank = rank


class NotABody(UnitRefused):
    """Only 法人单位 merge, split and hand over departments."""

    def __init__(self, unit: Unit) -> None:
        super().__init__(unit)
        self.unit = unit


class NothingToMerge(UnitRefused):
    """A merger needs another unit than the one it goes into; a new unit needs two."""


class NotItsDepartment(UnitRefused):
    """The 内设机构 does not stand in the unit, or is named twice."""

    def __init__(self, department: Unit, unit: Unit) -> None:
        super().__init__(department)
        self.department = department
        self.unit = unit


class NothingGoes(UnitRefused):
    """A portion without departments, people, places and posts. target: name of the receiver."""

    def __init__(self, target: str) -> None:
        super().__init__(target)
        self.target = target


class CannotCarry(UnitRefused):
    """People, quotas or posts cannot go along. sentence: of the app that keeps them."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class PlateTaken(UnitRefused):
    """The nameplate hangs already, or is the unit's own name."""

    def __init__(self, name: str, unit: Unit) -> None:
        super().__init__(name)
        self.name = name
        self.unit = unit


class PlateGone(UnitRefused):
    """Somebody else has taken the nameplate off."""


class StillInUse(UnitRefused):
    """The unit cannot be abolished yet. obstacles: what stands in the way, with figures."""

    def __init__(self, unit: Unit, obstacles: Sequence[Obstacle]) -> None:
        super().__init__(unit)
        self.unit = unit
        self.obstacles = list(obstacles)


class DocumentNeeded(UnitRefused):
    """A value that is set already changes by a document only. fields: their labels."""

    def __init__(self, fields: Sequence[str]) -> None:
        super().__init__(fields)
        self.fields = list(fields)


class AppointmentRefused(Exception):
    """Base of the refusals about roles; nothing was written."""


class AdministratorHoldsNoGrant(AppointmentRefused):
    """三员 hold no grant on units."""

    def __init__(self, user: Any) -> None:
        super().__init__(user)
        self.user = user


class SelfAppointment(AppointmentRefused):
    """Nobody gives or takes a right of his own."""


class AlreadyAppointed(AppointmentRefused):
    def __init__(self, user: Any, role: str, unit: Unit) -> None:
        super().__init__(user, role)
        self.user = user
        self.role = role
        self.unit = unit


class AppointmentEnded(AppointmentRefused):
    """Somebody else has taken it back already."""


class UnknownRole(AppointmentRefused):
    def __init__(self, role: str) -> None:
        super().__init__(role)
        self.role = role
