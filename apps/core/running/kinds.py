"""What kinds of jobs there are, in words, which may be started again, and what they made.

An app registers its kinds when it is ready; a job's own title and data are its owner's business
and are never shown to the administrator (security.md R10).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..models import Job

#: (job, by): starts the same work again as its owner's; returns the new job, None when it may not.
Again = Callable[[Job, Any], Job | None]

#: job that is done: (words, address) of what it made for its owner; None when there is nothing.
Made = Callable[[Job], tuple[str, str] | None]

#: Beginnings of the sentences of the job machinery itself: they say nothing of the content.
OURS = (
    "任务没有完成",
    "任务没有全部完成",
    "提交人的账户",
    "任务在执行中断开",
    "任务已被系统",
    "已按要求取消",
    "已取消",
)
THEIRS = "业务原因未完成，提交人可在“我的任务”里看到说明"


@dataclass(frozen=True)
class Kind:
    label: str
    again: Again | None = None
    made: Made | None = None


KINDS: dict[str, Kind] = {}


def register(
    kind: str, label: str, *, again: Again | None = None, made: Made | None = None
) -> None:
    KINDS[kind] = Kind(label, again, made)


def label_of(job: Job) -> str:
    return KINDS[job.kind].label if job.kind in KINDS else job.kind


def reason_of(job: Job) -> str:
    """Return why a job ended as it did, without what it was about."""
    if job.state != Job.State.FAILED and job.state != Job.State.CANCELLED:
        return ""
    return job.message if job.message.startswith(OURS) else THEIRS


def made_by(job: Job) -> tuple[str, str] | None:
    """Return words and address of what a job made, for its owner's page."""
    kind = KINDS.get(job.kind)
    if kind is None or kind.made is None or job.state != Job.State.DONE:
        return None
    return kind.made(job)


def may_run_again(job: Job) -> bool:
    """Only what failed without its owner's fault, and whose kind says that it is safe."""
    if job.state != Job.State.FAILED or not job.message.startswith(OURS):
        return False
    kind = KINDS.get(job.kind)
    return kind is not None and kind.again is not None and job.owner.is_active


def may_cancel(job: Job) -> bool:
    return job.state in (Job.State.WAITING, Job.State.RUNNING) and not job.cancel_asked
