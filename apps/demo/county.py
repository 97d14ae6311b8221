"""The tree of an invented county: groupings, organs, institutions, departments."""

from __future__ import annotations

import datetime as dt
from random import Random

from apps.core import uscc

from . import catalogue
from .catalogue import ADMIN, FULL, PART, POLICE_AND_COURTS, REFERRED, SELF, Organ
from .plan import BODY, DEPARTMENT, GROUPING, REFORM, Cell, CountySpec, Node

#: Bodies set up by the reform of 2019, and the bureau whose places and people they took over.
NEW_IN_REFORM = {"县退役军人局": "县民政局", "县医保局": "县人社局", "县政务办": "县府办"}
_FUNDING = {FULL: "11", PART: "21", SELF: "31", REFERRED: "11"}


class CountyTree:
    """Builds the tree; `root`, `cells` (of living units) and `closed` (abolished units) stay."""

    def __init__(self, spec: CountySpec, random: Random) -> None:
        self.spec, self.random = spec, random
        self.root = Node(spec.name, GROUPING, None, code=spec.code, subordination="50")
        self.cells: list[Cell] = []
        self.closed: list[Node] = []
        self.by_short: dict[str, Node] = {}
        self.townships = self._township_names()
        self._pending: list[tuple[Node, str, float, str]] = []
        for group in catalogue.GROUPS:
            self._group(group)
        self._townships()
        self._direct()
        self._institutions()
        self._closed()
        self._links()
        self._details()

    # -- organs ----------------------------------------------------------------------------------

    def _group(self, group: catalogue.Group) -> None:
        grouping = self.root.add(Node(group.name, GROUPING, self.root, system=group.system))
        for organ in group.organs:
            if organ.core or not self.spec.core_only:
                self._organ(grouping, group, organ)

    def _organ(self, grouping: Node, group: catalogue.Group, organ: Organ) -> None:
        node = self._body(grouping, self._named(organ.name), organ.nature, group.system)
        node.short, node.rank, node.duties = organ.short, organ.rank, organ.duties
        node.category, node.funding, node.subordination = group.category, "10", "50"
        node.before = self._named(organ.before) if organ.before else ""
        node.referred = organ.nature == "105" or organ.quota_type == REFERRED
        if organ.short == "县工商联":
            node.system, node.category = "8", "18"
        node.flavour = "police" if organ.short == "县公安局" else "organ"
        self.by_short[organ.short] = node
        self._cell(node, organ.quota_type, organ.weight)
        if organ.short == "县司法局":
            node.cells[0].weight = organ.weight * 0.7
            self._cell(node, ADMIN, organ.weight * 0.3)
        for name in organ.institutions.split():
            quota_type = SELF if name in catalogue.SELF_FUNDED else FULL
            size = 3.5 + self.random.random() * 17
            self._pending.append((node, self._named(name), size, quota_type))
        if organ.short == "县公安局":
            stations = node.add(Node("派出机构", GROUPING, node))
            for town in self.townships:
                station = self._body(stations, f"{node.name}{stem_of(town)}派出所", "101", "3")
                station.category, station.rank, station.funding = "22", "42", "10"
                station.subordination, station.supervisor = "50", node
                station.flavour = "police"
                self._cell(station, POLICE_AND_COURTS, 10 + self.random.random() * 18)

    def _townships(self) -> None:
        grouping = self.root.add(Node("街道乡镇", GROUPING, self.root, system="10"))
        for place, town in enumerate(self.townships):
            name = f"中共{self.spec.name}{town}工作委员会、{town}办事处"
            is_street = place < self.spec.streets
            if not is_street:
                name = f"{self.spec.name}{town}机关"
            node = self._body(grouping, name, "106" if is_street else "101", "10")
            node.short, node.rank, node.funding = town, "41", "10"
            node.category = "41" if is_street else "42"
            node.subordination = "61" if is_street else "62" if town.endswith("镇") else "63"
            node.flavour = "township"
            self.by_short[town] = node
            self._cell(node, ADMIN, 32 + self.random.random() * 22)
            for pattern, weight in catalogue.OF_TOWNSHIP:
                weight *= 0.7 + self.random.random() * 0.8
                self._pending.append((node, self._in_town(pattern, town), weight, FULL))

    def _direct(self) -> None:
        grouping = self.root.add(Node("直属事业单位", GROUPING, self.root, system="11"))
        for name, short, size, referred in catalogue.DIRECT:
            weight = size * 0.6 if self.spec.core_only and size > 50 else float(size)
            node = self._body(grouping, self._named(name), "103" if referred else "104", "11")
            node.short, node.category, node.rank = short, "31", "41" if weight > 25 else "42"
            node.subordination, node.referred = "50", referred
            node.pi_class = "1" if referred else "2"
            node.funding = "11"
            self.by_short[short] = node
            self._cell(node, REFERRED if referred else FULL, weight)

    # -- institutions ----------------------------------------------------------------------------

    def _institutions(self) -> None:
        """Add exactly as many institutions as asked: the listed ones, then fillers."""
        spec, random = self.spec, self.random
        education, health = self.by_short["县教体局"], self.by_short["县卫健局"]
        wanted = self._pending
        wanted += [(education, self._named(n), w, FULL) for n, w in catalogue.SCHOOLS]
        wanted += [(health, self._named(n), w, t) for n, w, t in catalogue.HEALTH]
        for place, town in enumerate(self.townships):
            for pattern, weight in catalogue.SCHOOLS_OF_TOWNSHIP:
                weight *= 0.6 + random.random() * 0.9
                wanted.append((education, self._in_town(pattern, town), weight, FULL))
            for pattern, weight, quota_type in catalogue.HEALTH_OF_TOWNSHIP:
                if place < spec.streets:
                    pattern = "{t}社区卫生服务中心"
                weight *= 0.6 + random.random() * 0.9
                wanted.append((health, self._in_town(pattern, town), weight, quota_type))
        missing = spec.institutions - len(self.root_institutions())
        if len(wanted) > missing:
            keep = set(random.sample(range(len(wanted)), missing))
            keep |= {i for i, row in enumerate(wanted) if row[2] >= 110}
            for i in random.sample(sorted(keep), len(keep) - missing):
                keep.discard(i)
            wanted = [row for i, row in enumerate(wanted) if i in keep]
        names = {row[1] for row in wanted}
        bureaus = [node for node in self.by_short.values() if node.system in ("1", "3")]
        while len(wanted) < missing:
            bureau = random.choice(bureaus)
            label = bureau.short.removeprefix("县").removesuffix("局")
            name = f"{spec.name}{label}{random.choice(catalogue.FILLERS)}"
            if name not in names:
                names.add(name)
                wanted.append((bureau, name, 3 + random.random() * 6, FULL))
        for parent, name, weight, quota_type in wanted:
            self._institution(parent, name, weight, quota_type)

    def root_institutions(self) -> list[Node]:
        """Return the 事业单位 there are so far."""
        return [n for n in self.root.walk() if n.nature == "104" and n.abolished_on is None]

    def _institution(self, parent: Node, name: str, weight: float, quota_type: str) -> Node:
        grouping = next((n for n in parent.children if n.name == "所属事业单位"), None)
        if grouping is None:
            grouping = parent.add(Node("所属事业单位", GROUPING, parent))
        node = self._body(grouping, name, "104", parent.system or "3")
        node.supervisor = parent
        node.category = "33" if parent.flavour == "township" else "32"
        node.subordination = parent.subordination
        node.funding = _FUNDING[quota_type]
        node.pi_class = {FULL: "2", PART: "3", SELF: "4"}[quota_type]
        if parent.short == "县教体局" and name[-1] in "学园校":
            node.flavour, node.rank = "school", "90"
        elif parent.short == "县卫健局" and name.endswith(("院", "卫生服务中心")):
            node.flavour, node.rank = "hospital", "90"
        else:
            node.rank = "42" if weight > 17 else "51"
        self._cell(node, quota_type, weight)
        return node

    def _closed(self) -> None:
        """Add the institutions that were abolished between 2013 and 2015."""
        spec, random = self.spec, self.random
        names: list[tuple[str, Node | None]]
        names = [(self._named(name), None) for name in catalogue.CLOSED]
        random.shuffle(names)
        names = names[: max(1, spec.closed // 2)]
        bureaus = [n for n in self.by_short.values() if n.system == "3" and n.flavour == "organ"]
        villages = iter(self._village_schools(spec.closed))
        while len(names) < spec.closed:
            names.append((next(villages), self.by_short["县教体局"]))
        for name, parent in names[: spec.closed]:
            node = self._institution(
                parent or random.choice(bureaus), name, 3 + random.random() * 9, FULL
            )
            self.cells.remove(node.cells[0])
            self.closed.append(node)

    def _village_schools(self, count: int) -> list[str]:
        found: list[str] = []
        while len(found) < count:
            first = self.random.choice(catalogue.TOWNSHIP_FIRST)
            second = self.random.choice("家村庄坑塘坂桥头")
            name = f"{self.spec.name}{self.random.choice(self.townships)}{first}{second}小学"
            if name not in found:
                found.append(name)
        return found

    # -- parts -----------------------------------------------------------------------------------

    def _body(self, parent: Node, name: str, nature: str, system: str) -> Node:
        node = Node(name, BODY, parent, nature=nature, system=system)
        return parent.add(node)

    def _cell(self, node: Node, quota_type: str, weight: float) -> Cell:
        cell = Cell(node, quota_type, weight)
        node.cells.append(cell)
        self.cells.append(cell)
        return cell

    def _named(self, pattern: str) -> str:
        return pattern.replace("{c}", self.spec.name)

    def _in_town(self, pattern: str, town: str) -> str:
        return self.spec.name + pattern.replace("{t}", town)

    def _township_names(self) -> list[str]:
        names: list[str] = []
        while len(names) < self.spec.townships:
            first = self.random.choice(catalogue.TOWNSHIP_FIRST)
            stem = first + self.random.choice(catalogue.TOWNSHIP_SECOND)
            if any(stem[0] == name[0] for name in names) and len(names) < 20:
                continue
            place = len(names)
            ends = "街道" if place < self.spec.streets else "镇" if place % 4 else "乡"
            if stem not in {name[:2] for name in names}:
                names.append(stem + ends)
        return names

    def _links(self) -> None:
        for short, source in NEW_IN_REFORM.items():
            node, old = self.by_short.get(short), self.by_short.get(source)
            if node is not None and old is not None:
                node.cells[0].came_from = old.cells[0]
                node.established_on = REFORM

    def _details(self) -> None:
        """Codes, credit codes, addresses, days of establishment."""
        spec, random = self.spec, self.random
        streets = "府前街 人民路 剡湖路 建设路 学院路 桃源路 环城东路 兴盛街 长安街 鹿山路".split()
        used: set[str] = set()
        for order, group in enumerate(self.root.children, 1):
            serial = 0
            for node in group.walk():
                if node.kind != BODY:
                    continue
                serial += 1
                node.code = f"{spec.code}{order:02d}{serial:04d}"
                node.uscc = self._uscc(node, used)
                node.address = f"{spec.name}{random.choice(streets)}{random.randrange(1, 400)}号"
                node.phone = f"8300{random.randrange(10_000):04d}"
                if node.established_on is None:
                    node.established_on = self._established(node)
                if not node.duties and node.nature == "104" and random.random() < 0.5:
                    node.duties = (
                        f"承担{node.name.removeprefix(spec.name)}职责范围内的公益服务和事务性工作。"
                    )

    def _established(self, node: Node) -> dt.date | None:
        random = self.random
        if node.nature != "104":
            return None if random.random() < 0.6 else dt.date(random.randrange(1984, 2005), 5, 1)
        first = 2005 if random.random() < 0.22 else 1956
        year = random.randrange(first, 2011 if first == 2005 else 2005)
        return dt.date(year, random.randrange(1, 13), random.randrange(1, 28))

    def _uscc(self, node: Node, used: set[str]) -> str:
        kind = {"105": "13", "103": "12", "104": "12"}.get(node.nature or "", "11")
        division = self.spec.region or "330600"
        while True:
            body = "".join(self.random.choices("0123456789ABCDEFGHJKLMNPQRTUWXY", k=7))
            organisation = "M" + body
            first = kind + division + organisation
            first += uscc.organisation_check_char(organisation)
            if first not in used:
                used.add(first)
                return first + uscc.check_char(first)


def stem_of(town: str) -> str:
    """Return 里湾 of 里湾街道 and of 里湾镇."""
    return town.removesuffix("街道").removesuffix("镇").removesuffix("乡")


def add_departments(root: Node, random: Random) -> None:
    """Give organs and large institutions their 内设机构, as many as their people can fill."""
    for node in list(root.walk()):
        if node.kind != BODY or node.abolished_on is not None:
            continue
        names = _departments_of(node).split()
        people, count = node.actual, 0
        if node.nature in ("101", "105", "106", "103"):
            count = min(len(names), 2 + people // 7) if people >= 6 else 0
        elif people >= 60:
            count = min(len(names), 3 + people // 40)
        rest = names[1:]
        picked = set(random.sample(rest, min(len(rest), max(0, count - 1))))
        chosen = [names[0], *[n for n in rest if n in picked]] if count else []
        front = [Node(name, DEPARTMENT, node) for name in chosen]
        for department in front:
            department.established_on = node.established_on
        node.departments = front
        node.children = [*front, *node.children]


def _departments_of(node: Node) -> str:
    if node.flavour in ("police", "school", "hospital"):
        return catalogue.DEPARTMENTS[node.flavour]
    if node.nature in ("103", "104"):
        return catalogue.DEPARTMENTS["institution"]
    return catalogue.DEPARTMENTS.get(node.system or "3", catalogue.DEPARTMENTS["3"])
