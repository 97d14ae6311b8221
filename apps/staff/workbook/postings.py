"""What a row says of a leadership post held in the unit of the spell."""

from __future__ import annotations

import datetime as dt

from apps.core.imports import Change

from .context import Context
from .register import PostingRow, SpellRow
from .rows import CHANGED, NEW, NO_DOCUMENT


class Postings:
    """Compares or makes the posting of a row with a 领导职数类别; an empty one changes nothing."""

    def __init__(self, context: Context) -> None:
        self.context = context
        rows = context.rows
        self.kinds, self.days = rows.column("post_kind"), rows.column("post_starts_on")
        self.ends = rows.column("ends_on")
        self.texts = rows.column("post_document")

    def settle(
        self,
        i: int,
        unit_id: int,
        postings: list[PostingRow],
        spell_starts_on: dt.date | None,
        changes: list[Change],
        spell: SpellRow | None = None,
    ) -> None:
        """Settle row `i`.

        postings          the person's open ones
        spell_starts_on   the day when no other is given
        spell             the row's spell when the register has it
        """
        context, rows = self.context, self.context.rows
        kind = self.kinds[i]
        if kind is None or self.ends[i] is not None:
            return
        here = [p for p in postings if p.unit_id == unit_id]
        same = next((p for p in here if p.post_kind == kind), None)
        first = self.days[i]
        if same is not None:
            self._compare(i, same, first or same.starts_on, changes, spell)
            return
        rows.post_starts[i] = first or spell_starts_on
        rows.post_names[i] = rows.column("post_name")[i]
        rows.post_levels[i] = rows.column("post_level")[i]
        rows.posting_states[i] = NEW
        old = here[0] if len(here) == 1 else None
        if old is not None:
            rows.old_postings[i] = old.pk
            if first is None or first < old.starts_on:
                rows.fault(
                    i,
                    context.cell("post_starts_on", "post_kind"),
                    f"改任{context.labels[kind]}请填写任职时间，不早于原任职时间 "
                    f"{old.starts_on:%Y-%m-%d}",
                )
        changes.append(context.change("post_kind", old.post_kind if old else None, kind))

    def _compare(
        self,
        i: int,
        old: PostingRow,
        first: dt.date,
        changes: list[Change],
        spell: SpellRow | None,
    ) -> None:
        """职务 and 职务层次 are the spell's: the posting takes over what is new in the sheet."""
        context, rows = self.context, self.context.rows
        rows.posting_ids[i], rows.post_starts[i] = old.pk, first
        found: list[Change] = []
        if first != old.starts_on:
            found.append(context.change("post_starts_on", old.starts_on, first))
        for name, kept in (("post_name", rows.post_names), ("post_level", rows.post_levels)):
            new = rows.column(name)[i]
            if spell is not None and new == getattr(spell, name):
                continue
            kept[i] = new
            if new is not None and new != getattr(old, name):
                found.append(context.change(name, getattr(old, name), new))
        document = rows.documents["post_document"][i]
        if document not in (NO_DOCUMENT, (old.document, old.document_no)):
            before = context.document_words((old.document, old.document_no))
            found.append(Change(context.header("post_document"), before, str(self.texts[i])))
        if found:
            rows.posting_states[i] = CHANGED
        # 职务 and 职务层次 stand in the spell too: told once
        changes.extend(change for change in found if change not in changes)
