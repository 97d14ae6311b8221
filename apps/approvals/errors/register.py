"""What the register holds by now: places, posts, people, departments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .base import ApprovalRefused, LetThrough

if TYPE_CHECKING:
    from apps.staff.errors import ChangedMeanwhile
    from apps.staff.models import PostHolding


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
