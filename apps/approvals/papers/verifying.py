"""The code on a paper, and what whoever holds the paper may learn by it. Rule PP-02.

A code is the row's number and eighty bits of HMAC-SM3 over which paper it is, of which case and
person, and the how-manieth print. The key never changes, so that a paper can be checked for good.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from apps.core import crypto
from apps.units.models import Office

from ..choices import State
from ..models import Application, Notice, Paper, PaperKind, VerifyTry

SIGNS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U
LENGTH: Final = 16
FIELD: Final = "approvals_paper.code"
_CODE: Final = re.compile(rf"([{SIGNS}]{{1,12}})-?([{SIGNS}]{{{LENGTH}}})")
#: Requests one source may make in a minute, right or wrong.
A_MINUTE: Final = 30
OFFICE: Final = "机构编制管理机关"


def code_of(*, pk: int, kind: str, application: Application, line_id: int | None) -> str:
    """Return “1Z-7KQ2M9XD3F5HJPRT” for one print."""
    return f"{_written(pk)}-{_signature(pk, kind, str(application.uid), line_id)}"


def path_of(code: str) -> str:
    return reverse("verify:paper", args=[code])


def _signature(pk: int, kind: str, uid: str, line_id: int | None) -> str:
    text = f"{pk}|{kind}|{uid}|{line_id or ''}"
    return _written(int.from_bytes(crypto.blind_index(text, field=FIELD)[:10], "big"), LENGTH)


def _written(number: int, length: int = 1) -> str:
    signs = ""
    while number or len(signs) < length:
        number, rest = divmod(number, len(SIGNS))
        signs = SIGNS[rest] + signs
    return signs


def _read(signs: str) -> int:
    number = 0
    for sign in signs:
        number = number * len(SIGNS) + SIGNS.index(sign)
    return number


def find(code: str) -> Paper | None:
    """Return the print a code stands for; None for wrong and unknown ones, in the same time.

    Typed by hand: small letters, blanks, O for 0 and I, L for 1 are taken as meant.
    """
    text = code.strip().upper().replace(" ", "").replace("　", "")
    text = text.replace("O", "0").replace("I", "1").replace("L", "1")
    match = _CODE.fullmatch(text) if len(text) <= 40 else None
    number, signed = match.groups() if match else ("0", "0" * LENGTH)
    pk = _read(number)
    paper = (
        Paper.objects.select_related("application__unit", "line")
        .filter(pk=pk if pk < 2**62 else 0)
        .first()
    )
    kind = paper.kind if paper else ""
    uid = str(paper.application.uid) if paper else ""
    right = _signature(pk, kind, uid, paper.line_id if paper else None)
    return paper if constant_time_compare(right, signed) and paper is not None else None


@dataclass(frozen=True)
class Standing:
    """Whether a paper still holds. tone: of the lamp."""

    tone: str
    word: str
    sentence: str = ""


def standing(paper: Paper, today: dt.date | None = None) -> Standing:
    application = paper.application
    if application.state in (State.REFUSED, State.WITHDRAWN):
        label = State(application.state).label
        return Standing("red", "已作废", f"这件业务{label}，打印件不再有效。")
    if paper.kind == PaperKind.NOTICE:
        notice = Notice.objects.filter(application=application).first()
        if notice is None or notice.revoked_at is not None:
            return Standing("red", "已撤销", "这份通知单已由发出机关撤销。")
        if notice.valid_until < (today or timezone.localdate()):
            return Standing(
                "amber", "已过期", f"有效期至 {notice.valid_until:%Y-%m-%d}，已经过期。"
            )
    newer = (
        Paper.objects.filter(
            application=application, kind=paper.kind, line=paper.line_id, pk__gt=paper.pk
        )
        .exclude(said=paper.said)
        .order_by("pk")
        .last()
    )
    if newer is not None:
        on = f"{timezone.localtime(newer.made_at):%Y-%m-%d}"
        return Standing(
            "amber", "已被新版替换", f"打印后内容有变化，{on} 已另打印 {newer.number}。"
        )
    if application.revision != paper.revision:
        return Standing(
            "green", "有效", f"打印后这件业务又有办理，现在是“{State(application.state).label}”。"
        )
    return Standing("green", "有效", "与平台的记录一致。")


def names_of(paper: Paper) -> str:
    """Return whom a paper is about as 张*, never more."""
    if paper.kind in (PaperKind.USE, PaperKind.SHEET, PaperKind.NOTICE):
        return ""
    if paper.line is not None:
        return masked(paper.line.name)
    names = [one.name for one in paper.application.lines.order_by("place", "pk") if one.name]
    shown = "、".join(masked(name) for name in names[:3])
    return f"{shown}等 {len(names)} 人" if len(names) > 3 else shown


def masked(name: str) -> str:
    return f"{name[0]}*" if name else ""


def office() -> str:
    """Return who issues the papers: the office as it has named itself."""
    found = Office.objects.first()
    return found.name if found is not None else OFFICE


def admit(source: str | None) -> bool:
    """Count one request of a source; False when it has asked too often within this minute."""
    minute = timezone.now().replace(second=0, microsecond=0)
    mark = crypto.blind_index(source or "-", field="approvals_verifytry.source").hex()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO approvals_verifytry AS t (source, minute, tries) VALUES (%s, %s, 1) "
            "ON CONFLICT ON CONSTRAINT verify_try_once_a_minute "
            "DO UPDATE SET tries = t.tries + 1 RETURNING tries",
            [mark, minute],
        )
        tries: int = cursor.fetchone()[0]
    if tries == 1:
        VerifyTry.objects.filter(minute__lt=minute - dt.timedelta(hours=1)).delete()
    return tries <= A_MINUTE


def absolute(code: str, request: Any) -> str:
    """Return the address in the QR code: whole where the host is known."""
    path = path_of(code)
    return request.build_absolute_uri(path) if request is not None else path
