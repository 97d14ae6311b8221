"""Attachments of the demo cases: pages that look scanned, made by us, stamped 样例.

One compiler serves all pages of a run, so that the fonts are read once.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from django.core.files.uploadedfile import SimpleUploadedFile

from apps.approvals.papers.trail import day
from apps.core.prints import engine

PAGE: Final = Path(__file__).parent / "scan.typ"
#: Resolution of pages that come as pictures: readable on a screen, about 100 KB.
DOTS: Final = 80.0


@lru_cache(maxsize=1)
def _compiler() -> Any:
    import typst  # only a seed with cases needs it

    return typst.Compiler(
        root=str(PAGE.parent),
        font_paths=engine.fonts_dirs(),
        ignore_system_fonts=True,
    )


def scan(
    *,
    label: str,
    title: str,
    to: str,
    paragraphs: Sequence[str],
    signer: str,
    on: dt.date,
    number: str = "",
    picture: bool = False,
    tilt: float = 0.5,
) -> SimpleUploadedFile:
    """Return one page as an upload: PDF, or a PNG picture.

    label   of the material it stands for; also the name of the file
    tilt    degrees it lies askew on the scanner
    """
    words = {
        "label": label,
        "title": title,
        "to": to,
        "paragraphs": list(paragraphs),
        "signer": signer,
        "day": day(on),
        "number": number,
        "tilt": tilt,
    }
    made = _compiler().compile(
        PAGE.read_bytes(),
        format="png" if picture else "pdf",
        ppi=DOTS,
        sys_inputs={"data": json.dumps(words, ensure_ascii=False)},
        timestamp=int(dt.datetime.combine(on, dt.time(9), tzinfo=dt.UTC).timestamp()),
    )
    page = made[0] if isinstance(made, list) else made
    if picture:
        return SimpleUploadedFile(f"{label}.png", page, "image/png")
    return SimpleUploadedFile(f"{label}.pdf", page, "application/pdf")
