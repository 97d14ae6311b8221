"""The people behind the careers: birth, work, schooling, posts. All invented."""

from __future__ import annotations

import datetime as dt
from random import Random

from apps.staff.retirement import Category, retirement_month

from .careers import RETIRED
from .identities import Identities
from .names import Names
from .plan import BASELINE, Life, Node, Slot

#: Share of women by kind of body.
_WOMEN = {
    "school": 0.63,
    "hospital": 0.71,
    "police": 0.13,
    "township": 0.36,
    "organ": 0.35,
    "institution": 0.46,
}
_OLDEST, _YOUNGEST = 1962, 1988
_SCHOOLS = {
    "school": ("江南师范大学", "越州师范学院", "浙东师范学校", "东南师范大学", "省教育学院"),
    "hospital": ("浙东医学院", "江南医科大学", "东南中医药大学", "越州卫生学校"),
    "police": ("江南警察学院", "东南人民公安学院", "越州学院", "省警官职业学院"),
    "other": (
        "江南大学城市学院",
        "东南理工大学",
        "越州学院",
        "浙东农林大学",
        "江南工商大学",
        "东南财经学院",
    ),
    "evening": ("省委党校函授学院", "省广播电视大学", "越州学院成人教育学院"),
}
_MAJORS = {
    "school": (
        "汉语言文学 数学与应用数学 英语 物理学 化学 生物科学 思想政治教育 体育教育 音乐学 "
        "美术学 小学教育 学前教育 历史学 地理科学"
    ),
    "hospital": "临床医学 护理学 中医学 药学 医学检验 医学影像学 预防医学 口腔医学 麻醉学",
    "police": "治安学 侦查学 法学 公安管理学 网络安全与执法 道路交通管理",
    "other": (
        "行政管理 法学 经济学 会计学 汉语言文学 公共事业管理 土木工程 计算机科学与技术 农学 "
        "工商管理 社会学 财政学 统计学"
    ),
}
#: Kinds of degrees that fit a major's field: 教育 医 法 管理
_FIELDS = {"school": "04", "hospital": "10", "police": "03", "other": "12"}


class People:
    """Draws the people of one county."""

    def __init__(self, random: Random, identities: Identities, horizon: dt.date) -> None:
        self.random, self.identities, self.horizon = random, identities, horizon
        self.names = Names(random)

    def settle(self, life: Life) -> None:
        """Give a life its sex, birth and name, and its open dates their days."""
        random = self.random
        first, last = life.slots[0], life.slots[-1]
        flavour = last.cell.node.flavour
        life.sex = "2" if random.random() < _WOMEN.get(flavour, 0.45) else "1"
        life.birth = self._birth(life, first, last)
        age = 18 + random.choice((0, 1, 2, 3, 4, 4, 5, 5, 6, 7))
        life.work_start = _day(random, life.birth.year + age, (7, 8, 8, 9, 12))
        if first.start is None:
            latest = BASELINE if first.end is None else min(BASELINE, first.end)
            life.work_start = min(life.work_start, latest - dt.timedelta(days=40))
            since = max(life.work_start.year, 1984)
            year = min(since + int(random.random() ** 2 * (2011 - since + 1)), 2011)
            first.start = max(life.work_start, min(_day(random, year, (3, 7, 8, 9)), latest))
            first.start = min(first.start, latest - dt.timedelta(days=20))
            life.work_start = min(life.work_start, first.start)
        else:
            life.work_start = min(life.work_start, first.start)
        life.name, life.ethnicity = self.names.draw(life.sex, life.birth.year)

    def number(self, life: Life) -> str:
        return self.identities.draw(life.birth, life.sex)

    def _birth(self, life: Life, first: Slot, last: Slot) -> dt.date:
        random = self.random
        if last.end is not None and last.exit_mode == RETIRED:
            return self._retired_on(life.sex, last.end)
        if first.start is not None:  # came after the takeover
            years = random.choice((21, 22, 22, 23, 23, 24, 24, 25, 26, 27, 28, 29, 31, 33))
            year = min(first.start.year - years, 2004)
            return dt.date(year, random.randrange(1, 13), random.randrange(1, 29))
        if last.end is not None:
            oldest = max(_OLDEST - 8, last.end.year - 57)
            year = random.randrange(oldest, _YOUNGEST)
            return dt.date(year, random.randrange(1, 13), random.randrange(1, 29))
        while True:
            year = random.randrange(_OLDEST, _YOUNGEST + 1)
            day = dt.date(year, random.randrange(1, 13), random.randrange(1, 29))
            category = Category.MEN if life.sex == "1" else Category.WOMEN_55
            if retirement_month(day, category).month > self.horizon:
                return day

    def _retired_on(self, sex: str, day: dt.date) -> dt.date:
        """Return a birth for which the statutory age was reached in the month before `day`."""
        category = Category.MEN if sex == "1" else Category.WOMEN_55
        age = 60 if sex == "1" else 55
        birth = dt.date(day.year - age, day.month, 1)
        for months in range(1, 40):
            year, month = divmod(birth.year * 12 + birth.month - 1 - months, 12)
            earlier = dt.date(year, month + 1, 1)
            if retirement_month(earlier, category).month < day:
                return earlier.replace(day=self.random.randrange(1, 29))
        raise ValueError(f"nobody retires on {day}")

    # -- what the person's row says --------------------------------------------------------------

    def schooling(self, life: Life, node: Node) -> tuple[str, str | None, str, str]:
        """Return (education, degree, school, major)."""
        random, year = self.random, life.birth.year
        field = node.flavour if node.flavour in ("school", "hospital", "police") else "other"
        major = random.choice(_MAJORS[field].split())
        dice = random.random()
        graduate = 0.12 if year >= 1988 else 0.05 if year >= 1978 else 0.01
        bachelor = 0.97 if year >= 1985 else 0.86 if year >= 1975 else 0.62
        if dice < graduate:
            return "14", f"degree.3{_FIELDS[field]}", random.choice(_SCHOOLS[field]), major
        if dice < bachelor:
            day_school = random.random() < (0.92 if year >= 1985 else 0.4)
            school = random.choice(_SCHOOLS[field] if day_school else _SCHOOLS["evening"])
            return "21", f"degree.4{_FIELDS[field]}" if day_school else None, school, major
        if dice < bachelor + (1 - bachelor) * 0.75:
            return "31", None, random.choice(_SCHOOLS["evening"]), major
        return random.choice(("41", "61")), None, "", ""

    def politics(self, life: Life, node: Node) -> tuple[str, dt.date | None]:
        """Return (political status, joined party on)."""
        random = self.random
        organ = node.flavour in ("organ", "township", "police")
        dice = random.random()
        if dice < (0.82 if organ else 0.42):
            year = max(life.birth.year + 20, life.work_start.year + random.randrange(0, 7))
            day = dt.date(min(year, self.horizon.year - 2), 7, 1)
            return "01", day
        if life.birth.year >= self.horizon.year - 28 and dice < 0.9:
            return "03", None
        if dice > 0.985:
            return random.choice(("04", "05", "06", "07", "08", "10", "12")), None
        return "13", None


def _day(random: Random, year: int, months: tuple[int, ...]) -> dt.date:
    return dt.date(year, random.choice(months), random.randrange(1, 29))
