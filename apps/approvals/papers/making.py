"""From a case to a set page: which papers it has, and one of them as a Form with its foot."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from apps.core.prints import Code, Form, Stamp, TabledLetter

from ..choices import Kind, State, Verdict
from ..models import Application, Line, Notice, PaperKind, UseSheet
from . import verifying
from .forms import BUILDERS
from .trail import copies, day
from .values import Said, said

#: Boxes that differ between a full and a masked print of the same paper.
PERSONAL = ("公民身份号码", "联系电话")
#: Sentences made of what other boxes hold: a new wording does not replace an earlier print.
WORDED = ("发文机关", "收悉", "编制明细", "来源说明")
#: Papers with such boxes.
WITH_NUMBERS = (PaperKind.ENTRY, PaperKind.EXIT, PaperKind.CARD, PaperKind.USE)
RELATED = (
    "quota_type", "slot__notice", "person", "spell__unit", "spell__dept", "result__unit",
    "result__person", "result__dept", "result__document",
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """One paper to be made. line: whose, of papers about one person."""

    application: Application
    kind: str
    line: Line | None = None

    @property
    def label(self) -> str:
        return PaperKind(self.kind).label

    @property
    def name(self) -> str:
        who = f"（{self.line.name}）" if self.line is not None else ""
        return f"{self.label}{who}"


def papers_of(application: Application) -> list[Asked]:
    """Return the papers a case has by now; none of a draft. At most three queries."""
    return papers_of_cases([application])


def papers_of_cases(cases: Sequence[Application]) -> list[Asked]:
    """Return the papers some cases have by now, case by case. At most three queries."""
    filed = [one for one in cases if one.number is not None and one.state != State.DRAFT]
    lines: dict[int, list[Line]] = {one.pk: [] for one in filed}
    rows = Line.objects.filter(application__in=list(lines)).select_related(*RELATED)
    for line in rows.order_by("place", "pk"):
        lines[line.application_id].append(line)
    uses = [one.pk for one in filed if one.kind == Kind.QUOTA_USE]
    sheets, notices = (
        set(model.objects.filter(application__in=uses).values_list("application_id", flat=True))
        if uses
        else set()
        for model in (UseSheet, Notice)
    )
    found: list[Asked] = []
    for one in filed:
        for line in lines[one.pk]:
            line.application = one
        found += _of_lines(one, lines[one.pk])
        if one.kind == Kind.QUOTA_USE:
            found.append(Asked(one, PaperKind.USE))
            if one.pk in sheets:
                found.append(Asked(one, PaperKind.SHEET))
            if one.pk in notices:
                found.append(Asked(one, PaperKind.NOTICE))
        found += _cards(one, lines[one.pk])
        found.append(Asked(one, PaperKind.FLOW))
    return found


def _of_lines(application: Application, lines: list[Line]) -> list[Asked]:
    """Return 登记表, one for each person who is not refused."""
    own = {Kind.ENTRY: PaperKind.ENTRY, Kind.EXIT: PaperKind.EXIT}.get(Kind(application.kind))
    if own is None:
        return []
    going = [line for line in lines if line.verdict != Verdict.REFUSED]
    return [Asked(application, own, line) for line in going or lines]


def _cards(application: Application, lines: list[Line]) -> list[Asked]:
    """Return 列编卡, one for each place taken in the register."""
    if application.effected_at is None or application.kind == Kind.EXIT:
        return []
    taken = [line for line in lines if line.result_id is not None]
    return [Asked(application, PaperKind.CARD, line) for line in taken]


def digest(one: Said) -> str:
    """Return what a paper says in 64 signs, alike whether its numbers are masked or not."""
    values = {key: value for key, value in one.values.items() if key not in (*PERSONAL, *WORDED)}
    rows = [
        {k: v.address if isinstance(v, Code) else v for k, v in row.items()} for row in one.rows
    ]
    text = json.dumps([values, rows], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def set_out(
    asked: Asked, told: Said, *, pk: int, by: Any, at: dt.datetime, full: bool, request: Any
) -> Form | TabledLetter:
    """Return a paper as it is printed, with its number, code and (with numbers) watermark."""
    application = asked.application
    line_id = asked.line.pk if asked.line is not None else None
    code = verifying.code_of(pk=pk, kind=asked.kind, application=application, line_id=line_id)
    stamp = Stamp(
        at=at,
        number=number_of(application, pk),
        verify=verifying.absolute(code, request),
        watermark=f"{by}　{at:%Y-%m-%d %H:%M}" if full and asked.kind in WITH_NUMBERS else "",
    )
    form = BUILDERS[asked.kind](told.values, told.rows)
    link = verifying.absolute(code, request)
    if isinstance(form, TabledLetter):
        whole = [[with_host(cell, request) for cell in row] for row in form.rows]
        form = replace(form, rows=whole)
        return replace(form, stamp=stamp, link=link)
    above = form.above
    if above == ("", ""):
        above = (f"受理编号：{application.number}", f"填表日期：{day(application.submitted_at)}")
    return replace(form, stamp=stamp, link=link, above=above, notes=[*form.notes, *_note(asked)])


def with_host(cell: Any, request: Any) -> Any:
    """Return the code of a cell with the host in it, where the host is known."""
    if isinstance(cell, Code) and request is not None:
        return Code(request.build_absolute_uri(cell.address))
    return cell


def _note(asked: Asked) -> Sequence[str]:
    if asked.kind not in (PaperKind.ENTRY, PaperKind.EXIT):
        return ()
    n = copies(asked.application)
    return (
        f"本表一式 {n} 份，由申报单位、机构编制管理机关和各联办部门各存一份；扫描二维码核验真伪。",
    )


def number_of(application: Application, pk: int) -> str:
    return f"{application.number}-{pk}"


__all__ = [
    "Asked",
    "digest",
    "number_of",
    "papers_of",
    "papers_of_cases",
    "said",
    "set_out",
    "with_host",
]
