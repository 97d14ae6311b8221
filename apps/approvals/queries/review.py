"""办理页: everything one application shows to one reader, in a bounded number of queries."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from django.http import Http404

from apps.accounts.models import User
from apps.core.scope import above
from apps.documents.models import ApprovalDocument
from apps.staff.looking import Box
from apps.units.models import UnitUserPermission

from .. import comparing, frozen, kinds, rules
from ..choices import GIVING, OPEN, REVIEWS, WRITABLE, Kind, State, Verdict
from ..models import Application, Attachment, Confirmation, Line, Phrase, PoolEntry, Step
from ..models.settings import Material
from ..moves import MOVES
from ..moves import label as verb
from . import pool, trail

#: So many lines are shown in full at once; further ones are a list from which one is opened.
SHOWN = 3
#: Buttons of the bar; other moves have a panel or a page of their own.
ON_THE_BAR = ("pass", "return", "refuse", "confirm", "object")
RELATED = (
    "version",
    "unit",
    "other_unit",
    "applicant",
    "handler",
    "document",
    "override_document",
    "override_by",
    "decided_by",
)
LINE_RELATED = (
    "quota_type",
    "slot__notice",
    "slot__quota_type",
    "spell__unit",
    "spell__quota_type",
    "posting__unit",
    "posting__post_kind",
    "person__sex",
    "result",
)


@dataclass(frozen=True)
class Row:
    """One fact as the page shows it. was: what the submission before said, None: the same.

    before  what the register says now, where the kind asks for a change
    reveal  field to be shown in full by its own POST, "" for everything else
    """

    label: str
    value: str
    before: str | None = None
    was: str | None = None
    reveal: str = ""


@dataclass(frozen=True)
class Part:
    """One line in full."""

    line: Line
    sections: list[tuple[str, list[Row]]]
    is_new: bool = False

    @property
    def changed(self) -> int:
        return sum(row.was is not None for _, rows in self.sections for row in rows)


@dataclass(frozen=True)
class Files:
    """What was attached for one material of the list."""

    material: Material
    rows: list[Attachment]

    @property
    def is_missing(self) -> bool:
        return self.material.required and not self.rows


@dataclass
class Review:
    application: Application
    lines: list[Line]
    parts: list[Part]
    gone: list[str]
    compared: bool
    materials: list[Files]
    documents: list[ApprovalDocument]
    boxes: list[Box]
    remarks: list[str]
    recovered: list[PoolEntry]
    nodes: list[trail.Node]
    opinions: list[dict[str, Any]]
    moves: list[str]
    steps: list[Step] = field(default_factory=list)
    may_reveal: bool = False

    @property
    def several(self) -> bool:
        return len(self.lines) > 1

    @property
    def judges(self) -> bool:
        """Say whether the reader may grant some lines and not others."""
        if self.application.state in GIVING:  # it lets go of all, or sends the case back
            return False
        return "pass" in self.moves and (self.several or self.application.kind == Kind.QUOTA_USE)

    @property
    def buttons(self) -> list[tuple[str, Any]]:
        """The moves of the bar, in the order of the table."""
        state = self.application.state
        return [
            (name, replace(MOVES[name], label=verb(name, state)))
            for name in self.moves
            if name in ON_THE_BAR
        ]

    @property
    def has_bar(self) -> bool:
        return bool(self.buttons)

    @property
    def lets_through(self) -> bool:
        """Say whether the reader may let red checks through, and has no step here of their own."""
        return "override" in self.moves and not self.has_bar

    @property
    def has_form(self) -> bool:
        return self.has_bar or self.lets_through


def visible(user: Any, pk: int) -> Application:
    """Return an application in sight. Http404 for foreign and missing ids alike."""
    rows = Application.objects.visible_to(user).select_related(*RELATED)
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404("没有这个办件，或不在您的查看范围内")
    return found


def review(user: Any, application: Application, *, line: str = "") -> Review:
    """Return the page of an application. line: key of the line to show first, as typed."""
    kind = kinds.of(application.kind)
    lines = list(application.lines.select_related(*LINE_RELATED))
    steps = list(application.trail.select_related("by"))
    before = comparing.before(steps, returned=application.state == State.RETURNED)
    may_reveal = rules.may_reveal(user, application)
    chosen = [one for one in lines if str(one.pk) == line] or lines[:SHOWN]
    with frozen.remembering(*(one.values for one in chosen), application.values):
        parts = [_part(kind, one, before, may_reveal) for one in chosen]
    left = set(before or ()) - {str(one.pk) for one in lines}
    ahead = application.state in (*OPEN, *WRITABLE) and application.effected_at is None
    return Review(
        application=application,
        lines=lines,
        parts=parts,
        gone=[_name_of(before[key]) for key in sorted(left)] if before else [],
        compared=before is not None,
        materials=_materials(application),
        documents=_documents(user, application, lines),
        boxes=_boxes(user, application, lines) if ahead and lines else [],
        remarks=kind.remarks(application, lines) if ahead and lines else [],
        recovered=pool.recovered_by(application) if application.kind == Kind.EXIT else [],
        nodes=trail.nodes(application, steps, _waiting(application)),
        opinions=trail.opinions(steps),
        moves=rules.moves_for(user, application),
        steps=steps,
        may_reveal=may_reveal,
    )


def _boxes(user: Any, application: Application, lines: list[Line]) -> list[Box]:
    found = kinds.of(application.kind).boxes(application, _undecided(lines))
    return [one for one in found if rules.sees(user, one.unit)]


def _waiting(application: Application) -> list[Confirmation]:
    if application.state != State.CONFIRMING:
        return []
    return list(application.confirmations.all())


def _undecided(lines: list[Line]) -> list[Line]:
    """Return the lines whose effect is still to come."""
    return [one for one in lines if one.verdict != Verdict.REFUSED and one.result_id is None]


def _part(
    kind: kinds.KindOfCase, line: Line, before: comparing.Said | None, may_reveal: bool
) -> Part:
    was = before.get(str(line.pk)) if before is not None else None
    sections = []
    for title, facts in kind.facts(line):
        rows = [_row(title, fact, was, may_reveal) for fact in facts if fact.value or fact.before]
        if rows:
            sections.append((title, rows))
    return Part(line, sections, is_new=before is not None and was is None)


def _row(title: str, fact: Any, was: dict[str, str] | None, may_reveal: bool) -> Row:
    reveal = {"identity": "id_no", "phone": "phone"}.get(fact.masked, "")
    earlier = None
    if was is not None and not fact.masked:
        told = was.get(comparing.key(title, fact), "")
        earlier = (told or "（空）") if told != fact.value else None
    return Row(fact.label, fact.value, fact.before, earlier, reveal if may_reveal else "")


def _name_of(words: dict[str, str]) -> str:
    return next((v for k, v in words.items() if k.endswith("姓名")), "一项")


def _materials(application: Application) -> list[Files]:
    rows: dict[str, list[Attachment]] = {}
    for one in application.attachments.filter(removed_at=None).select_related("added_by"):
        rows.setdefault(one.material, []).append(one)
    found = [Files(one, rows.pop(one.code, [])) for one in application.version.papers]
    return found + [Files(Material(code, "其他材料"), left) for code, left in rows.items()]


def _documents(user: Any, application: Application, lines: list[Line]) -> list[ApprovalDocument]:
    """Return the documents the application cites that the reader may see. One query."""
    own = (application.document_id, application.override_document_id)
    keys = {key for key in own if key is not None}
    for values in (application.values, *(one.values for one in lines)):
        keys |= set(_cited(values))
    if not keys:
        return []
    rows = ApprovalDocument.objects.visible_to(user).filter(pk__in=keys)
    return list(rows.order_by("-issued_on", "pk"))


def _cited(values: Any) -> list[int]:
    found = []
    for key, value in values.items() if isinstance(values, dict) else ():
        if isinstance(value, dict):
            found += _cited(value)
        elif frozen.ROWS.get(key) is ApprovalDocument and isinstance(value, int):
            found.append(value)
    return found


def phrases(user: Any) -> dict[str, list[Phrase]]:
    """Return the reader's phrases by move: their own first, then the office's, each text once."""
    found: dict[str, dict[str, Phrase]] = {}
    rows = sorted(Phrase.objects.visible_to(user), key=lambda one: one.owner_id is None)
    for one in rows:
        found.setdefault(one.move, {}).setdefault(one.text, one)
    return {move: list(texts.values()) for move, texts in found.items()}


def colleagues(user: Any, application: Application) -> list[User]:
    """Return who else may decide at this step: the nearest offices first. One query."""
    permission = REVIEWS.get(application.state)
    if permission is None:
        return []
    people = _holders(permission, application.desk)
    return [one for one in people if one.pk not in (user.pk, application.applicant_id)]


def let_through_by(application: Application) -> list[User]:
    """Return who may let red checks of a case through, never its applicant. One query."""
    people = _holders("override", application.scope)
    return [one for one in people if one.pk != application.applicant_id]


def readers(user: Any, application: Application) -> list[User]:
    """Return to whom a copy may go: who may see the case, of offices and units. One query."""
    return [one for one in _holders("view_subtree", application.desk) if one.pk != user.pk]


def _holders(permission: str, path: str) -> list[User]:
    grants = UnitUserPermission.objects.filter(
        permission__codename=permission, content_object__path__in=above(path)
    )
    people = User.objects.filter(
        pk__in=grants.values("user"), is_active=True, admin_kind__isnull=True
    )
    return list(people.order_by("name", "pk")[:200])
