"""出编: somebody's place ends, their leadership posts in the unit with it.

Source: docs/rules.md EX-01, EX-02, PL-01; domain.md §4.3.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.utils import timezone

from apps.staff import looking
from apps.staff import services as staff
from apps.staff.models import PostHolding

from .. import errors, frozen
from ..choices import Kind
from ..forms.exit import ExitForm
from ..models import Application, KindVersion, Line
from ..queries.pool import recovers
from ..services import pool
from . import showing
from .base import Fact, LineData, at_hand, there
from .ofspell import OfSpell

#: Ways out of one unit into another of the same county: posts elsewhere may go on.
MOVES = ("exit_mode.02", "exit_mode.13")


class Exit(OfSpell):
    kind = Kind.EXIT
    line_form = ExitForm

    def line(self, form: ExitForm) -> LineData:
        posts = [[one.post_kind.label, one.post_name] for one in showing.posts_ending(form.spell)]
        return self.line_of(form, {"place": frozen.freeze(form.values()), "posts": posts})

    def facts(self, line: Line) -> list[tuple[str, list[Fact]]]:
        words = frozen.said(line.values["place"])
        found = [
            *self.about(line),
            (
                "出编",
                [
                    *showing.rows(self.line_form, words, ("exit_mode", "destination")),
                    showing.basis(self.line_form, words),
                    *showing.rows(self.line_form, words, ("on", "note")),
                ],
            ),
        ]
        posts = line.values.get("posts", [])
        if line.spell is not None and line.spell.ends_on is None:
            posts = [[p.post_kind.label, p.post_name] for p in showing.posts_ending(line.spell)]
        if posts:
            found.append(("随出编离任", [Fact(kind, name) for kind, name in posts]))
        return found

    def boxes(self, application: Application, lines: list[Line]) -> list[looking.Box]:
        return showing.cells(lines)

    def look_remarks(self, form: ExitForm, others: list[Line]) -> list[str]:
        if not form.is_valid() or (imagined := self.imagined(form, others)) is None:
            return []
        application, lines = imagined
        application.version = KindVersion.objects.in_force(self.kind)
        return self.remarks(application, lines)

    def remarks(self, application: Application, lines: list[Line]) -> list[str]:
        """Say what of the freed places the office takes back (PL-01): it needs a document."""
        if not application.version.option("freeze_on_exit", False):
            return []
        today = timezone.localdate()
        leaving = Counter(
            line.spell.quota_type
            for line in lines
            if line.spell is not None
            and line.spell.counts
            and (line.values["place"].get("document") or application.document_id)
        )
        found = []
        for kind, heads in leaving.items():
            box = looking.box(application.unit, kind, -heads)
            if box is None:
                continue
            places = min(heads, max(0, box.approved - box.actual_after - box.reserved))
            if places and (why := recovers(application.unit, kind, today)):
                found.append(
                    f"{why}：空出的{kind.label} {places} 名将由编办收回编制池，"
                    f"核定 {box.approved} → {box.approved - places} 名，可用不增加。"
                )
        return found

    def guard(self, application: Application, lines: list[Line]) -> None:
        super().guard(application, lines)
        for_good = [one for one in lines if one.values["place"]["exit_mode"] not in MOVES]
        elsewhere = (
            PostHolding.objects.open()
            .filter(person__in={one.person_id for one in for_good})
            .exclude(unit=application.unit)
            .select_related("unit", "post_kind")
            .order_by("pk")
        )
        held = {posting.person_id: posting for posting in elsewhere}
        for line in for_good:
            if line.person_id in held:
                raise errors.LineFails(line, errors.PostElsewhere(held[line.person_id]))

    def effect(self, application: Application, line: Line, *, by: Any) -> None:
        values = frozen.thaw(line.values["place"], *at_hand(line))
        line.spell = staff.leave(spell=there(line, line.spell), by=by, **values)
        if application.version.option("freeze_on_exit", False):
            pool.after_exit(application=application, line=line, by=by)
