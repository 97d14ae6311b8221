"""What happened to one row, newest first: its history with before and after, and its events.

For the 变更 tab of any page. Row history says what changed; the audit event of the same change
says who, why and by which request; looks and downloads are events without a difference.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models
from django.utils import timezone

from apps.core.history import history_of
from apps.core.models import CodeValue

from .models import AuditEvent
from .sentences import SENTENCES

#: Never shown as a change of their own: they follow from others, or say nothing to a reader.
DERIVED = frozenset({"name_pinyin", "name_initials", "numchild", "depth", "scope"})
KEPT = 500  # history rows and events read for one page


@dataclass
class Change:
    """One change, or one look.

    rows   dicts label, before, after, as {% diff_table %} takes them
    """

    when: dt.datetime
    who: str
    title: str
    note: str = ""
    request_id: str = ""
    refused: bool = False
    rows: list[dict[str, str]] = field(default_factory=list)


def of(
    instance: models.Model,
    *,
    labels: dict[str, str] | None = None,
    hidden: Iterable[str] = (),
    until: dt.date | None = None,
) -> list[Change]:
    """Return the changes of one row with RowHistory and the events about it, newest first.

    labels   column → words, where the verbose name will not do
    hidden   further columns that are not shown
    until    only what was recorded by the end of this day; None: all
    About five queries, whatever the length.
    """
    kept, told_of = history_of(instance), AuditEvent.objects.about(instance)
    if until is not None:
        end = _end(until)
        kept, told_of = kept.filter(history_date__lt=end), told_of.filter(at__lt=end)
    history = list(kept.order_by("-history_date", "-history_id")[: KEPT + 1])
    events = list(told_of.order_by("-at", "-id")[:KEPT])
    by_change: dict[Any, list[AuditEvent]] = {}
    for one in [*events, *_imports(history)]:
        by_change.setdefault(one.change_id, []).append(one)
    actors = _names({row.history_user_id for row in history})
    differ = _Differ(type(instance), labels or {}, DERIVED | set(hidden))
    earlier = [*history[1:], None] if history else []
    pairs = list(zip(history, earlier, strict=True))[:KEPT]
    differences = differ.all(pairs)
    changes: list[Change] = []
    told: set[int] = set()
    for (row, _), rows in zip(pairs, differences, strict=True):
        mine = [e for e in by_change.get(row.change_id, []) if e.id not in told]
        event = mine[0] if mine else None
        if event is not None:
            told.add(event.id)
        if not rows and event is None and row.history_type == "~":
            continue  # only derived columns differ
        changes.append(_change(row, event, actors, rows))
    changes += [_look(one) for one in events if one.id not in told]
    return sorted(changes, key=lambda change: change.when, reverse=True)


def _end(day: dt.date) -> dt.datetime:
    """Return the moment the day is over, in the office's time."""
    return timezone.make_aware(dt.datetime.combine(day + dt.timedelta(days=1), dt.time()))


def _change(row: Any, event: AuditEvent | None, actors: dict[int, str], rows: list) -> Change:
    title = {"+": "首次录入", "~": "修改", "-": "删除"}[row.history_type]
    if event is not None:
        title = SENTENCES.get(event.kind, title)
    return Change(
        when=row.history_date,
        who=event.actor_name if event else actors.get(row.history_user_id, "系统"),
        title=title,
        note=event.note if event else (row.history_change_reason or ""),
        request_id=event.request_id if event else "",
        rows=rows if row.history_type == "~" else [],
    )


def _imports(history: Sequence[Any]) -> list[AuditEvent]:
    """Return the imports that wrote some of these rows: one event tells of thousands of rows."""
    changes = {row.change_id for row in history if row.change_id is not None}
    if not changes:
        return []
    return list(AuditEvent.objects.filter(change_id__in=changes, kind__endswith=".import"))


def _look(event: AuditEvent) -> Change:
    return Change(
        when=event.at,
        who=event.actor_name,
        title=SENTENCES.get(event.kind, event.kind),
        note=event.note or event.purpose,
        request_id=event.request_id,
        refused=event.outcome == AuditEvent.Outcome.REFUSED,
    )


def _names(ids: set[int | None]) -> dict[int, str]:
    wanted = {pk for pk in ids if pk is not None}
    if not wanted:
        return {}
    return dict(get_user_model().objects.filter(pk__in=wanted).values_list("pk", "name"))


class _Differ:
    """Differences of history rows in words; foreign keys are named in one query for each model."""

    def __init__(
        self, model: type[models.Model], labels: dict[str, str], hidden: set[str] | frozenset[str]
    ) -> None:
        self.fields = [
            f
            for f in model._meta.concrete_fields
            if f.attname not in hidden and not f.primary_key and f.name not in hidden
        ]
        self.labels = labels

    def all(self, pairs: Sequence[tuple[Any, Any]]) -> list[list[dict[str, str]]]:
        """Return the differing fields of each (later, earlier) pair."""
        raw: list[list[tuple[Any, Any, Any]]] = []
        wanted: dict[type[models.Model], set[Any]] = {}
        for later, earlier in pairs:
            differing = []
            for one in self.fields if earlier is not None else ():
                if not hasattr(later, one.attname):
                    continue
                after, before = getattr(later, one.attname), getattr(earlier, one.attname)
                if after == before:
                    continue
                differing.append((one, before, after))
                if one.related_model is not None:
                    wanted.setdefault(one.related_model, set()).update({before, after} - {None})
            raw.append(differing)
        names = {model: self._named(model, keys) for model, keys in wanted.items()}
        return [
            [
                {
                    "label": self.labels.get(one.name, str(one.verbose_name)),
                    "before": self._words(one, before, names),
                    "after": self._words(one, after, names),
                }
                for one, before, after in differing
            ]
            for differing in raw
        ]

    @staticmethod
    def _named(model: type[models.Model], keys: set[Any]) -> dict[Any, str]:
        if model is CodeValue:
            return dict(CodeValue.objects.filter(pk__in=keys).values_list("pk", "label"))
        return {row.pk: str(row) for row in model._base_manager.filter(pk__in=keys)}

    @staticmethod
    def _words(one: Any, value: Any, names: dict[type[models.Model], dict[Any, str]]) -> str:
        if value is None or value == "":
            return ""
        if isinstance(value, bytes | memoryview):
            return "（加密保存，不显示）"
        if one.is_relation:
            return names[one.related_model].get(value, str(value))
        if one.choices:
            return str(dict(one.flatchoices).get(value, value))
        if isinstance(value, bool):
            return "是" if value else "否"
        return str(value)
