"""What a spell says besides who and where: identity, rank, position, papers."""

from __future__ import annotations

import datetime as dt
from random import Random

from .plan import BASELINE, Life, Slot

CIVIL_RANKS_SINCE = dt.date(2019, 6, 1)
_TEACHER_GRADES = ("C06", "C07", "C08", "C09", "C10", "C11", "C12")
_AWAY = (("141", 0.012), ("142", 0.010), ("130", 0.006), ("143", 0.003), ("146", 0.0015))


class Occupations:
    def __init__(self, random: Random, mark: str, horizon: dt.date) -> None:
        self.random, self.mark, self.horizon = random, mark, horizon
        self._serials: dict[tuple[str, int], int] = {}

    def number(self, what: str, on: dt.date) -> str:
        """Return the number of a personnel paper of that year: 剡编入〔2016〕12号."""
        what = what if on >= BASELINE else "人"
        key = what, on.year
        self._serials[key] = self._serials.get(key, 0) + 1
        return f"{self.mark}{what}〔{on.year}〕{self._serials[key]}号"

    def status(self, slot: Slot) -> str:
        if slot.end is None and (self.horizon - slot.begun).days < 330 and not slot.from_unit:
            return "120"
        if slot.end is not None or slot.post_name:
            return "110"
        dice = self.random.random()
        for value, share in _AWAY:
            if dice < share:
                return value
            dice -= share
        return "110"

    def entry_mode(self, slot: Slot) -> str:
        if slot.entry_mode:
            return slot.entry_mode
        random, old = self.random, slot.begun < BASELINE
        if slot.cell.is_admin or slot.cell.quota_type == "20":
            modes, weights = (("15", "01", "10", "07"), (30, 50, 14, 6)) if old else (
                ("01", "02", "10", "05", "04"), (74, 7, 10, 4, 5))  # fmt: skip
        else:
            modes, weights = (("15", "03", "07", "13"), (45, 45, 7, 3)) if old else (
                ("03", "12", "07", "11"), (86, 7, 5, 2))  # fmt: skip
        return random.choices(modes, weights)[0]

    def identity(self, slot: Slot, life: Life) -> str:
        node, random = slot.cell.node, self.random
        if slot.cell.quota_type == "11":
            if node.flavour == "police":
                return "14"
            if node.category in ("16", "17"):
                return "17" if slot.post_name or random.random() < 0.42 else "18"
            return "11"
        if slot.cell.quota_type == "10":
            enforcing = node.short in ("县市场监管局", "县综合执法局")
            return "13" if enforcing and not slot.post_name else "11"
        if slot.cell.quota_type == "20":
            return "2"
        dice = random.random()
        may_be_worker = life.sex == "1" or life.birth.year > 1979  # women workers retire at 50
        workers = 0.09 if node.flavour == "institution" else 0.03
        if may_be_worker and not slot.post_name and dice < workers:
            return "7"
        if node.flavour in ("school", "hospital"):
            return "3" if dice > 0.95 else "4"
        return "3" if dice > 0.55 or slot.post_name else "4"

    def rank(self, slot: Slot, identity: str, life: Life) -> str | None:
        """Return the civil rank of those who were in place since 2019."""
        if slot.end is not None and slot.end < CIVIL_RANKS_SINCE:
            return None
        age, leads = self.horizon.year - life.birth.year, bool(slot.post_level)
        step = 5 if age < 26 else 4 if age < 32 else 3 if age < 39 else 2 if age < 49 else 1
        step = min(5, max(1, step + self.random.choice((-1, 0, 0, 0, 1))))
        if leads:
            step = min(step, 1)
        if age >= 50 and self.random.random() < (0.5 if leads else 0.25):
            step = 0
        if identity in ("11", "2"):
            return ("06", "07", "08", "09", "10", "11")[step]
        if identity == "13":
            return ("1C05", "1C06", "1C07", "1C08", "1C09", "1C10")[step]
        if identity == "14":
            return ("606", "607", "608", "609", "610", "611")[step]
        if identity == "17":
            judges = slot.cell.node.category == "16"
            return ("307", "308", "309", "310", "311", "312")[step] if judges else (
                "407", "408", "409", "410", "411", "412")[step]  # fmt: skip
        if identity == "18":
            return ("07", "07", "08", "09", "10", "11")[step]
        return None

    def position(self, slot: Slot, identity: str, life: Life) -> tuple[str | None, str | None, str]:
        """Return (position class, grade, title) of institution staff."""
        if identity not in ("3", "4", "7"):
            return None, None, slot.post_name
        node, random = slot.cell.node, self.random
        age = self.horizon.year - life.birth.year
        if identity == "7":
            grade = "F02" if age > 50 else "F03" if age > 42 else random.choice(("F04", "F05"))
            return "3", grade, slot.post_name or "工勤人员"
        if identity == "4":
            top = 0 if age > 50 else 2 if age > 42 else 3 if age > 35 else 5 if age > 28 else 6
            grade = _TEACHER_GRADES[min(6, top + random.randrange(0, 3))]
            words = {"school": "教师", "hospital": "医师" if life.sex == "1" else "护师"}
            return "2", grade, slot.post_name or words.get(node.flavour, "专业技术人员")
        grade = {"1A41": "907", "1A42": "908"}.get(
            slot.post_level or "", "909" if age > 27 else "910"
        )
        return "1", grade, slot.post_name or "职员"
