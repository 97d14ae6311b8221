"""The child process: `python -P child.py`, started by engine.py only.

Reads one JSON object from standard input, writes the PDF to standard output. Runs without
Django, settings, keys and database, in an empty folder: a template can read nothing else.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
from pathlib import Path

PAGES = Path(__file__).parent / "pages"


def main() -> int:
    work = json.loads(sys.stdin.buffer.read())
    resource.setrlimit(resource.RLIMIT_AS, (work["memory"], work["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (work["cpu_seconds"], work["cpu_seconds"] + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import typst

    source = b"\n".join((PAGES / f"{name}.typ").read_bytes() for name in ("common", work["page"]))
    with tempfile.TemporaryDirectory() as empty:
        os.chdir(empty)
        made = typst.compile(
            source,
            root=empty,
            font_paths=work["fonts"],
            ignore_system_fonts=True,
            package_path=empty,
            package_cache_path=empty,
            sys_inputs={"data": json.dumps(work["data"], ensure_ascii=False)},
            timestamp=work["at"],
            pdf_tags=work["tags"],
        )
    sys.stdout.buffer.write(made)
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
