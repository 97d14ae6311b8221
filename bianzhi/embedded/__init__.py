"""The project's own PostgreSQL 18 and Redis-compatible server, for whoever gives no others.

Without `DATABASE_URL` (`REDIS_URL`) a process calls `hold()` before it touches the database:
what is not running under `BIANZHI_VAR` is started, on private sockets only, and this process
counts as a holder until it ends. When the last holder has ended the servers are stopped.

Counting is left to the kernel: each holder keeps a shared lock on `run/holders.lock`, and it is
gone when the process is, even after kill -9. A small keeper process waits for the exclusive
lock; whoever wins it, the keeper or the leaving holder itself, stops the servers.
Starting is serialised by `run/start.lock`. Works as root too: PostgreSQL then runs as a system
user of its own.
"""

from bianzhi.embedded.addresses import (
    APPLICATION,
    BASE_DIR,
    DATABASE,
    OWNER,
    PORT,
    Endpoints,
    endpoints,
)
from bianzhi.embedded.holding import hold, revive
from bianzhi.embedded.postgres import program
from bianzhi.embedded.processes import ServersRefused

__all__ = [
    "APPLICATION",
    "BASE_DIR",
    "DATABASE",
    "OWNER",
    "PORT",
    "Endpoints",
    "ServersRefused",
    "endpoints",
    "hold",
    "program",
    "revive",
]
