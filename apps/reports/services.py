"""Writes of the reports: saved questions, long reports and long answers."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError
from django.http import QueryDict
from django.utils import timezone

from apps.audit import services as audit
from apps.audit.looks import common_root
from apps.audit.prints import printed
from apps.core import jobs, prints
from apps.core.models import Job
from apps.core.scope import roots
from apps.core.sheets import Refused, write_layout
from apps.core.sheets.writing import write_csv, write_rows
from apps.core.writes import constraint_of, write
from apps.units.models import Unit

from . import long
from .errors import NameTaken
from .models import KeptReport, SavedQuery
from .query import answers
from .query.question import Asked, Question, ask


@write
def save_query(*, subject: str, name: str, query: str, shared: bool, by: Any) -> SavedQuery:
    """Keep a question under a name; one of the same name and owner is replaced."""
    found = (
        SavedQuery.objects.select_for_update()
        .filter(owner=by, name=name, removed_at__isnull=True)
        .first()
    )
    paths = roots(by.subtrees("view_subtree"))
    values = {
        "subject": subject,
        "query": query,
        "shared": shared,
        "scope": paths[0] if paths else "",
    }
    try:
        if found is None:
            found = SavedQuery.objects.create(owner=by, name=name, **values)
        else:
            for key, value in values.items():
                setattr(found, key, value)
            found.save()
    except IntegrityError as failure:
        if constraint_of(failure) == "saved_query_name_once":
            raise NameTaken(name) from None
        raise
    audit.record("savedquery.save", target=found, by=by, after={"name": name, "shared": shared})
    return found


@write
def remove_query(*, saved: SavedQuery, by: Any) -> None:
    """Take a question off the list; its row stays. Removing it twice changes nothing."""
    found = SavedQuery.objects.select_for_update().get(pk=saved.pk)
    if found.removed_at is not None:
        return
    found.removed_at = timezone.now()
    found.save(update_fields=["removed_at", "updated_at"])
    audit.record("savedquery.remove", target=found, by=by, before={"name": found.name})


@write
def queue_report(*, kind: str, node: Unit, on: dt.date | None, fmt: str, by: Any) -> Job:
    """Queue a long report of a subtree; its file is kept for its owner."""
    report = long.REPORTS[kind]
    data = {"kind": kind, "at": node.pk, "on": on.isoformat() if on else None, "fmt": fmt}
    return jobs.create(
        kind="reports.make",
        title=f"{node.name}{report.name}（{fmt.upper()}）",
        owner=by,
        data=data,
        task="reports.make",
    )


def make_report(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    """Make the report of a job, in its owner's scope of this moment. Raises JobFailed."""
    data, owner = job.data, job.owner
    node = Unit.objects.visible_to(owner).filter(pk=data["at"]).first()
    if node is None:
        raise jobs.JobFailed("这个机构已不在您的查看范围内，没有生成报表。")
    on = dt.date.fromisoformat(data["on"]) if data["on"] else None
    report = long.REPORTS[data["kind"]]
    progress.stage("读取数据")
    try:
        layouts = report.make(owner, node, on, progress)
    except long.TooMuch as refusal:
        raise jobs.JobFailed(refusal.sentence) from None
    name, fmt = f"{node.name}{report.name}", data["fmt"]
    rows = sum(len(layout.lines) for layout in layouts)
    scopes = [node.path] if report.personal else []
    progress.stage("排版")
    number = ""
    try:
        with _new_file(fmt) as place:
            if fmt == "pdf":
                made, number = printed(
                    owner, *layouts, name=name, personal=report.personal, scopes=scopes
                )
                place.write_bytes(made)
            else:
                write_layout(place, *layouts)
                after = {"list": name, "rows": rows, **({"scopes": scopes} if scopes else {})}
                audit.record("export.run", by=owner, after=after, scope="".join(scopes))
            kept = _keep(job, place, name=name, fmt=fmt, rows=rows, number=number)
    except prints.NotPrintable as refusal:
        raise jobs.JobFailed(refusal.sentence) from None
    return {"report": kept.pk, "rows": rows}


@write
def queue_query(*, asked: Asked, fmt: str, by: Any) -> Job:
    """Queue the whole list of a question, of the day it is asked for; its file is kept."""
    question = asked.question
    words = "；".join(asked.words)[:120]
    data = {"subject": question.subject.name, "query": question.query(),
            "on": question.day.isoformat(), "fmt": fmt}  # fmt: skip
    return jobs.create(
        kind="reports.query",
        title=f"{question.subject.label}统计{f'：{words}' if words else ''}（{fmt.upper()}）",
        owner=by,
        data=data,
        task="reports.query",
    )


def make_query(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    """Write every row of a question's list, in its owner's scope of now. Raises JobFailed."""
    data, owner, fmt = job.data, job.owner, job.data["fmt"]
    question = Question.of(
        data["subject"], QueryDict(data["query"]), dt.date.fromisoformat(data["on"])
    )
    asked = ask(question, owner)
    if asked.faults:
        raise jobs.JobFailed(f"没有生成：{'；'.join(asked.faults)}")
    progress.stage("写入", asked.rows.count())
    columns, rows = answers.table(asked)
    name = f"{question.subject.label}统计"
    try:
        # a list broken off gives its cursor back while the transaction still stands
        with closing(rows), _new_file(fmt) as place:
            listed = _counted(rows, progress)
            if fmt == "csv":
                written = write_csv(place, columns, listed).rows
            else:
                written = write_rows(place, columns, listed, sheet_name=name).rows
            after: dict[str, Any] = {"list": name, "rows": written, "query": data["query"][:300]}
            people = question.subject.name == "people"
            if scopes := roots(owner.subtrees("view_subtree")) if people else []:
                after["scopes"] = list(scopes)
            audit.record("export.run", by=owner, after=after, note="；".join(asked.words),
                         scope=common_root(scopes) if scopes else None)  # fmt: skip
            kept = _keep(job, place, name=name, fmt=fmt, rows=written)
    except Refused as refusal:
        raise jobs.JobFailed(refusal.sentence) from None
    return {"report": kept.pk, "rows": written}


def _counted(rows: Iterable[Any], progress: jobs.Progress) -> Iterator[Any]:
    for done, row in enumerate(rows, start=1):
        yield row
        if done % 1_000 == 0:
            progress.at(done)


@contextmanager
def _new_file(fmt: str) -> Iterator[Path]:
    """Give a place for a file; nothing is left of it when the work inside fails."""
    place = folder() / f"{uuid.uuid4().hex}.{fmt}"
    try:
        yield place
    except BaseException:
        place.unlink(missing_ok=True)
        raise


def _keep(job: Job, place: Path, *, name: str, fmt: str, rows: int, number: str = "") -> KeptReport:
    """List a finished file among what its owner may download."""
    place.chmod(0o600)
    return KeptReport.objects.create(
        job=job, owner=job.owner, name=name, fmt=fmt, number=number, rows=rows,
        path=str(place.relative_to(settings.MEDIA_ROOT)), size=place.stat().st_size,
    )  # fmt: skip


def folder() -> Path:
    """Return where kept reports lie, outside of every web root."""
    place = Path(settings.MEDIA_ROOT) / "reports"
    place.mkdir(parents=True, exist_ok=True)
    return place
