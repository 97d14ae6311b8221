"""Withdrawing a written batch: all of it in one transaction, or nothing (rule W-10)."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.audit import services as audit
from apps.core import jobs
from apps.core.imports import KINDS
from apps.core.models import Job
from apps.core.writes import sign, write

from .. import rules, withdrawal
from ..choices import BatchState
from ..errors import NotWithdrawn
from ..models import ImportBatch
from .checking import _locked, _of, _tell, queue


@write
def withdraw(*, batch: ImportBatch, by: Any) -> ImportBatch:
    """Queue the withdrawal of a written batch. Raises BatchNotReady, NotWithdrawn."""
    batch = _locked(batch, (BatchState.DONE,))
    refuse_others(batch, by)
    batch.state, batch.sentence, batch.obstacles = BatchState.UNDOING, "", []
    batch.save(update_fields=["state", "sentence", "obstacles"])
    queue(batch, by, f"撤回{KINDS[batch.kind].label}：{batch.name}", "exchange.withdraw")
    return batch


@write
def withdraw_now(*, batch: ImportBatch, by: Any) -> ImportBatch:
    """Undo a written batch in this transaction. Raises BatchNotReady, NotWithdrawn."""
    batch = _locked(batch, (BatchState.DONE,))
    refuse_others(batch, by)
    undo_now(batch=batch, by=by)
    return batch


def refuse_others(batch: ImportBatch, by: Any) -> None:
    """Raise NotWithdrawn for who may not, and for batches that cannot be."""
    if not rules.may_withdraw(by, batch):
        raise NotWithdrawn("撤回须有本批全部数据所在范围的维护权限，请联系编办经办人")
    if batch.write_id is None:
        raise NotWithdrawn("本批写入时系统还没有记下撤回所需的信息，不能整批撤回，请逐项更正")


def run_withdraw(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    """The work of a withdrawal job; refused, the batch stays written and says why."""
    batch = _of(job)
    try:
        with transaction.atomic():
            count = undo_now(batch=batch, by=job.owner, tell=_tell(progress))
    except NotWithdrawn as refused:
        batch = _of(job)
        batch.state, batch.sentence = BatchState.DONE, refused.sentence
        batch.obstacles = refused.obstacles
        batch.save(update_fields=["state", "sentence", "obstacles"])
        audit.record(
            "import.withdraw", target=batch, by=job.owner, note=refused.sentence, refused=True
        )
        return {"state": batch.state}
    return {"state": batch.state, "withdrawn": count}


def undo_now(*, batch: ImportBatch, by: Any, tell: Any = lambda *_: None) -> int:
    """Undo a batch in the caller's transaction; return how many of its rows went back.

    The caller holds the batch's lock. Raises NotWithdrawn.
    """
    sign(by=by)
    rows = withdrawal.undo(batch, tell)
    count = batch.created + batch.changed
    batch.state, batch.withdrawn_at = BatchState.WITHDRAWN, timezone.now()
    batch.withdrawn_by = by if getattr(by, "pk", None) else None
    batch.report = {**batch.report, "withdrawn": count}
    batch.sentence, batch.obstacles = "", []
    batch.save()
    audit.record(
        "import.withdraw",
        target=batch,
        by=by,
        after={"kind": batch.kind, "lines": count, "rows": rows},
        scope=batch.reach.path if batch.reach is not None else None,
    )
    return count
