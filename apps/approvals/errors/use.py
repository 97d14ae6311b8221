"""使用编制: what is usable, plans, reserves, the pool."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .base import ApprovalRefused, LetThrough

if TYPE_CHECKING:
    import datetime as dt

    from apps.quotas.errors import NotEnoughPlaces

    from ..dynamic import Flow, YearBalance
    from ..models import Loan, PlanLine, Pool, UsePlan
    from ..usable import Usable


class UsableShort(LetThrough):
    """More heads than the formula leaves (NT-05). cell: with its operands."""

    field = "granted"

    def __init__(self, cell: Usable, heads: int) -> None:
        super().__init__(cell.unit.pk, cell.places, heads)
        self.cell = cell
        self.heads = heads


class ExitOnly(LetThrough):
    """The unit may only lose people (只出不进)."""

    def __init__(self, cell: Usable) -> None:
        super().__init__(cell.unit.pk)
        self.cell = cell


class BalanceBroken(LetThrough):
    """More than the yearly dynamic balance allows now (NT-10)."""

    field = "granted"

    def __init__(self, year: YearBalance, flow: Flow, heads: int) -> None:
        super().__init__(flow.key, flow.allowed, heads)
        self.year = year
        self.flow = flow
        self.heads = heads


class PlanMissing(ApprovalRefused):
    """年度用编 without an issued plan that has this type."""

    def __init__(self, unit: Any, quota_type: Any, year: int) -> None:
        super().__init__(str(unit), str(quota_type), year)
        self.unit = unit
        self.quota_type = quota_type
        self.year = year


class PlanShort(ApprovalRefused):
    """More than what is left of the unit's yearly plan. used: drawn before."""

    def __init__(self, line: PlanLine, *, used: int, heads: int) -> None:
        super().__init__(line.pk, used, heads)
        self.line = line
        self.used = used
        self.heads = heads


class PlanElsewhere(ApprovalRefused):
    """The plan is not where this move begins."""

    def __init__(self, plan: UsePlan, doing: str) -> None:
        super().__init__(plan.pk, doing)
        self.plan = plan
        self.doing = doing


class PlanExists(ApprovalRefused):
    field = "year"

    def __init__(self, year: int) -> None:
        super().__init__(year)
        self.year = year


class PlanUnreviewed(ApprovalRefused):
    """Lines that nobody has granted or refused yet."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


class PlanBeyondLimit(ApprovalRefused):
    """The granted places exceed 年度用编总量."""

    def __init__(self, limit: int, granted: int) -> None:
        super().__init__(limit, granted)
        self.limit = limit
        self.granted = granted


class ControlEnds(ApprovalRefused):
    """A control may not end before it begins."""

    field = "ends_on"


class PoolShort(ApprovalRefused):
    """The pool does not have so many places to lend or give (PL-02)."""

    field = "places"

    def __init__(self, pool: Pool, asked: int) -> None:
        super().__init__(pool.pk, pool.left, asked)
        self.pool = pool
        self.asked = asked


class LoanShort(ApprovalRefused):
    """More returned than is out."""

    field = "places"

    def __init__(self, loan: Loan, asked: int) -> None:
        super().__init__(loan.pk, loan.places, asked)
        self.loan = loan
        self.asked = asked


class LoanTaken(ApprovalRefused):
    """People sit on what is to come back. refusal: the cell as the ledger found it."""

    field = "places"

    def __init__(self, loan: Loan, refusal: NotEnoughPlaces) -> None:
        super().__init__(loan.pk)
        self.loan = loan
        self.refusal = refusal


class LoanReturnEarly(ApprovalRefused):
    """Returned before it was lent."""

    field = "on"

    def __init__(self, loan: Loan) -> None:
        super().__init__(loan.pk, loan.starts_on)
        self.loan = loan


class LoanDue(ApprovalRefused):
    """A due day that is not after the day it is counted from."""

    field = "due_on"

    def __init__(self, due_on: dt.date, after: dt.date) -> None:
        super().__init__(due_on, after)
        self.due_on = due_on
        self.after = after


class NoOffice(ApprovalRefused):
    """No office is named, so there is no pool and no plan."""
