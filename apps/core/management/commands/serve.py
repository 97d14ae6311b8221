"""`manage.py serve`, behind `make run`: the whole portal in one terminal, until Ctrl-C."""

import fcntl
import os
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from importlib import import_module
from subprocess import run
from typing import IO, Any

from django.apps import apps
from django.conf import settings
from django.core.management import get_commands
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from bianzhi import embedded, env
from bianzhi.supervisor import GaveUp, Program, Supervisor

FIRST_PORT = 8000
LAST_PORT = 8099
CHECK_SERVERS_EVERY = 5  # seconds
QUEUES = "celery,io,stats,notify"
PATIENCE = 60  # seconds until the first page must have been answered
VENDOR_FILES = ("static/generated/icons.svg", "node_modules/bootstrap", "node_modules/htmx.org")


class Command(BaseCommand):
    """Check, migrate, seed when empty, then web, worker and beat together."""

    help = "启动整个平台：网页、后台任务与定时任务，按 Ctrl-C 全部停止"
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until interrupted."""
        lock = self._only_one()
        with lock:
            self._check_vendor_files()
            host, port = self._address()
            self._migrate()
            self._seed_if_empty()
            connection.close()
            supervisor = Supervisor(self._programs(host, port))
            announce = _Announcement(f"http://{host}:{port}/", supervisor.say)
            try:
                supervisor.run(_Every(CHECK_SERVERS_EVERY, embedded.revive), announce)
            except GaveUp as refusal:
                raise CommandError(
                    f"{refusal} 一分钟内多次意外退出，已全部停止：原因见上面的输出和 "
                    f"{settings.VAR / 'log'} 中的日志。"
                ) from None
            self.stdout.write("已停止。")

    def _only_one(self) -> IO[str]:
        (settings.VAR / "run").mkdir(parents=True, exist_ok=True)
        lock = open(settings.VAR / "run" / "serve.lock", "w")  # noqa: SIM115 - held by the caller
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise CommandError(
                f"平台已经在运行（{settings.VAR}）。请先停止它，或用 BIANZHI_VAR 指定另一个目录。"
            ) from None
        return lock

    def _check_vendor_files(self) -> None:
        absent = [name for name in VENDOR_FILES if not (settings.BASE_DIR / name).exists()]
        if absent:
            raise CommandError(f"缺少前端依赖（{'、'.join(absent)}），请先运行 make setup。")

    def _address(self) -> tuple[str, int]:
        given = env.text("BIANZHI_HTTP", "")
        if given:
            host, _, port = given.rpartition(":")
            if not port.isdigit() or not 0 < int(port) < 65536:
                raise CommandError("环境变量 BIANZHI_HTTP 应写成 127.0.0.1:8000 的样子，请改正。")
            if not _free(host or "127.0.0.1", int(port)):
                raise CommandError(f"{given} 已被占用，请换一个端口。")
            return host or "127.0.0.1", int(port)
        for number in range(FIRST_PORT, LAST_PORT + 1):
            if _free("127.0.0.1", number):
                return "127.0.0.1", number
        raise CommandError(
            f"端口 {FIRST_PORT}–{LAST_PORT} 都被占用，请用 BIANZHI_HTTP=127.0.0.1:端口 指定一个。"
        )

    def _migrate(self) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stdout.write("更新数据库结构……")
            # Another process: only there the owner of the schema signs in.
            self._manage("migrate", "--verbosity", "0", failed="数据库结构没有更新成功")

    def _seed_if_empty(self) -> None:
        if not settings.DEMO or "seed" not in get_commands():
            return
        if apps.get_model("units", "Unit").objects.exists():
            return
        self.stdout.write("载入演示数据……")
        self._manage("seed", "demo", failed="演示数据没有载入成功")

    def _manage(self, *arguments: str, failed: str) -> None:
        self.stdout.flush()
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]
        if run(command, check=False).returncode != 0:
            raise CommandError(f"{failed}，原因见上面的输出。")

    def _programs(self, host: str, port: int) -> list[Program]:
        python = [sys.executable, "-m"]
        # Error pages as readers see them; BIANZHI_DEBUG=1 brings Django's own back.
        shared = {
            "DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"],
            "BIANZHI_DEBUG": os.environ.get("BIANZHI_DEBUG", "0"),
        }
        worker = [
            "celery",
            "--quiet",
            "-A",
            "bianzhi",
            "worker",
            "-Q",
            QUEUES,
            "--concurrency",
            "2",
        ]
        worker += ["--without-mingle", "--without-gossip", "--loglevel", settings.LOG_LEVEL]
        beat = [
            "celery",
            "--quiet",
            "-A",
            "bianzhi",
            "beat",
            "--pidfile=",
            "--loglevel",
            settings.LOG_LEVEL,
        ]
        web = ["gunicorn", "bianzhi.wsgi:application", "--bind", f"{host}:{port}"]
        web += ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--timeout", "120"]
        web += ["--graceful-timeout", "10", "--no-control-socket", "--log-level", "warning"]
        return [
            Program("web", [*python, *web], {**shared, "BIANZHI_ROLE": "web"}),
            Program("worker", [*python, *worker], {**shared, "BIANZHI_ROLE": "worker"}),
            Program("beat", [*python, *beat], {**shared, "BIANZHI_ROLE": "beat"}),
        ]


class _Every:
    """Called again and again; does its work once in so many seconds."""

    def __init__(self, seconds: float, work: Callable[[], None]) -> None:
        self.seconds = seconds
        self.work = work
        self.last = time.monotonic()

    def __call__(self) -> None:
        if time.monotonic() - self.last >= self.seconds:
            self.work()
            self.last = time.monotonic()


class _Announcement:
    """Called again and again; prints the address once the portal answers."""

    def __init__(self, address: str, say: Callable[[str, str], None]) -> None:
        self.address = address
        self.say = say
        self.done = False
        self.deadline = time.monotonic() + PATIENCE
        self.next_try = 0.0

    def __call__(self) -> None:
        if self.done or time.monotonic() < self.next_try:
            return
        self.next_try = time.monotonic() + 0.5
        try:
            with urllib.request.urlopen(f"{self.address}healthz", timeout=2):
                pass
        except (urllib.error.URLError, OSError) as problem:
            if time.monotonic() < self.deadline:
                return
            self.say("!", f"部分服务还没有就绪（{problem}），详情见 {self.address}healthz")
        self.done = True
        for line in ("", f"编制平台已启动：{self.address}", *_demo_lines(), "按 Ctrl-C 停止。", ""):
            self.say("", line)


def _demo_lines() -> list[str]:
    if not settings.DEMO:
        return []
    try:
        demo = import_module("apps.accounts.demo")  # only when demo accounts are wanted
    except ModuleNotFoundError:
        return []
    accounts = demo.demo_accounts()
    if not accounts:
        return []
    return ["演示账号（角色  用户名  密码）："] + [
        f"  {role}  {username}  {password}" for role, username, password in accounts
    ]


def _free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), port))
        except OSError:
            return False
    return True
