"""The menu, the shortcuts in the top bar and the leader's bottom bar, filled by the apps.

An app registers its pages in `AppConfig.ready()`. A person sees only what they may open:
`perm` asks `user.may_anywhere`, `predicate` asks a function of the user, neither lets everybody
in who is signed in, save the three administrators, who see only their own pages. An entry whose
URL name does not resolve is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse

Predicate = Callable[[Any], bool]
Badge = Callable[[Any], int | None]


@dataclass(frozen=True)
class Item:
    """One page that can be opened from the frame."""

    label: str
    url_name: str
    icon: str = ""
    perm: tuple[str, ...] = ()
    predicate: Predicate | None = None
    badge: Badge | None = None
    order: int = 100
    group: str = ""
    covers: tuple[str, ...] = ()
    badge_url: str = ""

    def open_to(self, user: Any) -> bool:
        """Say whether `user` may open the page."""
        if self.predicate is not None:
            return bool(self.predicate(user))
        if self.perm:
            return any(user.may_anywhere(perm) for perm in self.perm)
        return not user.is_administrator


@dataclass(frozen=True)
class Group:
    label: str
    icon: str = "folder"
    order: int = 500


@dataclass
class Tab:
    """One tab of an object page; tabs are links."""

    label: str
    url: str
    current: bool = False
    count: int | None = None


@dataclass(frozen=True)
class Entry:
    """What the template draws: an item, or a group with its items.

    Nothing else decides how it is drawn, so that what was drawn can be drawn again (tags/frame.py).
    """

    label: str
    icon: str
    url: str = ""
    badge: int | None = None
    current: str = ""  # "page": this page; "true": a page that belongs to it
    items: tuple[Entry, ...] = ()
    badge_url: str = ""  # asked for the count after the page is there

    @property
    def is_open(self) -> bool:
        return any(item.current for item in self.items)


_groups: dict[str, Group] = {}
_items: dict[tuple[str, str], Item] = {}
_topbar: dict[str, Item] = {}
_bottom: dict[str, Item] = {}


def group(label: str, *, icon: str = "folder", order: int = 500) -> None:
    """Say which icon and place a group has; a later call for the same label wins."""
    _groups[label] = Group(label, icon, order)


def register(
    *,
    label: str,
    url_name: str,
    group: str = "",
    icon: str = "",
    perm: str | Iterable[str] = (),
    predicate: Predicate | None = None,
    badge: Badge | None = None,
    order: int = 100,
    covers: Iterable[str] = (),
) -> None:
    """Put a page into the menu. `covers` names further pages that mark this one as current."""
    _items[group, label] = _item(
        label, url_name, icon, perm, predicate, badge, order, group, covers
    )


def topbar(
    *,
    label: str,
    url_name: str,
    icon: str,
    perm: str | Iterable[str] = (),
    predicate: Predicate | None = None,
    badge: Badge | None = None,
    badge_url: str = "",
    order: int = 100,
) -> None:
    """Put a shortcut into the top bar, such as 待办 with its count.

    badge_url   URL name that answers with the count (components/topbar_items.html): a count that
                costs a query is asked for once the page is there
    """
    item = _item(label, url_name, icon, perm, predicate, badge, order, "", ())
    _topbar[label] = replace(item, badge_url=badge_url)


def bottom(
    *,
    label: str,
    url_name: str,
    icon: str,
    perm: str | Iterable[str] = (),
    predicate: Predicate | None = None,
    badge: Badge | None = None,
    order: int = 100,
    covers: Iterable[str] = (),
) -> None:
    """Put a page into the bar at the bottom of a leader's phone; the first five are shown."""
    _bottom[label] = _item(label, url_name, icon, perm, predicate, badge, order, "", covers)


def _item(
    label: str,
    url_name: str,
    icon: str,
    perm: str | Iterable[str],
    predicate: Predicate | None,
    badge: Badge | None,
    order: int,
    group_: str,
    covers: Iterable[str],
) -> Item:
    perms = (perm,) if isinstance(perm, str) else tuple(perm)
    return Item(label, url_name, icon, perms, predicate, badge, order, group_, tuple(covers))


def for_request(request: Any) -> list[Entry]:
    """Return the menu as this user sees it, groups in order, the current page marked."""
    here = _here(request)
    top: list[tuple[int, Entry]] = []
    groups: dict[str, list[Entry]] = {}
    for item in sorted(_items.values(), key=lambda i: i.order):
        entry = _entry(item, request.user, here)
        if entry is None:
            continue
        if item.group:
            groups.setdefault(item.group, []).append(entry)
        else:
            top.append((item.order, entry))
    for label, entries in groups.items():
        known = _groups.get(label, Group(label))
        badge = sum(entry.badge or 0 for entry in entries) or None
        top.append((known.order, Entry(label, known.icon, badge=badge, items=tuple(entries))))
    return [entry for _, entry in sorted(top, key=lambda pair: pair[0])]


def topbar_for(request: Any) -> list[Entry]:
    return _flat(_topbar, request)


def bottom_for(request: Any) -> list[Entry]:
    """Return the bottom bar; at most five entries fit a thumb."""
    return _flat(_bottom, request)[:5]


def _flat(items: dict[str, Item], request: Any) -> list[Entry]:
    here = _here(request)
    entries = (
        _entry(item, request.user, here) for item in sorted(items.values(), key=lambda i: i.order)
    )
    return [entry for entry in entries if entry is not None]


def _here(request: Any) -> str:
    match = getattr(request, "resolver_match", None)
    return match.view_name if match else ""


def _entry(item: Item, user: Any, here: str) -> Entry | None:
    if not item.open_to(user):
        return None
    url = address_of(item.url_name)
    if url is None:
        return None
    current = ""
    if here == item.url_name:
        current = "page"
    elif here in item.covers:
        current = "true"
    badge = item.badge(user) if item.badge else None
    later = (address_of(item.badge_url) or "") if item.badge_url else ""
    return Entry(item.label, item.icon, url, badge, current, badge_url=later)


def address_of(url_name: str) -> str | None:
    """Return the address of a page without parameters; None where there is none."""
    return _address(url_name, get_urlconf() or settings.ROOT_URLCONF, get_script_prefix())


@lru_cache(maxsize=1024)
def _address(url_name: str, urlconf: Any, prefix: str) -> str | None:
    """`reverse`, once for a name: a menu asks it sixty times a page. `prefix` is in the answer."""
    try:
        return reverse(url_name, urlconf)
    except NoReverseMatch:
        return None
