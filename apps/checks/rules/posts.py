"""Rules on leadership posts and their holders: Q04, Q05, Q11, Q13. Source: domain.md §5.13."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q

from apps.posts.models import PostBalance
from apps.staff.models import Occupancy, PostHolding

from .base import Asked, Hit, rows


def posts_over_filled(asked: Asked) -> Iterator[Hit]:
    """Q04: more holders of one kind than approved posts; chief and deputy never net out."""
    cells = PostBalance.objects.filter(asked.scope.on(), over__gt=0)
    for cell in cells.select_related("post_kind").order_by("unit", "post_kind"):
        facts = {
            "kind": cell.post_kind.label,
            "due": cell.due,
            "filled": cell.filled,
            "over": cell.over,
        }
        yield Hit(cell.unit_id, cell.post_kind_id, facts, {"post_kind": cell.post_kind_id})


#: rank of a unit (attrs.order) → rank of its chief and of its deputies; null: no rank below
_STEP = """(VALUES (11, 12), (12, 21), (21, 22), (22, 31), (31, 32), (32, 41), (41, 42), (42, 50))
  AS step (chief, deputy)"""


def rank_above_post(asked: Asked) -> Iterator[Hit]:
    """Q05: a leader's rank is above the post's, and no document says so (高配).

    The post's rank is the ledger's; else the unit's for a chief, the next one below for a deputy.
    """
    found = rows(
        f"""
        SELECT h.id, h.unit_id, h.person_id, h.post_name, level.label, due.label
          FROM staff_postholding h
          JOIN core_codevalue level ON level.key = h.post_level_id
          JOIN core_codevalue kind ON kind.key = h.post_kind_id
          JOIN units_unit u ON u.id = h.unit_id
          LEFT JOIN core_codevalue rank ON rank.key = u.rank_id
          LEFT JOIN {_STEP} ON step.chief = (rank.attrs->>'order')::int
          LEFT JOIN LATERAL (
            SELECT e.post_level_id FROM posts_leadershipentry e
             WHERE e.unit_id = h.unit_id AND e.post_kind_id = h.post_kind_id
               AND e.post_level_id IS NOT NULL ORDER BY e."on" DESC, e.id DESC LIMIT 1) l ON TRUE
          JOIN core_codevalue due ON due.table_id = 'post_level' AND (
            due.key = l.post_level_id OR (l.post_level_id IS NULL
              AND kind.attrs->>'level' = 'unit' AND (due.attrs->>'order')::int =
                CASE kind.attrs->>'role' WHEN 'chief' THEN step.chief
                                         WHEN 'deputy' THEN step.deputy END))
         WHERE h.ends_on IS NULL AND h.document_id IS NULL AND h.document_no = ''
           AND {asked.scope.sql("h.unit_id")}
           AND (level.attrs->>'order')::int < (due.attrs->>'order')::int
         ORDER BY h.unit_id, h.id
        """  # noqa: S608 - keys of our own
    )
    for pk, unit, person, post, level, due in found:
        facts = {"post": post, "level": level, "due": due}
        yield Hit(unit, f"posting:{pk}", facts, {"person": person})


def odd_post_names(asked: Asked) -> Iterator[Hit]:
    """Q11: 助理, 顾问, 经理, 董事长 … in an administrative unit."""
    words = asked.words("words")
    named = Q(pk__in=[])
    for word in words:
        named |= Q(post_name__contains=word)
    where = asked.scope.on() & Q(unit__nature__attrs__organ=True, ends_on__isnull=True) & named
    seen: set[tuple[int, int]] = set()
    for model in (PostHolding, Occupancy):
        for unit, person, name in (
            model._default_manager.filter(where)
            .order_by("unit", "pk")
            .values_list("unit", "person", "post_name")
        ):
            if (unit, person) not in seen:
                seen.add((unit, person))
                word = next(word for word in words if word in name)
                facts = {"post": name, "word": word}
                yield Hit(unit, f"person:{person}", facts, {"person": person})


def section_chief_too_high(asked: Asked) -> Iterator[Hit]:
    """Q13: a unit below 科 has people of 科 rank, or somebody called 科长."""
    found = rows(
        f"""
        SELECT DISTINCT ON (o.unit_id, o.person_id) o.unit_id, o.person_id, o.post_name,
               coalesce(level.label, ''), rank.label
          FROM units_unit u
          JOIN core_codevalue rank ON rank.key = u.rank_id
           AND (rank.attrs->>'order')::int BETWEEN 43 AND 89
          JOIN staff_occupancy o ON o.unit_id = u.id AND o.ends_on IS NULL
          LEFT JOIN core_codevalue level ON level.key = o.post_level_id
         WHERE {asked.scope.sql("u.id")}
           AND ((level.attrs->>'order')::int <= 42 OR o.post_name ~ '科长$')
         ORDER BY o.unit_id, o.person_id, o.id
        """  # noqa: S608 - keys of our own
    )
    for unit, person, post, level, rank in found:
        facts = {"post": post or level, "rank": rank}
        yield Hit(unit, f"person:{person}", facts, {"person": person})
