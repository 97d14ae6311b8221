"""Entry point of the workers: `celery -A bianzhi worker`.

Nobody waits for a result: tasks write what they did into rows. A worker shows that it lives
by a key in Redis that it renews and that runs out by itself.
"""

import os
import sys
import threading
import time
import warnings
from pathlib import Path
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bianzhi.settings.prod")

# Said on each start as root; the queues take JSON only, from ourselves only.
warnings.filterwarnings("ignore", message="You're running the worker with superuser")

#: Seconds a process has to end by itself once its parent is gone.
LAST_MOMENTS = 10

app = Celery("bianzhi")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def _leave_with(parent: int) -> None:
    """End this process some time after its parent, whatever became of the SIGTERM it was sent.

    Beat may lose the one signal the kernel sends (bianzhi/supervisor.py) to code that swallows
    the exception its handler raises; it would then live on for ever, and its servers with it.
    """
    while os.getppid() == parent:
        time.sleep(1)
    time.sleep(LAST_MOMENTS)
    os._exit(1)


if Path(sys.argv[0]).name == "celery" or sys.argv[0].endswith("celery/__main__.py"):
    # Only in the worker and beat themselves: the settings of every process import this module.
    from bianzhi import embedded

    os.environ.setdefault("BIANZHI_ROLE", "beat" if "beat" in sys.argv else "worker")
    embedded.hold()
    if parent := os.environ.get("BIANZHI_PARENT"):
        threading.Thread(target=_leave_with, args=(int(parent),), daemon=True).start()


@setup_logging.connect
def _use_our_logs(**_: Any) -> None:
    """Keep Celery from replacing the logging that the settings describe."""
    import logging.config

    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)


@worker_ready.connect
def _start_heartbeat(sender: Any, **_: Any) -> None:
    """Renew the key from the consumer's own loop: it stops when the consumer hangs."""
    from apps.core import health  # here: the settings import this module

    health.beat()
    sender.timer.call_repeatedly(health.HEARTBEAT_EVERY, health.beat)
