"""Taking a list out of the system “as it is shown”: one road, audited (design §6, R19)."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from typing import IO, Any
from urllib.parse import quote

from django.db import transaction
from django.http import FileResponse, HttpRequest
from django.utils import timezone

from apps.core.sheets import Column
from apps.core.sheets.kinds import Kind
from apps.core.sheets.writing import write_csv, write_rows

from . import services
from .looks import common_root

CONTENT_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


class _AsShown(Kind):
    """A cell of a list: a number stays one, everything else is text."""

    numeric = True
    number_format = "General"

    def shown(self, value: Any) -> str | int | float:
        if value is None:
            return ""
        if isinstance(value, int | float) and not isinstance(value, bool):
            return value
        return str(value)


def export_table(
    request: HttpRequest, table: Any, fmt: str, *, scopes: Sequence[str] = ()
) -> FileResponse:
    """Answer with the whole query of a list in its shown columns and order.

    table    a prepared apps.core.tables.Table
    fmt      "xlsx" or "csv"
    scopes   as in `answer`
    """
    headers, rows = table.export_rows()
    columns = [Column(header, f"c{n}", _AsShown()) for n, header in enumerate(headers)]
    return export_rows(
        request, name=str(table.caption), columns=columns, rows=rows, fmt=fmt, scopes=scopes
    )


def export_rows(
    request: HttpRequest,
    *,
    name: str,
    columns: Sequence[Column],
    rows: Iterable[Any],
    fmt: str = "xlsx",
    title: str | None = None,
    lines: Sequence[str] = (),
    note: str = "",
    scopes: Sequence[str] = (),
) -> FileResponse:
    """Write `rows` to a file, record who took what, and answer with it.

    name     the list in words; becomes the file's name with the day
    scopes   as in `answer`
    """
    out: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    if fmt == "csv":
        written = write_csv(out, columns, rows)
    else:
        written = write_rows(out, columns, rows, sheet_name=name, title=title, lines=lines)
    return answer(request, out, name=name, fmt=fmt, rows=written.rows, note=note, scopes=scopes)


def answer(
    request: HttpRequest,
    out: IO[bytes],
    *,
    name: str,
    fmt: str,
    rows: int,
    note: str = "",
    scopes: Sequence[str] = (),
) -> FileResponse:
    """Record the export and send the written file as an attachment.

    scopes   tree paths of the subtrees whose people are in the list; units of these subtrees
             read of it under “who looked” (apps.audit.looks). Empty: a list without people.
    """
    after: dict[str, Any] = {"list": name, "rows": rows}
    after["query"] = request.GET.urlencode()[:300]
    if scopes:
        after["scopes"] = list(scopes)
    with transaction.atomic():
        services.record(
            "export.run",
            by=request.user,
            after=after,
            note=note,
            scope=common_root(scopes) if scopes else None,
        )
    out.seek(0)
    response = FileResponse(out, content_type=CONTENT_TYPES[fmt])
    response["Content-Disposition"] = disposition(name, fmt)
    response["X-Content-Type-Options"] = "nosniff"
    return response


def disposition(name: str, fmt: str, *, inline: bool = False) -> str:
    """Return the header that names a file: the list in words and the day."""
    day = timezone.localdate()
    how = "inline" if inline else "attachment"
    return f"{how}; filename*=UTF-8''{quote(f'{name}{day:%Y%m%d}.{fmt}')}"


__all__ = ["CONTENT_TYPES", "answer", "disposition", "export_rows", "export_table"]
