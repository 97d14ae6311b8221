"""All rules on all rows of a roster, all faults at once; nothing is written."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.audit import services as audit
from apps.core.imports import Plan, Tell
from apps.core.scope import roots
from apps.core.sheets import Column, Fault, Parsed, Workbook, choose_sheet, map_headers, parse

from . import exits, identities, places
from .columns import Codes, Units, columns
from .context import Context
from .matching import UNSEEN, Matcher
from .register import Register
from .rows import Rows

EVERY = 5_000  # rows between two words to whoever waits


def check(
    book: Workbook, plan: Plan, *, user: Any, under: Any, permission: str, tell: Tell
) -> None:
    """Fill the plan. See apps.core.imports.ImportKind.check."""
    examined = narrowed(user.subtrees(permission), under)
    codes, units = Codes(), Units(examined)
    parsed = parse(book, columns_of(book, codes, units))
    plan.rows, plan.faults, plan.warnings = len(parsed), parsed.faults, parsed.warnings
    plan.seconds["parse"] = parsed.seconds
    plan.mapping = parsed.mapping
    plan.payload = rows = Rows(parsed)
    if not len(parsed):
        return
    if not {"unit", "unit_code", "person_no"} & parsed.given:
        _refuse_header(parsed)
    start = time.perf_counter()
    tell("校验号码与单位", 0, len(rows))
    identities.read(rows)
    identities.refuse_repeats(rows, identities.groups(rows))
    places.resolve_units(rows)
    left_out = places.resolve_departments(rows)
    places.resolve_documents(rows, user)
    exits.resolve(rows, codes)
    exits.check_days(rows)
    exits.warn_of_age(rows, timezone.localdate())
    plan.seconds["rules"] = time.perf_counter() - start

    start = time.perf_counter()
    context = Context(
        rows,
        plan,
        codes,
        examined=examined,
        viewed=user.subtrees("view_subtree"),
        left_out=left_out,
    )
    _match(context, tell)
    if context.hidden:
        audit.record(
            "import.refuse",
            by=user,
            refused=True,
            note=f"花名册中有 {context.hidden} 行涉及范围外的在库人员",
        )
    plan.seconds["match"] = time.perf_counter() - start


def _match(context: Context, tell: Tell) -> None:
    rows = context.rows
    matcher = Matcher(context)
    names = rows.column("person_no")
    met = bytearray(len(rows))
    with transaction.atomic():
        register = Register(names, rows.indexes)
        rows.others, rows.checked_at = register.others, register.read_at
        for count, known in enumerate(register.people()):
            if count % EVERY == 0:
                tell("与在库人员比对", count, len(rows))
            met[known.person.row] = 1
            matcher.settle(known)
        register.close()
    tell("与在库人员比对", len(rows), len(rows))
    for i, seen in enumerate(met):
        if not seen:
            if names[i] is not None:
                rows.fault(i, "person_no", UNSEEN)
            else:
                matcher.settle_new(i)
    matcher.finish()


def _refuse_header(parsed: Parsed) -> None:
    """Nobody can enter a quota where no column says of which unit."""
    name = parsed.columns["unit"].header
    message = f"缺少「{name}」这一列，请补上这一列（或「{parsed.columns['unit_code'].header}」）"
    parsed.faults.add(Fault(parsed.sheet.name, parsed.header.line, 0, name, "", message))


def columns_of(book: Workbook, codes: Codes, units: Units) -> Sequence[Column]:
    """Return the columns as this file must have them: one that names people may leave most out."""
    strict = columns(codes, units)
    header = map_headers(choose_sheet(book, strict), strict)
    return columns(codes, units, updating=True) if "person_no" in header.places else strict


def narrowed(paths: Sequence[str], under: Any) -> list[str]:
    """Return the subtrees in which the sheet may lie."""
    if under is None:
        return roots(paths)
    kept = [path for path in paths if path.startswith(under.path)]
    if any(under.path.startswith(path) for path in paths):
        kept.append(under.path)
    return roots(kept)
