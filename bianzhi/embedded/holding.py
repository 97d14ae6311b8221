"""Holding: who needs the servers, and who stops them in the end. See the package's docstring."""

import atexit
import fcntl
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from bianzhi import env
from bianzhi.embedded.addresses import BASE_DIR, Endpoints, endpoints
from bianzhi.embedded.postgres import Postgres
from bianzhi.embedded.processes import ServersRefused, end, living
from bianzhi.embedded.valkey import Valkey

_held: int | None = None  # descriptor of the shared lock
_needed: list[Postgres | Valkey] = []


def hold() -> None:
    """Start what is needed and not running; keep it running at least as long as this process.

    Calling it again does nothing. Raises ServersRefused.
    """
    global _held
    wants_database = not env.secret_given("DATABASE_URL")
    wants_redis = not env.secret_given("REDIS_URL")
    if _held is not None or not (wants_database or wants_redis):
        return
    servers = _Servers(endpoints())
    try:
        servers.make_folders()
        descriptor = os.open(servers.run / "holders.lock", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_SH)  # waits while a keeper is stopping the servers
        with servers.starting():
            if wants_database:
                _needed.append(servers.postgres)
            if wants_redis:
                _needed.append(servers.valkey)
            for server in _needed:
                server.start()
            servers.start_keeper()
    except PermissionError as problem:
        raise ServersRefused(
            f"没有权限使用运行目录 {servers.var}（{problem.filename}）。"
            "它可能是由另一个系统用户创建的，请换回该用户，或用 BIANZHI_VAR 指定别的目录。"
        ) from None
    except FileNotFoundError as problem:
        raise ServersRefused(
            f"启动内置服务时找不到 {problem.filename}，请重新运行 make setup。"
        ) from None
    _held = descriptor
    atexit.register(_leave, servers, os.getpid())
    os.register_at_fork(after_in_child=_forget)


def revive() -> None:
    """Start again what this process holds and what has died meanwhile. Raises ServersRefused."""
    if _held is None or all(server.process() is not None for server in _needed):
        return
    servers = _Servers(endpoints())
    with servers.starting():
        for server in _needed:
            server.start()


def _forget() -> None:
    """In a forked child: the lock stays the parent's alone."""
    global _held
    if _held is not None:
        os.close(_held)
        _held = None


def _leave(servers: "_Servers", pid: int) -> None:
    """Give up the hold; the last one to leave waits until the servers have stopped."""
    global _held
    if _held is None or os.getpid() != pid:
        return
    for number in (signal.SIGINT, signal.SIGTERM):  # an impatient second Ctrl-C
        signal.signal(number, signal.SIG_IGN)
    os.close(_held)
    _held = None
    try:
        descriptor = os.open(servers.run / "holders.lock", os.O_RDWR)
    except FileNotFoundError:
        return  # somebody deleted the folder; the keeper still has the lock's file, and stops all
    try:
        while not _try_lock(descriptor, fcntl.LOCK_EX):
            if _try_lock(descriptor, fcntl.LOCK_SH):
                return  # others hold them still, or all is stopped
            time.sleep(0.05)  # the keeper was faster and is stopping them
        servers.stop()
        servers.dismiss_keeper()
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def keep() -> None:
    """Body of the keeper: stop the servers when nobody holds them any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    servers = _Servers(endpoints())
    descriptor = os.open(servers.run / "holders.lock", os.O_RDWR)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    servers.stop()
    # Before the lock goes: who holds next must not take this process for a living keeper.
    (servers.run / "keeper.pid").unlink(missing_ok=True)


class _Servers:
    """Starting and stopping the two servers of one var directory."""

    def __init__(self, at: Endpoints) -> None:
        self.at = at
        self.var = at.var
        self.run = at.var / "run"
        self.log = at.var / "log"
        self.postgres = Postgres(at)
        self.valkey = Valkey(at)

    def make_folders(self) -> None:
        """Create the folders; as root, let PostgreSQL's own user pass through to them."""
        folders = (self.var, self.run, self.log, self.var / "postgres", self.var / "redis")
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
        self.at.sockets.mkdir(mode=0o700, exist_ok=True)
        mine = self.at.sockets.lstat()
        if not stat.S_ISDIR(mine.st_mode) or mine.st_uid != os.geteuid():
            raise ServersRefused(f"{self.at.sockets} 不是由当前用户创建的目录，请删除它后再启动。")
        self.at.database_socket.mkdir(mode=0o700, exist_ok=True)

    @contextmanager
    def starting(self) -> Iterator[None]:
        """One process at a time."""
        with open(self.run / "start.lock", "w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def start_keeper(self) -> None:
        """Start the keeper if none lives."""
        if self._keeper_process() is not None:
            return
        with open(self.log / "embedded.log", "ab") as log:
            keeper = subprocess.Popen(
                [sys.executable, "-m", "bianzhi.embedded"],
                cwd=BASE_DIR,
                env={**os.environ, "BIANZHI_VAR": str(self.var), "PYTHONPATH": str(BASE_DIR)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        (self.run / "keeper.pid").write_text(str(keeper.pid))
        keeper.returncode = 0  # outlives us on purpose: no complaint about a child still running

    def dismiss_keeper(self) -> None:
        """End the keeper: there is nothing left to keep."""
        process = self._keeper_process()
        if process is not None:
            end(process)
        (self.run / "keeper.pid").unlink(missing_ok=True)

    def _keeper_process(self) -> psutil.Process | None:
        try:
            process = living(int((self.run / "keeper.pid").read_text()))
            if process is not None and "bianzhi.embedded" in process.cmdline():
                return process
        except (OSError, ValueError, psutil.Error):
            pass
        return None

    def stop(self) -> None:
        """Stop both servers."""
        self.valkey.stop()
        self.postgres.stop()
        if self.at.sockets != self.run:
            shutil.rmtree(self.at.sockets, ignore_errors=True)
