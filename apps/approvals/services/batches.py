"""批量通过: one transaction for each case, none lost. Source: docs/rules.md AP-14."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.db import OperationalError, transaction
from django.utils import timezone

from apps.audit import services as audit
from apps.core import jobs
from apps.core.models import Job
from apps.core.writes import write

from .. import refusals
from ..models import Application, Batch, BatchItem
from ..moves import MOVES
from . import trial
from .advance import advance

log = structlog.get_logger(__name__)

#: Cases of one batch.
MOST = 2000
KIND = "approvals.batch"
TRIES = 3
#: deadlock_detected, serialization_failure: the transaction left nothing behind
AGAIN = {"40P01", "40001"}


@write
def begin(
    *, cases: Iterable[tuple[Application, int]], opinion: str, by: Any, move: str = "pass"
) -> Batch:
    """Write down which cases are to move, and queue the work.

    cases   (application, revision the user saw); at most MOST
    """
    cases = list(cases)[:MOST]
    label = MOVES[move].label
    job = jobs.create(
        kind=KIND,
        title=f"批量{label} {len(cases)} 件",
        owner=by,
        data={"in_pieces": True},
        task=KIND,
    )
    batch = Batch.objects.create(job=job, move=move, opinion=opinion.strip()[:500], by=by)
    BatchItem.objects.bulk_create(
        BatchItem(batch=batch, application=one, revision=seen) for one, seen in cases
    )
    audit.record(
        "application.batch", by=by, note=opinion.strip(), after={"move": label, "cases": len(cases)}
    )
    return batch


def run(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    """Move the cases that were not tried yet; safe to begin again after a worker died."""
    batch = Batch.objects.select_related("by").get(job=job)
    open_ = list(batch.items.filter(outcome="").values_list("pk", flat=True))
    total = batch.items.count()
    done = total - len(open_)
    progress.stage("逐件办理", total)
    try:
        for key in open_:
            try_one(key, batch)
            done += 1
            progress.at(done)
    except jobs.Cancelled:
        batch.items.filter(outcome="").update(
            outcome=BatchItem.Outcome.FAILED, sentence="任务已取消，没有办理", at=timezone.now()
        )
        raise
    failed = batch.items.filter(outcome=BatchItem.Outcome.FAILED).count()
    return {"done": total - failed, "failed": failed}


def try_one(key: int, batch: Batch) -> None:
    """Move one case; what refuses it is kept with it in a sentence."""
    by = type(batch.by).objects.get(pk=batch.by_id)  # rights as they are at this moment
    for attempt in range(1, TRIES + 1):
        try:
            _move(key, batch, by)
        except trial.REFUSED as refusal:
            _fail(key, refusals.sentence(refusal, by))
        except PermissionDenied:
            _fail(key, "您已没有办理这一环节的权限，请刷新待办后查看")
        except OperationalError as error:
            code = getattr(error.__cause__, "pgcode", None)
            if code in AGAIN and attempt < TRIES:
                continue
            log.exception("batch.case_failed", item=key)
            _fail(key, "数据库忙，没有办成，请稍后单独办理")
        except Exception as error:
            log.exception("batch.case_failed", item=key)
            _fail(key, f"没有办成（{type(error).__name__}），请单独办理；再次出现请告诉系统管理员")
        return


def _move(key: int, batch: Batch, by: Any) -> None:
    with transaction.atomic():
        item = BatchItem.objects.select_for_update(of=("self",)).get(pk=key)
        if item.outcome:
            return
        advance(
            application=Application(pk=item.application_id),
            move=batch.move,
            by=by,
            seen=item.revision,
            opinion=batch.opinion,
        )
        item.outcome, item.at = BatchItem.Outcome.DONE, timezone.now()
        item.save(update_fields=["outcome", "at"])


def _fail(key: int, sentence: str) -> None:
    BatchItem.objects.filter(pk=key, outcome="").update(
        outcome=BatchItem.Outcome.FAILED, sentence=sentence[:500], at=timezone.now()
    )
