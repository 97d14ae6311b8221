"""What the engine may refuse, each with its facts. Sentences: refusals.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import datetime as dt

    from apps.staff.errors import ChangedMeanwhile
    from apps.staff.models import PostHolding

    from .dynamic import Flow, YearBalance
    from .models import (
        Application,
        KindVersion,
        Line,
        Loan,
        Notice,
        PlanLine,
        Pool,
        Slot,
        Step,
        UsePlan,
    )
    from .usable import Usable


class ApprovalRefused(Exception):
    """Base of the refusals; nothing was written."""


class Stale(ApprovalRefused):
    """Somebody was faster. step: the newest entry of the trail."""

    def __init__(self, application: Application, step: Step | None) -> None:
        super().__init__(application.pk)
        self.application = application
        self.step = step


class MoveRefused(ApprovalRefused):
    """The case is not where this move begins. step: the newest entry of the trail."""

    def __init__(self, application: Application, move: str, step: Step | None = None) -> None:
        super().__init__(application.pk, move)
        self.application = application
        self.move = move
        self.step = step


class OwnApplication(ApprovalRefused):
    """Nobody decides what they filed themselves (AP-03)."""


class OpinionMissing(ApprovalRefused):
    field = "opinion"

    def __init__(self, label: str) -> None:
        super().__init__(label)
        self.label = label


class NoSuchHandler(ApprovalRefused):
    """转办 to somebody who may not decide at this step."""

    field = "to"

    def __init__(self, user: Any) -> None:
        super().__init__(str(user))
        self.user = user


class PersonHasOpenApplication(ApprovalRefused):
    """One open application for one person (AP-05). other: the one there is."""

    def __init__(self, other: Application | None) -> None:
        super().__init__(other.pk if other is not None else None)
        self.other = other


class PersonTwice(ApprovalRefused):
    """The same person stands in another line of this application already. line: that one."""

    field = "id_no"

    def __init__(self, line: Line) -> None:
        super().__init__(line.pk)
        self.line = line


class OtherUnit(ApprovalRefused):
    """One application is filed for one unit (and about one other unit). unit: which."""

    field = "unit"

    def __init__(self, unit: Any) -> None:
        super().__init__(unit.pk)
        self.unit = unit


class LineChanged(ApprovalRefused):
    """A colleague wrote this line meanwhile. line: as it is now."""

    def __init__(self, line: Line) -> None:
        super().__init__(line.pk)
        self.line = line


class OneLineOnly(ApprovalRefused):
    """This kind of application has one line."""


class TooManyFiles(ApprovalRefused):
    """One material takes a limited number of files."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit


class MaterialMissing(ApprovalRefused):
    """labels: materials the list demands that are not attached."""

    def __init__(self, labels: list[str]) -> None:
        super().__init__(*labels)
        self.labels = labels


class NothingAsked(ApprovalRefused):
    """An application without a line."""


class SlotGone(ApprovalRefused):
    """The approved head is used, returned, expired or revoked, or another application holds it."""

    field = "slot"

    def __init__(self, slot: Slot, other: Line | None = None) -> None:
        super().__init__(slot.pk)
        self.slot = slot
        self.other = other


class SlotMissing(ApprovalRefused):
    """Entries use an approved head unless their way of entering is exempt (EN-02)."""

    field = "slot"


class SlotElsewhere(ApprovalRefused):
    """The approved head is another unit's or another quota type's."""

    field = "slot"

    def __init__(self, slot: Slot) -> None:
        super().__init__(slot.pk)
        self.slot = slot


class RedCheck(ApprovalRefused):
    """A red contradiction would appear; found: checks.asking.Found, red ones only (AP-07)."""

    def __init__(self, found: list[Any]) -> None:
        super().__init__(*(one.rule.number for one in found))
        self.found = found


class OverrideIncomplete(ApprovalRefused):
    """An override needs a reason and a document."""

    field = "document"


class NothingToOverride(ApprovalRefused):
    """No check is red."""


class LineFails(ApprovalRefused):
    """One line's effect was refused. refusal: what the register said."""

    def __init__(self, line: Line, refusal: Exception) -> None:
        super().__init__(line.pk)
        self.line = line
        self.refusal = refusal


class NotAPartner(ApprovalRefused):
    """The user confirms for no partner whose turn it is."""


