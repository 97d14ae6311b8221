"""Raw facts for the trigger tests: a small tree, documents and people, by plain inserts.

Nothing here goes through a service: what is tested is that the database alone keeps its figures.
"""

from __future__ import annotations

import datetime as dt
import itertools
import secrets
from typing import Any

from django.db import connection

from apps.documents.models import ApprovalDocument
from apps.quotas.models import Balance, Bucket, OverageEntry, QuotaEntry, Reservation, UnitTotal
from apps.staff.models import Occupancy, Person
from apps.units.models import Unit

DAY = dt.date(2020, 3, 1)
ADMIN, SUPPORT, FULL, OUTSIDE = "quota_type.10", "quota_type.19", "quota_type.21", "quota_type.80"
AT_POST, GONE = "person_status.110", "person_status.207"

_serial = itertools.count(1)


def unit(name: str = "", *, below: Unit | None = None, kind: str = "body", **fields: Any) -> Unit:
    """Add one node at the end of `below`, or a new root."""
    fields = {"name": name or f"单位{next(_serial)}", "entity_kind": kind, **fields}
    if below is None:
        return Unit.objects.add_root(fields)
    return Unit.objects.add_child(Unit.objects.get(pk=below.pk), fields)


def move(node: Unit, below: Unit) -> None:
    """Hang `node` under another unit, as its last child."""
    fresh = Unit.objects.get(pk=node.pk)
    Unit.objects.move(fresh, Unit.objects.get(pk=below.pk), "last-child")
    node.refresh_from_db()


def document() -> ApprovalDocument:
    return ApprovalDocument.objects.create(
        number=f"测编〔2020〕{next(_serial)}号",
        title="关于机构编制事项的批复",
        issuer="某县委编委",
        issued_on=DAY,
        kind_id="doc_kind.11",
    )


def entry(
    where: Unit, change: int, kind: str = ADMIN, on: dt.date = DAY, **fields: Any
) -> QuotaEntry:
    fields.setdefault("document", document())
    return QuotaEntry.objects.create(
        unit=where,
        quota_type_id=kind,
        change=change,
        kind="grant" if change > 0 else "cut",
        on=on,
        reason="测试",
        **fields,
    )


def overage(where: Unit, places: int, kind: str = ADMIN, why: str = "legacy") -> OverageEntry:
    return OverageEntry.objects.create(
        unit=where, quota_type_id=kind, places=places, kind=why, on=DAY
    )


def reservation(where: Unit, places: int, kind: str = ADMIN) -> Reservation:
    return Reservation.objects.create(
        unit=where, quota_type_id=kind, places=places, purpose="拟入编"
    )


def person() -> Person:
    number = next(_serial)
    return Person.objects.create(
        person_no=f"T{number:08}",
        name=f"人{number}",
        id_no_ct=b"-",
        id_no_bi=secrets.token_bytes(16),
        id_no_tail=0,
        sex_id="sex.1",
        birth_month=dt.date(1980, 1, 1),
    )


def spells(where: Unit, count: int, kind: str = ADMIN, **fields: Any) -> list[Occupancy]:
    """Put `count` new people into the unit, by one statement."""
    return Occupancy.objects.bulk_create(
        Occupancy(
            **{
                "person": person(),
                "unit": where,
                "quota_type_id": kind,
                "status_id": AT_POST,
                "starts_on": DAY,
                **fields,
            }
        )
        for _ in range(count)
    )


def cell(where: Unit, kind: str = ADMIN) -> tuple[int, int, int, int] | None:
    """Return (approved, actual, reserved, over_allowed) of the balance; None without one."""
    rows = Balance.objects.filter(unit=where, quota_type_id=kind)
    return rows.values_list("approved", "actual", "reserved", "over_allowed").first()


def total(where: Unit) -> tuple[int, ...] | None:
    """Return (approved, actual, reserved, excess, vacant, over_types) of the unit's totals."""
    rows = UnitTotal.objects.filter(unit=where)
    return rows.values_list(
        "approved", "actual", "reserved", "excess", "vacant", "over_types"
    ).first()


def bucket(path: str, kind: str = "") -> tuple[int, ...] | None:
    """Return (approved, actual, reserved, excess, vacant, over_cells, over_units) of one bucket."""
    rows = Bucket.objects.filter(path=path, quota_type_id=kind)
    return rows.values_list(
        "approved", "actual", "reserved", "excess", "vacant", "over_cells", "over_units"
    ).first()


