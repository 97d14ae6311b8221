"""可用编制: a formula whose operands are all shown and printed. Source: domain.md §5.4; NT-05.

The database never lets more be held than there are places (quotas.Balance); a formula only takes
off what the office keeps back beside.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, Sum
from django.utils import timezone

from apps.core.models import CodeValue
from apps.posts.models import PostBalance
from apps.quotas.choices import QuotaFamily
from apps.quotas.models import Balance
from apps.units.choices import EntityKind
from apps.units.models import Unit

from .choices import ControlKind, Formula, Leaders, Verdict
from .models import KindVersion, UseControl


@dataclass(frozen=True)
class Operand:
    """One term of the formula. sign: +1 adds, −1 takes off; note says where it comes from."""

    key: str
    label: str
    value: int
    sign: int = -1
    note: str = ""


@dataclass(frozen=True)
class Usable:
    """What one cell may still use, and how that was computed. Whole places.

    exit_only   the controls by which nobody may come (只出不进)
    """

    unit: Unit
    quota_type: CodeValue
    formula: str
    operands: tuple[Operand, ...]
    exit_only: tuple[UseControl, ...] = ()

    @property
    def computed(self) -> int:
        """The result as it comes out; below zero when more is held back than there is."""
        return sum(one.sign * one.value for one in self.operands)

    @property
    def places(self) -> int:
        return max(0, self.computed)

    @property
    def said(self) -> str:
        """Return “40 − 33 − 2 − 1 − 1 − 0 = 3”."""
        words = ""
        for place, one in enumerate(self.operands):
            mark = "" if not place else (" ＋ " if one.sign > 0 else " − ")
            words += f"{mark}{one.value}"
        result = str(self.computed) if self.computed >= 0 else f"−{-self.computed}"
        return f"{words} = {result}"

    def value_of(self, key: str) -> int:
        return next((one.value for one in self.operands if one.key == key), 0)


def usable(
    unit: Unit, quota_type: CodeValue, version: KindVersion, day: dt.date | None = None
) -> Usable:
    """Return the usable places of one cell by the formula of a version. Five queries."""
    balance = Balance.objects.filter(unit=unit, quota_type=quota_type).first() or Balance()
    leaders = vacant_leaders(unit, version) if quota_type.pk == leaders_sit_in(unit) else 0
    controls = controls_of(unit, quota_type, day or timezone.localdate())

    def held(kind: str) -> int:
        return sum(one.places for one in controls if one.kind == kind)

    formula = version.option("formula", Formula.RESERVES)
    first = (
        Operand("approved", "核定", balance.approved, 1),
        Operand("actual", "实有", balance.actual),
    )
    more: tuple[Operand, ...]
    if formula == Formula.OVERFLOW:
        more = (
            Operand("leaders", "领导空缺", leaders),
            Operand("reserved", "尚未到岗", balance.reserved, note="已下达未使用及在途"),
            Operand("overflow", "允许溢出", balance.over_allowed, 1, note="经批准的允许超编"),
        )
    else:
        more = (
            Operand("leaders", "空缺领导职数", leaders),
            Operand("reserved", "已下达未使用", balance.reserved, note="含已核准待下达"),
            Operand("principle", "原则预留", held(ControlKind.PRINCIPLE)),
            Operand("other", "其他预留", held(ControlKind.OTHER)),
        )
    exit_only = tuple(one for one in controls if one.kind == ControlKind.EXIT_ONLY)
    return Usable(unit, quota_type, formula, (*first, *more), exit_only)


def usable_now(unit: Unit, quota_type: CodeValue) -> Usable:
    """Return the usable places by the settings of today."""
    return usable(unit, quota_type, KindVersion.objects.in_force("quota_use"))


def vacant_leaders(unit: Unit, version: KindVersion) -> int:
    """Return the leadership posts that wait for somebody; chief and deputy never net out (L-01).

    By the version: of the unit alone, or of its departments too. 专员, 非领导 do not count.
    """
    where = Q(unit=unit)
    if version.option("leaders", Leaders.UNIT) == Leaders.ALL:
        where |= Q(
            unit__path__startswith=unit.path,
            unit__depth=unit.depth + 1,
            unit__entity_kind=EntityKind.DEPARTMENT,
        )
    posts = PostBalance.objects.filter(where, post_kind__attrs__counts=True)
    if version.option("leaders", Leaders.UNIT) == Leaders.UNIT:
        posts = posts.filter(post_kind__attrs__level="unit")
    return posts.aggregate(n=Sum("short", default=0))["n"]


def leaders_sit_in(unit: Unit) -> str | None:
    """Return the type a unit's leaders hold: its largest that counts and is not 工勤 or 其他."""
    rows = Balance.objects.filter(unit=unit, approved__gt=0).select_related("quota_type")
    fitting = [
        row
        for row in rows
        if row.quota_type.attrs.get("in_total", True)
        and row.quota_type.attrs.get("family") in (QuotaFamily.ADMIN, QuotaFamily.INSTITUTION)
    ]
    if not fitting:
        return None
    return max(fitting, key=lambda row: (row.approved, -row.quota_type.sort)).quota_type_id


def controls_of(unit: Unit, quota_type: CodeValue, day: dt.date) -> list[UseControl]:
    """Return what holds for a cell on a day."""
    rows = UseControl.objects.on_day(day).filter(
        Q(quota_type=quota_type) | Q(quota_type__isnull=True), unit=unit
    )
    return list(rows.select_related("document", "unit"))


def is_exit_only(unit: Unit, quota_type: Any, day: dt.date) -> bool:
    return (
        UseControl.objects.on_day(day)
        .filter(Q(quota_type=quota_type) | Q(quota_type__isnull=True), unit=unit)
        .filter(kind=ControlKind.EXIT_ONLY)
        .exists()
    )


def granted_of(line: Any) -> int:
    """Return the heads of a line as they stand: granted, or asked while nothing is said."""
    if line.verdict == Verdict.REFUSED:
        return 0
    return line.asked if line.granted is None else line.granted


def by_type(lines: Iterable[Any]) -> dict[str, int]:
    """Return {quota type key: heads granted or asked} of some lines."""
    found: dict[str, int] = {}
    for line in lines:
        found[line.quota_type_id] = found.get(line.quota_type_id, 0) + granted_of(line)
    return found
