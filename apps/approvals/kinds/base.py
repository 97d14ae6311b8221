"""What a kind of application is: its form, what it shows, what may stop it, what it does.

A kind never writes the register itself: `effect` calls the services of the apps below, inside the
transaction of the move that decides.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, TypeVar

from apps.core.models import CodeValue
from apps.staff import looking
from apps.units.models import Unit

from .. import errors
from ..models import Application, Line

Found = TypeVar("Found")


def there(line: Line, found: Found | None) -> Found:
    """Return what a line is about. Raises LineFails where it is about nothing."""
    if found is None:
        raise errors.LineFails(line, errors.NotOfThisUnit(line.application.unit))
    return found


def at_hand(line: Line) -> tuple[Any, ...]:
    """Return the rows that have been read with a line and need not be read again to thaw it."""
    return line.application.unit, line.application.document, line.quota_type


@dataclass
class LineData:
    """One line as its form gave it. id_no, phone: plain, to be sealed when the line is saved.

    whole   what the form says of the whole application, kept in its values
    """

    name: str = ""
    id_no: str = ""
    phone: str = ""
    quota_type: CodeValue | None = None
    person: Any = None
    spell: Any = None
    posting: Any = None
    slot: Any = None
    asked: int = 0
    values: dict[str, Any] = field(default_factory=dict)
    whole: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Fact:
    """A label and its words on the pages; before: what it was, where a change is asked for."""

    label: str
    value: str
    before: str | None = None
    masked: str = ""  #: kind of mask, for identity numbers and phones

    @property
    def changed(self) -> bool:
        return self.before is not None and self.before != self.value


@dataclass(frozen=True)
class PostBox:
    """应配 and 实配 of one kind of leadership post, before and after. delta: holders more."""

    unit: Unit
    post_kind: CodeValue
    due: int
    filled: int
    delta: int

    @property
    def filled_after(self) -> int:
        return self.filled + self.delta

    @property
    def over_after(self) -> int:
        return max(0, self.filled_after - self.due)

    @property
    def short_after(self) -> int:
        return max(0, self.due - self.filled_after)

    @property
    def lamp(self) -> tuple[str, str]:
        """Return tone and word of how it stands afterwards."""
        if self.over_after:
            return ("red", f"超配 {self.over_after} 名")
        if self.short_after:
            return ("blue", f"缺配 {self.short_after} 名")
        return ("green", "配齐")


class KindOfCase:
    """One kind. Subclasses are registered in apps.approvals.kinds.

    line_form   form of one line; a draft collects lines, then is checked and submitted
    several     may it hold more than one line
    verb        what the success page and the buttons say: “入编”
    """

    kind: ClassVar[str]
    line_form: ClassVar[type]
    several: ClassVar[bool] = True
    one: ClassVar[str] = "一人"  #: what a line is: “添加一人”
    shows_posts: ClassVar[bool] = False  #: its figures are leadership posts, not quota cells
    #: what the effect may put wrong: modules of apps.checks.rules asked when it is decided
    subjects: ClassVar[tuple[str, ...]] = ("people", "quotas", "posts", "papers")
    #: what a line is read with when its case is moved; anything else costs a query where it is used
    reads: ClassVar[tuple[str, ...]] = ("quota_type", "person")
    #: what few lines have: read by a query of its own where one has it, not joined for each
    reads_rarely: ClassVar[tuple[str, ...]] = ()
    #: what a blank cell of a workbook leaves as it is registered
    keeps: ClassVar[tuple[str, ...]] = ()
    subject: ClassVar[str] = ""  #: "spell", "person", "posting": the form begins from one; "": new

    def form(self, data: Any = None, *, user: Any, unit: Unit | None = None, **more: Any) -> Any:
        """Return the form of one line."""
        return self.line_form(data, user=user, **more)

    def more(self, line: Line) -> dict[str, Any]:
        """Return what the form of a saved line takes besides: what it begins from."""
        return {self.subject: getattr(line, self.subject)} if self.subject else {}

    def line(self, form: Any) -> LineData:
        """Return what a valid form says."""
        raise NotImplementedError

    def look(self, form: Any, others: list[Line]) -> list[looking.Box]:
        """Return the quota cells while the form is filled in; `others`: lines of the same draft.

        Until the form holds there is nothing to say; a kind that can say it earlier does.
        """
        imagined = self.imagined(form, others)
        return self.boxes(*imagined) if imagined is not None else []

    def look_posts(self, form: Any, others: list[Line]) -> list[PostBox]:
        """Return the leadership posts while the form is filled in."""
        imagined = self.imagined(form, others)
        return self.posts(*imagined) if imagined is not None else []

    def look_remarks(self, form: Any, others: list[Line]) -> list[str]:
        """Return the remarks of the case while the form is filled in, once it holds."""
        return []

    def imagined(self, form: Any, others: list[Line]) -> tuple[Application, list[Line]] | None:
        """Return the case as it would be with the line of this form; None: nothing to say yet."""
        if not form.is_valid():
            line = self.early(form)
            return (line.application, [*others, line]) if line is not None else None
        data = self.line(form)
        given = {f.name: getattr(data, f.name) for f in fields(data)}
        for name in ("id_no", "phone", "whole"):
            given.pop(name, None)
        application = Application(
            kind=self.kind, unit=self.unit_of(form), other_unit=self.other_unit_of(form)
        )
        return application, [*others, Line(application=application, **given)]

    def early(self, form: Any) -> Line | None:
        """Return the line of a form that does not hold yet, as far as figures can be told of it."""
        return None

    def unit_of(self, form: Any) -> Unit:
        """Return the unit the application is filed for."""
        raise NotImplementedError

    def home_of(self, application: Application) -> Unit:
        """Return the unit whose people the lines are about."""
        return application.unit

    def other_unit_of(self, form: Any) -> Unit | None:
        return None

    def document_of(self, form: Any) -> Any:
        return form.cleaned_data.get("document")

    def initial(self, line: Line) -> dict[str, Any]:
        """Return what the form of a saved line begins with."""
        return dict(line.values)

    def initial_of(self, application: Application) -> dict[str, Any]:
        """Return what the form of a further line begins with, from the application itself."""
        return {}

    def summary(self, application: Application, lines: list[Line]) -> str:
        """Return “张玥 入编 行政编制”, or “张玥等 3 人 …”."""
        first = lines[0]
        who = first.name if len(lines) == 1 else f"{first.name}等 {len(lines)} 人"
        word = application.get_kind_display()
        kind = first.quota_type.label if first.quota_type is not None else ""
        return f"{who} {word} {kind}".strip()

    def facts(self, line: Line) -> list[tuple[str, list[Fact]]]:
        """Return the filled form, section by section."""
        raise NotImplementedError

    def touched(self, application: Application) -> list[Unit]:
        """Return the units whose figures the effect changes: what the checks are asked about."""
        return [u for u in (application.unit, application.other_unit) if u is not None]

    def boxes(self, application: Application, lines: list[Line]) -> list[looking.Box]:
        """Return the quota cells before and after."""
        return []

    def remarks(self, application: Application, lines: list[Line]) -> list[str]:
        """Return what the cells do not say of the figures: sentences below them."""
        return []

    def posts(self, application: Application, lines: list[Line]) -> list[PostBox]:
        """Return the leadership posts before and after, of kinds that touch them."""
        return []

    def guard(self, application: Application, lines: list[Line]) -> None:
        """Raise an ApprovalRefused that the effect itself would not: slots, plans, balance."""

    def release(self, application: Application, lines: list[Line]) -> None:
        """Raise LineFails where what the giving office lets go of is no longer there."""

    def effect(self, application: Application, line: Line, *, by: Any) -> None:
        """Change the facts for one granted line; sets line.result where there is one."""
        raise NotImplementedError

    def passing(
        self, application: Application, lines: list[Line], *, by: Any, told: dict[str, Any]
    ) -> None:
        """Do what belongs to a passed review, before the next step; facts go to the trail."""

    def decided(self, application: Application, lines: list[Line], *, by: Any) -> None:
        """Hold what the decision grants, where the effect comes later."""

    def panels(
        self, application: Application, lines: list[Line], user: Any
    ) -> list[tuple[str, dict[str, Any]]]:
        """Return (template, context) of what the review page shows beside: figures of the kind."""
        return []

    def released(self, application: Application, lines: list[Line], *, by: Any) -> None:
        """Give back what the application held, when it ends without its effect."""
