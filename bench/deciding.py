"""Decisions by eight people at once (issue 4: 50 a second; on one unit only honest refusals).

    python -m bench deciding        BENCH_DECISIONS sets how many

Runs on embedded servers of its own in a temporary folder with a made-up county. First entries are
filed and brought to the last step; then eight clients decide, each in units of its own. Afterwards
eight clients decide entries of one unit that has places for half of them: every refusal must say
that the quota is full or that somebody was faster, nothing else. One JSON line for each part.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.figures import tell

DECISIONS = int(os.environ.get("BENCH_DECISIONS", "400"))
CLIENTS = 8
A_SECOND = 50
ROOT = Path(__file__).resolve().parents[1]
KIND = "quota_type.11"


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bianzhi-bench-") as folder:
        os.chmod(folder, 0o711)  # the database's own user passes through
        env = {
            **os.environ,
            "BIANZHI_VAR": folder,
            "DJANGO_SETTINGS_MODULE": "bianzhi.settings.dev",
            "BIANZHI_DEBUG": "0",
        }

        def run(*arguments: str) -> None:
            subprocess.run([sys.executable, *arguments], cwd=ROOT, env=env, check=True)

        held = "from bianzhi import embedded; embedded.hold(); input()"
        keeper = subprocess.Popen(
            [sys.executable, "-c", held], cwd=ROOT, env=env, stdin=subprocess.PIPE
        )
        try:
            run("manage.py", "migrate", "-v0")
            run("-m", "bench.deciding", "prepare")
            apart, apart_seconds = decide(env, "apart")
            together, together_seconds = decide(env, "together")
        finally:
            keeper.communicate(b"\n")
    done, honest, other = (sum(line[i] for line in apart) for i in range(3))
    tell(
        id="A2",
        what=f"entries decided by {CLIENTS} people at once, in different units",
        ratio=round(A_SECOND / max(done / apart_seconds, 0.001), 3),
        at_most=1,
        ok=done / apart_seconds >= A_SECOND and done == DECISIONS and not other,
        per_second=round(done / apart_seconds, 1),
        decided=done,
        refused=honest,
        errors=other,
        seconds=round(apart_seconds, 1),
    )
    done, honest, other = (sum(line[i] for line in together) for i in range(3))
    tell(
        id="A2-one-unit",
        what=f"entries decided by {CLIENTS} people at once, in one unit with half the places",
        ratio=other,
        at_most=0,
        ok=not other and done == DECISIONS // 4 // 2 and honest == DECISIONS // 4 - done,
        decided=done,
        refused=honest,
        errors=other,
        per_second=round(done / together_seconds, 1),
        seconds=round(together_seconds, 1),
    )


def decide(env: dict[str, str], part: str) -> tuple[list[list[int]], float]:
    """Start the clients, wait until all are ready, let them go; return what they told."""
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
    started = time.monotonic()
    for client in clients:
        assert client.stdin is not None
        client.stdin.write("go\n")
        client.stdin.flush()
    told = [client.communicate()[0].split() for client in clients]
    seconds = time.monotonic() - started
    return [[int(word) for word in line] for line in told], seconds


def _django() -> None:
    from bianzhi import embedded

    embedded.hold()
    import django

    django.setup()


def prepare() -> None:
    """Make a county with eight units and one crowded one, and entries at the last step."""
    _django()
    sys.path.insert(0, str(ROOT))
    from apps.approvals import services
    from apps.approvals.models import Application
    from tests.factories import quotas, units
    from tests.factories.approvals import draft_entry, entry_line

    home = units.county("嵊州市")
    people = {
        role: units.holder(f"bench-{role}", role, home, role)
        for role in ("unit_clerk", "supervisor", "office_clerk", "office_chief")
    }
    for number in range(CLIENTS):
        units.holder(f"bench-director-{number}", "office_director", home, f"主任{number}")
    places = [
        *((units.unit(f"嵊州市测速{n}局", home, nature_id="nature.101"), DECISIONS // CLIENTS)
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
            case: Application = draft_entry(unit, people["unit_clerk"], line)
            for move, who in (
                ("submit", "unit_clerk"),
                ("pass", "supervisor"),
                ("pass", "office_clerk"),
                ("pass", "office_chief"),
            ):
                case = services.advance(application=case, move=move, by=people[who])
        if place == CLIENTS:  # half the places go once all have been filed
            quotas.grant(unit, -(number - number // 2))


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

    by = User.objects.get(username=f"bench-director-{number}")
    rows = Application.objects.filter(state=State.DECIDING).order_by("pk")
    if part == "apart":
        rows = rows.filter(unit__name=f"嵊州市测速{number}局")
    else:
        rows = rows.filter(unit__name="嵊州市拥挤局")
    cases = list(rows)
    if part == "together":
        cases = cases[number::CLIENTS]
    by.subtrees("decide")
    print("ready", flush=True)
    input()
    done = honest = other = 0
    for case in cases:
        try:
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
    print(done, honest, other)


def called(arguments: list[str]) -> Any:
    if arguments[0] == "prepare":
        return prepare()
    return client(arguments[0], int(arguments[1]))


if __name__ == "__main__":
    called(sys.argv[1:])
