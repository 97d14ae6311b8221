"""The latest 50 people in a scope, against guardian's own way (issue id P4).

    python -m bench scopes        seed a city or province first

Three users hold `view_subtree` on subtrees of about 25, 450 and 4,300 units. Ours: one grant each,
a range of the tree path. Guardian's with its defaults: a grant on every unit reached, then
`get_objects_for_user`, then the people of those units. Same rows, checked; everything is rolled
back. One JSON line for each scope; medians of one run.
"""

from __future__ import annotations

from typing import Any

from bench.figures import median, ready, tell

SIZES = (25, 450, 4_300)
SHOWN = 50


def main() -> None:
    ready()
    from django.db import transaction

    from apps.units.models import Unit

    total = Unit.objects.count()
    for size in SIZES:
        if size > total:
            tell(id="P4", what=f"latest {SHOWN} people of {size} units", skipped=f"{total} units")
            continue
        with transaction.atomic():
            one(size)
            transaction.set_rollback(True)


def one(size: int) -> None:
    from django.contrib.auth.models import Permission
    from django.db import connection
    from guardian.shortcuts import get_objects_for_user

    from apps.accounts.models import User
    from apps.core.scope import within
    from apps.staff import latest
    from apps.staff.models import Occupancy
    from apps.units.models import Unit, UnitUserPermission

    roots = subtrees(size)
    reached = list(Unit.objects.filter(within([r.path for r in roots], "path")))
    permission = Permission.objects.get(
        codename="view_subtree", content_type__app_label="units", content_type__model="unit"
    )
    ours, peers = (User.objects.create_user(f"bench-{who}-{size}") for who in ("ours", "peers"))

    def grant(user: Any, units: list[Any]) -> None:
        UnitUserPermission.objects.bulk_create(
            [
                UnitUserPermission(user=user, permission=permission, content_object=unit)
                for unit in units
            ]
        )

    grant(ours, roots)
    grant(peers, reached)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE units_unituserpermission")

    shown = ("pk", "person__name", "unit__name", "starts_on")

    def by_scope() -> list[Any]:
        user = User.objects.get(pk=ours.pk)  # as a request does: grants are read anew
        rows = Occupancy.objects.filter(pk__in=latest.ids(user, SHOWN))
        return list(rows.order_by("-pk").values_list(*shown))

    def by_guardian() -> list[Any]:
        user = User.objects.get(pk=peers.pk)
        units = get_objects_for_user(user, "units.view_subtree", klass=Unit)
        rows = Occupancy.objects.filter(unit__in=units)
        return list(rows.order_by("-pk").values_list(*shown)[:SHOWN])

    equal = by_scope() == by_guardian()
    fast, slow = median(by_scope), median(by_guardian)
    tell(
        id="P4",
        what=f"latest {SHOWN} people in a scope of {len(reached)} units",
        ratio=round(fast / slow, 4),
        at_most=0.05,
        ok=equal and fast / slow <= 0.05,
        equal=equal,
        milliseconds=round(fast, 2),
        guardian_milliseconds=round(slow, 1),
        units=len(reached),
        roots=len(roots),
        of_units=Unit.objects.count(),
    )


def subtrees(size: int) -> list[Any]:
    """Return up to five disjoint subtree roots that hold about `size` units together."""
    from django.db import connection

    from apps.units.models import Unit

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT u.id, (SELECT count(*) FROM units_unit b WHERE b.path >= u.path "
            "AND b.path < u.path || '~') AS below FROM units_unit u "
            "WHERE u.numchild > 0 AND u.depth <= 6 ORDER BY below DESC"
        )
        candidates = cursor.fetchall()
    chosen: list[Any] = []
    held = 0
    for pk, below in candidates:
        if below > size - held or len(chosen) == 5:
            continue
        unit = Unit.objects.get(pk=pk)
        if any(unit.path.startswith(c.path) or c.path.startswith(unit.path) for c in chosen):
            continue
        chosen.append(unit)
        held += below
    return chosen
