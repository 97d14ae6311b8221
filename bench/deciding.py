"""Decisions by eight people at once (issue 4: 50 a second; on one unit only honest refusals).

    python -m bench deciding        BENCH_DECISIONS sets how many

Runs on embedded servers of its own with a made-up county, in a temporary folder, or in an empty one
that BIANZHI_VAR names; there the longest part, filling, can be done before and apart (`python -m
bench.deciding fill`). First entries are drawn up and put before the last step; their messages count
as sent. Then eight clients decide, each in a unit of its own, and each reading its account anew for
every decision as a request does, after one that is not counted. Afterwards eight clients decide
entries of one unit that has places for half of them: every refusal must say that the quota is full
or that somebody was faster, nothing else. No worker sends the messages meanwhile. One JSON line for
each part; processor time is that of the clients, and that of the whole machine, for each decision
tried.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.figures import tell

DECISIONS = int(os.environ.get("BENCH_DECISIONS", "800"))
CLIENTS = 8
A_SECOND = 50
ROOT = Path(__file__).resolve().parents[1]
FILLED = "entries-are-filed"


def main() -> None:
    with _folder() as folder:
        env = _env(folder)
        with _servers(env):
            if not (folder / FILLED).exists():
                fill(env, folder)
            told("apart", *decide(env, "apart"))
            told("together", *decide(env, "together"))


def told(part: str, lines: list[list[int]], seconds: float, busy: float) -> None:
    done, honest, other, spent = (sum(line[i] for line in lines) for i in range(4))
    tried = max(done + honest + other, 1)
    figures = {
        "decided": done,
        "refused": honest,
        "errors": other,
        "per_second": round(done / seconds, 1),
        "seconds": round(seconds, 1),
        "clients_cpu_milliseconds": round(spent / tried, 1),
        "machine_cpu_milliseconds": round(busy * 1000 / tried, 1),
    }
    if part == "apart":
        tell(
            id="A2",
            what=f"entries decided by {CLIENTS} people at once, in different units",
            ratio=round(A_SECOND / max(done / seconds, 0.001), 3),
            at_most=1,
            ok=done / seconds >= A_SECOND and done == tried == DECISIONS,
            **figures,
        )
        return
    tell(
        id="A2-one-unit",
        what=f"entries decided by {CLIENTS} people at once, in one unit with half the places",
        ratio=other,
        at_most=0,
        ok=not other and done == DECISIONS // 4 // 2 and honest == DECISIONS // 4 - done,
        **figures,
    )


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    if named := os.environ.get("BIANZHI_VAR"):
        yield Path(named)
        return
    with tempfile.TemporaryDirectory(prefix="bianzhi-bench-") as folder:
        os.chmod(folder, 0o711)  # the database's own user passes through
        yield Path(folder)


def _env(folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "BIANZHI_VAR": str(folder),
        "DJANGO_SETTINGS_MODULE": "bianzhi.settings.dev",
        "BIANZHI_DEBUG": "0",
    }


@contextlib.contextmanager
def _servers(env: dict[str, str]) -> Iterator[None]:
    held = "from bianzhi import embedded; embedded.hold(); input()"
    keeper = subprocess.Popen(
        [sys.executable, "-c", held], cwd=ROOT, env=env, stdin=subprocess.PIPE
    )
    try:
        yield
    finally:
        keeper.communicate(b"\n")


def fill(env: dict[str, str], folder: Path) -> None:
    for arguments in (["manage.py", "migrate", "-v0"], ["-m", "bench.deciding", "prepare"]):
        subprocess.run([sys.executable, *arguments], cwd=ROOT, env=env, check=True)
    (folder / FILLED).touch()


def _busy() -> float:
    """Return the processor seconds the whole machine has spent."""
    fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    user, nice, system, _idle, _wait, *more = (int(field) for field in fields)
    return (user + nice + system + sum(more[:2])) / os.sysconf("SC_CLK_TCK")


def decide(env: dict[str, str], part: str) -> tuple[list[list[int]], float, float]:
    """Start the clients, wait until all are ready, let them go.

    Returns what they told, the seconds it took, the processor seconds the machine spent.
    """
    clients = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.deciding", part, str(number)],
            cwd=ROOT,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(CLIENTS)
    ]
    for client in clients:
        assert client.stdout is not None
        client.stdout.readline()  # ready
    started, busy = time.monotonic(), _busy()
    for client in clients:
        assert client.stdin is not None
        client.stdin.write("go\n")
        client.stdin.flush()
    told = [client.communicate()[0].split() for client in clients]
    seconds = time.monotonic() - started
    return [[int(word) for word in line] for line in told], seconds, _busy() - busy


def _django() -> None:
    from bianzhi import embedded

    embedded.hold()
    import django

    django.setup()


def prepare() -> None:
    """Make a county with eight units and one crowded one, and entries at the last step."""
    _django()
    sys.path.insert(0, str(ROOT))
    from django.utils import timezone

    from apps.approvals import services
    from apps.approvals.choices import State
    from apps.approvals.models import Application
    from apps.core.models import OutboxMessage
    from tests.factories import quotas, units
    from tests.factories.approvals import entry_line

    home = units.county("嵊州市")
    filer = units.holder("bench-unit_clerk", "unit_clerk", home, "申报")
    for number in range(CLIENTS):
        units.holder(f"bench-director-{number}", "office_director", home, f"主任{number}")
    places = [
        # one more, by which its client gets warm
        *((units.unit(f"嵊州市测速{n}局", home, nature_id="nature.101"), DECISIONS // CLIENTS + 1)
          for n in range(CLIENTS)),
        (units.unit("嵊州市拥挤局", home, nature_id="nature.101"), DECISIONS // 4),
    ]  # fmt: skip
    serial = 0
    for place, (unit, number) in enumerate(places):
        quotas.grant(unit, number)
        for _ in range(number):
            serial += 1
            line = entry_line(unit, 1, f"测速{serial}")
            line.id_no = identity(serial)
            case: Application = services.begin(kind="entry", unit=unit, by=filer)
            services.add_line(application=case, data=line, by=filer)
            now = timezone.now()
            Application.objects.filter(pk=case.pk).update(
                state=State.DECIDING,
                number=f"RB{now.year}{serial:06d}",
                submitted_at=now,
                arrived_at=now,
                revision=case.revision + 4,
            )
        if place == CLIENTS:  # half the places go once all have been filed
            quotas.grant(unit, -(number - number // 2))
    OutboxMessage.objects.update(done_at=timezone.now())  # as a worker would have


def identity(serial: int) -> str:
    import datetime as dt

    from tests.identity_numbers import number

    day = dt.date(1980, 1, 1) + dt.timedelta(days=serial // 400)
    return number("330683", day, serial % 400 + 11)


def client(part: str, number: int) -> None:
    """Decide this client's share; print decided, honestly refused, other errors."""
    _django()
    from apps.accounts.models import User
    from apps.approvals import errors, services
    from apps.approvals.choices import State
    from apps.approvals.models import Application
    from apps.quotas.errors import QuotaFull
    from bianzhi import memory

    by = User.objects.get(username=f"bench-director-{number}")
    rows = Application.objects.filter(state=State.DECIDING).order_by("pk")
    if part == "apart":
        rows = rows.filter(unit__name=f"嵊州市测速{number}局")
    else:
        rows = rows.filter(unit__name="嵊州市拥挤局")
    cases = list(rows)
    if part == "together":
        cases = cases[number::CLIENTS]
    if part == "apart":  # a server is warm, too
        first, *cases = cases
        services.advance(application=first, move="pass", by=by)
    memory.settle()
    print("ready", flush=True)
    input()
    done = honest = other = 0
    spent = time.process_time()
    for case in cases:
        try:
            by = User.objects.get(pk=by.pk)
            services.advance(application=case, move="pass", by=by, seen=case.revision)
            done += 1
        except errors.LineFails as refusal:
            full = isinstance(refusal.refusal, QuotaFull)
            honest, other = honest + full, other + (not full)
        except (errors.Stale, errors.MoveRefused):
            honest += 1
        except Exception as error:
            print(repr(error), file=sys.stderr)
            other += 1
    print(done, honest, other, int((time.process_time() - spent) * 1000))


def called(arguments: list[str]) -> Any:
    if arguments[0] == "prepare":
        return prepare()
    if arguments[0] == "fill":
        with _folder() as folder, _servers(_env(folder)):
            return fill(_env(folder), folder)
    return client(arguments[0], int(arguments[1]))


if __name__ == "__main__":
    called(sys.argv[1:])
