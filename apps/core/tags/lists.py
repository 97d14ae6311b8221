"""Query bars, tables, trees, charts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from apps.core import icons
from apps.core.controls import escaped

register = template.Library()

NODE_ICONS = {"org": "building", "group": "folder", "inner": "diagram-3", "region": "geo-alt"}


@register.inclusion_tag("components/query_bar.html", takes_context=True)
def query_bar(context: Any, *, filters: Any) -> dict[str, Any]:
    request = context["request"]
    kept = [(k, v) for k, v in request.GET.items() if k in ("sort", "per", "on")]
    return {"filters": filters, "kept": kept, "path": request.path}


@register.simple_tag(takes_context=True)
def table(context: Any, *, table: Any) -> SafeString:
    """The card of a table prepared by `http.prepare_table`."""
    return table.as_html(context.get("request"))


@register.inclusion_tag("components/tree.html")
def tree(*, nodes: Iterable[Any], label: str, id: str = "tree") -> dict[str, Any]:
    return {"nodes": nodes, "label": label, "id": id}


@register.simple_tag
def node_icon(*, kind: str = "org") -> SafeString:
    return icons.icon(NODE_ICONS.get(kind or "org", "building"))


@register.inclusion_tag("components/day_picker.html", takes_context=True)
def day_picker(context: Any, *, on: Any = None) -> dict[str, Any]:
    """看某一天: GET `on`, keeping the other parameters."""
    request = context["request"]
    kept = [(k, v) for k, v in request.GET.items() if k not in ("on", "page", "export")]
    return {"on": on, "kept": kept, "path": request.path}


@register.simple_tag(takes_context=True)
def back_to_today(context: Any) -> str:
    """The address of this page without the day."""
    query = context["request"].GET.copy()
    query.pop("on", None)
    return f"{context['request'].path}?{query.urlencode()}" if query else context["request"].path


@register.simple_tag(takes_context=True)
def on_that_day(context: Any, *, day: dt.date) -> str:
    """The address of this page as of another day."""
    query = context["request"].GET.copy()
    query["on"] = day.isoformat()
    query.pop("page", None)
    return f"{context['request'].path}?{query.urlencode()}"


@register.inclusion_tag("components/chart.html")
def chart(
    *, id: str, title: str, option: dict[str, Any], table: dict[str, Any], finding: str = ""
) -> dict[str, Any]:
    """A chart with its sentence and its table. `option` is plain data for ECharts."""
    return {
        "id": id,
        "title": title,
        "finding": finding,
        "option": option,
        "option_id": f"{id}-option",
        "table": table,
    }


@register.simple_tag
def figure_rows(*, rows: Iterable[Sequence[Any]]) -> SafeString:
    """Return table rows of figures; the first cell of each names it."""
    drawn = []
    for first, *figures in rows:
        cells = "".join(f'<td class="num">{escaped(one)}</td>' for one in figures)
        drawn.append(f'<tr><th scope="row">{escaped(first)}</th>{cells}</tr>')
    return mark_safe("".join(drawn))  # noqa: S308 - every text is escaped above


@register.simple_tag
def text_rows(*, lines: Iterable[Any], head: int) -> SafeString:
    """Return table rows of lines of texts; the cell at `head` (from 0) names its row.

    A roster has ten thousand cells: drawn one by one by a template they cost a second.
    """
    rows = []
    for line in lines:
        texts = ["" if value is None else escaped(value) for value in line.cells]
        cells = [
            f'<th scope="row">{text}</th>' if place == head else f"<td>{text}</td>"
            for place, text in enumerate(texts)
        ]
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return mark_safe("".join(rows))  # noqa: S308 - every text is escaped above


@register.simple_tag
def layout_rows(*, rows: Iterable[Any]) -> SafeString:
    """Return the rows of a layout's table on the page (core.prints.screen.Row)."""
    return mark_safe("".join(_layout_row(row) for row in rows))  # noqa: S308 - escaped below


def _layout_row(row: Any) -> str:
    cells = []
    for cell in row.cells:
        text = escaped(cell.text)
        marks = f' colspan="{cell.columns}"' if cell.columns > 1 else ""
        if cell.css:
            marks += f' class="{escaped(cell.css)}"'
        if cell.head:
            cells.append(f'<th scope="row"{marks}>{text}</th>')
            continue
        if cell.url:
            text = f'<a href="{escaped(cell.url)}">{text}</a>'
        cells.append(f"<td{marks}>{text}</td>")
    return f'<tr class="row-{escaped(row.sort)}">{"".join(cells)}</tr>'
