"""领导职数 of an invented county and who fills them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from . import documents
from .county import CountyTree
from .documents import Book
from .plan import BASELINE, BODY, REFORM, CountySpec, Node, Paper, Slot

CHIEF, DEPUTY, SPECIAL, DEPARTMENT_CHIEF, DEPARTMENT_DEPUTY = "10", "11", "14", "21", "22"


#: What the chief is called, by the end of the body's name; 主任 otherwise.
_TITLES = tuple(
    pair.split(":")
    for pair in (
        "法院:院长 检察院:检察长 医院:院长 卫生院:院长 局:局长 部:部长 学:校长 校:校长 园:园长 "
        "馆:馆长 站:站长 所:所长 院:院长 委员会:书记 总工会:主席 联合会:主席 团:团长 场:场长"
    ).split()
)
_TOWN_DEPUTIES = ("镇长（主任）", "副书记", "纪委书记")


@dataclass(slots=True)
class Due:
    """One movement of the 职数台账."""

    node: Node
    kind: str
    level: str | None
    change: int
    on: dt.date
    paper: Paper
    reason: str


@dataclass(slots=True)
class Held:
    """One person in one post."""

    slot: Slot
    kind: str
    level: str | None
    name: str
    on: dt.date
    counted: bool = True
    end: dt.date | None = None


class Posts:
    """Decides the posts of every body; `dues` and `held` are the result."""

    def __init__(
        self, spec: CountySpec, tree: CountyTree, book: Book, random: Random, horizon: dt.date
    ) -> None:
        self.spec, self.book, self.random, self.horizon = spec, book, random, horizon
        self.dues: list[Due] = []
        self.held: list[Held] = []
        bodies = [n for n in tree.root.walk() if n.kind == BODY and n.abolished_on is None]
        over, short = self._exceptions(bodies)
        for node in bodies:
            self._fill(node, self._approve(node), over=node in over, short=node in short)

    def _exceptions(self, bodies: list[Node]) -> tuple[set[Node], set[Node]]:
        """Choose the units with a deputy too many and those with a post unfilled."""
        staffed = [n for n in bodies if n.actual >= 12]
        picked = self.random.sample(staffed, self.spec.posts_over + self.spec.posts_short)
        return set(picked[: self.spec.posts_over]), set(picked[self.spec.posts_over :])

    # -- what is approved ------------------------------------------------------------------------

    def _approve(self, node: Node) -> dict[str, int]:
        random, places = self.random, sum(cell.approved for cell in node.cells)
        level = {"31": "1A31", "32": "1A32", "41": "1A41", "42": "1A42"}.get(node.rank or "")
        below = {"1A31": "1A32", "1A32": "1A41", "1A41": "1A42"}.get(level or "")
        due = {CHIEF: 1, DEPUTY: self._deputies(node, places)}
        if node.departments and node.flavour in ("organ", "police", "township"):
            due[DEPARTMENT_CHIEF] = len(node.departments)
            due[DEPARTMENT_DEPUTY] = len(node.departments) // 3
        baseline = next(cell for cell in node.cells)
        if baseline.baseline is None:
            first_charter = self.book.charter(REFORM, node, node.name)
            self._enter(node, due, level, below, REFORM, first_charter, "机构改革，重新核定")
            return due
        changed = node.flavour == "organ" and node.before and due[DEPUTY] > 2
        charter: Paper | None = None
        organ = node.flavour in ("organ", "police", "township") and node.rank != "42"
        if changed or (organ and not self.spec.core_only):
            on = dt.date(2019, 1, 20) + dt.timedelta(days=random.randrange(60))
            charter = self.book.charter(on, node, node.name)
        first = dict(due)
        if changed:
            first[DEPUTY] -= 1
        paper = baseline.baseline
        self._enter(node, first, level, below, BASELINE, paper, "期初核定")
        if changed and charter is not None:
            self.dues.append(Due(node, DEPUTY, below, 1, charter.on, charter, "机构改革，核增副职"))
        elif node.nature == "104" and due[DEPUTY] and random.random() < 0.06:
            day = dt.date(random.randrange(2013, 2026), random.randrange(1, 13), 15)
            day = min(day, self.horizon)
            title = f"关于核增{node.name}领导职数的批复"
            order = self.book.order(day, documents.POSTS, title, [node])
            self.dues.append(Due(node, DEPUTY, below, 1, day, order, "核增副职"))
            due[DEPUTY] += 1
        return due

    def _enter(
        self,
        node: Node,
        due: dict[str, int],
        level: str | None,
        below: str | None,
        on: dt.date,
        paper: Paper,
        reason: str,
    ) -> None:
        paper.concerns(node)
        levels = {CHIEF: level, DEPUTY: below}
        for kind, posts in due.items():
            if posts:
                self.dues.append(Due(node, kind, levels.get(kind), posts, on, paper, reason))

    def _deputies(self, node: Node, places: int) -> int:
        if node.nature in ("101", "106", "105", "103"):
            if node.category == "22":
                return 1 if places < 20 else 2
            return 2 if places < 16 else 3 if places < 32 else 4 if places < 90 else 5
        return 0 if places < 6 else 1 if places < 30 else 2 if places < 110 else 3

    # -- who fills them --------------------------------------------------------------------------

    def _fill(self, node: Node, due: dict[str, int], *, over: bool, short: bool) -> None:
        people = [slot for cell in node.cells for slot in cell.slots if slot.end is None]
        people.sort(key=lambda slot: slot.life.birth)
        # leaders are neither about to retire nor new
        seniors = [slot for slot in people if slot.begun.year < 2020]
        start = len(seniors) // 6
        queue = iter(seniors[start:] + seniors[:start])
        wanted = dict(due)
        if over:
            wanted[DEPUTY] += 1
        if short:
            kind = CHIEF if self.random.random() < 0.3 or not wanted[DEPUTY] else DEPUTY
            wanted[kind] -= 1
        departments = iter(node.departments)
        for kind, count in wanted.items():
            for place in range(count):
                slot = next(queue, None)
                if slot is None:
                    return
                self._hold(node, slot, kind, place, departments)
        if node.flavour == "organ" and self.random.random() < 0.18 and (slot := next(queue, None)):
            self._hold(node, slot, SPECIAL, 0, departments)

    def _before(self, node: Node, held: Held) -> None:
        """Let somebody who has left the unit have held the post until then."""
        for cell in node.cells:
            for slot in cell.slots:
                if slot.end is None or slot.post_name or slot.end > held.on:
                    continue
                if (held.on - slot.end).days > 900 or slot.end.year < 2013:
                    continue
                served = (slot.end - slot.begun).days
                on = slot.begun + dt.timedelta(days=int(served * (0.4 + self.random.random() / 2)))
                before = Held(slot, held.kind, held.level, held.name, on, end=slot.end)
                self.held.append(before)
                slot.post_name, slot.post_level = held.name, held.level
                return

    def _hold(
        self, node: Node, slot: Slot, kind: str, place: int, departments: Iterator[Node]
    ) -> None:
        random = self.random
        level = {CHIEF: "1A41", DEPUTY: "1A42", SPECIAL: "1A42"}.get(kind)
        if kind == CHIEF and node.rank in ("31", "32"):
            level = f"1A{node.rank}"
        if node.nature == "104" and node.rank not in ("41", "42"):
            level = None
        elif node.rank == "42":
            level = {CHIEF: "1A42"}.get(kind)
        name = _title(node, kind, place)
        if kind == DEPARTMENT_CHIEF:
            department = next(departments)
            slot.dept = department
            name = f"{department.name.split('（')[0]}{_head_of(department.name)}"
        elif kind == DEPARTMENT_DEPUTY:
            department = node.departments[place]
            slot.dept = department
            name = f"{department.name.split('（')[0]}副{_head_of(department.name)}"
        first = max(slot.begun, dt.date(2012, 3, 1))
        span = max(1, (self.horizon - first).days - 200)
        on = first + dt.timedelta(days=random.randrange(span))
        held = Held(slot, kind, level, name, on, counted=kind != SPECIAL)
        self.held.append(held)
        if kind in (CHIEF, DEPUTY):
            self._before(node, held)
        slot.post_name, slot.post_level = name, level
        slot.sort = {CHIEF: 1, DEPUTY: 10, SPECIAL: 30, DEPARTMENT_CHIEF: 40}.get(kind, 60) + place
        if kind == CHIEF:
            node.head = slot.life.name


def _head_of(department: str) -> str:
    """Return what the head of such a department is called: 科长, 主任 …"""
    name = department.split("（")[0]
    if name.endswith(("委员会", "室", "中心", "处")):
        return "主任"
    return {
        "科": "科长",
        "部": "部长",
        "庭": "庭长",
        "队": "大队长",
        "局": "局长",
        "所": "所长",
    }.get(name[-1], "负责人")


def _title(node: Node, kind: str, place: int) -> str:
    """Return the post's name for a leader of the body."""
    name = node.name.split("（")[0].removesuffix("机关")
    if kind == SPECIAL:
        return "督查专员"
    if node.flavour == "township":
        return (
            "书记"
            if kind == CHIEF
            else ("镇长（主任）", "副书记", "纪委书记")[place]
            if place < 3
            else "副职"
        )
    chief = "主任"
    for end, title in _TITLES:
        if name.endswith(end):
            chief = title
            break
    return chief if kind == CHIEF else f"副{chief}"
