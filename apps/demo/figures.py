"""How many places and people each cell has today, so that the county's figures come out exactly."""

from __future__ import annotations

from random import Random

from .catalogue import PART, SELF
from .plan import Cell, CountySpec, Node, Places

OVER, ONCE_OVER, FULL_UP, EMPTY = "over", "once over", "full", "empty"


def set_figures(spec: CountySpec, cells: list[Cell], random: Random) -> None:
    """Set approved, actual, role and room of every living cell."""
    admin = [cell for cell in cells if cell.is_admin]
    institution = [cell for cell in cells if not cell.is_admin]
    for family, places in ((admin, spec.admin), (institution, spec.institution)):
        _approve(family, places.approved)
    _choose_roles(spec, cells, random)
    for family, places in ((admin, spec.admin), (institution, spec.institution)):
        _staff(family, places, random)
    for cell in cells:
        cell.room = 0 if cell.role in (OVER, ONCE_OVER) else cell.approved - cell.actual


def shares(total: int, weights: list[float], least: int) -> list[int]:
    """Return whole parts of `total` by weight, each at least `least`, by largest remainder."""
    spare = total - least * len(weights)
    if spare < 0:
        raise ValueError(f"{total} places are too few for {len(weights)} units")
    sum_of_weights = sum(weights)
    exact = [spare * weight / sum_of_weights for weight in weights]
    parts = [int(part) for part in exact]
    order = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in order[: spare - sum(parts)]:
        parts[i] += 1
    return [part + least for part in parts]


def _approve(cells: list[Cell], total: int) -> None:
    for cell, places in zip(
        cells, shares(total, [cell.weight for cell in cells], least=2), strict=True
    ):
        cell.approved = places


def _choose_roles(spec: CountySpec, cells: list[Cell], random: Random) -> None:
    """Choose which units are over, were over, are full, stand empty. Each unit plays one part."""
    plain = [c for c in cells if c.came_from is None and len(c.node.cells) == 1]
    plain = [c for c in plain if c.approved >= 4 and c.quota_type not in (PART, SELF)]
    random.shuffle(plain)
    sources = {c.came_from for c in cells if c.came_from is not None}
    plain = [c for c in plain if c not in sources]
    admin = [c for c in plain if c.is_admin]
    rest = [c for c in plain if not c.is_admin]

    def take(count: int, of_admin: float, role: str, largest: int = 10_000) -> None:
        for pool, wanted in (
            (admin, round(count * of_admin)),
            (rest, count - round(count * of_admin)),
        ):
            fitting = [c for c in pool if c.approved <= largest][:wanted]
            if len(fitting) < wanted:
                raise ValueError(f"too few units for {count} that are {role}")
            for cell in fitting:
                cell.role = role
                pool.remove(cell)

    take(spec.over_units, 0.15, OVER)
    take(spec.over_units_before - spec.over_units, 0.2, ONCE_OVER, largest=80)
    take(len(cells) // 8, 0.12, FULL_UP)
    take(max(2, len(cells) // 90), 0.0, EMPTY, largest=9)


def _staff(cells: list[Cell], places: Places, random: Random) -> None:
    """Fill the cells with people so that the sum is exact."""
    open_cells: list[Cell] = []
    for cell in cells:
        if cell.role == OVER:
            most = max(1, cell.approved // 6)
            cell.actual = cell.approved + min(most, random.choice((1, 1, 2, 2, 3, 3, 4, 5, 6, 8)))
        elif cell.role == ONCE_OVER:
            cell.actual = cell.approved - random.choice((0, 0, 1, 1, 2))
        elif cell.role == FULL_UP:
            cell.actual = cell.approved
        elif cell.role == EMPTY:
            cell.actual = 0
        else:
            open_cells.append(cell)
    fixed = sum(cell.actual for cell in cells)
    wanted = places.actual - fixed
    weights = [cell.approved * (0.74 + random.random() * 0.26) for cell in open_cells]
    for cell, people in zip(open_cells, shares(wanted, weights, least=1), strict=True):
        cell.actual = people
    _level(open_cells, random)


def _level(cells: list[Cell], random: Random) -> None:
    """Move people out of cells that came out full or over into those with most room."""
    surplus = 0
    for cell in cells:
        if cell.actual >= cell.approved:
            surplus += cell.actual - (cell.approved - 1)
            cell.actual = cell.approved - 1
    while surplus:
        roomy = [cell for cell in cells if cell.approved - cell.actual > 1]
        roomy = roomy or [cell for cell in cells if cell.approved > cell.actual]
        if not roomy:
            raise ValueError("more people than places")
        for cell in random.sample(roomy, min(surplus, len(roomy))):
            cell.actual += 1
            surplus -= 1


def set_closed(nodes: list[Node], random: Random) -> None:
    """Give every abolished institution the places it had; its people are found later."""
    for node in nodes:
        cell = node.cells[0]
        cell.approved = random.randrange(3, 15)
        cell.actual = 0
