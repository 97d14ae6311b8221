"""Rules of the house that a machine can keep (security.md §5, style.md §12)."""

from __future__ import annotations

import ast
import functools
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.urls import resolve

from tests.repository.pages import all_pages

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))

#: Pages whose only condition is being signed in, decided so.
SIGNED_IN = {"core:preferences", "core:table_settings"}
#: Files that may hand HTML to a template: each escapes what it joins.
MAKES_HTML = {
    "apps/core/columns.py",
    "apps/core/controls.py",
    "apps/core/icons.py",
    "apps/core/lamps.py",
    "apps/core/tables.py",
    "apps/core/tags/lists.py",
    "apps/dashboards/views/drawing.py",
}
#: Files that may read or write workbooks and CSV by themselves.
WRITES_SHEETS = ("apps/core/sheets/",)
READS_CSV = {"apps/core/reference.py", "apps/core/divisions.py", "apps/units/reference.py"}


@functools.cache
def trees() -> list[tuple[str, ast.Module]]:
    files = [*sorted((ROOT / "apps").rglob("*.py")), *sorted((ROOT / "bianzhi").rglob("*.py"))]
    return [
        (str(file.relative_to(ROOT)), ast.parse(file.read_text(encoding="utf-8")))
        for file in files
        if "migrations" not in file.parts
    ]


def calls() -> Iterator[tuple[str, ast.Call, str]]:
    """Yield (place, call, dotted name of what is called)."""
    for name, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield f"{name}:{node.lineno}", node, ast.unparse(node.func)


