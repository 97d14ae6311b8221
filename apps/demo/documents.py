"""The documents (批文) of an invented county: those its figures come from, and all others."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from random import Random

from .county import stem_of
from .plan import BODY, LATEST, CountySpec, Node, Paper

SET_UP, CLOSE, RENAME, PLACES, POSTS = "11", "12", "13", "21", "22"
CHARTER, TRANSFER, MIXED, REQUEST, LETTER, MINUTES = "31", "41", "51", "61", "62", "63"

#: The commission became one of the party in the reform of 2019.
_NEW_COMMISSION = dt.date(2019, 3, 1)
_YEARLY = ("机构编制统计", "事业单位法人年检", "用编计划", "机构编制核查", "实名制数据校验")


class Book:
    """Collects papers; `close` numbers them, each series by day."""

    def __init__(self, spec: CountySpec, random: Random, latest: dt.date) -> None:
        self.spec, self.random, self.latest = spec, random, latest
        self.papers: list[Paper] = []

    def order(
        self,
        on: dt.date,
        kind: str,
        title: str,
        units: Iterable[Node] = (),
        *,
        office: bool = False,
    ) -> Paper:
        """Return a new paper of the commission (or its office) on that day."""
        series, issuer = self._issuer(on, office)
        paper = Paper(on, kind, title, series, issuer).concerns(*units)
        self.papers.append(paper)
        return paper

    def charter(self, on: dt.date, node: Node, name: str) -> Paper:
        """Return the 三定规定 of one organ, issued by the general office."""
        party = node.system == "1"
        name = name.split("（")[0]
        title = f"关于印发《{name}职能配置、内设机构和人员编制规定》的通知"
        issuer = f"中共{self.spec.name}委办公室" if party else f"{self.spec.name}人民政府办公室"
        series = f"{self.spec.mark}{'委办发' if party else '政办发'}"
        paper = Paper(on, CHARTER, title, series, issuer).concerns(node)
        self.papers.append(paper)
        return paper

    def fill(self, count: int, nodes: list[Node]) -> None:
        """Add papers without effects until there are `count`: requests, letters, minutes."""
        random, bodies = self.random, [n for n in nodes if n.kind == BODY and not n.abolished_on]
        while len(self.papers) < count:
            node, day = random.choice(bodies), self._day(2005)
            head = node.supervisor
            if any(n and n.established_on and n.established_on > day for n in (node, head)):
                continue  # not there yet
            name = node.called(day)
            dice = random.random()
            if dice < 0.34:
                self._from_unit(day, node, name)
            elif dice < 0.62:
                what = random.choice(
                    ("使用编制", "公开招聘工作人员", "调整内设机构", "选调工作人员")
                )
                self.order(day, LETTER, f"关于同意{name}{what}的函", [node], office=True)
            elif dice < 0.72:
                series, issuer = self._issuer(day, False)
                title = f"{issuer}会议纪要（{day.year}年第{day.month}次）"
                paper = Paper(day, MINUTES, title, f"{series}纪", issuer)
                self.papers.append(paper.concerns(*random.sample(bodies, min(6, len(bodies)))))
            elif dice < 0.86:
                what = random.choice(("机构编制事项", "主要职责", "内设机构和职责", "挂牌事项"))
                self.order(day, MIXED, f"关于{name}{what}的批复", [node])
            else:
                what = random.choice(
                    (
                        "年度用编计划",
                        "机构编制核查",
                        "实名制数据校验",
                        "机构编制统计",
                        "法人年度报告",
                    )
                )
                title = f"关于做好{day.year}年度{what}工作的通知"
                self.order(
                    day, MIXED, title, random.sample(bodies, min(3, len(bodies))), office=True
                )

    def close(self) -> None:
        """Give every paper its number; serials follow the day, with gaps for what is not kept."""
        self.papers.sort(key=lambda paper: paper.on)
        serials: dict[tuple[str, int], int] = defaultdict(int)
        for paper in self.papers:
            key = paper.series, paper.on.year
            serials[key] += 1 + (self.random.random() < 0.15)
            paper.number = f"{paper.series}〔{paper.on.year}〕{serials[key]}号"

    def _from_unit(self, day: dt.date, node: Node, name: str) -> None:
        organ = node.supervisor or node
        label = organ.short.removeprefix("县").removesuffix("局").removesuffix("机关") or "政"
        label = stem_of(label)[:3]
        what = self.random.choice(
            ("要求增加编制", "要求调整领导职数", "要求使用编制", "要求增挂牌子")
        )
        title = f"关于{name}{what}的请示"
        paper = Paper(day, REQUEST, title, f"{self.spec.mark}{label}", organ.called(day))
        self.papers.append(paper.concerns(*dict.fromkeys((organ, node))))

    def _issuer(self, on: dt.date, office: bool) -> tuple[str, str]:
        mark, name = self.spec.mark, self.spec.name
        if on < _NEW_COMMISSION:
            series, issuer = f"{mark}编", f"{name}机构编制委员会"
        else:
            series, issuer = f"{mark}委编", f"中共{name}委机构编制委员会"
        return (f"{series}办", f"{issuer}办公室") if office else (series, issuer)

    def _day(self, first: int) -> dt.date:
        last = min(self.latest, LATEST)
        start = dt.date(first, 1, 5)
        day = start + dt.timedelta(days=self.random.randrange((last - start).days))
        return day - dt.timedelta(days=max(0, day.weekday() - 4))
