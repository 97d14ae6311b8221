"""The nearest known name to a mistyped one."""

from __future__ import annotations

import difflib
from collections import Counter, defaultdict
from collections.abc import Iterable

from .tidy import key

BUDGET = 300  # misses that get a suggestion; a wholly foreign column must not take minutes


class Nearest:
    """Finds the closest of many names: shared character pairs first, then difflib on a few."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = list(dict.fromkeys(names))
        self._index: dict[str, list[int]] = defaultdict(list)
        for place, name in enumerate(self._names):
            for pair in self._pairs(key(name)):
                self._index[pair].append(place)
        self._left = BUDGET

    @staticmethod
    def _pairs(text: str) -> set[str]:
        return {text[i : i + 2] for i in range(len(text) - 1)} | set(text)

    def find(self, text: str, count: int) -> list[str]:
        """Return up to `count` names close to the text, the closest first."""
        if self._left <= 0 or not text or len(text) > 200:
            return []
        self._left -= 1
        wanted = key(text)
        votes: Counter[int] = Counter()
        # Pairs in nearly every name (市, 局) say little and cost much: rare ones vote first.
        pairs = sorted(self._pairs(wanted), key=lambda p: len(self._index.get(p, ())))
        for pair in pairs:
            places = self._index.get(pair, ())
            if len(votes) > 200 and len(places) > 5_000:
                break
            votes.update(places)
        scored = []
        for place, _ in votes.most_common(60):
            name = self._names[place]
            ratio = difflib.SequenceMatcher(None, wanted, key(name)).ratio()
            if ratio >= 0.5:
                scored.append((-ratio, place, name))
        return [name for _, _, name in sorted(scored)[:count]]
