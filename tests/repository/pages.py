"""Every page of the portal, read off the URL configuration: what is added later is here too."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

#: Pages for builders, closed outside development and tests (their own test proves it).
BUILDERS_ONLY = {"core:gallery", "core:gallery_suggestions", "core:gallery_tree", "core:error"}


@dataclass(frozen=True)
class Page:
    """One URL pattern.

    name        as reverse() takes it
    parameters  name → converter class name (“int”, “str”, “slug”, “uuid”)
    """

    name: str
    route: str
    view: Callable[..., Any]
    parameters: tuple[tuple[str, str], ...]

    @property
    def takes_ids(self) -> bool:
        return any(kind in ("int", "uuid") for _, kind in self.parameters)

    def addresses(self, integer: int, identifier: uuid.UUID) -> Iterator[str]:
        """Yield the addresses with these ids in the place of every id."""
        choices = [
            [(name, value) for value in _values(name, kind, integer, identifier, self.name)]
            for name, kind in self.parameters
        ]
        for chosen in itertools.product(*choices):
            yield reverse(self.name, kwargs=dict(chosen))


def all_pages() -> list[Page]:
    """Return every URL pattern of the project; none may go without a name."""
    pages = list(_walk(get_resolver(), (), ""))
    nameless = [page.route for page in pages if page.name.endswith("?")]
    assert not nameless, f"address without a name: {nameless}"
    return [page for page in pages if not page.name.startswith(tuple(BUILDERS_ONLY))]


def _walk(resolver: Any, spaces: tuple[str, ...], before: str) -> Iterator[Page]:
    for one in resolver.url_patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _walk(one, (*spaces, one.namespace) if one.namespace else spaces, route)
        elif isinstance(one, URLPattern):
            kinds = {
                name: type(converter).__name__.removesuffix("Converter").lower()
                for name, converter in one.pattern.converters.items()
            }
            named = ":".join([*spaces, one.name or "?"])
            yield Page(named, route, one.callback, tuple(kinds.items()))


def _values(name: str, kind: str, integer: int, identifier: uuid.UUID, page: str) -> list[Any]:
    if kind == "int":
        return [dt.date.today().year] if name == "year" else [integer]
    if kind == "uuid":
        return [identifier]
    return words(name, page)


def words(name: str, page: str) -> list[str]:
    """Return texts that a text parameter may be; a new parameter is added here."""
    from apps.core.imports import KINDS

    known: dict[str, list[str]] = {
        "kind": ["entry"] if page.startswith("approvals:") else sorted(KINDS),
        "token": ["nosuchtoken"],
        "table": ["entry_mode"],
        "key": {"core:table_settings": ["units"], "reports:table": ["3", "6"]}.get(
            page, ["entry_mode.01"]
        ),
        "day": ["2026-10-01"],
        "code": ["entry_mode"],
        "field": ["id_no", "phone"],
        "sheet": ["posts", "quota"],
        "name": ["units"],
        "move": {"approvals:loan_move": ["extend", "return"]}.get(
            page, ["explain", "confirm", "claim", "mute", "reopen"]
        ),
        "number": ["Q33"],
        "signed": ["x"],
        "report": ["roster"],
        "subject": ["people"],
    }
    assert name in known, f"{page}: teach tests/repository/pages.py about <{name}>"
    return known[name]
