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
from ..models import Application, Line, PaperKind
from . import verifying
from .forms import BUILDERS
from .trail import copies, day
from .values import Said, said

#: Papers about one person each; the others are of the whole case.
OF_A_LINE = (PaperKind.ENTRY, PaperKind.EXIT, PaperKind.CARD)
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
    """Return the papers a case has by now; none of a draft. Two queries."""
    if application.number is None or application.state == State.DRAFT:
        return []
    lines = list(application.lines.select_related(*RELATED).order_by("place", "pk"))
    for line in lines:
        line.application = application
    found: list[Asked] = []
    own = {Kind.ENTRY: PaperKind.ENTRY, Kind.EXIT: PaperKind.EXIT}.get(Kind(application.kind))
    if own is not None:
        going = [line for line in lines if line.verdict != Verdict.REFUSED]
        found += [Asked(application, own, line) for line in going or lines]
    if application.kind == Kind.QUOTA_USE:
        found.append(Asked(application, PaperKind.USE))
        if getattr(application, "sheet", None) is not None:
            found.append(Asked(application, PaperKind.SHEET))
        if getattr(application, "notice", None) is not None:
            found.append(Asked(application, PaperKind.NOTICE))
    in_force = application.effected_at is not None
    for line in lines if in_force else ():
        if line.result_id is not None and application.kind != Kind.EXIT:
            found.append(Asked(application, PaperKind.CARD, line))
    found.append(Asked(application, PaperKind.FLOW))
    return found


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


__all__ = ["Asked", "digest", "number_of", "papers_of", "said", "set_out", "with_host"]
