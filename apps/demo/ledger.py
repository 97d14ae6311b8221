"""The ledger (台账) of an invented county, from the takeover at the end of 2011 to today.

Places given up in one unit go to another of the same type in the same year, so that the sums of
the county change only where the record says so: in 2015, by the cut. Every unit's places stand at
or above its people on every day, unless it is one of those that are over.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from random import Random

from . import documents
from .county import CountyTree
from .documents import Book
from .figures import ONCE_OVER, OVER
from .plan import BASELINE, BODY, GROUPING, REFORM, Cell, CountySpec, Movement, Node, Paper

GRANT, CUT, REALLOCATE, TRANSFER, RECOVER = "grant", "cut", "reallocate", "transfer", "recover"


def write_ledger(
    spec: CountySpec, tree: CountyTree, book: Book, random: Random, last_year: int
) -> None:
    """Set baseline paper and moves of every cell, living and closed."""
    _reform(tree, book)
    recovered = _closures(spec, tree, book, random)
    _give_back(tree, book, random, recovered)
    _cut(spec, tree, book, random, recovered.get(2015, 0))
    _reallocations(tree, book, random, last_year)
    _baselines(tree, book)


def baseline_of(cell: Cell, approved: int) -> int:
    """Return the places at the takeover, for a cell that has `approved` in the end."""
    return approved - sum(move.change for move in cell.moves)


def workday(random: Random, year: int, first: int = 1, last: int = 12) -> dt.date:
    """Return some weekday between the first and last month of a year."""
    day = dt.date(year, random.randrange(first, last + 1), random.randrange(1, 27))
    return day + dt.timedelta(days=max(0, 7 - day.weekday()) % 7 if day.weekday() > 4 else 0)


def _is_steady(cell: Cell) -> bool:
    return cell.role in (OVER, ONCE_OVER) or cell.came_from is not None


def _reform(tree: CountyTree, book: Book) -> None:
    """Let the bodies set up in 2019 take their places over from their bureaus."""
    for cell in tree.cells:
        if cell.came_from is None:
            continue
        source, name = cell.came_from, cell.node.name
        title = f"关于组建{name}及人员编制划转的通知"
        paper = book.order(REFORM, documents.SET_UP, title, [cell.node, source.node])
        reason = f"机构改革，由{source.node.called(REFORM)}划转"
        cell.moves.append(Movement(REFORM, cell.approved, TRANSFER, paper, reason))
        source.moves.append(
            Movement(REFORM, -cell.approved, TRANSFER, paper, f"机构改革，划转至{name}")
        )


def _closures(spec: CountySpec, tree: CountyTree, book: Book, random: Random) -> dict[int, int]:
    """Abolish the institutions of the list; return the places taken back by year."""
    recovered: dict[int, int] = defaultdict(int)
    by_parent: dict[Node | None, list[Node]] = defaultdict(list)
    for node in tree.closed:
        by_parent[node.supervisor].append(node)
    for parent, nodes in by_parent.items():
        while nodes:
            batch, nodes = nodes[:3], nodes[3:]
            year = random.choices((2013, 2014, 2015), (14, 16, 20))[0]
            day = workday(random, year, 3, 9)
            names = "等机构" if len(batch) > 1 else ""
            title = f"关于撤销{batch[0].name}{names}的通知"
            paper = book.order(day, documents.CLOSE, title, [*batch, *([parent] if parent else [])])
            for node in batch:
                node.abolished_on = day
                places = node.cells[0].approved
                node.cells[0].moves.append(
                    Movement(day, -places, RECOVER, paper, "机构撤销，收回编制")
                )
                recovered[year] += places
    return recovered


def _give_back(tree: CountyTree, book: Book, random: Random, recovered: dict[int, int]) -> None:
    """Grant what 2013 and 2014 took back to units with room, late in the same year.

    What no unit has room for stays with the county.
    """
    for year in (2013, 2014):
        left = recovered.get(year, 0)
        while left:
            day = workday(random, year, 10, 11)
            takers = _with_room(tree, "21", random, 4)
            if not takers:
                break
            lines = []
            for cell in takers:
                places = min(left, cell.room, random.randrange(2, 7))
                if places:
                    lines.append((cell, places))
                    cell.room -= places
                    left -= places
            _paper_of_grants(book, day, lines)


def _paper_of_grants(book: Book, day: dt.date, lines: list[tuple[Cell, int]]) -> None:
    first = lines[0][0].node.called(day)
    title = f"关于核增{first}{'等单位' if len(lines) > 1 else ''}事业编制的通知"
    paper = book.order(day, documents.PLACES, title, [cell.node for cell, _ in lines])
    for cell, places in lines:
        cell.moves.append(Movement(day, places, GRANT, paper, "重点工作和民生领域需要，调剂核增"))


def _cut(spec: CountySpec, tree: CountyTree, book: Book, random: Random, recovered: int) -> None:
    """Take the rest of the cut of 2015 from living units, bureau by bureau."""
    cells = [c for c in tree.cells if not c.is_admin and not _is_steady(c)]
    left = spec.cut_2015 - recovered
    if left < 0:
        raise ValueError("the closures of 2015 alone exceed the cut")
    by_parent: dict[Node, dict[Cell, int]] = defaultdict(dict)
    while left:
        (cell,) = random.choices(cells, [c.approved for c in cells])
        places = min(left, random.randrange(1, 4))
        lines = by_parent[cell.node.supervisor or cell.node]
        lines[cell] = lines.get(cell, 0) + places
        left -= places
    paper: Paper | None = None
    for parent, lines in by_parent.items():
        if not spec.core_only or paper is None:
            day = workday(random, 2015, 3, 9)
            name = spec.name if spec.core_only else parent.called(day)
            title = f"关于精简{name}所属事业单位编制的通知"
            paper = book.order(day, documents.PLACES, title)
        paper.concerns(parent, *(cell.node for cell in lines))
        for cell, places in lines.items():
            cell.moves.append(Movement(paper.on, -places, CUT, paper, "事业编制精简"))


def _reallocations(tree: CountyTree, book: Book, random: Random, last_year: int) -> None:
    """Move places between units of one type, some papers every year."""
    for year in range(2012, last_year + 1):
        for quota_type, count in (("10", 4), ("21", 9), ("11", 1), ("22", 1)):
            givers = [c for c in tree.cells if c.quota_type == quota_type and not _is_steady(c)]
            givers = [c for c in givers if len(c.moves) < 4 and c.approved > 4]
            if quota_type == "11":  # only the police moves places among its own
                givers = [c for c in givers if c.node.flavour == "police"]
            expected = count * len(tree.cells) / 540
            for _ in range(int(expected) + (random.random() < expected % 1)):
                takers = _with_room(tree, quota_type, random, random.choice((1, 1, 2, 3)))
                takers = [c for c in takers if len(c.moves) < 4]
                if quota_type == "11":
                    takers = [c for c in takers if c.node.flavour == "police"]
                if not takers or len(givers) < 5:
                    continue
                _reallocate(book, random, year, takers, givers)


def _reallocate(
    book: Book, random: Random, year: int, takers: list[Cell], givers: list[Cell]
) -> None:
    day = workday(random, year, 2, 9)
    giver = random.choice([g for g in givers if g not in takers])
    lines = []
    for cell in takers:
        places = min(cell.room, random.choice((1, 1, 2, 2, 3)))
        cell.room -= places
        lines.append((cell, places))
    nodes = [giver.node, *(cell.node for cell, _ in lines)]
    first, to = giver.node.called(day), takers[0].node.called(day)
    title = f"关于调整{first}和{to}{'等单位' if len(takers) > 1 else ''}编制的通知"
    paper = book.order(day, documents.PLACES, title, nodes, office=random.random() < 0.3)
    for cell, places in lines:
        cell.moves.append(Movement(day, places, REALLOCATE, paper, f"由{first}调剂"))
    total = sum(places for _, places in lines)
    reason = f"调剂给{to}{'等' if len(lines) > 1 else ''}"
    giver.moves.append(Movement(day, -total, REALLOCATE, paper, reason))


def _with_room(tree: CountyTree, quota_type: str, random: Random, count: int) -> list[Cell]:
    """Return up to `count` cells of a type that had free places on every day."""
    fitting = [c for c in tree.cells if c.quota_type == quota_type and c.room > 1]
    fitting = [c for c in fitting if not _is_steady(c) and c.approved - c.room > 1]
    return random.sample(fitting, min(count, len(fitting)))


def _baselines(tree: CountyTree, book: Book) -> None:
    """Put every cell's first figure under the paper of its group or bureau."""
    papers: dict[Node, Paper] = {}
    cells = [*tree.cells, *(node.cells[0] for node in tree.closed)]
    for cell in cells:
        if cell.came_from is not None:
            continue
        node = cell.node
        head = node.supervisor or node.parent or node
        if head.cells and head.cells[0].came_from is not None:  # not there yet in 2011
            head = head.cells[0].came_from.node
        if book.spec.core_only:  # one paper for each system
            head = next(group for group in tree.root.children if node in group.walk())
        if head not in papers:
            name = head.called(BASELINE)
            if head.kind == GROUPING:
                name = f"{book.spec.name}{name}"
            what = "所属单位人员编制和领导职数" if head.kind == BODY else "人员编制和领导职数"
            papers[head] = book.order(BASELINE, documents.MIXED, f"关于核定{name}{what}的通知")
        cell.baseline = papers[head].concerns(node)