def imports() -> Iterator[tuple[str, str]]:
    for name, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                yield from ((f"{name}:{node.lineno}", alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield f"{name}:{node.lineno}", node.module


def file_of(place: str) -> str:
    return place.rpartition(":")[0]


def test_no_migration_is_missing(db: None) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_layers_hold() -> None:
    """apps import downwards only (style.md §1)."""
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "No module named" not in done.stderr, "import-linter is missing: make setup-dev"
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


@pytest.mark.asvs("8.1.1")
def test_every_view_has_a_decision_who_may_open_it() -> None:
    undecided = [
        page.name
        for page in all_pages()
        if not any(
            hasattr(page.view, mark)
            for mark in ("required_permissions", "required_administrators", "is_public")
        )
        and page.name not in SIGNED_IN | {"healthz"}
    ]
    assert not undecided


def test_permissions_asked_for_exist() -> None:
    from apps.accounts.choices import AdministratorKind
    from apps.accounts.roles import PERMISSIONS

    for page in all_pages():
        assert set(getattr(page.view, "required_permissions", ())) <= set(PERMISSIONS), page.name
        kinds = getattr(page.view, "required_administrators", ())
        assert set(kinds) <= set(AdministratorKind.values), page.name


@pytest.mark.asvs("1.3.2")
def test_nothing_runs_text_as_code() -> None:
    banned = {
        "eval",
        "exec",
        "pickle.loads",
        "pickle.load",
        "yaml.load",
        "marshal.loads",
        "os.system",
    }
    found = [place for place, _, name in calls() if name in banned]
    assert not found
    modules = {"pickle", "marshal", "yaml", "shelve", "dill"}
    assert not [place for place, module in imports() if module.split(".")[0] in modules]


@pytest.mark.asvs("1.2.5")
def test_no_program_is_started_through_a_shell() -> None:
    for place, node, _ in calls():
        for keyword in node.keywords:
            if keyword.arg == "shell":
                assert isinstance(keyword.value, ast.Constant), place
                assert keyword.value.value is False, place


@pytest.mark.asvs("1.2.4")
def test_no_sql_slips_into_a_queryset() -> None:
    found = [
        place
        for place, node, name in calls()
        if name.endswith((".objects.raw", ".extra")) or name.split(".")[-1] == "RawSQL"
    ]
    assert not found


@pytest.mark.asvs("1.2.4")
def test_no_parameters_of_a_request_become_arguments_of_a_query() -> None:
    found = []
    for place, node, name in calls():
        if name.split(".")[-1] not in {"filter", "exclude", "get", "annotate", "order_by", "alias"}:
            continue
        for part in [*node.args, *[k.value for k in node.keywords if k.arg is None]]:
            if isinstance(part, ast.Starred):
                part = part.value
            elif part in node.args:
                continue
            if "request." in ast.unparse(part):
                found.append(place)
    assert not found


@pytest.mark.asvs("1.3.1")
def test_html_is_made_in_few_places() -> None:
    found = [
        place
        for place, _, name in calls()
        if name.split(".")[-1] in {"mark_safe", "SafeString"} and file_of(place) not in MAKES_HTML
    ]
    assert not found


def test_workbooks_and_csv_go_through_the_engine() -> None:
    modules = {"openpyxl", "csv", "python_calamine", "rustpy_xlsxwriter", "xlrd", "xlsxwriter"}
    found = [
        f"{place} {module}"
        for place, module in imports()
        if module.split(".")[0] in modules
        and not place.startswith(WRITES_SHEETS)
        and not (module == "csv" and file_of(place) in READS_CSV)
    ]
    assert not found


@pytest.mark.asvs("15.3.3")
def test_forms_name_their_fields() -> None:
    found = []
    for name, tree in trees():
        for node in ast.walk(tree):
            if not (isinstance(node, ast.ClassDef) and node.name == "Meta"):
                continue
            for line in node.body:
                given = line.value if isinstance(line, ast.Assign) else None
                if isinstance(given, ast.Constant) and given.value == "__all__":
                    found.append(f"{name}:{line.lineno}")
    assert not found


#: a form kept over a sign-in is sent again with one key for as long as it is kept
KEPT_KEY = '<input type="hidden" name="_key" value="{{ kept.key }}">'
#: template → view of the forms of signing in, which have no action
POSTS_TO_ITSELF = {
    "accounts/login.html": "accounts:login",
    "accounts/factor.html": "accounts:factor",
}


def test_post_forms_carry_token_and_key() -> None:
    """Views marked keyless need no key: signing in and out, look-ups that change nothing."""
    faults = []
    for file in TEMPLATES:
        text = file.read_text(encoding="utf-8")
        for start in re.finditer(r"<form\b[^>]*>", text):
            if 'method="post"' not in start.group():
                continue
            body = text[start.start() : (text.find("</form>", start.end()) + 1) or None]
            place = f"{file.relative_to(ROOT)}: {start.group()[:80]}"
            if "{% csrf_token %}" not in body:
                faults.append(f"{place} has no csrf_token")
            keyed = "{% form_key %}" in body or KEPT_KEY in body
            if not keyed and not _is_keyless(file, start.group()):
                faults.append(f"{place} has no form_key")
    assert not faults


def _is_keyless(file: Path, form: str) -> bool:
    views = {page.name: page.view for page in all_pages()}
    place = str(file.relative_to(ROOT / "templates"))
    if "action=" not in form and place in POSTS_TO_ITSELF:
        return getattr(views[POSTS_TO_ITSELF[place]], "keyless", False)
    named = re.search(r"""action="\{%\s*url\s+['"]([\w:]+)""", form)
    if named:
        return getattr(views[named[1]], "keyless", False)
    path = re.search(r'action="(/[^"{]*)"', form)
    if path:
        return getattr(resolve(path[1]).func, "keyless", False)
    variable = re.search(r'action="\{\{ logout_url \}\}"', form)
    return variable is not None and getattr(views["accounts:logout"], "keyless", False)


@pytest.mark.asvs("1.3.1")
@pytest.mark.parametrize("file", TEMPLATES, ids=lambda f: str(f.relative_to(ROOT / "templates")))
def test_templates_escape_and_run_no_inline_code(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert "|safe" not in text
    assert "autoescape off" not in text
    assert not re.search(r"\sstyle\s*=\s*[\"']", text)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text)
    assert not re.search(r"javascript:", text)
    for script in re.finditer(r"<script\b[^>]*>", text):
        assert re.search(r'src=|type="application/json"', script.group()), script.group()
    for address in re.finditer(r"(?:src|href|action)=\"(https?:)?//", text):
        pytest.fail(f"leads out of the portal: {address.group()}")


def test_secrets_of_settings_stay_out_of_the_repository() -> None:
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    names = [name for name in tracked if re.search(r"(\.key|\.pem|\.env|id_rsa|\.sqlite3?)$", name)]
    assert not names
    assert not [name for name in tracked if name.startswith(("node_modules/", "var/", ".venv/"))]


def test_a_rule_has_one_row() -> None:
    rows = re.findall(
        r"^\| ([A-Z]+-\d+) \|", (ROOT / "docs/rules.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert len(rows) > 200
    assert not sorted({name for name in rows if rows.count(name) > 1})


def test_every_rule_is_named_by_a_test_and_every_mark_names_a_rule() -> None:
    """docs/rules.md is what the product promises: each of its rules has a test that says so."""
    rules = re.findall(r"^\| ([A-Z]+-[A-Z]?\d+) \|", (ROOT / "docs/rules.md").read_text(), re.M)
    marks: set[str] = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        for named in re.findall(r"mark\.rule\(([^)]*)\)", path.read_text(encoding="utf-8")):
            marks |= set(re.findall(r'"([^"]+)"', named))

    assert len(rules) > 200
    assert sorted(set(rules) - marks) == []
    assert sorted(marks - set(rules)) == []
