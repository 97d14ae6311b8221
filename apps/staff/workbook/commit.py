"""Writing a clean roster: staged by COPY, looked at once more, written by a few statements.

Row history, balances and scopes follow by trigger; a refusal of the database becomes faults at
their rows, and nothing is written.
"""

from __future__ import annotations

import time
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.audit import services as audit
from apps.core.imports import Plan, RefusedByRegister, Tell
from apps.core.models import CodeValue
from apps.core.sheets import Fault, Faults
from apps.core.writes import constraint_of
from apps.documents.models import ApprovalDocument
from apps.quotas import services as quotas
from apps.quotas.choices import OverageKind
from apps.quotas.errors import NoRoom, QuotasFull
from apps.quotas.refusals import refusal_of
from apps.quotas.refusals import sentence as quota_sentence
from apps.units.models import Unit

from .. import refusals
from . import staging
from .rows import DOCUMENT_FIELDS, LASTING, PERSON_FIELDS, SPELL_FIELDS, Rows

FASTER = "已被他人变动，请重新校验后再导入"
#: Constraints that a colleague's write may bring about after `_look_again`.
BEATEN = ("occupancy_one_person_one_quota", "posting_once_while_open", "staff_person_id_no_bi")


def commit(plan: Plan, *, by: Any, tell: Tell) -> None:
    """Write the plan inside the caller's transaction. Raises RefusedByRegister."""
    rows: Rows = plan.payload
    if not (plan.creates or plan.changes):
        return
    start = time.perf_counter()
    tell("加密并装载", 0, plan.rows)
    # what triggers read of a hundred thousand new rows stays in memory; ends with the transaction
    _run("SET LOCAL work_mem = '128MB'")
    numbers = staging.give_numbers(rows)
    staged = {
        "people": staging.stage(
            "roster_person",
            staging.PERSON_COLUMNS,
            staging.people(rows, numbers),
            indexes=["person_id", "id_no_bi"],
        ),
        "spells": staging.stage(
            "roster_spell",
            staging.SPELL_COLUMNS,
            staging.spells(rows),
            indexes=["person_id", "spell_id"],
        ),
        "postings": staging.stage(
            "roster_posting",
            staging.POSTING_COLUMNS,
            staging.postings(rows),
            indexes=["posting_id", "old_posting_id"],
        ),
    }
    plan.seconds["stage"] = time.perf_counter() - start

    start = time.perf_counter()
    tell("写入", 0, plan.rows)
    _lock()
    _look_again(rows)
    try:
        with transaction.atomic():
            _write(rows, staged, by=by)
    except IntegrityError as failure:
        faults = _faults(rows, failure)
        if not faults:
            raise
        raise RefusedByRegister(faults) from failure
    _link_documents()
    audit.record(
        "roster.import",
        by=by,
        after={
            "rows": plan.rows,
            "created": plan.creates,
            "changed": plan.changes,
            **{name: table.total for name, table in staged.items()},
        },
        scope=_scope(rows),
    )
    for table in ("roster_person", "roster_spell", "roster_posting"):
        _run(f"DROP TABLE {table}")
    plan.seconds["write"] = time.perf_counter() - start
    tell("写入", plan.rows, plan.rows)


