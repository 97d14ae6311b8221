"""Our own scripts and styles run in the oldest browsers of the offices (Chromium 86)."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = sorted(ROOT.glob("static/js/*.js"))
STYLES = sorted(ROOT.glob("static/css/*.css"))
TEMPLATES = sorted(ROOT.glob("templates/**/*.html"))

#: What came after ES2020 or Chromium 86
NEWER_SCRIPT = {
    r"\?\?=|\|\|=|&&=": "logical assignment",
    r"\.at\(": "Array.at",
    r"\.replaceAll\(": "String.replaceAll",
    r"\bstructuredClone\b": "structuredClone",
    r"\.findLast": "findLast",
    r"\bObject\.hasOwn\b": "Object.hasOwn",
    r"^\s+#\w+": "private fields",
    r"\beval\(|new Function\(": "evaluated code",
    r"\bon\w+\s*=\s*[\"']": "inline handler",
    r"https?://": "another host",
}
NEWER_STYLE = {
    r"color-mix\(": "color-mix",
    r"oklch\(|oklab\(|lab\(": "new colours",
    r":has\(": ":has",
    r"@container|@layer|@scope": "new at-rules",
    r"\binset\s*:": "inset (Chromium 87)",
    r"aspect-ratio\s*:": "aspect-ratio (88)",
    r":is\(|:where\(": ":is (88)",
    r"\d(dvh|svh|lvh)\b": "new viewport units",
    r"https?://|@import": "another file",
}


def found(path: Path, banned: dict[str, str]) -> list[str]:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.S)
    lines = [line for line in text.splitlines() if not line.strip().startswith("//")]
    return [
        f"{path.name}:{number}: {why}"
        for number, line in enumerate(lines, 1)
        for pattern, why in banned.items()
        if re.search(pattern, line)
    ]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda p: p.name)
def test_a_script_needs_nothing_newer_than_es2020(path):
    assert found(path, NEWER_SCRIPT) == []


@pytest.mark.parametrize("path", STYLES, ids=lambda p: p.name)
def test_a_style_needs_nothing_newer_than_chromium_86(path):
    assert found(path, NEWER_STYLE) == []


def test_no_page_carries_script_or_style_of_its_own():
    faults = []
    for path in TEMPLATES:
        text = path.read_text(encoding="utf-8")
        for pattern in (r"\sstyle=", r"<style", r"\son[a-z]+=", r"\shx-on", r"javascript:"):
            if re.search(pattern, text):
                faults.append(f"{path.relative_to(ROOT)}: {pattern}")
        for tag in re.findall(r"<script\b[^>]*>", text):
            if "src=" not in tag and "application/json" not in tag:
                faults.append(f"{path.relative_to(ROOT)}: {tag}")
    assert faults == []


def test_every_form_that_writes_carries_its_key():
    """Sign-in has no account yet that a key could belong to; a kept form brings its own."""
    faults = []
    for path in TEMPLATES:
        text = path.read_text(encoding="utf-8")
        for form in re.split(r"(?=<form\b)", text)[1:]:
            tag = form[: form.index(">")]
            if 'method="post"' not in tag or path.name in (
                "login.html",
                "factor.html",
                "kept.html",
            ):
                continue
            body = form.split("</form>")[0]
            for needed in ("csrf_token", "form_key"):
                if needed not in body:
                    faults.append(f"{path.relative_to(ROOT)}: {needed} missing in {tag}>")
    assert faults == []
