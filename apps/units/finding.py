"""Units and documents named in workbooks: found by code, number or name, within a scope."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from apps.core.scope import within
from apps.core.sheets import Several, ref
from apps.documents.models import ApprovalDocument
from apps.documents.numbers import BadNumber, normalise

from .choices import EntityKind, UnitStatus
from .models import Unit


class Found(NamedTuple):
    """What an import needs to know of a unit."""

    pk: int
    path: str
    code: str | None
    name: str
    kind: str
    nature_id: str | None
    status: str

    def __str__(self) -> str:
        return self.name


class UnitFinder:
    """All units an import may touch, read once (60,000 units: one query, about 30 MB).

    user, permission  units on which `user` holds it
    under             Unit that limits them further, or None
    groupings         whether 机构分组 are among them
    """

    def __init__(
        self, *, user: Any, permission: str, under: Unit | None = None, groupings: bool = False
    ) -> None:
        self._condition = within(user.subtrees(permission), "path")
        if under is not None:
            self._condition &= within([under.path], "path")
        self._groupings = groupings
        self._loaded = False
        self.by_code: dict[str, Found] = {}
        self.by_pk: dict[int, Found] = {}
        self._by_name: dict[str, list[Found]] = defaultdict(list)

    def _load(self) -> None:
        if self._loaded:
            return
        self._loaded = True
        rows = Unit.objects.filter(self._condition)
        if not self._groupings:
            rows = rows.exclude(entity_kind=EntityKind.GROUPING)
        fields = ("pk", "path", "code", "name", "entity_kind", "nature_id", "status")
        for row in rows.values_list(*fields).iterator(chunk_size=5_000):
            unit = Found(*row)
            self.by_pk[unit.pk] = unit
            if unit.code:
                self.by_code[unit.code] = unit
            if unit.status != UnitStatus.ABOLISHED:
                self._by_name[unit.name].append(unit)

    def codes(self, texts: list[str]) -> dict[str, Any]:
        """Return {code: Found}; a name in the code column is understood too."""
        self._load()
        return {
            text: self.by_code.get(text) or found
            for text in texts
            if (found := self.names([text]).get(text)) is not None or text in self.by_code
        }

    def names(self, texts: list[str]) -> dict[str, Any]:
        """Return {name: Found, or Several when more than one unit has the name}."""
        self._load()
        found: dict[str, Any] = {}
        for text in texts:
            units = self._by_name.get(text, ())
            if len(units) == 1:
                found[text] = units[0]
            elif units:
                found[text] = Several([f"{unit.name}（{unit.code or '无编码'}）" for unit in units])
            elif text in self.by_code:
                found[text] = self.by_code[text]
        return found

    def all_names(self) -> Iterable[str]:
        self._load()
        return self._by_name.keys()

    def all_codes(self) -> Iterable[str]:
        self._load()
        return self.by_code.keys()

    def code_kind(self) -> ref:
        """Return the column kind for 机构编码."""
        return ref(self.codes, noun="机构", candidates=self.all_codes, shown=str)

    def name_kind(self) -> ref:
        """Return the column kind for 机构名称."""
        return ref(self.names, noun="机构", candidates=self.all_names, shown=str)


class DocumentFinder:
    """Registered documents by 文号, within what the user may see."""

    def __init__(self, *, user: Any) -> None:
        self._rows = ApprovalDocument.objects.visible_to(user).order_by()

    def numbers(self, texts: list[str]) -> dict[str, ApprovalDocument]:
        """Return {text as written: document}; numbers are normalised before the look-up."""
        wanted: dict[str, list[str]] = defaultdict(list)
        for text in texts:
            try:
                wanted[normalise(text)].append(text)
            except BadNumber:
                continue
        found: dict[str, ApprovalDocument] = {}
        for document in self._rows.filter(number__in=wanted):
            for text in wanted[document.number]:
                found[text] = document
        return found

    def all_numbers(self) -> Iterable[str]:
        return self._rows.values_list("number", flat=True)

    def kind(self) -> ref:
        """Return the column kind for 批准文号."""
        return ref(self.numbers, noun="批文", candidates=self.all_numbers, shown=str)
