"""Whether one process of the portal is well; for the health checks of containers.

    python scripts/healthy.py web      /healthz of this container's own web server answers at all
    python scripts/healthy.py worker   a worker's sign of life is in Redis
    python scripts/healthy.py beat     beat has stored its last run within two minutes

The web server is well even while a worker is missing: restarting it would help nobody. Exit 0 or 1.
"""

import os
import sys
import urllib.error
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
BEAT_LASTS = 120  # seconds; beat rings the outbox every ten


def web() -> bool:
    """The server answers; a 503 names a missing part and is an answer."""
    address = os.environ.get("BIANZHI_HEALTHZ", "http://127.0.0.1:8000/healthz")
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip()
    try:
        with urllib.request.urlopen(
            urllib.request.Request(address, headers={"Host": host}), timeout=4
        ) as answer:
            return answer.status == 200
    except urllib.error.HTTPError as error:
        return error.code == 503
    except OSError:
        return False


def worker() -> bool:
    """Some worker renewed its key."""
    _start()
    from apps.core import health

    return health.state()["worker"] == health.OK


def beat() -> bool:
    """The schedule ran lately."""
    _start()
    from datetime import timedelta

    from django.utils import timezone
    from django_celery_beat.models import PeriodicTask

    last = PeriodicTask.objects.order_by("-last_run_at").filter(last_run_at__isnull=False)
    found = last.values_list("last_run_at", flat=True).first()
    return found is not None and timezone.now() - found < timedelta(seconds=BEAT_LASTS)


def _start() -> None:
    import django

    django.setup()


CHECKS = {"web": web, "worker": worker, "beat": beat}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in CHECKS:
        sys.exit("用法：python scripts/healthy.py web|worker|beat")
    sys.exit(0 if CHECKS[sys.argv[1]]() else 1)
