"""Every event kind in the code has its sentence, and every sentence its event."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.approvals.choices import LoanStepKind, PoolKind
from apps.approvals.moves import MOVES
from apps.audit.sentences import SENTENCES

ROOT = Path(__file__).resolve().parents[2]
APPS = ROOT / "apps"
#: Functions that append an event; their first argument is its kind.
RECORDERS = {"record", "record_each"}


def sources() -> Iterator[tuple[Path, ast.Module]]:
    for file in sorted(APPS.rglob("*.py")):
        if "migrations" not in file.parts and file.name != "sentences.py":
            yield file, ast.parse(file.read_text(encoding="utf-8"), str(file))


def kinds_recorded() -> tuple[dict[str, str], list[str]]:
    """Return kind → place for kinds written as text, and the calls whose kind is computed."""
    found: dict[str, str] = {}
    computed: list[str] = []
    for file, tree in sources():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name not in RECORDERS:
                continue
            place = f"{file.relative_to(ROOT)}:{node.lineno}"
            first = node.args[0]
            options = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
            for option in options:
                if isinstance(option, ast.Constant) and isinstance(option.value, str):
                    found[option.value] = place
                else:
                    computed.append(place)
    return found, computed


def texts() -> set[str]:
    return {
        node.value
        for _, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_every_recorded_kind_has_its_sentence() -> None:
    recorded, _ = kinds_recorded()

    missing = {kind: place for kind, place in recorded.items() if kind not in SENTENCES}

    assert recorded
    assert not missing


def test_every_sentence_has_its_event() -> None:
    """A kind may be given by a variable, but it is written somewhere."""
    # put together from a choice, as approvals/services/advance.py and pool.py do
    moved = {f"application.{move}" for move in MOVES}
    moved |= {f"pool.{kind}" for kind in PoolKind.values}
    moved |= {f"loan.{kind}" for kind in LoanStepKind.values}
    unused = set(SENTENCES) - texts() - moved

    assert not unused


@pytest.mark.parametrize("kind", SENTENCES)
def test_kinds_are_noun_and_verb_and_sentences_are_chinese(kind: str) -> None:
    noun, dot, verb = kind.partition(".")

    assert noun.isalpha()
    assert dot
    assert verb.replace("_", "").isalpha()
    assert len(kind) <= 60
    assert all("\u4e00" <= sign <= "\u9fff" for sign in SENTENCES[kind] if sign not in "、，（）")