def run(sql: str, *parameters: Any) -> list[Any]:
    """Run one statement as psql would."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []


#: derived table → (columns of its key and figures, the same counted from facts)
_FROM_FACTS = """
WITH a AS (SELECT unit_id, quota_type_id, sum(change) n FROM quotas_quotaentry GROUP BY 1, 2),
 o AS (SELECT unit_id, quota_type_id, count(*) n FROM staff_occupancy
        WHERE counts AND ends_on IS NULL GROUP BY 1, 2),
 r AS (SELECT unit_id, quota_type_id, sum(places) n FROM quotas_reservation
        WHERE released_at IS NULL GROUP BY 1, 2),
 v AS (SELECT unit_id, quota_type_id, sum(places) n FROM quotas_overageentry GROUP BY 1, 2)
SELECT u.id, c.key, coalesce(a.n, 0)::int, coalesce(o.n, 0)::int, coalesce(r.n, 0)::int,
       coalesce(v.n, 0)::int, u.path
  FROM units_unit u CROSS JOIN core_codevalue c
  LEFT JOIN a ON a.unit_id = u.id AND a.quota_type_id = c.key
  LEFT JOIN o ON o.unit_id = u.id AND o.quota_type_id = c.key
  LEFT JOIN r ON r.unit_id = u.id AND r.quota_type_id = c.key
  LEFT JOIN v ON v.unit_id = u.id AND v.quota_type_id = c.key
 WHERE c.table_id = 'quota_type' AND num_nonnulls(a.n, o.n, r.n, v.n) > 0
"""


def drift() -> list[str]:
    """Compare every derived figure with one counted from the facts, in Python; [] when equal."""
    counted = run(_FROM_FACTS)
    in_total = dict(
        run(
            "SELECT key, coalesce((attrs->>'in_total')::boolean, true) FROM core_codevalue "
            "WHERE table_id = 'quota_type'"
        )
    )
    cells = {(u, k): (a, c, r, v, p) for u, k, a, c, r, v, p in counted}
    nothing = (0, 0, 0, 0)
    found = []
    kept = {
        (b.unit_id, b.quota_type_id): (b.approved, b.actual, b.reserved, b.over_allowed, b.scope)
        for b in Balance.objects.all()
    }
    for key in sorted(cells.keys() | kept.keys()):
        if cells.get(key, nothing)[:4] != kept.get(key, nothing)[:4]:
            found.append(f"balance {key}: {kept.get(key)} but facts say {cells.get(key)}")
        if key in cells and key in kept and cells[key][4] != kept[key][4]:
            found.append(f"balance {key}: scope {kept[key][4]} but path {cells[key][4]}")

    totals: dict[int, list[int]] = {}
    buckets: dict[tuple[str, str], list[int]] = {}

    def add(to: list[int], *figures: int) -> None:
        to[:] = [x + y for x, y in zip(to, figures, strict=True)]

    over: dict[int, int] = {}
    paths = {}
    for (where, kind), (a, c, r, _, path) in cells.items():
        excess, vacant = max(0, c - a), max(0, a - c)
        row = (a, c, r, excess, vacant, int(excess > 0))
        paths[where] = path
        add(buckets.setdefault((path[:16], kind), [0] * 7), *row, 0)
        if in_total[kind]:
            add(totals.setdefault(where, [0] * 6), *row)
            add(buckets.setdefault((path[:16], ""), [0] * 7), *row, 0)
            over[where] = over.get(where, 0) + int(excess > 0)
    for where, types in over.items():
        if types:
            buckets[paths[where][:16], ""][6] += 1
    kept_totals = {
        t.unit_id: [t.approved, t.actual, t.reserved, t.excess, t.vacant, t.over_types]
        for t in UnitTotal.objects.all()
    }
    found += _differences("total", totals, kept_totals, [0] * 6)
    kept_buckets = {
        (b.path, b.quota_type_id): [
            b.approved,
            b.actual,
            b.reserved,
            b.excess,
            b.vacant,
            b.over_cells,
            b.over_units,
        ]
        for b in Bucket.objects.all()
    }
    return found + _differences("bucket", buckets, kept_buckets, [0] * 7)


def _differences(what: str, counted: dict, kept: dict, nothing: list[int]) -> list[str]:
    return [
        f"{what} {key}: {kept.get(key)} but facts say {counted.get(key)}"
        for key in sorted(counted.keys() | kept.keys())
        if counted.get(key, nothing) != kept.get(key, nothing)
    ]
