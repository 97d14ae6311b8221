"""Running work on a strange file in a child process that may die without harm.

The child is a fresh interpreter without Django, settings, keys or database; it gets a task name
and a JSON payload on standard input, sets its own memory and processor limits, and answers in
JSON lines. Killed, crashed, out of memory or too slow: the parent sees one `Refused`.
"""

from __future__ import annotations

import json
import logging
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from .limits import Limits, Refused

logger = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[3]
MODULE = "apps.core.sheets.child"
BLOCK = 1 << 18

TOO_SLOW = "文件处理超过了时限，请删去多余的空行、空列和格式，或分成几个文件上传"
TOO_MUCH = "文件展开后占用内存过大，请分成几个文件上传"
CRASHED = "文件内容有误，读取时出错；请用 Excel 或 WPS 打开后另存为 .xlsx 再上传"
CANCELLED = "已取消"


class Cancelled(Refused):
    """The caller's `cancelled` said so; the child was stopped."""

    def __init__(self) -> None:
        super().__init__(CANCELLED)


def run(
    task: str,
    payload: dict[str, Any],
    limits: Limits,
    *,
    cancelled: Callable[[], bool] | None = None,
) -> Iterator[bytes]:
    """Run a task of child.py and yield its lines. Raises Refused for every way it can fail.

    The child is gone, and waited for, when the iterator is finished or closed.
    """
    deadline = time.monotonic() + limits.wall_seconds
    with tempfile.TemporaryFile() as work:
        work.write(json.dumps({"task": task, "limits": limits.as_dict(), **payload}).encode())
        work.seek(0)
        child = subprocess.Popen(
            [sys.executable, "-s", "-m", MODULE],
            stdin=work,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            env=environment(),
            start_new_session=True,
        )
    try:
        yield from _lines(child, deadline, limits, cancelled)
    finally:
        _stop(child)


def environment() -> dict[str, str]:
    """Return the child's environment: no secret of the parent goes along."""
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "HOME") if name in os.environ}
    kept |= {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "2"}
    return kept


def _lines(
    child: subprocess.Popen[bytes],
    deadline: float,
    limits: Limits,
    cancelled: Callable[[], bool] | None,
) -> Iterator[bytes]:
    if child.stdout is None:
        raise Refused(CRASHED)
    pipe = child.stdout.fileno()
    rest: list[bytes] = []  # pieces of a line that has not ended; a line can be long
    received = 0
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            raise Refused(TOO_SLOW)
        if cancelled is not None and cancelled():
            raise Cancelled
        if not select.select([pipe], [], [], min(left, 0.5))[0]:
            continue
        block = os.read(pipe, BLOCK)
        if not block:
            break
        received += len(block)
        if received > limits.output_bytes:
            raise Refused(TOO_MUCH)
        first, *more = block.split(b"\n")
        rest.append(first)
        if more:
            yield b"".join(rest)
            *whole, last = more
            yield from whole
            rest = [last]
    if any(rest):
        yield b"".join(rest)
    _judge(child.wait(timeout=max(deadline - time.monotonic(), 1.0)))


def _judge(status: int) -> None:
    """Turn the way a child ended into a sentence. Source: docs/rules.md W-02."""
    if status == 0:
        return
    logger.warning("sheet child ended with status %s", status)
    if status in (-signal.SIGXCPU, -signal.SIGALRM):
        raise Refused(TOO_SLOW)
    if status in (-signal.SIGKILL, -signal.SIGABRT):
        # Rust aborts when an allocation fails, and the kernel kills when memory runs out.
        raise Refused(TOO_MUCH)
    raise Refused(CRASHED)


def _stop(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        child.kill()
    child.wait()
    if child.stdout is not None:
        child.stdout.close()