class PartnerActs(ApprovalRefused):
    """The office confirms on paper only for a partner nobody has an account for there.

    partner   a value of choices.Partner
    """

    field = "partner"

    def __init__(self, partner: str) -> None:
        super().__init__(partner)
        self.partner = partner


class PaperMissing(ApprovalRefused):
    """Confirming for a partner needs the document it signed."""

    field = "document"


class NothingObjected(ApprovalRefused):
    """No objection of this partner waits for an answer."""


class CollectorMissing(ApprovalRefused):
    """A paper form is handed to somebody with a name."""

    field = "collector"


class NothingGranted(ApprovalRefused):
    """Every line was refused: that is 不予通过, not 通过."""


class GrantedBeyond(ApprovalRefused):
    """More heads granted than were asked for, or fewer than none."""

    field = "granted"

    def __init__(self, line: Line) -> None:
        super().__init__(line.pk)
        self.line = line


class LetThrough(ApprovalRefused):
    """A guard that a named right may let through, with a reason and a document (AP-07)."""


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


class ValidityPast(ApprovalRefused):
    field = "until"

    def __init__(self, until: dt.date) -> None:
        super().__init__(until)
        self.until = until


class NothingChosen(ApprovalRefused):
    """No head of the notice was ticked."""

    field = "slots"


class NothingFree(ApprovalRefused):
    """No head of the notice is free any more."""

    def __init__(self, notice: Notice) -> None:
        super().__init__(notice.pk)
        self.notice = notice


class SlotBusy(ApprovalRefused):
    """The head is in an open application (NT-08)."""

    field = "slots"

    def __init__(self, slot: Slot, application: Application) -> None:
        super().__init__(slot.pk, application.pk)
        self.slot = slot
        self.application = application


class DocumentNeeded(ApprovalRefused):
    field = "document"


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


class LoanDue(ApprovalRefused):
    """A due day that is not after the day it is counted from."""

    field = "due_on"

    def __init__(self, due_on: dt.date, after: dt.date) -> None:
        super().__init__(due_on, after)
        self.due_on = due_on
        self.after = after


class NoOffice(ApprovalRefused):
    """No office is named, so there is no pool and no plan."""


class NotOfThisUnit(ApprovalRefused):
    """The place, post or person of a line is not the unit's that the case says."""

    def __init__(self, unit: Any) -> None:
        super().__init__(unit.pk)
        self.unit = unit


class PostElsewhere(ApprovalRefused):
    """Somebody leaves for good and still holds a leadership post in another unit (EX-02)."""

    def __init__(self, posting: PostHolding) -> None:
        super().__init__(posting.pk)
        self.posting = posting


class PostsOver(LetThrough):
    """A kind of post would be over-filled (L-01). Whole posts, as they stood; asked: more."""

    field = "post_kind"

    def __init__(self, unit: Any, post_kind: Any, *, due: int, filled: int, asked: int) -> None:
        super().__init__(str(unit), str(post_kind), due, filled, asked)
        self.unit = unit
        self.post_kind = post_kind
        self.due = due
        self.filled = filled
        self.asked = asked

    @property
    def over(self) -> int:
        return max(0, self.filled + self.asked - self.due)


class FactsMoved(ApprovalRefused):
    """What a change begins from was changed by somebody since it was asked for.

    labels: words of the fields; met: who and when
    """

    def __init__(self, labels: list[str], met: ChangedMeanwhile) -> None:
        super().__init__(*labels)
        self.labels = labels
        self.met = met


class DepartmentGone(ApprovalRefused):
    """The department somebody is to go to is abolished or another unit's by now."""

    field = "dept"

    def __init__(self, dept: Any, unit: Any) -> None:
        super().__init__(dept.pk)
        self.dept = dept
        self.unit = unit


class SettingUnfit(ApprovalRefused):
    """Settings that leave a case without a sound way. field: of the form, "" for the whole."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(field, text)
        self.field = field
        self.text = text


class SettingChanged(ApprovalRefused):
    """Somebody made another version meanwhile. version: the newest one."""

    def __init__(self, version: KindVersion) -> None:
        super().__init__(version.pk)
        self.version = version


class SettingSame(ApprovalRefused):
    """The form says what holds already."""


class UnknownPlaceholders(ApprovalRefused):
    """A Word template with names its paper does not have."""

    field = "file"

    def __init__(self, names: list[str]) -> None:
        super().__init__(names)
        self.names = names


class SameTemplate(ApprovalRefused):
    """A Word template that is the one in force."""

    field = "file"

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number
