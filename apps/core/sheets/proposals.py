"""Which of our columns a foreign header probably means, and why we think so."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from .columns import Column
from .foreign import Profile, SourceColumn, look_up, spellings
from .headers import header_key

SAME, ALIKE, NEAR, REMEMBERED = "同名", "同义", "名称相近", "上次这样对照"
_LEAST: Final = 0.6  # similarity below which nothing is proposed
#: Headers that mean a running number and nothing else.
_NUMBERING: Final = frozenset({"序号", "顺序号", "行号", "no", "no."})


@dataclass(frozen=True, slots=True)
class Proposal:
    """One source column and the field it probably is. field: "" when nothing comes near."""

    name: str
    field: str
    why: str
    score: float


def propose(
    profile: Profile,
    columns: Sequence[Column],
    *,
    synonyms: Mapping[str, Sequence[str]] | None = None,
    remembered: Iterable[Mapping[str, str]] = (),
) -> list[Proposal]:
    """Return one proposal for each column of the profile, in its order.

    synonyms    field → further words
    remembered  earlier decisions (source name → field), the latest first
    Each field is proposed once, for the column that fits it best.
    """
    by_field = {column.field: column for column in columns}
    known = spellings(columns, dict(synonyms or {}))
    before = _before(remembered)
    ranked: list[tuple[float, int, str, str]] = []
    for place, one in enumerate(profile.columns):
        for to, score, why in _candidates(one, by_field, known, before):
            ranked.append((-score, place, to, why))
    chosen: dict[int, Proposal] = {}
    taken: set[str] = set()
    for minus, place, to, why in sorted(ranked):
        if place in chosen or to in taken:
            continue
        one = profile.columns[place]
        if why == NEAR and not _holds(one, by_field[to]):
            continue
        chosen[place] = Proposal(one.name, to, why, -minus)
        taken.add(to)
    return [
        chosen.get(place, Proposal(one.name, "", "", 0.0))
        for place, one in enumerate(profile.columns)
    ]


def _before(remembered: Iterable[Mapping[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for mapping in remembered:
        for name, to in mapping.items():
            if to:
                found.setdefault(header_key(name), to)
    return found


def _candidates(
    one: SourceColumn,
    by_field: Mapping[str, Column],
    known: dict[str, str],
    before: Mapping[str, str],
) -> Iterable[tuple[str, float, str]]:
    last = one.path[-1]
    if header_key(last) in _NUMBERING:
        return
    remembered = before.get(header_key(one.name))
    if remembered is not None and remembered in by_field:
        yield remembered, 3.0, REMEMBERED
    words = [last, "".join(one.path), one.path[0]]
    for rank, word in enumerate(dict.fromkeys(words)):
        to = look_up(known, word)
        if to is not None:
            exact = header_key(word) == header_key(by_field[to].header)
            yield to, (2.0 if exact else 1.5) - rank * 0.2, SAME if exact else ALIKE
    wanted = header_key(last)
    best: dict[str, float] = {}
    for spelled, to in known.items():
        ratio = difflib.SequenceMatcher(None, wanted, spelled).ratio()
        if len(spelled) >= 2 and (spelled in wanted or wanted in spelled) and len(wanted) >= 2:
            ratio = max(ratio, 0.7)
        if ratio >= _LEAST and ratio > best.get(to, 0.0):
            best[to] = ratio
    for to, ratio in best.items():
        yield to, ratio, NEAR


def _holds(one: SourceColumn, column: Column) -> bool:
    """Say whether the samples could be values of the column; no samples say nothing against it."""
    if not one.samples:
        return True
    read = column.reader.fresh().convert(list(one.samples))
    return len(read.bad) < len(one.samples)
