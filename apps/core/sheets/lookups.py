"""Columns whose cells name something known: an entry of a closed list, or a looked-up thing."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from typing import Any

from .kinds import Bad, Kind, Several, plain_text
from .suggest import Nearest
from .tidy import CODE, Rules, key
from .workbook import Cell


class code(Kind):
    """One of a closed list, given by value or by label; the result is the value.

    choices   (value, label) pairs, or a callable giving them (called once, when first needed)
    aliases   other spellings → value, e.g. {"男性": "1"}
    """

    rules = CODE

    def __init__(
        self,
        choices: Iterable[tuple[Any, str]] | Callable[[], Iterable[tuple[Any, str]]],
        *,
        aliases: dict[str, Any] | None = None,
    ) -> None:
        super().__init__()
        # An iterator could be read once only; a callable is asked anew for each use.
        self._source = choices if callable(choices) else list(choices)
        self._aliases = aliases or {}
        self._choices: list[tuple[Any, str]] | None = None
        self._by_key: dict[str, Any] = {}
        self._labels: dict[Any, str] = {}
        self._nearest: Nearest | None = None

    def fresh(self) -> code:
        made = copy.copy(self)
        made._choices, made._by_key, made._labels, made._nearest = None, {}, {}, None
        return made

    @property
    def choices(self) -> list[tuple[Any, str]]:
        if self._choices is None:
            source = self._source() if callable(self._source) else self._source
            self._choices = [(value, str(label)) for value, label in source]
            for value, label in self._choices:
                short = str(value).rsplit(".", 1)[-1]
                self._labels[value] = label
                for spelling in (label, str(value), short, f"{short}{label}", f"{short}-{label}"):
                    self._by_key.setdefault(key(spelling), value)
            # A label always wins over another choice's value or alias of the same spelling.
            self._by_key.update((key(label), value) for value, label in self._choices)
            for spelling, value in self._aliases.items():
                self._by_key.setdefault(key(spelling), value)
        return self._choices

    def one(self, value: Cell) -> Any:
        choices = self.choices
        content = plain_text(value)
        found = self._by_key.get(key(content), self)
        if found is not self:
            return found
        if self._nearest is None:
            self._nearest = Nearest([label for _, label in choices] + list(self._aliases))
        near = self._nearest.find(content, 1)
        if near:
            raise Bad(f"「{content}」不在可选范围内，是否应为「{near[0]}」")
        labels = "、".join(label for _, label in choices[:12])
        more = "等" if len(choices) > 12 else ""
        raise Bad(f"「{content}」不在可选范围内，可选：{labels}{more}")

    def shown(self, value: Any) -> str | int | float:
        if value is None:
            return ""
        _ = self.choices
        return self._labels.get(value, str(value))

    def listed(self) -> list[str]:
        return [label for _, label in self.choices]

    def described(self) -> str:
        return "从下拉列表中选"


class ref(Kind):
    """A thing named by its text, looked up for all distinct texts in one call.

    lookup      list of texts → {text: thing}; a text left out is unknown, `Several` is ambiguous
    noun        what the thing is called, for the sentence: 单位
    candidates  callable giving the names a miss may be compared with (called once, at a miss)
    listing     callable giving the names for the template's drop-down, or None
    """

    def __init__(
        self,
        lookup: Callable[[list[str]], dict[str, Any]],
        *,
        noun: str = "内容",
        candidates: Callable[[], Iterable[str]] | None = None,
        listing: Callable[[], Iterable[str]] | None = None,
        shown: Callable[[Any], str] = str,
    ) -> None:
        super().__init__()
        self.rules = Rules(half_width=False, inner="cjk")
        self.lookup, self.noun, self.candidates, self.listing = lookup, noun, candidates, listing
        self._shown = shown
        self._found: dict[str, Any] = {}
        self._nearest: Nearest | None = None

    def fresh(self) -> ref:
        made = copy.copy(self)
        made._found, made._nearest = {}, None
        return made

    def prepare(self, texts: list[str]) -> None:
        self._found = self.lookup(list(dict.fromkeys(texts))) if texts else {}

    def one(self, value: Cell) -> Any:
        content = plain_text(value)
        found = self._found.get(content)
        if found is None:
            raise Bad(self._unknown(content))
        if isinstance(found, Several):
            names = "、".join(found.options[:5])
            raise Bad(
                f"有 {len(found.options)} 个{self.noun}都叫「{content}」（{names}），请写编码"
            )
        return found

    def _unknown(self, content: str) -> str:
        sentence = f"没有找到{self.noun}「{content}」"
        if self.candidates is not None:
            if self._nearest is None:
                self._nearest = Nearest(self.candidates())
            near = self._nearest.find(content, 3)
            if near:
                return f"{sentence}，是否应为「{'」「'.join(near)}」"
        return f"{sentence}，请先核对名称或编码"

    def shown(self, value: Any) -> str | int | float:
        return "" if value is None else self._shown(value)

    def listed(self) -> list[str] | None:
        return list(self.listing()) if self.listing is not None else None

    def described(self) -> str:
        return f"{self.noun}的全称或编码"
