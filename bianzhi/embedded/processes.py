"""Finding and ending processes, the packages their programs come in, and the one refusal."""

import importlib.util
import signal
import time
from pathlib import Path

import psutil

PATIENCE = 60  # seconds a server gets to start or to stop


class ServersRefused(Exception):
    """The servers cannot run here. Carries one sentence for the person who started us."""


def living(pid: int, *names: str) -> psutil.Process | None:
    """Return the process if it runs and bears one of the names; a reused number does not count."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return process if not names or process.name() in names else None
    except psutil.Error:
        return None


def find(name: str, *words: str) -> psutil.Process | None:
    """Return a process of that name whose command line holds the words, whatever its files say.

    For a server whose folder was deleted under it.
    """
    for process in psutil.process_iter(["name", "cmdline"]):
        line = " ".join(process.info["cmdline"] or [])
        if process.info["name"] == name and all(word in line.split(" ") for word in words):
            return living(process.pid)
    return None


def end(process: psutil.Process, how: int = signal.SIGTERM) -> None:
    """Ask a process to end, wait, and make it end if it does not."""
    try:
        process.send_signal(how)
        deadline = time.monotonic() + PATIENCE
        while living(process.pid) is not None and process.is_running():
            if time.monotonic() > deadline:
                process.kill()
                deadline += PATIENCE
            time.sleep(0.05)
    except psutil.NoSuchProcess:
        pass


def package_folder(package: str) -> Path | None:
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent if spec is not None and spec.origin else None
