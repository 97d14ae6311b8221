"""Printing and taking away a sheet in the office's layout: PDF, workbook or Word, audited.

A PDF or a Word file carries the number of its audit event; the code on it leads to
`audit:print_check`, which says whether this portal made a print of this number, when and how
large. No personal data in it.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import BadRequest
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from apps.core import prints
from apps.core.prints import templates, word
from apps.core.prints.cells import text_of
from apps.core.sheets import Layout, write_layout

from . import services
from .exports import CONTENT_TYPES, answer, disposition
from .looks import common_root
from .models import AuditEvent

FORMATS = ("xlsx", "pdf")
#: lines a print made while the reader waits may have
AT_ONCE = 3_000
TOO_LONG = (
    "这张表有 {lines} 行，超过直接打印的上限 {most} 行；请缩小单位范围或分几次打印，"
    "或导出为 Excel 工作簿。"
)


@dataclass(frozen=True)
class Worded:
    """How a sheet becomes a Word file: key of its template, what the page says around the table.

    The lines of the table are those of the layout, named by its headings.
    """

    key: str
    values: Mapping[str, str]


def asked_format(request: HttpRequest, *, worded: bool = False) -> str:
    """Return what `?export=` asks for: "", "xlsx", "pdf", or "docx" of a sheet that has a Word
    form. Another word is a BadRequest.
    """
    asked = request.GET.get("export", "")
    formats = (*FORMATS, "docx") if worded else FORMATS
    if asked and asked not in formats:
        raise BadRequest(f"只能导出为 {'、'.join(formats)}")
    return asked


def sheet_answer(
    request: HttpRequest,
    *layouts: Layout,
    fmt: str,
    name: str = "",
    personal: bool = False,
    scopes: Sequence[str] = (),
    worded: Worded | None = None,
) -> HttpResponseBase:
    """Answer with printed sheets as a workbook, PDF or Word file; recorded as export or print.

    scopes    subtrees whose people are on the sheets, as exports.answer takes them
    personal  the sheets show (masked) identity numbers: each page says who printed it, and when
    worded    of a single sheet that has a Word form
    """
    name = name or layouts[0].title
    lines = sum(len(layout.lines) for layout in layouts)
    if fmt == "xlsx":
        out = io.BytesIO()
        write_layout(out, *layouts)
        return answer(request, out, name=name, fmt="xlsx", rows=lines, scopes=scopes)
    try:
        if lines > AT_ONCE:
            raise prints.NotPrintable(TOO_LONG.format(lines=lines, most=AT_ONCE))
        if worded is not None and fmt == "docx":
            made = _as_word(request, layouts[0], worded, name=name, scopes=scopes)
            return _sent(made, name, fmt)
        made, _ = printed(
            request.user, *layouts, name=name, personal=personal, request=request, scopes=scopes
        )
    except prints.NotPrintable as refusal:
        return refused(request, refusal, name)
    return _sent(made, name, fmt)


def _sent(made: bytes, name: str, fmt: str) -> FileResponse:
    response = FileResponse(io.BytesIO(made), content_type=CONTENT_TYPES[fmt])
    response["Content-Disposition"] = disposition(name, fmt, inline=fmt == "pdf")
    response["X-Content-Type-Options"] = "nosniff"
    return response


def refused(request: HttpRequest, refusal: prints.NotPrintable, name: str) -> HttpResponse:
    """Say on a page why there is no PDF, and offer the workbook of the same sheet."""
    query = request.GET.copy()
    query["export"] = "xlsx"
    context = {"sentence": refusal.sentence, "name": name, "workbook": f"?{query.urlencode()}"}
    return render(request, "audit/not_printable.html", context, status=422)


@transaction.atomic
def printed(
    by: Any,
    *layouts: Layout,
    name: str,
    personal: bool = False,
    request: HttpRequest | None = None,
    scopes: Sequence[str] = (),
) -> tuple[bytes, str]:
    """Return (PDF, its number); the event is written with it, or neither. Raises NotPrintable."""
    number, now = _numbered(by, layouts, name=name, request=request, scopes=scopes)
    stamp = prints.Stamp(
        at=now,
        number=number,
        verify=verify_address(number, request),
        watermark=f"{by}　{now:%Y-%m-%d %H:%M}" if personal else "",
    )
    return prints.pdf(*layouts, stamp=stamp), number


@transaction.atomic
def _as_word(
    request: HttpRequest, layout: Layout, worded: Worded, *, name: str, scopes: Sequence[str]
) -> bytes:
    """Return the Word file of a sheet; its event is written with it. Raises NotPrintable."""
    by = request.user
    number, now = _numbered(by, [layout], name=name, request=request, scopes=scopes, fmt="docx")
    link = verify_address(number, request)
    values: dict[str, word.Value] = {
        **worded.values,
        "编号": number,
        "核验地址": link,
        "二维码": prints.Code(link, mm=15),
        "打印人": str(by),
        "打印时间": f"{now:%Y-%m-%d %H:%M}",
    }
    headings = layout.headings
    rows = [
        {h.path[-1]: text_of(cell, h.form) for h, cell in zip(headings, line.cells, strict=True)}
        for line in layout.lines
    ]
    return word.fill(templates.in_force(worded.key), values, rows)


def _numbered(
    by: Any,
    layouts: Sequence[Layout],
    *,
    name: str,
    request: HttpRequest | None,
    scopes: Sequence[str],
    fmt: str = "pdf",
) -> tuple[str, dt.datetime]:
    """Write the event of a print; return its number and moment."""
    now = timezone.localtime()
    after: dict[str, Any] = {
        "list": name,
        "rows": sum(len(layout.lines) for layout in layouts),
        "query": request.GET.urlencode()[:300] if request is not None else "",
    }
    if fmt != "pdf":
        after["fmt"] = fmt
    if scopes:
        after["scopes"] = list(scopes)
    event = services.record(
        "print.run", by=by, after=after, scope=common_root(scopes) if scopes else None
    )
    return f"{now:%Y%m%d}-{event.pk}", now


def verify_address(number: str, request: HttpRequest | None) -> str:
    """Return the address in the code: number and a short signature; whole when a host is known."""
    path = reverse("audit:print_check", args=[number, signature(number)])
    return request.build_absolute_uri(path) if request is not None else path


def signature(number: str) -> str:
    """Return the first 16 signs of the signature: 96 bits, short enough for a small code."""
    return Signer(salt="print").signature(number)[:16]


def event_of(number: str, signed: str) -> AuditEvent:
    """Return the event of a printed number. Raises BadSignature, AuditEvent.DoesNotExist."""
    from django.utils.crypto import constant_time_compare

    if not constant_time_compare(signature(number), signed):
        raise BadSignature("编号与校验码不符")
    return AuditEvent.objects.get(pk=number.rpartition("-")[2], kind="print.run")
