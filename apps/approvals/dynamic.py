"""出编入编动态平衡: how many more may be approved this year. Source: domain.md §5.5; NT-10.

allowed now = exits to date + committed exits − 1 − entries to date − issued unused
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from apps.core.models import CodeValue
from apps.core.scope import within
from apps.quotas.choices import QuotaFamily
from apps.staff import forecast
from apps.staff.models import Occupancy
from apps.units.models import Unit

from . import offices, use_settings
from .choices import BalanceMode, Kind, Per, Relation, SlotState, State, Verdict
from .models import Line, Slot, UseSetting


@dataclass(frozen=True)
class Flow:
    """One group of one year. Whole people.

    key, label   the group: "" for all, a family, or a quota type
    committed    retirements to the year's end and exits under way
    issued       approved places nobody has used yet
    """

    key: str
    label: str
    exits: int
    committed: int
    entries: int
    issued: int
    setting: UseSetting

    @property
    def most(self) -> int:
        """How many may come in the whole year: a count, so never below zero."""
        return max(0, self._most)

    @property
    def allowed(self) -> int:
        """How many more may be approved now: a count; `over` says what is too many."""
        return max(0, self.most - self.entries - self.issued)

    @property
    def over(self) -> int:
        """How many came, or may come already, beyond what the year allows."""
        return max(0, self.entries + self.issued - self.most)

    @property
    def over_said(self) -> str:
        return f"已突破 {self.over} 名"

    @property
    def _most(self) -> int:
        out = self.exits + self.committed
        if self.setting.relation == Relation.RATIO:
            return out * self.setting.ratio_in // self.setting.ratio_out
        return out if self.setting.relation == Relation.EQUAL else out - 1

    @property
    def said(self) -> str:
        """Return “180 + 140 − 1 − 250 − 40 = 29”, or the ratio written out."""
        out = f"{self.exits} ＋ {self.committed}"
        if self.setting.relation == Relation.RATIO:
            out = f"（{out}）× {self.setting.ratio_in} ÷ {self.setting.ratio_out}"
        elif self.setting.relation == Relation.LESS:
            out = f"{out} − 1"
        left = self._most - self.entries - self.issued
        result = str(left) if left >= 0 else f"−{-left}，按 0 计"
        return f"{out} − {self.entries} − {self.issued} = {result}"


@dataclass(frozen=True)
class YearBalance:
    """The running figure of an office. home None: no office is named yet."""

    year: int
    setting: UseSetting
    flows: tuple[Flow, ...]
    home: Unit | None = None

    @property
    def total(self) -> Flow:
        """The whole office; with groups, their sum is shown beside them."""
        return next((one for one in self.flows if one.key == ""), self.flows[0])

    @property
    def blocks(self) -> bool:
        return self.setting.balance == BalanceMode.BLOCK

    def broken_by(self, asked: Mapping[str, int]) -> list[tuple[Flow, int]]:
        """Return the groups that `asked` ({quota type key: heads}) would break, with the heads."""
        types = _types()
        wanted: dict[str, int] = {}
        for key, heads in asked.items():
            kind = types.get(key)
            if kind is None or not kind.attrs.get("in_total", True):
                continue
            group = _group(kind, self.setting.per)
            wanted[group] = wanted.get(group, 0) + heads
        found = {one.key: one for one in self.flows}
        none = Flow("", "", 0, 0, 0, 0, self.setting)
        return [
            (flow, heads)
            for group, heads in wanted.items()
            if heads > (flow := found.get(group, none)).allowed and heads
        ]


def blocks() -> bool:
    """Say whether a broken balance stops an approval. One query."""
    return use_settings.current().balance == BalanceMode.BLOCK


def year_balance(unit: Unit | None = None, today: dt.date | None = None) -> YearBalance:
    """Return the running figure of the office that `unit` belongs to. Nine queries."""
    today = today or timezone.localdate()
    setting = use_settings.current()
    home = offices.home(unit)
    if home is None:
        return YearBalance(today.year, setting, (Flow("", "本级合计", 0, 0, 0, 0, setting),))
    types = {key: one for key, one in _types().items() if one.attrs.get("in_total", True)}
    counts = [
        _exits(home, today),
        _committed(home, today),
        _entries(home, today, setting.exempt_modes),
        _issued(home),
    ]
    groups: dict[str, list[int]] = {}
    for place, found in enumerate(counts):
        for key, number in found.items():
            if key not in types or not number:
                continue
            group = groups.setdefault(_group(types[key], setting.per), [0, 0, 0, 0])
            group[place] += number
    if setting.per == Per.ALL:
        groups.setdefault("", [0, 0, 0, 0])
    labels = _labels(types, setting.per)
    flows = [
        Flow(key, labels.get(key, key), exits, committed, entries, issued, setting)
        for key, (exits, committed, entries, issued) in groups.items()
    ]
    order = list(labels)
    flows.sort(key=lambda one: order.index(one.key) if one.key in order else len(order))
    empty = Flow("", "本级合计", 0, 0, 0, 0, setting)
    return YearBalance(today.year, setting, tuple(flows) or (empty,), home)


def _types() -> dict[str, CodeValue]:
    return {one.pk: one for one in CodeValue.objects.of("quota_type")}


def _group(kind: CodeValue, per: str) -> str:
    if per == Per.ALL:
        return ""
    return kind.pk if per == Per.TYPE else kind.attrs.get("family", QuotaFamily.OTHER)


def _labels(types: Mapping[str, CodeValue], per: str) -> dict[str, str]:
    if per == Per.ALL:
        return {"": "本级合计"}
    if per == Per.TYPE:
        rows = sorted(types.values(), key=lambda one: (one.sort, one.value))
        return {one.pk: one.label for one in rows}
    return {one.value: f"{one.label}编制" for one in QuotaFamily}


def _spells(home: Unit) -> QuerySet[Occupancy]:
    return Occupancy.objects.order_by().filter(within([home.path], "scope"), counts=True)


def _exits(home: Unit, today: dt.date) -> dict[str, int]:
    """Who left this year; who entered another place of the subtree that day has only moved."""
    same = _spells(home).filter(person=OuterRef("person"), starts_on=OuterRef("ends_on"))
    rows = _spells(home).filter(ends_on__range=(today.replace(month=1, day=1), today))
    return _by_type(rows.exclude(Exists(same.exclude(pk=OuterRef("pk")))))


def _entries(home: Unit, today: dt.date, exempt: Iterable[str]) -> dict[str, int]:
    same = _spells(home).filter(person=OuterRef("person"), ends_on=OuterRef("starts_on"))
    rows = _spells(home).filter(starts_on__range=(today.replace(month=1, day=1), today))
    rows = rows.exclude(Exists(same.exclude(pk=OuterRef("pk"))))
    if exempt:
        # a row without a mode counts: exclude() alone would drop it
        rows = rows.filter(Q(entry_mode__isnull=True) | ~Q(entry_mode__in=list(exempt)))
    return _by_type(rows)


def _committed(home: Unit, today: dt.date) -> dict[str, int]:
    """Retirements to the year's end, who is due already, and exits filed for others."""
    end = dt.date(today.year + 1, 1, 1)
    found: dict[str, int] = {}
    for (_, key), number in forecast.leaving([home.path], end).items():
        found[key] = found.get(key, 0) + number
    filed = (
        Line.objects.filter(
            within([home.path], "application__scope"),
            Q(spell__retires_on__isnull=True) | Q(spell__retires_on__gte=end),
            application__kind=Kind.EXIT,
            is_open=True,
            spell__ends_on__isnull=True,
            spell__counts=True,
        )
        .order_by()
        .values_list("spell__quota_type")
        .annotate(n=Count("pk"))
    )
    for key, number in filed:
        found[key] = found.get(key, 0) + number
    return found


def _issued(home: Unit) -> dict[str, int]:
    """Free heads of notices, and what is decided and waits for its notice."""
    free = (
        Slot.objects.filter(within([home.path], "notice__scope"), state=SlotState.FREE)
        .order_by()
        .values_list("quota_type")
        .annotate(n=Count("pk"))
    )
    found = dict(free)
    waiting = (
        Line.objects.filter(
            within([home.path], "application__scope"),
            application__kind=Kind.QUOTA_USE,
            application__state=State.ISSUING,
            verdict=Verdict.GRANTED,
        )
        .order_by()
        .values_list("quota_type")
        .annotate(n=Sum("hold__places"))
    )
    for key, number in waiting:
        found[key] = found.get(key, 0) + (number or 0)
    return found


def _by_type(rows: Any) -> dict[str, int]:
    return dict(rows.values_list("quota_type").annotate(n=Count("pk")))
