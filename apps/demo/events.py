"""The 沿革 of every unit of an invented county."""

from __future__ import annotations

import datetime as dt
from random import Random

from . import documents
from .county import CountyTree
from .documents import Book
from .plan import BODY, REFORM, Node, Paper


class Events:
    """The 沿革 of every unit; `papers` are ordered before the book is closed."""

    def __init__(self, tree: CountyTree, book: Book, random: Random) -> None:
        self.rows: list[tuple[Node, str, dt.date | None, Paper | None, dict, dict, str]] = []
        self.parts: list[tuple[int, Node]] = []
        self.renaming: Paper | None = None
        papers = {n: p for p in book.papers if p.kind == documents.CLOSE for n in p.units}
        reform = {n: p for p in book.papers if p.kind == documents.SET_UP for n in p.units}
        for node in tree.root.walk():
            facts = {"name": node.name}
            if node.before:
                self._renamed(node, book, random)
            elif node.established_on == REFORM and node.kind == BODY:
                self._add(node, "establish", REFORM, reform[node], {}, facts)
                self.parts.append((len(self.rows) - 1, node.cells[0].came_from.node))
            elif (
                node.nature == "104"
                and node.established_on is not None
                and node.established_on.year >= 2005
            ):
                title = f"关于同意设立{node.name}的批复"
                paper = book.order(node.established_on, documents.SET_UP, title, [node])
                self._add(node, "establish", node.established_on, paper, {}, facts)
            else:
                self._add(node, "initial", node.established_on, None, {}, facts)
            if node.abolished_on is not None:
                paper = papers[node]
                self._add(node, "abolish", node.abolished_on, paper, facts, {})

    def _renamed(self, node: Node, book: Book, random: Random) -> None:
        self._add(node, "initial", node.established_on, None, {}, {"name": node.before})
        day = dt.date(2019, 1, 19) + dt.timedelta(days=random.randrange(12))
        old, new = node.before.split("（")[0], node.name.split("（")[0]
        title = f"关于{old}加挂牌子的通知" if old == new else f"关于{old}更名为{new}的通知"
        if book.spec.core_only:  # one paper for all
            title = f"关于{book.spec.name}机构改革有关机构更名和挂牌的通知"
            day = self.renaming.on if self.renaming else day
        paper = self.renaming or book.order(day, documents.RENAME, title)
        if book.spec.core_only:
            self.renaming = paper
        paper.concerns(node)
        before, after = {"name": node.before}, {"name": node.name}
        self._add(node, "rename", day, paper, before, after)

    def _add(
        self,
        node: Node,
        kind: str,
        on: dt.date | None,
        paper: Paper | None,
        before: dict,
        after: dict,
        note: str = "",
    ) -> None:
        self.rows.append((node, kind, on, paper, before, after, note))