def _run(sql: str, *parameters: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.rowcount


def _ask(sql: str, *parameters: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


# -- before the first write --------------------------------------------------------------------
def _lock() -> None:
    """Take the locks of services/__init__: people, spells, balances, each in key order."""
    _run(
        "SELECT FROM staff_person WHERE id IN ("
        "SELECT person_id FROM roster_person WHERE NOT is_new "
        "UNION SELECT person_id FROM roster_spell UNION SELECT person_id FROM roster_posting) "
        "ORDER BY id FOR NO KEY UPDATE"
    )
    _run(
        "SELECT FROM staff_occupancy WHERE id IN (SELECT spell_id FROM roster_spell) "
        "ORDER BY id FOR NO KEY UPDATE"
    )
    # no unit moves or goes between here and the end
    _run(
        "SELECT FROM units_unit WHERE id IN (SELECT unit_id FROM roster_spell) "
        "ORDER BY id FOR KEY SHARE"
    )
    cells = (
        "SELECT s.unit_id, s.quota_type_id FROM roster_spell s WHERE s.quota_type_id IS NOT NULL "
        "UNION SELECT o.unit_id, o.quota_type_id FROM roster_spell s "
        "JOIN staff_occupancy o ON o.id = s.spell_id"
    )
    _run(
        f"SELECT FROM quotas_balance b WHERE (unit_id, quota_type_id) IN ({cells}) "
        "ORDER BY unit_id, quota_type_id FOR NO KEY UPDATE"
    )
    _run(
        "SELECT FROM quotas_unittotal WHERE unit_id IN (SELECT unit_id FROM roster_spell) "
        "ORDER BY unit_id FOR NO KEY UPDATE"
    )
    _run(
        "SELECT FROM quotas_bucket WHERE path IN (SELECT left(u.path, 16) FROM units_unit u "
        "WHERE u.id IN (SELECT unit_id FROM roster_spell)) "
        "ORDER BY path, quota_type_id FOR NO KEY UPDATE"
    )


def _look_again(rows: Rows) -> None:
    """Refuse what others have written since the check. Raises RefusedByRegister."""
    faults = Faults()
    for (line,) in _ask(
        "SELECT s.line FROM roster_person s JOIN staff_person p ON p.id_no_bi = s.id_no_bi "
        "WHERE s.is_new OR s.number_changed AND p.id <> s.person_id ORDER BY 1"
    ):
        faults.add(
            rows.parsed._at(rows.parsed.lines.index(line), "id_no", refusals.ELSEWHERE, None)
        )
    stale = _ask(
        "SELECT s.line FROM roster_person s JOIN staff_historicalperson h ON h.id = s.person_id "
        "WHERE NOT s.is_new AND h.history_date > %s "
        "UNION SELECT s.line FROM roster_spell s JOIN staff_historicaloccupancy h "
        "ON h.id = s.spell_id WHERE h.history_date > %s "
        "UNION SELECT s.line FROM roster_posting s JOIN staff_historicalpostholding h "
        "ON h.id IN (s.posting_id, s.old_posting_id) WHERE h.history_date > %s ORDER BY 1",
        *[rows.checked_at] * 3,
    )
    overlapping = _ask(
        "SELECT DISTINCT s.line FROM roster_spell s JOIN staff_occupancy o "
        "ON o.person_id = s.person_id AND o.counts "
        "AND daterange(o.starts_on, o.ends_on) && daterange(s.starts_on, s.ends_on) "
        "WHERE s.starts_on IS NOT NULL AND o.id IS DISTINCT FROM s.spell_id "
        "AND NOT EXISTS (SELECT FROM roster_spell x WHERE x.spell_id = o.id) "
        "AND coalesce((SELECT (attrs->>'in_quota')::boolean FROM core_codevalue "
        "WHERE key = s.status_id), true) ORDER BY 1"
    )
    for (line,) in sorted({*stale, *overlapping}):
        faults.add(_at_line(rows, line, FASTER))
    if faults:
        raise RefusedByRegister(faults)


def _at_line(rows: Rows, line: int, message: str, name: str = "") -> Fault:
    name = name or ("person_no" if "person_no" in rows.given else "name")
    parsed = rows.parsed
    i, place = parsed.lines.index(line), parsed.header.places.get(name, 0)
    header = parsed.columns[name].header
    return Fault(parsed.sheet.name, line, place, header, parsed.raw(i, name), message)


# -- writing -----------------------------------------------------------------------------------
def _write(rows: Rows, staged: dict[str, staging.Staged], *, by: Any) -> None:
    given = rows.given
    if staged["people"].changed:
        _update_people(given)
    if staged["spells"].changed:
        _update_spells(given)
    fields = [PERSON_FIELDS[name] for name in PERSON_FIELDS]
    plain = ", ".join(["name_pinyin", "name_initials", *fields])
    _run(
        "INSERT INTO staff_person (id, uid, person_no, id_no_ct, id_no_bi, "  # noqa: S608
        f"id_no_tail, phone_ct, note, {plain}) SELECT person_id, uid, person_no, id_no_ct, "
        f"id_no_bi, id_no_tail, phone_ct, '', {plain} FROM roster_person "
        "WHERE is_new ORDER BY person_id"
    )
    _allow_overages(rows, by=by)
    _insert_spells()
    if staged["postings"].total:
        _write_postings(given)


def _update_people(given: set[str]) -> None:
    sets = [
        "id_no_ct = CASE WHEN s.number_changed THEN s.id_no_ct ELSE p.id_no_ct END",
        "id_no_bi = CASE WHEN s.number_changed THEN s.id_no_bi ELSE p.id_no_bi END",
        "id_no_tail = CASE WHEN s.number_changed THEN s.id_no_tail ELSE p.id_no_tail END",
        "phone_ct = CASE WHEN s.phone_changed THEN s.phone_ct ELSE p.phone_ct END",
    ]
    for name, column in PERSON_FIELDS.items():
        if name in given or name in ("sex", "birth_month"):
            sets.append(_set(name, column, "p"))
    if "name" in given:
        for column in ("name_pinyin", "name_initials"):
            sets.append(f"{column} = CASE WHEN s.name IS NULL THEN p.{column} ELSE s.{column} END")
    _run(
        f"UPDATE staff_person p SET {', '.join(sets)} FROM roster_person s "  # noqa: S608
        "WHERE p.id = s.person_id AND NOT s.is_new"
    )


def _set(name: str, column: str, table: str) -> str:
    if name in LASTING:
        return f"{column} = coalesce(s.{column}, {table}.{column})"
    return f"{column} = s.{column}"


def _update_spells(given: set[str]) -> None:
    sets = ["status_id = s.status_id", "exit_mode_id = s.exit_mode_id"]
    if "dept" in given:
        sets.append("dept_id = s.dept_id")
    for name, column in SPELL_FIELDS.items():
        if name in given:
            sets.append(_set(name, column, "o"))
    for name, (link, text) in DOCUMENT_FIELDS.items():
        if name in given:
            empty = f"s.{link} IS NULL AND s.{text} = ''"  # an empty cell keeps the document
            sets.append(f"{link} = CASE WHEN {empty} THEN o.{link} ELSE s.{link} END")
            sets.append(f"{text} = CASE WHEN {empty} THEN o.{text} ELSE s.{text} END")
    _run(
        f"UPDATE staff_occupancy o SET {', '.join(sets)} FROM roster_spell s "  # noqa: S608
        "WHERE o.id = s.spell_id"
    )
    _run(
        "UPDATE staff_postholding h SET ends_on = greatest(s.ends_on, h.starts_on) "
        "FROM roster_spell s WHERE h.person_id = s.person_id AND h.unit_id = s.unit_id "
        "AND h.ends_on IS NULL AND s.ends_on IS NOT NULL AND NOT s.is_new"
    )


def _allow_overages(rows: Rows, *, by: Any) -> None:
    """After the exits, which take room above the approved places with them; before the entries."""
    if not rows.overages:
        return
    units = Unit.objects.in_bulk({one.unit_id for one in rows.overages})
    types = CodeValue.objects.in_bulk({one.quota_type for one in rows.overages})
    cited = {one.document_id for one in rows.overages if one.document_id is not None}
    documents = ApprovalDocument.objects.in_bulk(cited)
    for one in sorted(rows.overages, key=lambda o: (o.unit_id, o.quota_type)):
        document = documents.get(one.document_id) if one.document_id is not None else None
        quotas.allow_overage(
            unit=units[one.unit_id],
            quota_type=types[one.quota_type],
            places=one.places,
            kind=OverageKind.DOCUMENT if document is not None else OverageKind.LEGACY,
            document=document,
            reason="花名册导入时已超编",
            on=timezone.localdate(),
            by=by,
        )


def _insert_spells() -> None:
    copied = [
        "status_id",
        "exit_mode_id",
        "dept_id",
        *SPELL_FIELDS.values(),
        *(column for pair in DOCUMENT_FIELDS.values() for column in pair),
    ]
    never_empty = {"is_dual": "false", "on_unified_payroll": "true"}
    picked = [
        f"coalesce(s.{column}, {never_empty[column]})" if column in never_empty else f"s.{column}"
        for column in copied
    ]
    # scope, counts and retirement come along; triggers look at them once for the statement
    retires_as = "staff_retires_as(p.sex_id, s.identity_id)"
    _run(
        "INSERT INTO staff_occupancy (person_id, unit_id, scope, counts, occupies_slot, "  # noqa: S608
        f"notice_no, slot_no, sort, retires_as, retires_on, {', '.join(copied)}) "
        "SELECT s.person_id, s.unit_id, u.path, staff_in_quota(c.attrs, s.ends_on IS NOT NULL), "
        f"true, '', '', s.line, {retires_as}, "
        f"coalesce(r.month, staff_retires_on({retires_as}, p.birth_month)), {', '.join(picked)} "
        "FROM roster_spell s JOIN units_unit u ON u.id = s.unit_id "
        "JOIN staff_person p ON p.id = s.person_id "
        "LEFT JOIN staff_retirementchoice r ON r.person_id = s.person_id "
        "LEFT JOIN core_codevalue c ON c.key = s.status_id "
        "WHERE s.is_new ORDER BY s.person_id, s.line"
    )


def _write_postings(given: set[str]) -> None:
    _run(
        "UPDATE staff_postholding h SET ends_on = s.starts_on FROM roster_posting s "
        "WHERE h.id = s.old_posting_id"
    )
    sets = ["starts_on = s.starts_on"]
    if "post_name" in given:
        sets.append("post_name = CASE WHEN s.post_name = '' THEN h.post_name ELSE s.post_name END")
    if "post_level" in given:
        sets.append("post_level_id = coalesce(s.post_level_id, h.post_level_id)")
    if "post_document" in given:
        empty = "s.document_id IS NULL AND s.document_no = ''"
        for column in ("document_id", "document_no"):
            sets.append(f"{column} = CASE WHEN {empty} THEN h.{column} ELSE s.{column} END")
    _run(
        f"UPDATE staff_postholding h SET {', '.join(sets)} FROM roster_posting s "  # noqa: S608
        "WHERE h.id = s.posting_id"
    )
    _run(
        "INSERT INTO staff_postholding (person_id, unit_id, scope, post_kind_id, post_level_id, "
        "post_name, counted, starts_on, document_id, document_no, note) "
        "SELECT s.person_id, s.unit_id, '', s.post_kind_id, s.post_level_id, "
        "CASE WHEN s.post_name = '' THEN c.label ELSE s.post_name END, "
        "coalesce((c.attrs->>'counts')::boolean, true), s.starts_on, s.document_id, s.document_no, "
        "'' FROM roster_posting s JOIN core_codevalue c ON c.key = s.post_kind_id "
        "WHERE s.posting_id IS NULL ORDER BY s.person_id"
    )


def _link_documents() -> None:
    """Every cited document concerns the units that cite it."""
    _run(
        "INSERT INTO units_documentunit (document_id, unit_id, scope) "
        "SELECT DISTINCT d, u, '' FROM ("
        "SELECT document_id AS d, unit_id AS u FROM roster_spell "
        "UNION SELECT exit_document_id, unit_id FROM roster_spell "
        "UNION SELECT document_id, unit_id FROM roster_posting) x WHERE d IS NOT NULL "
        "ON CONFLICT DO NOTHING"
    )


def _scope(rows: Rows) -> str:
    """Return the smallest subtree that holds every unit of the sheet."""
    paths = sorted({unit.path for unit in rows.units if unit is not None})
    if not paths:
        return ""
    first, last, step = paths[0], paths[-1], Unit.steplen  # sorted: these two differ the most
    same = 0
    while same < len(first) and first[same : same + step] == last[same : same + step]:
        same += step
    return first[:same]


# -- refused by the database -------------------------------------------------------------------
def _faults(rows: Rows, failure: IntegrityError) -> Faults:
    """Say at which rows the database refused; empty when it was nobody's doing but ours.

    The savepoint is rolled back already.
    """
    faults = Faults()
    refusal = refusal_of(failure)
    cells: list[NoRoom] = []
    if isinstance(refusal, QuotasFull):
        cells = refusal.cells
    elif isinstance(refusal, NoRoom):
        cells = [refusal]
    for cell in cells:
        lines = _ask(
            "SELECT line FROM roster_spell WHERE unit_id = %s AND quota_type_id = %s "
            "AND ends_on IS NULL ORDER BY line DESC LIMIT %s",
            cell.unit.pk,
            cell.quota_type.pk,
            max(cell.missing, 1),
        )
        for (line,) in sorted(lines):
            faults.add(_at_line(rows, line, quota_sentence(cell), "quota_type"))
    if not faults and constraint_of(failure).startswith(BEATEN):
        faults.add(_at_line(rows, rows.parsed.lines[0], FASTER))
    return faults
