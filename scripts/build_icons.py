"""Pick the icons the pages use out of bootstrap-icons into one SVG sprite.

Run by `make setup` after the npm packages are there; writes static/generated/icons.svg, which
is not committed. An icon that is missing in the package stops the script, so that a wrong name
shows here and not as a hole in a page.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "node_modules" / "bootstrap-icons" / "icons"
TARGET = ROOT / "static" / "generated" / "icons.svg"

NAMES = """
arrow-clockwise arrow-counterclockwise arrow-down arrow-down-up arrow-left arrow-left-right
arrow-right arrow-up bank bar-chart bell book box-arrow-in-right box-arrow-right briefcase
building buildings calendar-check calendar3 card-checklist caret-right-fill check-circle check-lg
chevron-down chevron-left chevron-right chevron-up clipboard-check clock-history cloud-upload
columns-gap dash-lg diagram-3 download exclamation-circle exclamation-triangle eye file-earmark
file-earmark-arrow-down file-earmark-arrow-up file-earmark-spreadsheet file-earmark-text files
filter folder folder2-open funnel gear geo-alt globe grid hourglass-split house inbox inboxes
info-circle journal-text key layers layout-three-columns link-45deg list list-check list-task
list-ul lock mortarboard paperclip pause-circle pencil people person person-badge person-check
person-dash person-gear person-lines-fill person-plus pie-chart pin-angle plus-lg plus-slash-minus
printer question-circle search send shield-check shield-lock signpost-split sliders speedometer2
stopwatch table three-dots trash unlock upload x-circle x-lg
""".split()


def build() -> int:
    """Write the sprite. Returns the number of icons; 0 when the package is not installed."""
    if not SOURCE.is_dir():
        return 0
    symbols = []
    for name in NAMES:
        file = SOURCE / f"{name}.svg"
        if not file.is_file():
            raise SystemExit(
                f"bootstrap-icons has no icon “{name}”; correct scripts/build_icons.py"
            )
        body = re.search(r"<svg[^>]*>(.*)</svg>", file.read_text(encoding="utf-8"), re.S)
        if body is None:
            raise SystemExit(f"{file} is no SVG; reinstall the npm packages")
        inner = re.sub(r"\s+", " ", body.group(1)).strip()
        symbols.append(f'<symbol id="{name}" viewBox="0 0 16 16">{inner}</symbol>')
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg">' + "".join(symbols) + "</svg>\n",
        encoding="utf-8",
    )
    return len(symbols)


if __name__ == "__main__":
    count = build()
    if not count:
        sys.exit("bootstrap-icons is not installed: run “make setup” first")
    print(f"static/generated/icons.svg: {count} icons")
