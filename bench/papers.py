"""One 登记表 as PDF, warm: wall and processor time. `python -m bench.papers` (limit: 0.5 s)."""

from __future__ import annotations

import os
import resource
import statistics
import time

import django

RUNS = 7


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bianzhi.settings.dev")
    django.setup()
    from apps.approvals.models import PaperKind
    from apps.approvals.papers.forms import BUILDERS
    from apps.core import prints

    class Boxes(dict[str, str]):
        def __missing__(self, key: str) -> str:
            return f"{key}的内容"

    form = BUILDERS[PaperKind.ENTRY](Boxes(), [])
    walls, used = [], []
    prints.forms(form)
    for _ in range(RUNS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.perf_counter()
        prints.forms(form)
        walls.append(time.perf_counter() - start)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    print(f"登记表 PDF: wall {statistics.median(walls):.2f} s (best {min(walls):.2f}), "
          f"processor {statistics.median(used):.2f} s")  # fmt: skip


if __name__ == "__main__":
    main()
