"""Uploaded files: where they lie, and handing one out again."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

from django.conf import settings

from apps.audit import services as audit
from apps.core import sheets
from apps.core.writes import write

from ..models import ImportBatch


def folder() -> Path:
    """Return where uploaded workbooks are kept, outside of every web root."""
    place = Path(settings.MEDIA_ROOT) / "imports"
    place.mkdir(parents=True, exist_ok=True)
    return place


def keep(name: str, blocks: Iterable[bytes]) -> tuple[Path, str, int]:
    """Store a file under a random name; return its path, SHA-256 and size in bytes."""
    suffix = Path(name).suffix.lower()[:6]
    path = folder() / f"{uuid.uuid4().hex}{suffix if suffix.isascii() else ''}"
    digest, size = hashlib.sha256(), 0
    with path.open("xb") as file:
        for block in blocks:
            digest.update(block)
            size += len(block)
            file.write(block)
    path.chmod(0o600)
    return path, digest.hexdigest(), size


def path_of(batch: ImportBatch) -> Path:
    return Path(settings.MEDIA_ROOT) / batch.path


def stored(path: Path) -> str:
    """Return a path as a batch keeps it."""
    return str(path.relative_to(settings.MEDIA_ROOT))


@write
def download(*, batch: ImportBatch, by: Any) -> IO[bytes]:
    """Open the uploaded file for one reader, and note that it was taken out. Raises OSError."""
    stream = path_of(batch).open("rb")
    audit.record(
        "import.download",
        target=batch,
        by=by,
        after={"name": batch.name, "sha256": batch.sha256},
        scope=batch.reach.path if batch.reach is not None else None,
    )
    return stream


def mark(batch: ImportBatch, faults: list[Any]) -> None:
    """Give the workbook back with its faults at their cells."""
    out = folder() / f"{uuid.uuid4().hex}.xlsx"
    try:
        marked = sheets.mark_faults(path_of(batch), faults, out, name=batch.name)
    except sheets.Refused as refused:
        batch.sentence = refused.sentence
        return
    batch.marked = stored(out)
    if marked.sentence:
        batch.sentence = marked.sentence
