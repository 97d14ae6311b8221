"""10,000 transfers by four clients at once, then every derived figure from the facts (issue id P3).

    python -m bench transfers        BENCH_TRANSFERS sets how many

Runs on embedded servers of its own in a temporary folder with a made-up county. Each client moves
random people to random units through the service; full units and people who have just moved are
refused, as the service does. Afterwards `check_facts` must find no drift. One JSON line.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.figures import tell

TRANSFERS = int(os.environ.get("BENCH_TRANSFERS", "10000"))
CLIENTS = 4
ROOT = Path(__file__).resolve().parents[1]


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
            subprocess.run(
                [sys.executable, "manage.py", "seed", "county"],
                cwd=ROOT,
                env=env,
                check=True,
                stdout=subprocess.DEVNULL,
            )
            started = time.monotonic()
            clients = [
                subprocess.Popen(
                    [sys.executable, "-m", "bench.transfers", str(number)],
                    cwd=ROOT,
                    env=env,
                    stdout=subprocess.PIPE,
                    text=True,
                )
                for number in range(CLIENTS)
            ]
            told = [client.communicate()[0].split() for client in clients]
            seconds = time.monotonic() - started
            checked = subprocess.run(
                [sys.executable, "manage.py", "check_facts"],
                cwd=ROOT,
                env=env,
                capture_output=True,
                text=True,
            )
        finally:
            keeper.communicate(b"\n")
    done, refused, repeated = (sum(int(line[i]) for line in told) for i in range(3))
    drift = checked.returncode
    tell(
        id="P3-drift",
        what=f"drift after {done} transfers by {CLIENTS} clients at once",
        ratio=drift,
        at_most=0,
        ok=drift == 0 and done >= TRANSFERS,
        refused=refused,
        repeated_after_deadlock=repeated,
        seconds=round(seconds, 1),
        per_second=round(done / seconds, 1),
        told=checked.stdout.strip().splitlines()[-3:],
    )


def client(number: int) -> None:
    """Make this client's share of the transfers; print done, refused, repeated."""
    from bianzhi import embedded

    embedded.hold()
    import django

    django.setup()
    from django.db import OperationalError

    from apps.quotas.errors import QuotaRefused
    from apps.quotas.models import Balance
    from apps.staff import services
    from apps.staff.errors import StaffRefused
    from apps.staff.models import Occupancy
    from apps.units.models import Unit

    chance = random.Random(number)
    kind = "quota_type.21"
    cells = Balance.objects.filter(quota_type_id=kind, approved__gt=0)
    units = list(Unit.objects.active().bodies().filter(pk__in=cells.values("unit")))
    people = list(
        Occupancy.objects.filter(ends_on=None, quota_type_id=kind, counts=True)
        .order_by("pk")
        .values_list("person_id", flat=True)
    )
    mine = [person for person in people if person % CLIENTS == number]
    done = refused = repeated = 0
    while done < TRANSFERS // CLIENTS:
        spell = Occupancy.objects.filter(person_id=chance.choice(mine), ends_on=None).first()
        if spell is None:
            continue
        day = max(spell.starts_on + dt.timedelta(days=1), dt.date(2020, 1, 1))
        if day > dt.date.today():
            continue
        try:
            services.transfer(
                spell=spell, to_unit=chance.choice(units), on=day, document=None, by=None
            )
            done += 1
        except (StaffRefused, QuotaRefused):
            refused += 1
        except OperationalError:
            repeated += 1
    print(done, refused, repeated)


if __name__ == "__main__":
    client(int(sys.argv[1]))
