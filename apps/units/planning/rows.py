"""What a planned import is made of: rows as read, units as known, and what becomes of both."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from apps.documents.models import ApprovalDocument

from ..models import Unit

STEP: Final = Unit.steplen

#: Columns an import compares and sets besides code and name.
COMPARED: Final = (
    "short_name",
    "uscc",
    "region_id",
    "subordination_id",
    "system_class_id",
    "nature_id",
    "category_id",
    "rank_id",
    "pi_class_id",
    "funding_id",
    "is_civil_service_ref",
    "is_classified",
    "functions_text",
    "head_name",
    "address",
    "phone",
    "established_on",
    "note",
)


@dataclass(slots=True)
class Spec:
    """One row as read. index: its place in the parsed sheet; line: Excel's line number.

    seq, parent_seq, parent_code, parent_name   how the file says what stands where
    values   column of COMPARED → value; only filled cells
    """

    index: int
    line: int
    name: str
    code: str | None = None
    kind: str | None = None
    seq: int | None = None
    depth: int | None = None
    parent_seq: int | None = None
    parent_code: str | None = None
    parent_name: str | None = None
    values: dict[str, Any] = field(default_factory=dict)
    document: ApprovalDocument | None = None

    @property
    def claims_parent(self) -> bool:
        return bool(self.parent_code or self.parent_name or self.parent_seq is not None)


@dataclass(slots=True)
class Known:
    """A unit of the register."""

    pk: int
    path: str
    code: str | None
    name: str
    kind: str
    status: str

    @property
    def depth(self) -> int:
        return len(self.path) // STEP


@dataclass(slots=True)
class New:
    """A unit to be made. parent: Known, New, or None for a root."""

    spec: Spec
    parent: Known | New | None
    depth: int
    kind: str


@dataclass(slots=True)
class Changed:
    """A unit that differs: column → value on either side."""

    spec: Spec
    unit: Known
    before: dict[str, Any]
    after: dict[str, Any]


@dataclass(slots=True)
class Outcome:
    """What the rows come to. faults, warnings: (row index, field, sentence)."""

    new: list[New] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    same: int = 0
    faults: list[tuple[int, str, str]] = field(default_factory=list)
    warnings: list[tuple[int, str, str]] = field(default_factory=list)
