"""Whose layout a workbook has: our own, one an office has met before, or one to be mapped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from apps.core import sheets
from apps.core.imports import ImportKind
from apps.core.masking import mask_identity, mask_phone
from apps.core.sheets import Column, Fault, Mapping, Profile, Proposal, Workbook, foreign
from apps.core.sheets.mapping import mistakes

from .models import ImportSource
from .synonyms import SYNONYMS

_IDENTITY = re.compile(r"\d{14,17}[\dXx]|\d{15}")
_PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
REMEMBERED = 20  # earlier mappings of the office that proposals look at


@dataclass
class Foreign:
    """A layout that is not ours. source: the remembered one it answers to, or None."""

    profile: Profile
    proposals: list[Proposal]
    source: ImportSource | None = None
    sheets: list[str] = field(default_factory=list)

    @property
    def proposed(self) -> Mapping:
        """Return what is proposed as a mapping; what nothing comes near is left open."""
        if self.source is not None:
            return sheets.mapping.from_json(self.source.mapping)
        return Mapping(
            {one.name: one.field for one in self.proposals if one.field}, sheet=self.profile.sheet
        )


class Unmapped(Exception):
    """Nobody has said yet how this layout is to be read."""

    def __init__(self, found: Foreign) -> None:
        super().__init__(found.profile.fingerprint)
        self.found = found


class BadMapping(Exception):
    """The mapping does not fit the file. wrong: (field or "", sentence) each."""

    def __init__(self, wrong: list[tuple[str, str]], found: Foreign) -> None:
        super().__init__(wrong[0][1])
        self.wrong, self.found = wrong, found


def is_own(book: Workbook, kind: ImportKind, columns: Sequence[Column]) -> bool:
    """Say whether the file can be read as our template: one header line with all it needs."""
    marked = sheets.template_of(book)
    if marked is not None and marked[0] == kind.code:
        return True
    sheet = sheets.choose_sheet(book, columns)
    header = sheets.map_headers(sheet, columns)
    if not header.line or kind.missing(columns, set(header.places)):
        return False
    top, bottom = foreign.block(sheet, sheets.spellings(columns, {}))
    return top == bottom


def look(
    book: Workbook, kind: ImportKind, columns: Sequence[Column], *, user: Any, sheet: str = ""
) -> Foreign:
    """Find headers, samples and proposals of a foreign file, and the source that knows it."""
    synonyms = SYNONYMS.get(kind.code, {})
    known = sheets.spellings(columns, synonyms)
    profile = sheets.choose_profile(book, known, sheet or None)
    mine = ImportSource.objects.visible_to(user).filter(kind=kind.code)
    source = mine.filter(fingerprint=profile.fingerprint).order_by("-used_at", "-pk").first()
    earlier = [row.mapping.get("columns", {}) for row in mine.order_by("-used_at")[:REMEMBERED]]
    proposals = sheets.propose(profile, columns, synonyms=synonyms, remembered=earlier)
    return Foreign(profile, proposals, source, [one.name for one in book.sheets if one.rows])


def prepare(
    book: Workbook,
    kind: ImportKind,
    *,
    user: Any,
    mapping: Mapping | None = None,
    sheet: str = "",
) -> tuple[Workbook, list[Fault], Foreign | None, Mapping | None]:
    """Return the workbook as ours, what to tell, the layout and the mapping that was used.

    mapping   as chosen; None: our template, or a remembered source
    sheet     to look at, for a layout that is not ours; "": the one that says the most
    The last two are None for our own template. Raises Unmapped, BadMapping.
    """
    columns = kind.columns(user)
    if mapping is None and not sheet and is_own(book, kind, columns):
        return book, [], None, None
    found = look(book, kind, columns, user=user, sheet=mapping.sheet if mapping else sheet)
    if not found.profile.bottom:
        return book, [], None, None  # the check says that there is no header
    if mapping is None:
        if found.source is None:
            raise Unmapped(found)
        mapping = found.proposed
    if wrong := mistakes(mapping, found.profile, columns):
        raise BadMapping(wrong, found)
    ours, notices = sheets.applied(book, found.profile, mapping, columns)
    return ours, notices, found, mapping


def as_json(found: Foreign) -> dict[str, Any]:
    """Return the layout as a batch keeps it: samples masked, no more of the file than that."""
    return {
        "sheet": found.profile.sheet,
        "sheets": found.sheets,
        "top": found.profile.top,
        "bottom": found.profile.bottom,
        "rows": found.profile.rows,
        "fingerprint": found.profile.fingerprint,
        "skipped": [[line, text] for line, text in found.profile.skipped[:50]],
        "columns": [
            {
                "name": one.name,
                "letter": one.letter,
                "samples": [masked(text) for text in one.samples],
                "field": proposal.field,
                "why": proposal.why,
            }
            for one, proposal in zip(found.profile.columns, found.proposals, strict=True)
        ],
    }


def profile_of(layout: dict[str, Any]) -> Profile:
    """Return the profile a batch has kept, enough to check a mapping against."""
    profile = Profile(layout["sheet"], layout["top"], layout["bottom"], rows=layout["rows"])
    profile.columns = [
        foreign.SourceColumn(number, (one["name"],), one["name"])
        for number, one in enumerate(layout["columns"], start=1)
    ]
    return profile


def masked(text: str) -> str:
    """Return a sample with whatever looks like an identity or phone number masked."""
    text = _IDENTITY.sub(lambda found: mask_identity(found[0]), text)
    return _PHONE.sub(lambda found: mask_phone(found[0]), text)
