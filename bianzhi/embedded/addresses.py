"""Where the embedded servers of one var directory are; nothing here starts or creates anything."""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from bianzhi import env

BASE_DIR = Path(__file__).resolve().parent.parent.parent
DATABASE = "bianzhi"
OWNER = "postgres"  # superuser: owns the schema, migrates, runs tests
APPLICATION = "bianzhi_app"  # no superuser: web, worker and ordinary commands
PORT = 5432  # only a part of the socket's name; nothing listens on a port
LONGEST_SOCKET = 100  # bytes; the kernel allows 107


@dataclass(frozen=True)
class Endpoints:
    """Where the servers of one var directory are reached; nothing is started or created."""

    var: Path
    sockets: Path

    @property
    def database_socket(self) -> Path:
        """Directory of PostgreSQL's socket, the HOST of a connection."""
        return self.sockets / "pg"

    @property
    def redis_socket(self) -> Path:
        """Socket file of the Redis-compatible server."""
        return self.sockets / "redis.sock"

    def database_url(self, *, owner: bool = False) -> str:
        """Return the libpq address, as the owner or as the application."""
        user = OWNER if owner else APPLICATION
        return f"postgresql://{user}@/{DATABASE}?host={quote(str(self.database_socket))}"

    @property
    def redis_url(self) -> str:
        """Address in the form redis-py reads."""
        return f"unix://{quote(str(self.redis_socket))}?db=0"

    @property
    def broker_url(self) -> str:
        """The same address in the form Celery reads."""
        return f"redis+socket://{quote(str(self.redis_socket))}?virtual_host=0"


def endpoints() -> Endpoints:
    """Return the addresses that belong to `BIANZHI_VAR` (default: var/ in the project)."""
    var = env.path("BIANZHI_VAR", BASE_DIR / "var")
    sockets = var / "run"
    if len(os.fsencode(sockets / "pg" / f".s.PGSQL.{PORT}.lock")) > LONGEST_SOCKET:
        name = hashlib.sha256(os.fsencode(var)).hexdigest()[:12]
        sockets = Path(tempfile.gettempdir()) / f"bianzhi-{os.geteuid()}-{name}"
    return Endpoints(var=var, sockets=sockets)
