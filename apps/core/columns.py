"""Column kinds of the lists: each knows its accessor, its cell and its plain value for exports."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import django_tables2
from django.core.exceptions import ObjectDoesNotExist
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from . import wording
from .lamps import lamp

Cell = Any
#: widths in em that have a class in lists.css
WIDTHS = (4, 6, 8, 10, 12, 16, 20, 24, 30)
PHONE_PLACES = ("", "name", "figure", "lamp", "verb", "hide")


class Column(django_tables2.Column):
    """A column of text.

    order_by   field or fields to sort by; without it the column cannot be sorted by
    accessor   path to the value (“nature.label”); default: the column's name
    empty      what an empty cell shows
    width      one of WIDTHS, in em: the least width of the column
    wide_text  long text that may wrap
    phone      its place in the card of a phone: name, figure, lamp, verb or hide
    """

    css = ""
    kind = ""

    def __init__(
        self,
        verbose_name: str | None = None,
        *,
        order_by: str | Iterable[str] | None = None,
        accessor: str | None = None,
        empty: str = wording.NOTHING,
        width: int = 0,
        wide_text: bool = False,
        phone: str = "",
        **kwargs: Any,
    ) -> None:
        if width and width not in WIDTHS:
            raise ValueError(f"width must be one of {WIDTHS}")
        if phone not in PHONE_PLACES:
            raise ValueError(f"phone must be one of {PHONE_PLACES}")
        kwargs.setdefault("orderable", bool(order_by))
        path = accessor.replace(".", "__") if accessor else None
        super().__init__(verbose_name, accessor=path, order_by=order_by, **kwargs)
        self.empty = empty
        self.css = " ".join(
            filter(
                None,
                (
                    self.kind,
                    f"cw-{width}" if width else "",
                    "wide-text" if wide_text else "",
                    f"phone-{phone}" if phone else "",
                ),
            )
        )

    def getter(self, bound: Any) -> Callable[[Any], Any]:
        """Return the function that reads this column's value off a record."""
        return getter(str(bound.accessor))

    def cell(self, value: Any, record: Any, table: Any) -> Cell:
        """Return what the cell shows: text, or safe HTML."""
        return self.empty if value is None or value == "" else value

    def plain(self, value: Any, record: Any, table: Any) -> Any:
        """Return what an export writes: text, number, date or None."""
        if value is None or isinstance(value, str | int | float):
            return value
        return str(value)


class LinkColumn(Column):
    """Text that opens the record; `url(record)` or the record's `get_absolute_url()`."""

    def __init__(
        self, verbose_name: str | None = None, *, url: Callable[[Any], str] | None = None, **kw: Any
    ) -> None:
        kw.setdefault("phone", "name")
        super().__init__(verbose_name, **kw)
        self.url = url

    def cell(self, value: Any, record: Any, table: Any) -> Cell:
        if value is None or value == "":
            return self.empty
        target = self.url(record) if self.url else record.get_absolute_url()
        return format_html('<a href="{}">{}</a>', target, value) if target else value


class CodeColumn(Column):
    """A code or number that is read, not counted: left, digits of one width."""

    kind = "code"


class NumberColumn(Column):
    """A whole number, right-aligned. `to(record)` makes it a link to the rows behind it."""

    kind = "num"

    def __init__(
        self, verbose_name: str | None = None, *, to: Callable[[Any], str] | None = None, **kw: Any
    ) -> None:
        super().__init__(verbose_name, **kw)
        self.to = to

    def words(self, value: Any) -> str:
        return wording.whole(value)

    def cell(self, value: Any, record: Any, table: Any) -> Cell:
        if value is None:
            return self.empty
        text = self.words(value)
        if self.to is not None and record is not None and value:
            return format_html('<a href="{}">{}</a>', self.to(record), text)
        return text

    def plain(self, value: Any, record: Any, table: Any) -> Any:
        return value


class SignedColumn(NumberColumn):
    """A difference: +2, −3 in red, 0."""

    def words(self, value: Any) -> str:
        return wording.signed(value)

    def cell(self, value: Any, record: Any, table: Any) -> Cell:
        drawn = super().cell(value, record, table)
        if value is not None and value < 0:
            return format_html('<span class="is-below">{}</span>', drawn)
        return drawn


