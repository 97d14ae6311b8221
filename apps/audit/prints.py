"""Printing and taking away a sheet in the office's layout: one layout, PDF or workbook, audited.

A PDF carries the number of its audit event; the code on it leads to `audit:print_check`, which
says whether this portal made a print of this number, when and how large. No personal data in it.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import BadRequest
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from apps.core import prints
from apps.core.sheets import Layout, write_layout

from . import services
from .exports import answer, disposition
from .looks import common_root
from .models import AuditEvent

FORMATS = ("xlsx", "pdf")
#: lines a print made while the reader waits may have
AT_ONCE = 3_000
TOO_LONG = (
    "这张表有 {lines} 行，超过直接打印的上限 {most} 行；请缩小单位范围或分几次打印，"
    "或导出为 Excel 工作簿。"
)


def asked_format(request: HttpRequest) -> str:
    """Return what `?export=` asks for: "", "xlsx" or "pdf". Another word is a BadRequest."""
    asked = request.GET.get("export", "")
    if asked and asked not in FORMATS:
        raise BadRequest("只能导出为 xlsx 或 pdf")
    return asked


def sheet_answer(
    request: HttpRequest,
    *layouts: Layout,
    fmt: str,
    name: str = "",
    personal: bool = False,
    scopes: Sequence[str] = (),
) -> HttpResponseBase:
    """Answer with printed sheets as a workbook or PDF; recorded as an export or a print.

    scopes    subtrees whose people are on the sheets, as exports.answer takes them
    personal  the sheets show (masked) identity numbers: each page says who printed it, and when
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
        made, _ = printed(
            request.user, *layouts, name=name, personal=personal, request=request, scopes=scopes
        )
    except prints.NotPrintable as refusal:
        return refused(request, refusal, name)
    response = FileResponse(io.BytesIO(made), content_type="application/pdf")
    response["Content-Disposition"] = disposition(name, "pdf", inline=True)
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
    now = timezone.localtime()
    after: dict[str, Any] = {
        "list": name,
        "rows": sum(len(layout.lines) for layout in layouts),
        "query": request.GET.urlencode()[:300] if request is not None else "",
    }
    if scopes:
        after["scopes"] = list(scopes)
    event = services.record(
        "print.run", by=by, after=after, scope=common_root(scopes) if scopes else None
    )
    number = f"{now:%Y%m%d}-{event.pk}"
    stamp = prints.Stamp(
        at=now,
        number=number,
        verify=verify_address(number, request),
        watermark=f"{by}　{now:%Y-%m-%d %H:%M}" if personal else "",
    )
    return prints.pdf(*layouts, stamp=stamp), number


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
