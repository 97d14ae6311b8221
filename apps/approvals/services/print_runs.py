"""Many papers in one file: counted, made by the worker, kept for a while for who asked. PP-05."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from apps.core import jobs
from apps.core.models import Job
from apps.core.prints import NotPrintable
from apps.core.writes import write
from apps.staff import errors as staff
from apps.staff.refusals import sentence

from ..models import Application, PaperKind
from ..papers import making
from ..papers.making import Asked
from . import papers

KIND = "approvals.papers"
#: forms made while the reader waits; more go to the worker
AT_ONCE = 10
#: forms of one file
MOST = 500
#: how long a finished file is kept
KEPT_DAYS = 7
RELATED = ("unit__supervising_unit", "unit__funding", "version", "applicant", "document")


@dataclass(frozen=True)
class Host:
    """Stands for the request in the worker: names the host in the codes."""

    base: str

    def build_absolute_uri(self, path: str) -> str:
        return urljoin(self.base, path)


def cases_for(user: Any, keys: Sequence[int]) -> QuerySet[Application]:
    """Return the filed cases of these that the user sees, by number."""
    rows = Application.objects.visible_to(user).filter(pk__in=keys, number__isnull=False)
    return rows.select_related(*RELATED).order_by("number")


def papers_for(user: Any, keys: Sequence[int], kind: str) -> list[Asked]:
    """Return the papers of one sort of some cases, as far as the user sees them now."""
    every = making.papers_of_cases(list(cases_for(user, keys)))
    return [one for one in every if one.kind == kind]


@write
def queue(
    *, asked: Sequence[Asked], by: Any, host: str, full: bool = False, purpose: str = ""
) -> Job:
    """Queue the file of some papers of one sort.

    host      address of the portal, as the reader calls it: it stands in the codes
    full      identity numbers in full, for a purpose; noted when the file is made
    """
    kind = PaperKind(asked[0].kind)
    cases = list(dict.fromkeys(one.application.pk for one in asked))
    return jobs.create(
        kind=KIND,
        title=f"打印{kind.label} {len(asked)} 份{'（完整号码）' if full else ''}",
        owner=by,
        data={
            "kind": kind.value,
            "cases": cases,
            "papers": len(asked),
            "host": host,
            "full": full,
            "purpose": purpose.strip()[:200],
        },
        task=KIND,
    )


def run(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    """Make the file of a job, in its owner's scope and rights of this moment. Raises JobFailed."""
    data = job.data
    progress.stage("读取数据", data["papers"])
    asked = papers_for(job.owner, data["cases"], data["kind"])
    if not asked:
        raise jobs.JobFailed("所选办件都不在您的查看范围内，或已没有这种表单，没有生成。")
    if len(asked) > MOST:
        raise jobs.JobFailed(too_many(len(asked)))
    progress.stage("排版", len(asked))
    try:
        made, rows = papers.make(
            asked=asked,
            by=job.owner,
            full=data["full"],
            purpose=data["purpose"],
            request=Host(data["host"]),
            done=progress.at,
        )
    except NotPrintable as refusal:
        raise jobs.JobFailed(refusal.sentence) from None
    except (staff.PurposeMissing, staff.RevealLimit) as refusal:
        raise jobs.JobFailed(sentence(refusal, job.owner)) from None
    except PermissionDenied:
        raise jobs.JobFailed("账号没有打印其中完整号码的权限，没有生成。") from None
    job.result_file = _keep(made)
    return {"papers": len(rows), "missing": max(0, data["papers"] - len(rows))}


def too_many(number: int) -> str:
    return f"共 {number} 份，超过一份文件的上限 {MOST} 份，没有打印；请分几次选择"


def _folder() -> Path:
    place = Path(settings.MEDIA_ROOT) / "prints"
    place.mkdir(parents=True, exist_ok=True)
    return place


def _keep(made: bytes) -> str:
    """Write a file among those kept, and return its place below MEDIA_ROOT."""
    place = _folder() / f"{uuid.uuid4().hex}.pdf"
    place.touch(mode=0o600)
    place.write_bytes(made)
    return str(place.relative_to(settings.MEDIA_ROOT))


def file_of(job: Job) -> Path | None:
    """Return the file a job made; None when there is none, or not any more."""
    place = Path(settings.MEDIA_ROOT) / job.result_file if job.result_file else None
    return place if place is not None and place.is_file() and not _is_past(place) else None


def let_go() -> int:
    """Remove the files whose days are over; return how many. Safe to run twice."""
    gone = [place for place in _folder().glob("*.pdf") if _is_past(place)]
    for place in gone:
        place.unlink(missing_ok=True)
    return len(gone)


def _is_past(place: Path) -> bool:
    return place.stat().st_mtime < time.time() - KEPT_DAYS * 86_400


def scopes_of(job: Job) -> list[str]:
    """Return the tree paths of the units whose papers the file of a job holds."""
    cases = Application.objects.filter(pk__in=job.data["cases"])
    return sorted(set(cases.values_list("scope", flat=True)))
