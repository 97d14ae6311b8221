"""Lists: columns, sorting, paging, settings and totals on django-tables2.

Declared with django-tables2, drawn by `components/table.html`; the cells of a page are joined in
Python because a template loop over 1,000 cells costs more than the query. Only columns with
`order_by` can be sorted by, and the primary key always follows as the last order.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import django_tables2
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.template.loader import render_to_string
from django.utils.functional import cached_property
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from . import preferences
from .columns import (
    ActionsColumn,
    CodeColumn,
    Column,
    DayColumn,
    DocumentColumn,
    LampColumn,
    LinkColumn,
    MaskedColumn,
    MomentColumn,
    MonthColumn,
    NumberColumn,
    PercentColumn,
    SignedColumn,
)

__all__ = [
    "ActionsColumn",
    "CodeColumn",
    "Column",
    "DayColumn",
    "DocumentColumn",
    "Empty",
    "LampColumn",
    "LinkColumn",
    "MaskedColumn",
    "MomentColumn",
    "MonthColumn",
    "NumberColumn",
    "PercentColumn",
    "SignedColumn",
    "Table",
]


@dataclass(frozen=True)
class Empty:
    """What an empty list says, and the next step it offers."""

    title: str
    text: str = ""
    label: str = ""
    to: str = ""


@dataclass(frozen=True)
class Head:
    """One heading of the table."""

    name: str
    label: str
    css: str
    sort_url: str = ""
    aria_sort: str = ""


_CHECK = (
    '<td class="col-check"><input type="checkbox" class="form-check-input" name="pk" '
    'value="{}" form="{}" aria-label="选择 {}"></td>'
)


class Table(django_tables2.Table):
    """Base of every list. See docs/ui.md §3."""

    key = "list"
    caption = ""
    selectable = False
    fixed: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    empty = Empty("没有记录", "换个条件再查。")

    #: Rows are counted no further than this (0: all): a count of millions is read by nobody.
    counted_to = 20_000

    exports = False
    totals: dict[str, Any] = {}

    def __init__(self, data: Any = None, *, request: HttpRequest | None = None, **kwargs: Any):
        self.paginator: Paginator | None = None
        self._asked = request
        kwargs.setdefault("orderable", False)
        kwargs["prefix"] = kwargs.get("prefix") or ""
        # django-tables2 would page by itself if it got the request, with a count of its own
        super().__init__(data, **kwargs)
        self.request = request
        self.density = preferences.density(request) if request is not None else "normal"

    # -- what a table may say about its rows ------------------------------------------------
    def row_class(self, record: Any) -> str:
        """Return "is-over", "is-muted" or "" for one row."""
        return ""

    def row_label(self, record: Any) -> str:
        """Name the row for the checkbox, for those who hear the page."""
        return str(record)

    # -- state ------------------------------------------------------------------------------
    @property
    def parameter(self) -> Callable[[str], str]:
        """Return the GET name of a list parameter; tables on one page differ by prefix."""
        return lambda name: f"{self.prefix}{name}"

    def paginate_for(self, request: HttpRequest) -> None:
        """Choose the page and the columns from the request and the reader's settings."""
        saved = preferences.table(request, self.key)
        self._choose_columns(saved.get("columns"))
        size = _number(request.GET.get(self.parameter("per"))) or saved.get("per_page")
        self.per_page = size if size in preferences.PAGE_SIZES else preferences.PAGE_SIZES[0]
        self.paginator = _Paginator(self.data, self.per_page, self.counted_to)
        self.page = self.paginator.get_page(request.GET.get(self.parameter("page")))

    def _choose_columns(self, saved: Any) -> None:
        fixed = {*self.fixed, next(iter(self.columns.iterall())).name}
        for column in self.columns.iterall():
            name = column.name
            if name in fixed or isinstance(column.column, ActionsColumn):
                continue
            shown = name in saved if isinstance(saved, list) else name not in self.hidden
            if not shown:
                self.columns.hide(name)

    @property
    def order_by(self) -> Any:
        return self._order_by

    @order_by.setter
    def order_by(self, value: Any) -> None:
        django_tables2.Table.order_by.fset(self, value)  # type: ignore[attr-defined]
        rows = getattr(self.data, "data", None)
        if self._order_by and isinstance(rows, QuerySet):
            order = [term for term in rows.query.order_by if term not in ("pk", "-pk")]
            self.data.data = rows.order_by(*order, "pk")

    @property
    def query(self) -> QueryDict:
        """Return the GET parameters without page and export."""
        source = self._asked.GET.copy() if self._asked is not None else QueryDict(mutable=True)
        for name in (self.parameter("page"), "export"):
            source.pop(name, None)
        return source

    @property
    def query_string(self) -> str:
        return self.query.urlencode()

    @property
    def query_pairs(self) -> list[tuple[str, str]]:
        """The parameters as pairs, for hidden fields of the jump form."""
        return [(k, v) for k, values in self.query.lists() for v in values]

    def address(self, **changes: Any) -> str:
        """Return “?…” with some list parameters changed; a value of None drops one."""
        query = self.query
        for name, value in changes.items():
            full = "export" if name == "export" else self.parameter(name)
            if value is None:
                query.pop(full, None)
            else:
                query[full] = str(value)
        return "?" + query.urlencode()

    # -- what the template draws ------------------------------------------------------------
    @property
    def element_id(self) -> str:
        return f"list-{self.prefix}{self.key}"

    @property
    def count(self) -> int:
        return self.page.paginator.count if getattr(self, "page", None) else len(self.data)

    @property
    def numbers(self) -> list[int | None]:
        """Page numbers around the present one; None stands for a gap."""
        return [
            number if isinstance(number, int) else None
            for number in self.page.paginator.get_elided_page_range(
                self.page.number, on_each_side=2, on_ends=1
            )
        ]

    @property
    def pages(self) -> list[dict[str, Any]]:
        return [
            {"number": n, "url": self.address(page=n) if n else "", "here": n == self.page.number}
            for n in self.numbers
        ]

    @property
    def previous_url(self) -> str:
        return self.address(page=self.page.number - 1) if self.page.has_previous() else ""

    @property
    def next_url(self) -> str:
        return self.address(page=self.page.number + 1) if self.page.has_next() else ""

    @property
    def sizes(self) -> list[dict[str, Any]]:
        return [
            {"size": size, "url": self.address(per=size), "here": size == self.per_page}
            for size in preferences.PAGE_SIZES
        ]

    @property
    def export_url(self) -> str:
        return self.address(export="xlsx")

    @property
    def switches(self) -> list[dict[str, Any]]:
        """Columns for the settings box: name, label, shown, fixed."""
        return [
            {
                "name": bound.name,
                "label": bound.verbose_name,
                "shown": bound.visible,
                "fixed": index == 0 or bound.name in self.fixed,
            }
            for index, bound in enumerate(self.columns.iterall())
            if not isinstance(bound.column, ActionsColumn)
        ]

    @property
    def heads(self) -> list[Head]:
        heads = []
        sorted_by = {alias.lstrip("-"): alias for alias in (self._order_by or ())}
        for bound in self.columns:
            alias = sorted_by.get(bound.name, "")
            url = aria = ""
            if bound.orderable:
                turn = f"-{bound.name}" if alias == bound.name else bound.name
                url = self.address(sort=turn)
                aria = {"": "none", "-": "descending"}.get(alias[:1], "ascending")
            css = getattr(bound.column, "css", "")
            heads.append(Head(bound.name, str(bound.verbose_name), css, url, aria))
        return heads

    def body(self) -> SafeString:
        """Return the rows of the page as HTML; every cell is escaped unless it is safe HTML."""
        form = f"batch-{self.prefix}{self.key}"
        cells = self._cells()
        row = "<tr{}>" + _CHECK * self.selectable + "".join(cell[0] for cell in cells) + "</tr>"
        draw = [cell[1] for cell in cells]
        return format_html_join(
            "\n", "{}", ((self._row(row, draw, r, form),) for r in self.records)
        )

    def _row(self, row: str, draw: list[Callable[[Any], Any]], record: Any, form: str) -> Any:
        css = self.row_class(record)
        shown: list[Any] = [format_html(' class="{}"', css) if css else ""]
        if self.selectable:
            shown += [record.pk, form, self.row_label(record)]
        return format_html(row, *shown, *(cell(record) for cell in draw))

    def totals_row(self) -> SafeString | str:
        """Return the 合计 row, or nothing."""
        if not self.totals:
            return ""
        parts = [format_html('<td class="{}"></td>', "col-check")] if self.selectable else []
        for index, bound in enumerate(self.columns):
            css = getattr(bound.column, "css", "")
            if index == 0:
                parts.append(format_html('<th scope="row" class="{} col-name">合计</th>', css))
            elif bound.name in self.totals:
                value = bound.column.cell(self.totals[bound.name], None, self)
                label = bound.verbose_name
                parts.append(
                    format_html('<td class="{}" data-label="{}">{}</td>', css, label, value)
                )
            else:
                parts.append(format_html('<td class="{} phone-hide"></td>', css))
        return format_html("<tr>{}</tr>", format_html_join("", "{}", ((p,) for p in parts)))

    @property
    def records(self) -> Any:
        """The records of the page, or all of them before paging."""
        return self.page.object_list if getattr(self, "page", None) else self.data

    def _cells(self) -> list[tuple[str, Callable[[Any], Any]]]:
        """Prepare, once per column, the cell's HTML with one place, and what fills it."""
        prepared = []
        for index, bound in enumerate(self.columns):
            column = bound.column
            css = " ".join(filter(None, (getattr(column, "css", ""), "col-name" * (index == 0))))
            tag, scope = ("th", ' scope="row"') if index == 0 else ("td", "")
            label = str(conditional_escape(bound.verbose_name)).replace("{", "{{")
            html = (
                f'<{tag}{scope} class="{css}" data-label="{label.replace("}", "}}")}">{{}}</{tag}>'
            )
            prepared.append((html, self._cell(bound, "render", "cell")))
        return prepared

    def _cell(self, bound: Any, own: str, method: str) -> Callable[[Any], Any]:
        """Return record → content for one column: the table's own method, else the column's."""
        column = bound.column
        get = column.getter(bound)
        function = getattr(self, f"{own}_{bound.name}", None)
        if function is not None:
            wanted = set(inspect.signature(function).parameters)

            def by_table(record: Any) -> Any:
                value = get(record)
                offered = {"value": value, "record": record, "column": column, "table": self}
                return function(**{k: v for k, v in offered.items() if k in wanted})

            return by_table
        draw = getattr(column, method)
        return lambda record: draw(get(record), record, self)

    def export_rows(self) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
        """Return the headings and, lazily, the plain values of the whole query.

        Columns and order are those on the reader's screen; ActionsColumn is left out.
        """
        if self._asked is not None:
            self._choose_columns(preferences.table(self._asked, self.key).get("columns"))
        shown = [b for b in self.columns if not b.column.exclude_from_export]
        getters = [self._cell(bound, "value", "plain") for bound in shown]
        rows = self.data.data
        source = rows.iterator(chunk_size=2000) if isinstance(rows, QuerySet) else rows
        return (
            [str(bound.verbose_name) for bound in shown],
            (tuple(get(record) for get in getters) for record in source),
        )

    def as_html(self, request: HttpRequest) -> str:
        """Render the card of this table (also used by the `table` tag)."""
        return render_to_string("components/table_card.html", {"table": self}, request)


def _keys_of(rows: QuerySet) -> QuerySet:
    """Return the same rows without what is only shown of them; rows of groups stay as they are.

    A part of a list is counted with all that is annotated, which a count of all leaves out.
    """
    query = rows.query
    plain = query.group_by is None and not query.combinator and not query.distinct
    whole = not query.values_select and not query.annotation_select_mask and not query.extra
    return rows.values("pk") if plain and whole else rows


class _Paginator(Paginator):
    """Pages over table data; the count is asked once, and no further than `most` (0: all)."""

    def __init__(self, data: Any, per_page: int, most: int = 0) -> None:
        super().__init__(data.data, per_page)
        self.most = most

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        if not self.most or not isinstance(rows, QuerySet):
            return rows.count() if isinstance(rows, QuerySet) else len(rows)
        return _keys_of(rows.order_by())[: self.most].count()

    @property
    def is_cut(self) -> bool:
        """Say whether there may be more rows than were counted."""
        return bool(self.most) and self.count >= self.most


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else None


def query_string(**parameters: Any) -> str:
    """Return “?a=1&b=2” for links that open a filtered list."""
    return "?" + urlencode({k: v for k, v in parameters.items() if v not in (None, "")})
