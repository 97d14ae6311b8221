"""The rows of one sheet on their way into the register: lists that run in parallel."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Final

from apps.core.identity import Identity
from apps.core.sheets import Parsed

from .columns import UnitRef

#: What becomes of a person, a spell or a posting. CARRIED: the person is new, by another row.
SAME, NEW, CHANGED, CARRIED = range(4)

#: Columns of a person and of a spell that are taken as they stand: field → column.
PERSON_FIELDS: Final = {
    "name": "name",
    "sex": "sex_id",
    "birth_month": "birth_month",
    "ethnicity": "ethnicity_id",
    "native_place": "native_place",
    "political_status": "political_status_id",
    "work_started_on": "work_started_on",
    "education": "education_id",
    "degree": "degree_id",
    "school": "school",
    "major": "major",
}
SPELL_FIELDS: Final = {
    "quota_type": "quota_type_id",
    "identity": "identity_id",
    "starts_on": "starts_on",
    "entry_mode": "entry_mode_id",
    "from_unit": "from_unit",
    "post_name": "post_name",
    "post_level": "post_level_id",
    "civil_rank": "civil_rank_id",
    "position_class": "position_class_id",
    "position_grade": "position_grade_id",
    "is_dual": "is_dual",
    "on_unified_payroll": "on_unified_payroll",
    "ends_on": "ends_on",
    "destination": "destination",
    "note": "note",
}
#: Document columns of the sheet → (link, text of an unregistered number).
DOCUMENT_FIELDS: Final = {
    "document": ("document_id", "document_no"),
    "exit_document": ("exit_document_id", "exit_document_no"),
}
TEXTS: Final = frozenset(
    {"native_place", "school", "major", "from_unit", "post_name", "destination", "note"}
)
#: An empty cell leaves these as they are: they are never empty in the register.
LASTING: Final = frozenset(
    {
        "name",
        "sex",
        "birth_month",
        "quota_type",
        "starts_on",
        "is_dual",
        "on_unified_payroll",
        "ends_on",
        "status",
    }
)

DocumentCell = tuple[int | None, str]  #: (id of the registered document, number as text)
NO_DOCUMENT: Final[DocumentCell] = (None, "")


@dataclass
class Rows:
    """What is known of each row after checking; `states` say what a commit does.

    numbers     plain identity numbers that are valid; None: empty, masked or faulty
    found       what those numbers say
    indexes     their blind indexes
    units, depts, documents, statuses, exit_modes   as resolved
    person_ids, spell_ids, posting_ids   rows of the register, None where new
    old_postings   posting that a new one of another kind replaces
    post_starts, post_names, post_levels   of the posting a row makes or changes; None: as it is
    leads          row → row that carries its person, where several rows name one person
    others         row → (id, name, 人员编号) of another person with the row's identity number
    """

    parsed: Parsed
    numbers: list[str | None] = field(default_factory=list)
    found: list[Identity | None] = field(default_factory=list)
    indexes: list[bytes | None] = field(default_factory=list)
    units: list[UnitRef | None] = field(default_factory=list)
    unit_ids: list[int | None] = field(default_factory=list)
    depts: list[int | None] = field(default_factory=list)
    documents: dict[str, list[DocumentCell]] = field(default_factory=dict)
    statuses: list[str | None] = field(default_factory=list)
    exit_modes: list[str | None] = field(default_factory=list)
    person_ids: list[int | None] = field(default_factory=list)
    spell_ids: list[int | None] = field(default_factory=list)
    posting_ids: list[int | None] = field(default_factory=list)
    old_postings: list[int | None] = field(default_factory=list)
    post_starts: list[dt.date | None] = field(default_factory=list)
    post_names: list[str | None] = field(default_factory=list)
    post_levels: list[str | None] = field(default_factory=list)
    person_states: bytearray = field(default_factory=bytearray)
    number_changed: bytearray = field(default_factory=bytearray)
    phone_changed: bytearray = field(default_factory=bytearray)
    spell_states: bytearray = field(default_factory=bytearray)
    posting_states: bytearray = field(default_factory=bytearray)
    leads: dict[int, int] = field(default_factory=dict)
    overages: list[Overage] = field(default_factory=list)
    others: dict[int, tuple[int, str, str]] = field(default_factory=dict)
    checked_at: dt.datetime | None = None

    def __post_init__(self) -> None:
        n = len(self.parsed)
        self.person_ids, self.spell_ids = [None] * n, [None] * n
        self.posting_ids, self.old_postings = [None] * n, [None] * n
        self.post_starts = [None] * n
        self.post_names, self.post_levels = [None] * n, [None] * n
        self.person_states = bytearray(n)
        self.number_changed, self.phone_changed = bytearray(n), bytearray(n)
        self.spell_states, self.posting_states = bytearray(n), bytearray(n)
        self.unit_ids = [None] * n

    def __len__(self) -> int:
        return len(self.parsed)

    @property
    def given(self) -> set[str]:
        return self.parsed.given

    def column(self, name: str) -> list[Any]:
        """Return the values of one field; a column the file lacks is all None."""
        values = self.parsed.values.get(name)
        return values if values is not None else [None] * len(self)

    def fault(self, i: int, name: str, message: str) -> None:
        """Add a fault at a row's cell; at the row when the file has no such column."""
        self.parsed.fault(i, name, message)

    def is_empty(self, i: int, name: str) -> bool:
        """Say whether the file has nothing there (a faulty cell is not empty)."""
        return not self.parsed.raw(i, name).strip()


@dataclass(frozen=True)
class Overage:
    """Room above the approved places that the sheet gives a reason for."""

    unit_id: int
    quota_type: str
    places: int
    document_id: int | None  #: None: 历史遗留
