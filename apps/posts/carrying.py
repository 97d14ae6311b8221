"""Approved leadership posts, when units merge, split or hand over (docs/rules.md U-24)."""

from __future__ import annotations

from apps.core.models import CodeValue
from apps.units.carrying import Carrier, CarryRefused, Deed, Held, Portion
from apps.units.guards import Obstacle
from apps.units.models import Unit

from . import refusals, services
from .errors import PostRefused
from .models import LeadershipEntry, PostBalance

NAME = "领导职数"


class PostCarrier(Carrier):
    lock_order = 30

    def held(self, unit: Unit) -> list[Held]:
        rows = PostBalance.objects.filter(unit=unit).exclude(due=0)
        return [
            Held(
                NAME, row.post_kind_id, row.post_kind.label, row.due, "名", f"实配 {row.filled} 人"
            )
            for row in rows.select_related("post_kind").order_by("post_kind__sort")
        ]

    def obstacles(self, deed: Deed) -> list[Obstacle]:
        found = []
        for portion in deed.portions:
            later = LeadershipEntry.objects.filter(unit=portion.source, on__gt=deed.on)
            last = later.select_related("document").order_by("-on", "-pk").first()
            if last is not None:
                found.append(
                    Obstacle(
                        f"{portion.source}的职数台账在 {last.on:%Y-%m-%d} 还有记账"
                        f"（{last.document}），生效日期不能早于该日，请核对日期"
                    )
                )
            due = _due(portion.source)
            for key, number in portion.figures.get(NAME, {}).items():
                if number > due.get(key, 0):
                    kind = CodeValue.objects.get(pk=key)
                    found.append(
                        Obstacle(
                            f"{portion.source}的{kind}职数只有 {due.get(key, 0)} 名，"
                            f"不能划出 {number} 名，请改小"
                        )
                    )
        return found

    def lock(self, deed: Deed) -> None:
        units = deed.units()
        kinds = set(
            PostBalance.objects.filter(unit_id__in=units).values_list("post_kind_id", flat=True)
        )
        kinds |= {key for p in deed.portions for key in p.figures.get(NAME, {})}
        services.lock_post_balances((unit, kind) for unit in units for kind in kinds)

    def shrink(self, deed: Deed) -> None:
        """Both sides at once: no rule ties posts to their holders (L-01)."""
        lines = []
        for portion in deed.portions:
            for key, number in _going(deed, portion).items():
                if not number:
                    continue
                kind = CodeValue.objects.get(pk=key)
                for unit, change in ((portion.target, number), (portion.source, -number)):
                    lines.append(services.Line(unit, kind, change, reason=deed.reason[:200]))
        if not lines:
            return
        try:
            services.post_entries(lines=lines, on=deed.on, document=deed.document, by=deed.by)
        except PostRefused as refusal:
            raise CarryRefused(refusals.sentence(refusal)) from refusal


def _due(unit: Unit) -> dict[str, int]:
    rows = PostBalance.objects.filter(unit=unit).exclude(due=0).order_by("post_kind__sort")
    return dict(rows.values_list("post_kind_id", "due"))


def _going(deed: Deed, portion: Portion) -> dict[str, int]:
    """Return {post kind key: posts} that go with a portion; whole: what others leave."""
    if not portion.whole:
        return dict(portion.figures.get(NAME, {}))
    going = _due(portion.source)
    for other in deed.others(portion):
        for key, number in other.figures.get(NAME, {}).items():
            going[key] = going.get(key, 0) - number
    return going
