"""Who held which place from when to when, since the takeover, without names yet.

On the last day of every year a cell has as many people as today, and besides those who left later
without being replaced (`leavers`): so past figures are as designed, not as they happen to fall.
A replacement is one exit and one entry in the same year, both before November.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from random import Random

from .county import CountyTree
from .figures import ONCE_OVER, OVER
from .plan import REFORM, Cell, CountySpec, Life, Slot

RETIRED, MOVED, HANDED_OVER = "03", "02", "13"
_EXITS = ("03", "01", "06", "10", "09", "07", "14", "99")
_EXIT_WEIGHTS = (66, 12, 11, 3, 3, 1, 2, 2)
#: Share of today's people who came into their place by replacing somebody since 2012.
_REPLACED = 0.23


@dataclass(eq=False, slots=True)
class Exchange:
    """One replacement: `gone` left and `come` followed, in one year."""

    cell: Cell
    gone: Slot
    come: Slot


class Careers:
    """Fills the slots of every cell; `lives` are all people, current and former."""

    def __init__(self, spec: CountySpec, tree: CountyTree, random: Random, last_year: int) -> None:
        self.spec, self.tree, self.random = spec, tree, random
        self.last_year = last_year
        self.lives: list[Life] = []
        self.exchanges: list[Exchange] = []
        for cell in tree.cells:
            self._hold(cell)
        self._reform()
        self._leavers()
        self._closed()
        self._moves()

    # -- today's people and whom they replaced ---------------------------------------------------

    def _hold(self, cell: Cell) -> None:
        """Give the cell its people of today, some of them as replacements."""
        random = self.random
        by_year: dict[int, int] = defaultdict(int)
        for _ in range(cell.actual):
            slot = self._person(cell)
            if cell.came_from is not None or random.random() >= _REPLACED:
                continue
            year = random.randrange(2012, self.last_year + 1)
            # between exit and entry an over-staffed unit must stay over, so never many at once
            if cell.role in (OVER, ONCE_OVER) and by_year[year] >= max(0, cell.excess - 1):
                continue
            by_year[year] += 1
            left = dt.date(year, random.randrange(1, 9), 1)
            came = self._entry_day(year, left)
            gone = self._person(cell)
            gone.end, gone.exit_mode = left, self._exit_mode()
            slot.start = came
            self.exchanges.append(Exchange(cell, gone, slot))

    def _entry_day(self, year: int, after: dt.date) -> dt.date:
        random = self.random
        day = dt.date(year, random.choice((7, 8, 8, 9, 9, 10)), random.randrange(1, 29))
        if day <= after:
            day = dt.date(year, 10, random.randrange(1, 29))
        return day

    def _person(self, cell: Cell) -> Slot:
        life = Life()
        slot = Slot(cell, life)
        life.slots.append(slot)
        cell.slots.append(slot)
        self.lives.append(life)
        return slot

    def _exit_mode(self) -> str:
        return self.random.choices(_EXITS, _EXIT_WEIGHTS)[0]

    # -- the reform of 2019 ----------------------------------------------------------------------

    def _reform(self) -> None:
        """Bring everybody of a body set up in 2019 from the bureau its places came from."""
        for cell in self.tree.cells:
            if cell.came_from is None:
                continue
            for slot in cell.slots:
                slot.start, slot.entry_mode = REFORM, "09"
                earlier = self._earlier(slot, cell.came_from, REFORM, HANDED_OVER)
                cell.came_from.slots.append(earlier)

    def _earlier(self, slot: Slot, cell: Cell, day: dt.date, exit_mode: str) -> Slot:
        """Return the spell that `slot`'s person had in another cell until that day."""
        earlier = Slot(cell, slot.life, None, day, exit_mode=exit_mode)
        earlier.destination = slot.cell.node.called(day)
        slot.from_unit = cell.node.called(day)
        slot.life.slots.insert(0, earlier)
        return earlier

    # -- those who left and were not replaced ----------------------------------------------------

    def _leavers(self) -> None:
        """Over-staffing that wore off, and the fall of heads until the record of October 2015.

        Whoever leaves an institution later is made up for by an entry elsewhere in the same year.
        """
        random = self.random
        admin_after_2013 = 0
        for cell in self.tree.cells:
            if cell.role == ONCE_OVER:
                count, last = cell.approved - cell.actual + random.choice((1, 1, 2, 3)), 2015
            elif cell.role == OVER:
                count = random.choice((0, 0, 1, 1, 2, 3))
                last = 2015 if cell.is_admin else self.last_year
            else:
                continue
            for _ in range(count):
                day = dt.date(random.randrange(2013, last + 1), random.randrange(2, 10), 1)
                admin_after_2013 += cell.is_admin and day.year > 2013
                self._leaver(cell, day)
                if day.year > 2015:
                    self._growth(day)
        missing = self.spec.admin_before - self.spec.admin.actual - admin_after_2013
        if missing < 0:
            raise ValueError("more administrative heads left after 2013 than the record says")
        self._thin(missing, 2014, 2015, admin=True)
        self._thin(self.spec.institution.actual // 60, 2012, 2015, admin=False)
        self._thin(self.spec.institution.actual // 80, 2016, self.last_year, admin=False)

    def _thin(self, count: int, first: int, last: int, *, admin: bool) -> None:
        """Let `count` people leave cells that have had room for them."""
        for _ in range(count):
            roomy = [c for c in self.tree.cells if c.is_admin is admin and c.room > 0]
            roomy = [c for c in roomy if c.came_from is None and c.actual > 0]
            if not roomy:
                raise ValueError("no unit had room for those who left")
            cell = self.random.choice(roomy)
            cell.room -= 1
            year = self.random.randrange(first, last + 1)
            day = dt.date(year, self.random.randrange(2, 10), 1)
            self._leaver(cell, day)
            if year > 2015:
                self._growth(day)

    def _growth(self, after: dt.date) -> None:
        """Let somebody enter an institution that had fewer people before, in the same year."""
        while True:
            cell = self.random.choice(self.tree.cells)
            if cell.is_admin or cell.role in (OVER, ONCE_OVER) or cell.actual < 3:
                continue
            slot = self.random.choice(cell.slots)
            if slot.start is None and slot.end is None:
                slot.start = self._entry_day(after.year, after)
                return

    def _leaver(self, cell: Cell, day: dt.date) -> None:
        slot = self._person(cell)
        slot.end, slot.exit_mode = day, self._exit_mode()

    # -- abolished institutions ------------------------------------------------------------------

    def _closed(self) -> None:
        """Find the people of the abolished institutions: most moved on, some retired."""
        random = self.random
        steady = (OVER, ONCE_OVER)
        pool = [
            slot
            for cell in self.tree.cells
            if cell.quota_type == "21" and cell.role not in steady
            for slot in cell.slots
            if slot.start is None and slot.end is None and len(slot.life.slots) == 1
        ]
        random.shuffle(pool)
        for node in self.tree.closed:
            cell, day = node.cells[0], node.abolished_on or REFORM
            people = 0 if random.random() < 0.15 else random.randrange(1, cell.approved)
            for _ in range(people):
                if random.random() < 0.7 and pool:
                    slot = pool.pop()
                    slot.start, slot.entry_mode = day, "09"
                    cell.slots.append(self._earlier(slot, cell, day, HANDED_OVER))
                else:
                    first = dt.date(2012, 2, 1)
                    self._leaver(cell, _first_of(random, first, day))

    # -- moves between units ---------------------------------------------------------------------

    def _moves(self) -> None:
        """Join an entry in one unit and an exit from another, of one year, to one person's move."""
        random = self.random
        by_year: dict[tuple[int, bool], list[Exchange]] = defaultdict(list)
        for exchange in self.exchanges:
            by_year[exchange.come.begun.year, exchange.cell.is_admin].append(exchange)
        pairs: list[tuple[Exchange, Exchange]] = []
        dropped: set[Life] = set()
        for exchanges in by_year.values():
            exchanges.sort(key=lambda exchange: exchange.come.begun)
            half = len(exchanges) // 2
            early, late = exchanges[:half], exchanges[half:]
            pairs += [
                (a, b)
                for a, b in zip(early, random.sample(late, len(early)), strict=True)
                if a.cell.node is not b.cell.node
            ]
        for first, second in random.sample(pairs, min(self.spec.moves, len(pairs))):
            day = first.come.begun
            dropped.add(second.gone.life)
            second.cell.slots.remove(second.gone)
            second.gone = self._earlier(first.come, second.cell, day, MOVED)
            second.cell.slots.append(second.gone)
            first.come.entry_mode = "06" if first.cell.is_admin else "07"
        self.lives = [life for life in self.lives if life not in dropped]


def _first_of(random: Random, first: dt.date, last: dt.date) -> dt.date:
    """Return the first day of some month from `first` to `last`."""
    months = (last.year - first.year) * 12 + last.month - first.month
    year, month = divmod(first.year * 12 + first.month - 1 + random.randrange(months + 1), 12)
    return dt.date(year, month + 1, 1)
