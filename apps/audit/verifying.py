"""Checking the seals over audit events: every changed, added, dropped or moved row shows.

What cannot show: a row changed or dropped between its writing and its seal, at most a minute or as
long as the longest transaction under way (docs/adr/0007).
"""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from . import merkle, sealing
from .models import AuditSeal

#: A row may be this much older than the seal before its own: the longest transaction.
LONGEST_TRANSACTION = dt.timedelta(hours=24)
AHEAD = dt.timedelta(minutes=10)


@dataclass(frozen=True)
class Problem:
    """One thing that does not fit. event_id: the row to look at, where one can be named."""

    seal: int
    sentence: str
    event_id: int | None = None


@dataclass(frozen=True)
class Verdict:
    seals: int
    events: int
    problems: tuple[Problem, ...]
    newest_at: dt.datetime | None
    unsealed: int

    @property
    def is_clean(self) -> bool:
        return not self.problems


def verify(*, since: dt.datetime | None = None) -> Verdict:
    """Check every seal, its rows and the second place; `since`: rows of seals made after it.

    The chain of seals and the second place are always checked whole: that is cheap.
    """
    problems: list[Problem] = []
    seals = events = 0
    previous: AuditSeal | None = None
    floors = _ceilings()
    anchors = {line["number"]: line for line in sealing.anchored()}
    if None in anchors:
        problems.append(Problem(0, "锚文件中有损坏的行"))
        del anchors[None]
    code = sealing.key()
    for seal in AuditSeal.objects.order_by("number").iterator(chunk_size=200):
        seals += 1
        problems += _chain(seal, previous, code)
        problems += _anchor(seal, anchors.pop(seal.number, None))
        if since is None or seal.sealed_at >= since:
            events += seal.rows
            problems += _rows(seal, floors.get(seal.era), previous)
        previous = seal
    if anchors:
        numbers = sorted(anchors)
        problems.append(
            Problem(
                numbers[0],
                f"锚文件记有第 {numbers[0]} 至 {numbers[-1]} 号封存，数据库里没有："
                "末尾的记录被删除，或数据库被换成了旧的副本",
            )
        )
    newest = previous.sealed_at if previous else None
    return Verdict(seals, events, tuple(problems), newest, unsealed(previous))


def unsealed(last: AuditSeal | None) -> int:
    """Return how many events wait for a seal (at most 100,000 are counted)."""
    after = (last.last_xid, last.last_id) if last else (0, 0)
    span = sealing.Range(after, floor=last.floor_id if last else 0)
    return sealing.count(span, 100_000)


def _ceilings() -> dict[int, int]:
    """Return era → the highest id that can belong to it: where the next era begins."""
    first: dict[int, int] = {}
    for era, floor in AuditSeal.objects.order_by("number").values_list("era", "floor_id"):
        first.setdefault(era, floor)
    return {era - 1: floor for era, floor in first.items() if era > 1}


def _chain(seal: AuditSeal, previous: AuditSeal | None, code: bytes) -> Iterator[Problem]:
    expected = previous.number + 1 if previous else 1
    if seal.number != expected:
        yield Problem(expected, f"第 {expected} 号封存不见了")
    elif bytes(seal.previous) != (bytes(previous.mac) if previous else sealing.FIRST):
        yield Problem(seal.number, f"第 {seal.number} 号封存没有接上前一号")
    if not hmac.compare_digest(bytes(seal.mac), merkle.mac_of(code, sealing.facts_of(seal))):
        yield Problem(seal.number, f"第 {seal.number} 号封存本身被改动，或不是用本系统的密钥封的")
    if previous is not None:
        same_era = seal.era == previous.era
        after = (seal.after_xid, seal.after_id)
        if same_era and after != (previous.last_xid, previous.last_id):
            yield Problem(seal.number, f"第 {seal.number} 号封存与前一号之间有空档")
        if seal.sealed_at < previous.sealed_at:
            yield Problem(seal.number, f"第 {seal.number} 号封存的时间早于前一号：系统时间曾倒退")


def _anchor(seal: AuditSeal, line: dict[str, Any] | None) -> Iterator[Problem]:
    if line is None:
        yield Problem(seal.number, f"锚文件里没有第 {seal.number} 号封存")
    elif (line.get("root"), line.get("mac")) != (bytes(seal.root).hex(), bytes(seal.mac).hex()):
        yield Problem(seal.number, f"第 {seal.number} 号封存与锚文件不一致")


def _rows(seal: AuditSeal, ceiling: int | None, previous: AuditSeal | None) -> Iterator[Problem]:
    span = sealing.Range(
        (seal.after_xid, seal.after_id),
        (seal.last_xid, seal.last_id),
        floor=seal.floor_id,
        ceiling=ceiling,
    )
    rows = sealing.read(span)
    leaves = [merkle.leaf_of(row) for row in rows]
    if len(rows) == seal.rows and merkle.root_of(leaves) == bytes(seal.root):
        yield from _times(seal, rows, previous)
        return
    yield _first_bad(seal, rows, leaves)


def _first_bad(seal: AuditSeal, rows: Sequence[Any], leaves: Sequence[bytes]) -> Problem:
    """Name the first row that is not what was sealed."""
    marks = bytes(seal.marks)
    size = merkle.MARK
    sealed = [marks[i : i + size] for i in range(0, len(marks), size)]
    found = [leaf[:size] for leaf in leaves]
    at = next(
        (i for i, (a, b) in enumerate(zip(sealed, found, strict=False)) if a != b),
        min(len(sealed), len(found)),
    )
    where = f"第 {seal.number} 号封存"
    before = rows[at - 1][0] if at else None
    if len(found) < len(sealed):
        gone = len(sealed) - len(found)
        place = f"编号 {before} 之后" if before else "开头"
        return Problem(seal.number, f"{where}：{place}少了 {gone} 行审计记录", before)
    if len(found) > len(sealed):
        extra = rows[min(at, len(rows) - 1)][0]
        return Problem(seal.number, f"{where}：编号 {extra} 的审计记录是事后插入的", extra)
    if at < len(rows):
        changed = rows[at][0]
        return Problem(seal.number, f"{where}：编号 {changed} 的审计记录被改动", changed)
    return Problem(seal.number, f"{where}：封存的摘要被改动")


def _times(seal: AuditSeal, rows: Sequence[Any], previous: AuditSeal | None) -> Iterator[Problem]:
    """A row that says another time than it was written at (not in the first seal of an era)."""
    if previous is None or previous.era != seal.era:
        return
    oldest = (previous.sealed_at - LONGEST_TRANSACTION).timestamp() * 1_000_000
    newest = (seal.sealed_at + AHEAD).timestamp() * 1_000_000
    for row in rows:
        if not oldest <= row[2] <= newest:
            yield Problem(
                seal.number,
                f"第 {seal.number} 号封存：编号 {row[0]} 的审计记录时间与写入时间不符，"
                "是事后补记的",
                row[0],
            )
            return


def nightly(*, days: int = 8) -> Verdict:
    """Verify what was sealed lately (everything on the first day of a month)."""
    now = timezone.now()
    whole = timezone.localtime(now).day == 1
    return verify(since=None if whole else now - dt.timedelta(days=days))
