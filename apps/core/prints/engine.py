"""Setting pages: a child process with limits does it, a sentence comes back when it cannot."""

from __future__ import annotations

import io
import json
import logging
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from apps.core.sheets import Layout
from apps.core.sheets.process import ROOT, environment

from . import payload
from .forms import Form, TabledLetter
from .letters import Letter
from .stamp import Stamp

log = logging.getLogger(__name__)

CHILD = Path(__file__).parent / "child.py"
#: cells one file may hold: what sets in well under a minute and the memory below
MOST_CELLS = 150_000
#: cells up to which the file carries tags for screen readers; they take ten times its size
TAGGED_CELLS = 3_000
#: forms one child sets: each takes some 14 MB until the child ends
FORMS_AT_ONCE = 20
WALL_SECONDS = 90
CPU_SECONDS = 150  # over all threads
MEMORY = 3 * 1024 * 1024 * 1024  # address space; two threads map more than they use

#: families in the order they are asked for: the site's licensed ones, then those of the wheel
FONTS = {
    "title": ["FZXiaoBiaoSong-B05S", "方正小标宋简体", "Noto Serif SC"],
    "head": ["SimHei", "黑体", "Noto Sans SC"],
    "body": ["SimSun", "宋体", "Noto Serif SC"],
    "letter": ["FangSong_GB2312", "仿宋_GB2312", "FangSong", "仿宋", "Noto Serif SC"],
}

TOO_MANY = (
    "这张表有 {cells} 个格子，超过一份 PDF 的上限 {most} 个；请缩小单位范围或分几次打印，"
    "或导出为 Excel 工作簿。"
)
TOO_SLOW = "这份 PDF 排版超过了时限；请缩小单位范围或分几次打印，或导出为 Excel 工作簿。"
BROKEN = "这份 PDF 没有排成；请稍后再试，仍不成功时先导出 Excel 工作簿，并告诉系统管理员。"


class NotPrintable(Exception):
    """A page that could not be set. sentence: Chinese, says what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def pdf(*layouts: Layout, stamp: Stamp | None = None) -> bytes:
    """Return one PDF with the tables of `layouts`, each beginning a page. Raises NotPrintable."""
    cells = sum(len(layout.headings) * (len(layout.lines) + 1) for layout in layouts)
    if cells > MOST_CELLS:
        raise NotPrintable(TOO_MANY.format(cells=cells, most=MOST_CELLS))
    stamp = stamp or Stamp(at=timezone.localtime())
    sheets = [payload.sheet(layout) for layout in layouts]
    return _set("sheet", {"sheets": sheets}, stamp, tagged=cells <= TAGGED_CELLS)


def letter(one: Letter, *, stamp: Stamp | None = None) -> bytes:
    """Return a letter on the page of GB/T 9704. Raises NotPrintable."""
    stamp = stamp or Stamp(at=timezone.localtime())
    return _set("letter", {"letter": payload.letter(one)}, stamp)


def forms(
    *papers: Form | TabledLetter,
    stamp: Stamp | None = None,
    told: Callable[[int], None] | None = None,
) -> bytes:
    """Return one PDF of forms and letters, each beginning a page and counting its own.

    stamp   of those that carry none of their own
    told    is told how many are set after each FORMS_AT_ONCE; what it raises ends the work
    Raises NotPrintable.
    """
    stamp = stamp or Stamp(at=timezone.localtime())
    cells = sum(map(_cells, papers))
    if cells > MOST_CELLS:
        raise NotPrintable(TOO_MANY.format(cells=cells, most=MOST_CELLS))
    # joined files lose their tags, so they are not written at all
    tagged = cells <= TAGGED_CELLS and len(papers) <= FORMS_AT_ONCE
    parts = []
    for start in range(0, len(papers), FORMS_AT_ONCE):
        some = papers[start : start + FORMS_AT_ONCE]
        made = [
            payload.form(one, stamp) if isinstance(one, Form) else payload.tabled(one, stamp)
            for one in some
        ]
        parts.append(_set("form", {"papers": made}, stamp, tagged=tagged))
        if told is not None:
            told(start + len(some))
    return parts[0] if len(parts) == 1 else _joined(parts)


def _cells(one: Form | TabledLetter) -> int:
    if isinstance(one, Form):
        return sum(map(len, one.rows))
    return len(one.rows) * len(one.head)


def _joined(parts: list[bytes]) -> bytes:
    """Return one PDF of several, page by page."""
    from pypdf import PdfReader, PdfWriter  # only long runs of forms need it

    whole = PdfWriter()
    for part in parts:
        whole.append(PdfReader(io.BytesIO(part)), import_outline=False)
    out = io.BytesIO()
    whole.write(out)
    return out.getvalue()


def fonts_dirs() -> list[str]:
    """Return the folders fonts are looked for in, the site's own first."""
    import pylopdf_fonts_zh_cn

    site = settings.BIANZHI_FONTS_DIR
    own = [str(site)] if site is not None and site.is_dir() else []
    return [*own, str(Path(pylopdf_fonts_zh_cn.__file__).parent)]


def _set(page: str, content: dict[str, Any], stamp: Stamp, *, tagged: bool = True) -> bytes:
    work = {
        "page": page,
        "tags": tagged,
        "fonts": fonts_dirs(),
        "at": int(stamp.at.timestamp()),
        "memory": MEMORY,
        "cpu_seconds": CPU_SECONDS,
        "data": {**content, "stamp": payload.stamp(stamp), "fonts": FONTS},
    }
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as made:
        given.write(json.dumps(work, ensure_ascii=False).encode())
        given.seek(0)
        child = subprocess.Popen(
            [sys.executable, "-s", "-P", str(CHILD)],
            stdin=given,
            stdout=made,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            env=environment(),
            start_new_session=True,
        )
        try:
            _, said = child.communicate(timeout=WALL_SECONDS)
        except subprocess.TimeoutExpired:
            raise NotPrintable(TOO_SLOW) from None
        finally:
            if child.poll() is None:
                child.kill()
                child.communicate()
        made.seek(0)
        return _judged(child.returncode, made.read(), said)


def _judged(status: int, made: bytes, said: bytes) -> bytes:
    if status == 0 and made.startswith(b"%PDF"):
        return made
    log.warning(
        "print child ended with status %s: %s", status, said[-500:].decode("utf-8", "replace")
    )
    if status in (-signal.SIGXCPU, -signal.SIGALRM):
        raise NotPrintable(TOO_SLOW)
    raise NotPrintable(BROKEN)
