"""The two reminder sheets: on the screen, on paper, as a workbook."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from apps.audit.prints import asked_format, sheet_answer
from apps.core.http import on_day, requires
from apps.core.sheets import Heading
from apps.units.models import Office, Unit

from .. import rules
from ..queries.board import ancestors_of, children_of
from ..queries.protocol import MOST_UNITS, size_of
from ..sheets import Row, Sheet, layout_of, posts_sheet, quota_sheet
from ..sheets.build import ALL
from . import drawing
from .board import node_of

#: under a sheet on paper whose parts are not told one by one
FOLDED = "各单位的数字含其下属单位。"


@requires(*rules.SEES_BOARD)
@require_GET
def posts_page(request: HttpRequest) -> HttpResponseBase:
    return _page(request, posts_sheet, "干部提示表", "dashboards:posts_sheet", "超配、缺配")


@requires(*rules.SEES_BOARD)
@require_GET
def quota_page(request: HttpRequest) -> HttpResponseBase:
    return _page(request, quota_sheet, "编制提示表", "dashboards:quota_sheet", "超编")


def _page(
    request: HttpRequest, make: Callable[..., Sheet], label: str, url_name: str, mark_word: str
) -> HttpResponseBase:
    paths = rules.board_paths(request.user)
    node = node_of(request, paths) or _first(paths)
    on = on_day(request)
    context: dict[str, Any] = {
        "node": node,
        "on": on,
        "label": label,
        "url_name": url_name,
        "now": timezone.now(),
        "choices": _choices(node, paths),
    }
    if size_of(node) > MOST_UNITS:
        return render(request, "dashboards/sheet_choose.html", context)
    opened, marked = set(request.GET.getlist("open")), bool(request.GET.get("marked"))
    fmt = asked_format(request)
    # on paper as on the screen, folded or only what is marked; the workbook has every unit
    every = marked or fmt == "xlsx"
    sheet = make(node, office=office_name(), on=on, opened={ALL} if every else opened)
    rows = only_marked(sheet.rows) if marked else sheet.rows
    if fmt:
        notes = list(sheet.notes) if every or ALL in opened else [*sheet.notes, FOLDED]
        made = replace(sheet, rows=rows, notes=notes)
        return sheet_answer(request, layout_of(made), fmt=fmt)
    address = Address(reverse(url_name), node, on, opened, marked=marked)
    context |= {
        "sheet": sheet,
        "head": head_rows(sheet.headings),
        "body": drawing.body(sheet, rows, address),
        "marked": marked,
        "mark_word": mark_word,
        "whole": ALL in opened,
        "wide": bool(request.GET.get("wide")),
        "address": address,
    }
    return render(request, "dashboards/sheet.html", context)


def _first(paths: list[str]) -> Unit:
    """Return the office's own subtree when it is the reader's, else the first of his."""
    office = Office.objects.select_related("home").first()
    if office is not None and any(office.home.path.startswith(path) for path in paths):
        return office.home
    return Unit.objects.get(path=paths[0])


def _choices(node: Unit, paths: list[str]) -> list[tuple[int, str, bool]]:
    """Return (pk, name, chosen) of the nodes the sheet can be made for from here."""
    above = ancestors_of(node, paths)
    roots = [u for u in Unit.objects.filter(path__in=paths) if u not in above and u != node]
    below = [child for child in children_of(node) if child.opens]
    rows = [(unit, "　" * place) for place, unit in enumerate([*above, node])]
    rows += [(unit, "　" * (len(above) + 1)) for unit in below]
    rows += [(unit, "") for unit in roots]
    return [(unit.pk, f"{indent}{unit.name}", unit == node) for unit, indent in rows]


def office_name() -> str:
    office = Office.objects.first()
    return office.name if office is not None else "机构编制委员会办公室"


class Address:
    """Addresses of the same sheet with other parts of it opened."""

    def __init__(self, path: str, node: Unit, on: Any, opened: set[str], *, marked: bool) -> None:
        self.path, self.on, self.opened, self.only_marked = path, on, opened, marked
        self.kept = [("at", str(node.pk))]
        if on is not None:
            self.kept.append(("on", on.isoformat()))

    def _with(self, *more: tuple[str, str]) -> str:
        return f"{self.path}?{urlencode([*self.kept, *more])}"

    @property
    def folded(self) -> str:
        return self._with()

    @property
    def whole(self) -> str:
        return self._with(("open", ALL))

    @property
    def export(self) -> str:
        return self._with(("export", "xlsx"))

    @property
    def pdf(self) -> str:
        shown = [("open", key) for key in sorted(self.opened)]
        if self.only_marked:
            shown = [("marked", "1")]
        return self._with(*shown, ("export", "pdf"))

    @property
    def wide(self) -> str:
        return self._with(*(("open", key) for key in sorted(self.opened)), ("wide", "1"))

    @property
    def marked(self) -> str:
        return self._with(("marked", "1"))

    def page(self, unit: Unit) -> str:
        """The register of one unit, on the same day."""
        own = reverse("quotas:unit", args=[unit.pk])
        return own if self.on is None else f"{own}?on={self.on.isoformat()}"

    def toggles(self, row: Row) -> bool:
        """Say whether the units below a row can be opened or folded by themselves."""
        return bool(row.folded or (row.opened and ALL not in self.opened))

    def toggled(self, unit: Unit) -> str:
        keys = sorted((self.opened - {ALL}) ^ {str(unit.pk)})
        return f"{self._with(*(('open', key) for key in keys))}#u{unit.pk}"


def only_marked(rows: list[Row]) -> list[Row]:
    """Return the units that are red or blue, under their class, and the whole; no subtotals."""
    found: list[Row] = []
    for row in rows:
        if row.sort == "group":
            if found and found[-1].sort == "group":
                found.pop()
            found.append(row)
        elif row.sort in ("unit", "part") and {"over", "short"} & set(row.tones.values()):
            found.append(replace(row, sort="unit", opened=False))
        elif row.sort == "total":
            if found and found[-1].sort == "group":
                found.pop()
            found.append(row)
    return found


def head_rows(headings: list[Heading]) -> list[list[dict[str, Any]]]:
    """Return the lines of the table's head: text, colspan, rowspan, whether figures stand below."""
    depth = max(len(heading.path) for heading in headings)
    lines: list[list[dict[str, Any]]] = [[] for _ in range(depth)]
    for heading in headings:
        for level, text in enumerate(heading.path):
            last = level == len(heading.path) - 1
            row = lines[level]
            if not last and row and row[-1]["path"] == heading.path[: level + 1]:
                row[-1]["columns"] += 1
                continue
            row.append(
                {
                    "text": text,
                    "path": heading.path[: level + 1],
                    "columns": 1,
                    "rows": depth - level if last else 1,
                    "leaf": last,
                    "num": last and heading.align == "right",
                }
            )
    return lines
