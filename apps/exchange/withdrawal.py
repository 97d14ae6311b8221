"""Undoing what one change has written, table by table, from the row history (docs/adr/0006).

Generic over the tracked models: rows the change made are deleted, rows it altered are set back to
what they said before it. Derived figures follow by the triggers of the tables. Everything is a
statement over a whole table, so that 100,000 rows take seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from apps.core.history import history_of
from apps.core.writes import constraint_of
from apps.quotas.refusals import refusal_of
from apps.quotas.refusals import sentence as quota_sentence
from apps.units.models import DocumentUnit, Unit
from apps.units.services import tree

from . import tracks
from .errors import NotWithdrawn
from .models import ImportBatch

#: Obstacles that are listed; the rest is counted.
LISTED: Final = 100
#: Kept by triggers from facts: empty once the facts are gone, and deleted with their unit.
DERIVED: Final = ("quotas.Balance", "quotas.UnitTotal", "quotas.CellSpan", "posts.PostBalance")
#: Found by rules, again and again: they go with their unit unless somebody has handled them.
FINDINGS: Final = "checks.Finding"
HANDLED: Final = "EXISTS (SELECT FROM checks_handling a WHERE a.finding_id = {}.id)"
#: Places in the tree follow the tree, they are not set back.
PLACES: Final = frozenset({"scope", "path", "depth", "numchild"})
#: Order in which the services lock (staff/services/__init__), then the rest.
LOCKED_FIRST: Final = ("staff_person", "staff_occupancy", "staff_postholding")
#: Deleted in this order; the ledgers after what they hold room for.
DELETED_FIRST: Final = (
    "staff_postholding",
    "staff_occupancy",
    "staff_person",
    "posts_leadershipentry",
    "quotas_reservation",
    "quotas_overageentry",
    "quotas_quotaentry",
    "units_eventunit",
    "units_unitevent",
    "units_documentunit",
    "units_nameplate",
    "units_appointment",
    "units_office",
    "units_unit",
)


@dataclass(frozen=True)
class Undo:
    """One table of the change. temp: its rows as (pk, first, last, born, gone)."""

    model: type[models.Model]
    temp: str

    @property
    def table(self) -> str:
        return str(self.model._meta.db_table)

    @property
    def history(self) -> str:
        return tracks.history_table(self.model)

    @property
    def pk(self) -> str:
        return str(self.model._meta.pk.column)  # type: ignore[union-attr]

    @property
    def columns(self) -> list[str]:
        """Return the columns that history keeps and a withdrawal sets back."""
        kept = {f.column for f in history_of(self.model).model._meta.local_concrete_fields}
        places = PLACES if self.table != "documents_approvaldocument" else frozenset()
        return [
            str(field.column)
            for field in self.model._meta.local_concrete_fields
            if field.column in kept and field.column not in places and field.column != self.pk
        ]


def undo(batch: ImportBatch, tell: Any) -> int:
    """Undo the change of a written batch inside the caller's transaction; return rows set back.

    Raises NotWithdrawn: with what was touched later, or what the ledgers refuse.
    """
    if not batch.tracks:
        return 0
    by_table = {model._meta.db_table: model for model in tracks.business_models()}
    if lost := set(batch.tracks) - set(by_table):
        raise NotWithdrawn(f"系统升级后不再有这些数据表，无法撤回：{'、'.join(sorted(lost))}")
    if "units_unit" in batch.tracks:
        tree.hold_tree()
    tell("查找本批写入的内容", 0, len(batch.tracks))
    found = [
        _gather(by_table[table], number, span, batch.write_id)
        for number, (table, span) in enumerate(sorted(batch.tracks.items()))
    ]
    for one in _sorted(found, LOCKED_FIRST):
        _run(
            f"SELECT FROM {one.table} WHERE {one.pk} IN (SELECT pk FROM {one.temp}) "  # noqa: S608
            f"ORDER BY {one.pk} FOR UPDATE"
        )
    tell("核对之后有无变动", 0, len(found))
    _refuse_what_stands_in_the_way(found, batch)
    tell("撤回", 0, len(found))
    try:
        with transaction.atomic():
            count = _set_back(found, batch, tell)
            _run("SET CONSTRAINTS ALL IMMEDIATE")
            _run("SET CONSTRAINTS ALL DEFERRED")
    except IntegrityError as failure:
        raise NotWithdrawn(_refused(failure)) from failure
    for one in found:
        _run(f"DROP TABLE {one.temp}")
    return count


def _run(sql: str, *parameters: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)
        return int(cursor.rowcount)


def _ask(sql: str, *parameters: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)
        return list(cursor.fetchall())


def _gather(model: type[models.Model], number: int, span: list[int], change: Any) -> Undo:
    """Put the rows of one table that the change wrote into a temporary table."""
    one = Undo(model, f"undo_{number}")
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE {one.temp} ON COMMIT DROP AS "  # noqa: S608 - our own names
            f"SELECT {one.pk} AS pk, min(history_id) AS first, max(history_id) AS last, "
            "(array_agg(history_type ORDER BY history_id))[1] = '+' AS born, "
            "(array_agg(history_type ORDER BY history_id DESC))[1] = '-' AS gone "
            f"FROM {one.history} WHERE history_id BETWEEN %s AND %s AND change_id = %s "
            f"GROUP BY {one.pk}",
            [*span, change],
        )
        cursor.execute(f"CREATE INDEX ON {one.temp} (pk)")
        cursor.execute(f"ANALYZE {one.temp}")
    return one


def _sorted(found: list[Undo], first: tuple[str, ...]) -> list[Undo]:
    """Return the tables named in `first` in that order, then the others by name."""
    places = {table: place for place, table in enumerate(first)}
    return sorted(found, key=lambda one: (places.get(one.table, len(places)), one.table))


# -- what stands in the way --------------------------------------------------------------------
def _refuse_what_stands_in_the_way(found: list[Undo], batch: ImportBatch) -> None:
    obstacles: list[dict[str, str]] = []
    total = 0
    for one in found:
        for count, told in (_touched(one, batch), _without_before(one)):
            total += count
            obstacles += told
    for count, told in _hanging(found):
        total += count
        obstacles += told
    if total:
        raise NotWithdrawn(
            f"本批写入之后，有 {total} 处又有人改动或引用，撤回会丢掉这些内容，所以没有撤回。"
            "请先处理下列各处，或逐项更正本批的数据",
            obstacles[:LISTED],
        )


def _touched(one: Undo, batch: ImportBatch) -> tuple[int, list[dict[str, str]]]:
    """Rows that somebody has changed or deleted since."""
    differs = " OR ".join(f'h."{c}" IS DISTINCT FROM b."{c}"' for c in one.columns) or "false"
    rows = _ask(
        f"SELECT DISTINCT ON (u.pk) u.pk, h.history_type, h.history_user_id, h.history_date "  # noqa: S608
        f"FROM {one.temp} u JOIN {one.history} h ON h.{one.pk} = u.pk AND h.history_id > u.last "
        f"JOIN {one.history} b ON b.history_id = u.last "
        f"WHERE h.change_id IS DISTINCT FROM %s AND (h.history_type = '-' OR {differs}) "
        "ORDER BY u.pk, h.history_id DESC",
        batch.write_id,
    )
    names = _names(one.model, [row[0] for row in rows[:LISTED]])
    people = _people(row[2] for row in rows[:LISTED])
    return len(rows), [
        _obstacle(
            one.model,
            names.get(pk, f"第 {pk} 号"),
            "后来被删除" if sort == "-" else "后来又有修改",
            people.get(user, "系统"),
            at,
        )
        for pk, sort, user, at in rows[:LISTED]
    ]


def _without_before(one: Undo) -> tuple[int, list[dict[str, str]]]:
    """Altered rows whose history does not say what they were."""
    rows = _ask(
        f"SELECT u.pk FROM {one.temp} u WHERE NOT u.born AND NOT EXISTS (SELECT FROM "  # noqa: S608
        f"{one.history} h WHERE h.{one.pk} = u.pk AND h.history_id < u.first)"
    )
    names = _names(one.model, [pk for (pk,) in rows[:LISTED]])
    return len(rows), [
        _obstacle(one.model, names.get(pk, str(pk)), "没有更早的记录可以恢复", "", None)
        for (pk,) in rows[:LISTED]
    ]


def _hanging(found: list[Undo]) -> Iterator[tuple[int, list[dict[str, str]]]]:
    """Rows of others that point to a row this change made."""
    by_model = {one.model: one for one in found}
    for one in found:
        for model, column in _pointers(one.model):
            if model._meta.label in DERIVED or model is ImportBatch:
                continue
            own = by_model.get(model)
            ours = f"AND NOT EXISTS (SELECT FROM {own.temp} o WHERE o.pk = r.id)" if own else ""
            pk = model._meta.pk.column  # type: ignore[union-attr]
            if model._meta.label == FINDINGS:
                ours = f"AND {HANDLED.format('r')}"
            rows = _ask(
                f'SELECT r."{pk}" FROM {model._meta.db_table} r JOIN {one.temp} u '  # noqa: S608
                f'ON u.pk = r."{column}" AND u.born {ours.replace("r.id", f"r.{pk}")} LIMIT 10001'
            )
            if rows:
                yield len(rows), list(_pointing(model, one.model, [pk for (pk,) in rows[:LISTED]]))


def _pointers(model: type[models.Model]) -> Iterator[tuple[type[models.Model], str]]:
    """Yield the tables and columns with a foreign key to the model; history tables have none."""
    for relation in model._meta.related_objects:
        other, field = relation.related_model, relation.field
        if isinstance(other, str) or not getattr(field, "db_constraint", True):
            continue
        if not other._meta.managed:  # a view: its rows go with those of its tables
            continue
        if not hasattr(other, "history_id") and not other.__name__.startswith("Historical"):
            yield other, str(field.column)


def _pointing(
    model: type[models.Model], to: type[models.Model], keys: list[Any]
) -> Iterator[dict[str, str]]:
    names = _names(model, keys)
    last: dict[Any, tuple[Any, Any]] = {}
    if hasattr(model, "history"):
        pk = model._meta.pk.name  # type: ignore[union-attr]
        rows = history_of(model).filter(**{f"{pk}__in": keys}).order_by("history_id")
        for key, user, at in rows.values_list(pk, "history_user_id", "history_date"):
            last[key] = (user, at)
    people = _people(user for user, _ in last.values())
    how = f"引用了本批新增的{to._meta.verbose_name}"
    for key in keys:
        user, at = last.get(key, (None, None))
        yield _obstacle(model, names.get(key, str(key)), how, people.get(user, ""), at)


def _names(model: type[models.Model], keys: list[Any]) -> dict[Any, str]:
    rows = model._base_manager.filter(pk__in=keys[:LISTED])
    near = [f.name for f in model._meta.fields if f.name in ("person", "unit", "document")]
    return {row.pk: str(row)[:80] for row in rows.select_related(*near)}


def _people(keys: Any) -> dict[Any, str]:
    from django.contrib.auth import get_user_model

    users = get_user_model().objects.filter(pk__in={key for key in keys if key is not None})
    return {user.pk: str(user) for user in users}


def _obstacle(model: type[models.Model], label: str, how: str, who: str, at: Any) -> dict[str, str]:
    when = timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""
    what = str(model._meta.verbose_name)
    return {"what": what, "label": label, "how": how, "who": who, "when": when}


# -- setting back ------------------------------------------------------------------------------
def _set_back(found: list[Undo], batch: ImportBatch, tell: Any) -> int:
    before, count = tracks.marks(), 0
    order = _sorted(found, DELETED_FIRST)
    for done, one in enumerate(order):
        count += _delete(one, batch, before)
        tell("撤回", done, 2 * len(order))
    for done, one in enumerate(reversed(order)):
        count += _restore(one)
        tell("撤回", len(order) + done, 2 * len(order))
    return count


def _delete(one: Undo, batch: ImportBatch, before: tracks.Marks) -> int:
    """Delete what the change made, and what our own deletions before this one have caused here.

    The latter are the negative overage entries that the ratchet writes when people go: the room
    they take away is the room that goes with the batch's own entries.
    """
    born = f"SELECT pk FROM {one.temp} WHERE born AND NOT gone"  # noqa: S608
    if one.model is DocumentUnit:
        return _delete_links(born)
    if one.model is Unit:
        _leave_units(born, batch)
    caused = (
        f"SELECT {one.pk} FROM {one.history} WHERE history_id > %s AND history_type = '+' "  # noqa: S608
        "AND change_id = core_change_id()"
    )
    deleted = _run(
        f"DELETE FROM {one.table} WHERE {one.pk} IN ({born} UNION {caused})",  # noqa: S608
        before[one.table],
    )
    if one.model is Unit and deleted:
        above = (
            f"SELECT DISTINCT left(h.path, length(h.path) - 4) FROM {one.history} h "  # noqa: S608
            f"JOIN {one.temp} u ON u.last = h.history_id WHERE u.born"
        )
        children = (
            "SELECT count(*) FROM units_unit k WHERE k.path > p.path AND k.path < p.path || '~' "
            "AND k.depth = p.depth + 1"
        )
        _run(f"UPDATE units_unit p SET numchild = ({children}) WHERE p.path IN ({above})")  # noqa: S608
    return deleted


def _delete_links(born: str) -> int:
    """Delete the links of documents to units, save those that other facts rest on by now."""
    resting = []
    for model in tracks.business_models():
        columns = {f.column for f in model._meta.concrete_fields}
        if model is DocumentUnit or "unit_id" not in columns:
            continue
        for column in ("document_id", "exit_document_id"):
            if column in columns:
                resting.append(
                    f"NOT EXISTS (SELECT FROM {model._meta.db_table} f "
                    f"WHERE f.unit_id = l.unit_id AND f.{column} = l.document_id)"
                )
    return _run(
        f"DELETE FROM units_documentunit l WHERE l.id IN ({born}) AND "  # noqa: S608
        + " AND ".join(resting or ["true"])
    )


def _leave_units(born: str, batch: ImportBatch) -> None:
    """Take away what is kept about the units that go: empty figures, and where batches reached."""
    _run(
        f"DELETE FROM checks_finding f WHERE f.unit_id IN ({born}) "  # noqa: S608
        f"AND NOT {HANDLED.format('f')}"
    )
    for label in DERIVED:
        app, name = label.split(".")
        _run(f"DELETE FROM {app}_{name.lower()} WHERE unit_id IN ({born})")  # noqa: S608
    reach = batch.reach_id
    for column in ("reach_id", "under_id"):
        _run(
            f"UPDATE exchange_importbatch SET {column} = %s WHERE {column} IN ({born})",  # noqa: S608
            reach,
        )


def _restore(one: Undo) -> int:
    """Set altered rows back to what history says they were; put deleted ones in again."""
    earlier = (
        f"SELECT DISTINCT ON (u.pk) h.* FROM {one.temp} u JOIN {one.history} h "  # noqa: S608
        f"ON h.{one.pk} = u.pk AND h.history_id < u.first WHERE NOT u.born AND {{}} "
        "ORDER BY u.pk, h.history_id DESC"
    )
    columns = one.columns
    sets = ", ".join(f'"{c}" = h."{c}"' for c in columns)
    differs = " OR ".join(f't."{c}" IS DISTINCT FROM h."{c}"' for c in columns)
    count = _run(
        f"UPDATE {one.table} t SET {sets} FROM ({earlier.format('NOT u.gone')}) h "  # noqa: S608
        f"WHERE t.{one.pk} = h.{one.pk} AND ({differs})"
    )
    kept = {f.column for f in history_of(one.model).model._meta.local_concrete_fields}
    every = [f.column for f in one.model._meta.local_concrete_fields if f.column in kept]
    names = ", ".join(f'"{c}"' for c in every)
    picked = ", ".join(f'h."{c}"' for c in every)
    return count + _run(
        f"INSERT INTO {one.table} ({names}) SELECT {picked} FROM ({earlier.format('u.gone')}) h"  # noqa: S608
    )


def _refused(failure: IntegrityError) -> str:
    """Say what the database refused."""
    refusal = refusal_of(failure)
    if refusal is not None:
        return (
            f"撤回后编制放不下，没有撤回：{quota_sentence(refusal)}。"
            "请先调整之后发生的人员或编制变动，再撤回本批"
        )
    name = constraint_of(failure)
    return f"撤回后有数据不能成立（{name}），没有撤回；请逐项更正，或联系系统管理员"
