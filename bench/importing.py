"""Import of a roster workbook, against the floor and against the peer (issue id P1).

P1-floor  ours ÷ (calamine reads the same file + raw COPY of the same rows into the same indexed
          tables: every index, foreign key, unique and exclusion constraint, none of our triggers)
P1-peer   our rows a second ÷ those of django-import-export with simple-history on the same columns
          (bench/peer; fewer rows, because it is slow, and its rate does not rise with more)

Ours is one pass as `import_file --commit` makes it: guard, reading, every rule, sealing, row
history, balances, audit, committed. The contenders take turns on the same data in embedded servers
of their own; ratios of medians. BENCH_ROWS, BENCH_PEER_ROWS and BENCH_TURNS set the sizes.
The bounds are on CPU seconds (this process, its children, the database session), which other work
on the machine does not change; the ratios by wall time are told beside them.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[1]
ROWS = int(os.environ.get("BENCH_ROWS", "100000"))
PEER_ROWS = int(os.environ.get("BENCH_PEER_ROWS", "2000"))
TURNS = int(os.environ.get("BENCH_TURNS", "3"))
TABLES = ("staff_person", "staff_occupancy")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bianzhi-bench-") as folder:
        os.chmod(folder, 0o711)  # the database's own user passes through
        env = {
            **os.environ,
            "BIANZHI_VAR": folder,
            "BIANZHI_DB_OWNER": "1",  # the floor makes tables, and turns are wiped by TRUNCATE
            "DJANGO_SETTINGS_MODULE": "bench.peer.settings",
        }
        migrate = [sys.executable, "manage.py", "migrate", "-v0"]
        subprocess.run(migrate, cwd=ROOT, env=env, check=True)
        here = [sys.executable, "-m", "bench.importing", "--here"]
        subprocess.run(here, cwd=ROOT, env=env, check=True)


def here() -> None:
    from bianzhi import embedded

    embedded.hold()
    import django

    django.setup()
    from .roster import county, write_book

    folder = Path(os.environ["BIANZHI_VAR"])
    book, small = folder / "roster.xlsx", folder / "small.xlsx"
    user, units = county(ROWS)
    write_book(book, units, ROWS)
    write_book(small, units, PEER_ROWS)
    peer_units(units)
    seconds = ours(book, user)  # warms the process, and leaves the rows the floor copies
    sides = make_floor(folder)
    taken: dict[str, list[tuple[float, float]]] = {"ours": [], "floor": [], "peer": []}
    stages: dict[str, list[float]] = {}
    for _ in range(TURNS):
        wipe()
        taken["ours"].append(clock(lambda: seconds.update(ours(book, user))))
        for stage, spent in seconds.items():
            stages.setdefault(stage, []).append(spent)
        taken["floor"].append(clock(lambda: floor(book, sides)))
        taken["peer"].append(clock(lambda: peer(small)))
    wall, cpu = (
        {name: statistics.median(one[n] for one in times) for name, times in taken.items()}
        for n in range(2)
    )
    floor_ratio = [middle["ours"] / middle["floor"] for middle in (cpu, wall)]
    peer_ratio = [(ROWS / middle["ours"]) / (PEER_ROWS / middle["peer"]) for middle in (cpu, wall)]
    tell(
        id="P1-floor",
        what=f"{ROWS} people, file to committed, against calamine and raw COPY",
        ratio=round(floor_ratio[0], 2),
        at_most=3.0,
        ok=floor_ratio[0] <= 3.0,
        by_wall=round(floor_ratio[1], 2),
        stages={stage: round(statistics.median(t), 2) for stage, t in stages.items()},
        wall_seconds={name: [round(w, 1) for w, _ in times] for name, times in taken.items()},
        cpu_seconds={name: [round(c, 1) for _, c in times] for name, times in taken.items()},
    )
    tell(
        id="P1-peer",
        what="rows a second, against django-import-export with simple-history",
        ratio=round(peer_ratio[0], 1),
        at_least=25,
        ok=peer_ratio[0] >= 25,
        by_wall=round(peer_ratio[1], 1),
        rows_per_cpu_second=round(ROWS / cpu["ours"]),
        peer_rows_per_cpu_second=round(PEER_ROWS / cpu["peer"]),
        peer_rows=PEER_ROWS,
    )


def tell(**line: Any) -> None:
    print(json.dumps(line, ensure_ascii=False), flush=True)


def clock(act: Callable[[], Any]) -> tuple[float, float]:
    """Return (wall, CPU) seconds."""
    start, used = time.perf_counter(), spent()
    act()
    return time.perf_counter() - start, spent() - used


def spent() -> float:
    """Return CPU seconds of this process, its finished children and its database session."""
    from django.db import connection

    connection.ensure_connection()
    session = psutil.Process(connection.connection.info.backend_pid).cpu_times()
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    own = time.process_time() + children.ru_utime + children.ru_stime
    return own + session.user + session.system


def run(sql: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql)


def ours(book: Path, user: Any) -> dict[str, float]:
    """Import the roster in one pass. Returns the seconds of its stages."""
    from apps.exchange import runs

    done = runs.check(book, book.name, "roster", user=user)
    if not done.plan.is_clean:
        raise SystemExit(done.plan.faults.as_json(3))
    runs.commit(done, by=user)
    if done.plan.creates != ROWS:
        raise SystemExit(f"{done.plan.creates} rows were added, not {ROWS}")
    return {**done.report.seconds, **done.plan.seconds}


def wipe() -> None:
    """Empty the tables as they were before; TRUNCATE leaves the balances to us."""
    from django.db import transaction

    with transaction.atomic():
        run(
            "TRUNCATE staff_person, staff_occupancy, staff_postholding, staff_historicalperson, "
            "staff_historicaloccupancy, staff_historicalpostholding CASCADE"
        )
        run("UPDATE quotas_balance SET actual = 0")
        run("SELECT quotas_rebuild_totals()")
    run("VACUUM ANALYZE quotas_balance, quotas_unittotal, quotas_bucket")


# -- the floor -------------------------------------------------------------------------------------
def make_floor(folder: Path) -> dict[str, Path]:
    """Make tables like the real ones, and files of the rows just imported as COPY reads them."""
    from django.db import connection

    sides = {}
    for table in TABLES:
        run(f"CREATE TABLE floor_{table} (LIKE {table} INCLUDING ALL)")
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
                "WHERE conrelid = %s::regclass AND contype = 'f'",
                [table],
            )
            for name, definition in cursor.fetchall():
                for real in TABLES:
                    definition = definition.replace(
                        f"REFERENCES {real}(", f"REFERENCES floor_{real}("
                    )
                run(f"ALTER TABLE floor_{table} ADD CONSTRAINT {name} {definition}")
            sides[table] = folder / f"{table}.copy"
            with sides[table].open("wb") as file:
                cursor.copy_expert(
                    f"COPY (SELECT * FROM {table} ORDER BY id) TO STDOUT",
                    file,
                )
    return sides


def floor(book: Path, sides: dict[str, Path]) -> None:
    from django.db import connection, transaction
    from python_calamine import load_workbook

    run("TRUNCATE floor_staff_person, floor_staff_occupancy")
    for _ in load_workbook(str(book)).get_sheet_by_index(0).iter_rows():
        pass
    with transaction.atomic(), connection.cursor() as cursor:
        for table, path in sides.items():
            with path.open("rb") as file:
                cursor.copy_expert(f"COPY floor_{table} FROM STDIN", file)


# -- the peer --------------------------------------------------------------------------------------
def peer_units(units: list[Any]) -> None:
    from django.apps import apps
    from django.db import connection

    from .peer.models import Body

    with connection.schema_editor() as editor:
        for model in apps.get_app_config("bench_peer").get_models():
            editor.create_model(model)
    Body.objects.bulk_create(Body(code=unit.code, name=unit.name) for unit in units)


def peer(book: Path) -> None:
    from .peer.models import RosterRow
    from .peer.resources import load

    run("TRUNCATE bench_peer_rosterrow, bench_peer_historicalrosterrow")
    added = load(book)
    if added != PEER_ROWS or RosterRow.past.count() != PEER_ROWS:
        raise SystemExit(f"the peer added {added} rows")


if __name__ == "__main__":
    here() if "--here" in sys.argv else main()