class PercentColumn(NumberColumn):
    """part ÷ whole in per cent; both are paths on the record."""

    def __init__(
        self, verbose_name: str | None = None, *, part: str, whole: str, **kw: Any
    ) -> None:
        super().__init__(verbose_name, **kw)
        self.part, self.whole = getter(part), getter(whole)

    def getter(self, bound: Any) -> Callable[[Any], Any]:
        return lambda record: (self.part(record), self.whole(record))

    def cell(self, value: Any, record: Any, table: Any) -> Cell:
        return wording.percent(*value)

    def plain(self, value: Any, record: Any, table: Any) -> Any:
        return wording.percent(*value)


class LampColumn(Column):
    """A lamp; the value is (tone, word), or None."""

    kind = "lamp-cell"

    def __init__(self, verbose_name: str | None = None, **kw: Any) -> None:
        kw.setdefault("phone", "lamp")
        super().__init__(verbose_name, **kw)

    def cell(self, value: Any, record: Any, table: Any) -> Cell:
        return lamp(*value) if value else self.empty

    def plain(self, value: Any, record: Any, table: Any) -> Any:
        return value[1] if value else None


class DayColumn(Column):
    """2026-11-22."""

    kind = "code"

    def cell(self, value: Any, record: Any, table: Any) -> Cell:
        return wording.day(value) if value else self.empty

    def plain(self, value: Any, record: Any, table: Any) -> Any:
        return wording.local(value) if value else None


class MonthColumn(DayColumn):
    """2026-11."""

    def cell(self, value: Any, record: Any, table: Any) -> Cell:
        return wording.month(value) if value else self.empty

    def plain(self, value: Any, record: Any, table: Any) -> Any:
        return wording.month(value) if value else None


class MomentColumn(DayColumn):
    """2026-11-22 09:12."""

    def cell(self, value: Any, record: Any, table: Any) -> Cell:
        return wording.moment(value) if value else self.empty

    def plain(self, value: Any, record: Any, table: Any) -> Any:
        return wording.moment(value) if value else None


class DocumentColumn(Column):
    """A 文号 that opens its document; the value has `number` and `get_absolute_url()`."""

    kind = "doc"

    def cell(self, value: Any, record: Any, table: Any) -> Cell:
        if value is None:
            return self.empty
        return format_html(
            '<a class="doc-link" href="{}">{}</a>', value.get_absolute_url(), value.number
        )

    def plain(self, value: Any, record: Any, table: Any) -> Any:
        return value.number if value is not None else None


class MaskedColumn(Column):
    """A masked value: what `str()` of it shows, on screen and in exports."""

    kind = "code code-long"

    def cell(self, value: Any, record: Any, table: Any) -> Cell:
        return str(value) if value else self.empty

    def plain(self, value: Any, record: Any, table: Any) -> Any:
        return str(value) if value else None


class ActionsColumn(Column):
    """操作: at most three links, from `actions(record, user) -> [(word, url)]`."""

    kind = "actions"

    def __init__(
        self, actions: Callable[[Any, Any], Iterable[tuple[str, str]]], verbose_name: str = "操作"
    ) -> None:
        super().__init__(verbose_name, phone="verb", exclude_from_export=True)
        self.actions = actions

    def getter(self, bound: Any) -> Callable[[Any], Any]:
        return lambda record: record

    def cell(self, value: Any, record: Any, table: Any) -> Cell:
        user = getattr(table._asked, "user", None)
        links: SafeString = format_html_join(
            " ",
            '<a href="{}">{}</a>',
            ((url, word) for word, url in self.actions(record, user)),
        )
        return links


def getter(path: str) -> Callable[[Any], Any]:
    """Return record → value for “a.b” or “a__b”.

    A link that is None, or a row that is not there, gives None; a name that does not exist raises
    AttributeError or KeyError, because a typing error must not look like an empty column.
    """
    names = path.replace("__", ".").split(".")

    def get(record: Any) -> Any:
        value = record
        for name in names:
            if value is None:
                return None
            try:
                value = value[name] if isinstance(value, dict) else getattr(value, name)
            except ObjectDoesNotExist:
                return None
            if callable(value) and not isinstance(value, type) and not hasattr(value, "all"):
                value = value()
        return value

    return get
