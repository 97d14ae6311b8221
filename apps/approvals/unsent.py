"""Forms that were begun and not sent, each with whom it is about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.urls import Resolver404, resolve

from apps.core.scope import within
from apps.staff.models import Occupancy, PostHolding

from . import elsewhere, kinds
from .addresses import with_query
from .choices import Kind, filing_name
from .filing import filing_permission
from .models import Application, Line, Typed
from .services.typed import SEALED, oldest

#: Forms named in a list of them.
MOST = 10


@dataclass(frozen=True)
class Begun:
    """A form that was begun and not sent. about: person and unit; "" while nothing says it."""

    label: str
    about: str
    row: Typed

    @property
    def resume(self) -> str:
        return with_query(self.row.address, resume="1")


@dataclass(frozen=True)
class _Form:
    """One kept form: the page it belongs to, and the key of the row it begins from."""

    row: Typed
    view: str
    kwargs: dict[str, Any]
    query: QueryDict

    def key(self, name: str) -> str:
        return str(self.query.get(name, ""))


def begun(user: Any) -> list[Begun]:
    """Return the user's unsent forms, newest first, leaving out those whose case is gone.

    Six queries at most, however many forms there are.
    """
    forms = []
    rows = Typed.objects.filter(user=user, saved_at__gt=oldest()).order_by("-saved_at")[:MOST]
    for row in rows:
        path, _, query = row.address.partition("?")
        try:
            match = resolve(path)
        except Resolver404:
            continue
        forms.append(_Form(row, match.view_name, match.kwargs, QueryDict(query)))
    names = _Names(user, forms)
    found = []
    for form in forms:
        told = names.of(form)
        if told is not None:
            found.append(Begun(*told, form.row))
    return found


class _Names:
    """What the forms of one user are about, read once for all of them, of what they may see."""

    def __init__(self, user: Any, forms: list[_Form]) -> None:
        self.user = user
        seen = Application.objects.visible_to(user)
        lines = Line.objects.filter(application__in=seen).select_related("application")
        self.lines = _by_key(lines, _pks(forms, "approvals:line"))
        self.cases = _by_key(seen, _pks(forms, "approvals:line_add"))
        paths = user.subtrees(filing_permission(user))
        spells = Occupancy.objects.filter(within(paths, "scope")).select_related("person", "unit")
        self.spells = _by_key(spells, _keys(forms, "spell"))
        postings = PostHolding.objects.filter(within(paths, "scope"))
        postings = postings.select_related("person", "unit")
        self.postings = _by_key(postings, _keys(forms, "posting"))
        people = [int(key) for key in _keys(forms, "person")]
        held = spells.open().filter(person__in=people) if people else ()
        self.people = {str(spell.person_id): spell for spell in held}

    def of(self, form: _Form) -> tuple[str, str] | None:
        """Return what a form is called and whom it is about; None where its case is gone."""
        if form.view == "approvals:line":
            line = self.lines.get(str(form.kwargs["pk"]))
            if line is None:
                return None
            return f"{line.application.get_kind_display()}：修改", line.name
        if form.view == "approvals:line_add":
            case = self.cases.get(str(form.kwargs["pk"]))
            if case is None:
                return None
            who = self._subject(form) or _typed(form)
            return f"{case.get_kind_display()}：添加{kinds.of(case.kind).one}", who or case.summary
        kind = form.kwargs.get("kind")
        if form.view != "approvals:new" or kind not in kinds.KINDS:
            return None
        return filing_name(Kind(kind)), self._subject(form) or _typed(form)

    def _subject(self, form: _Form) -> str:
        row = (
            self.spells.get(form.key("spell"))
            or self.postings.get(form.key("posting"))
            or self.people.get(form.key("person"))
        )
        key = form.key("spell")
        if row is None and key.startswith(elsewhere.MARK):  # of another unit, found by its number
            row = elsewhere.opened(self.user, key)
        return f"{row.person.name}　{row.unit.name}" if row is not None else ""


def _typed(form: _Form) -> str:
    """Return the name and the unit as they were typed; nothing that was sealed."""
    texts = (form.row.data.get(name, "") for name in ("name", "unit_text"))
    return "　".join(text for text in texts if text and not text.startswith(SEALED))


def _keys(forms: Iterable[_Form], name: str) -> list[str]:
    return [key for form in forms if (key := form.key(name)).isdecimal()]


def _pks(forms: Iterable[_Form], view: str) -> list[str]:
    return [str(form.kwargs["pk"]) for form in forms if form.view == view]


def _by_key(rows: Any, keys: list[str]) -> dict[str, Any]:
    """Return the rows with these keys by their key as text. One query, none without keys."""
    return {str(row.pk): row for row in rows.filter(pk__in=keys)} if keys else {}
