"""How the portal itself does: one line for each part, with what to do about it.

Everything is looked at when the page is opened; nothing is remembered.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from apps.audit import verifying
from apps.audit.models import AuditEvent, AuditSeal
from apps.core import health, wording
from apps.core.dictionary import holidays
from apps.core.models import Job, OutboxMessage

GREEN, AMBER, RED, GREY = "green", "amber", "red", "grey"
QUEUES = ("celery", "io", "stats", "notify")


@dataclass(frozen=True)
class Part:
    """One line. value: what is; advice: what to do, "" when nothing is."""

    label: str
    tone: str
    word: str
    value: str = ""
    advice: str = ""

    @property
    def sentence(self) -> str:
        """The line in a few words, for where there is no table around it."""
        return self.word if self.label in self.word else f"{self.label}{self.word}"


def troubled(found: list[Part]) -> list[Part]:
    """Return the parts somebody has to do something about, the worst first."""
    bad = [part for part in found if part.tone in (RED, AMBER)]
    return sorted(bad, key=lambda part: part.tone != RED)


def parts(now: dt.datetime) -> list[Part]:
    """Return the lines of the page; a part that cannot be looked at says so and hides no other."""
    asked: tuple[tuple[str, Callable[[dt.datetime], Iterator[Part]]], ...] = (
        ("数据库", _database),
        ("消息队列", _redis),
        ("待发任务", _outbox),
        ("后台任务", _jobs),
        ("磁盘", _disk),
        ("备份", _backup),
        ("审计封存", _seals),
        ("放假安排", _holidays),
        ("版本", _version),
    )
    found: list[Part] = []
    for label, ask in asked:
        try:
            found += list(ask(now))
        except (OSError, DatabaseError) as problem:
            found.append(
                Part(label, RED, "查不到", type(problem).__name__, "请查看服务器日志中的说明。")
            )
    return found


def _database(now: dt.datetime) -> Iterator[Part]:
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM clock_timestamp()), pg_database_size(current_database()), "
            "current_setting('server_version')"
        )
        clock, size, version = cursor.fetchone()
    took = (time.perf_counter() - began) * 1000
    skew = abs(float(clock) - time.time())
    yield Part(
        "数据库", GREEN, "正常", f"PostgreSQL {version}，{_size(size)}，应答 {took:.0f} 毫秒"
    )
    yield Part(
        "时间",
        GREEN if skew < 2 else AMBER if skew < 30 else RED,
        "一致" if skew < 2 else "有偏差",
        f"应用与数据库相差 {skew:.1f} 秒",
        "" if skew < 2 else "请在两台服务器上启用时间同步（NTP）；偏差大时动态口令会不对。",
    )


def _redis(now: dt.datetime) -> Iterator[Part]:
    try:
        with health.redis_client() as client:
            alive = client.exists(health.HEARTBEAT_KEY)
            ticked = client.get(health.TICK_KEY)
            waiting = {name: client.llen(name) for name in QUEUES}
    except redis.RedisError:
        advice = "请启动 Redis；其间的任务保存在数据库里，恢复后自动补办。"
        yield Part("消息队列", RED, "没有响应", "", advice)
        yield Part("后台进程", GREY, "不明", "", "消息队列恢复后再看。")
        return
    depth = sum(waiting.values())
    told = "、".join(f"{name} {count}" for name, count in waiting.items())
    yield Part(
        "消息队列",
        GREEN if depth < 500 else AMBER,
        "正常" if depth < 500 else "积压",
        f"排队 {depth}（{told}）",
        "" if depth < 500 else "请增加后台进程，或等积压消化。",
    )
    yield Part(
        "后台进程",
        GREEN if alive else RED,
        "正常" if alive else "没有响应",
        "",
        "" if alive else "请启动后台进程（worker）；导入、导出等任务会等着，不会丢失。",
    )
    age = time.time() - float(ticked) if ticked else None
    good = age is not None and age < 120
    yield Part(
        "定时任务",
        GREEN if good else RED,
        "正常" if good else "没有运行",
        f"{_span(age)}前运行过" if age is not None else "没有运行记录",
        "" if good else "请启动定时进程（beat）和后台进程；夜间校验、封存、备份都靠它。",
    )


def _outbox(now: dt.datetime) -> Iterator[Part]:
    first = OutboxMessage.objects.filter(done_at__isnull=True).order_by("pk").first()
    count = OutboxMessage.objects.filter(done_at__isnull=True).count()
    age = (now - first.created_at).total_seconds() if first else 0
    late = age > 600
    yield Part(
        "待发任务",
        AMBER if late else GREEN,
        "积压" if late else "正常",
        f"{count} 件，最早的等了 {_span(age)}" if first else "没有等待的",
        "请看后台进程是否在运行，再看“后台任务”里失败的说明。" if late else "",
    )


def _jobs(now: dt.datetime) -> Iterator[Part]:
    week = now - dt.timedelta(days=7)
    failed = Job.objects.filter(state=Job.State.FAILED, created_at__gte=week).count()
    yield Part(
        "后台任务",
        AMBER if failed else GREEN,
        f"近七天失败 {failed} 个" if failed else "近七天没有失败",
        "",
        "请在“后台任务”里看原因；因中断失败的可以重新执行。" if failed else "",
    )


def _disk(now: dt.datetime) -> Iterator[Part]:
    usage = shutil.disk_usage(settings.VAR)
    free = usage.free / usage.total
    tone = GREEN if free > 0.2 else AMBER if free > 0.1 else RED
    yield Part(
        "磁盘",
        tone,
        "充足" if tone == GREEN else "不足",
        f"剩余 {_size(usage.free)}（{free:.0%}），数据目录 {settings.VAR}",
        "" if tone == GREEN else "请清理旧备份和日志，或扩容；写满后不能再保存任何数据。",
    )


def _backup(now: dt.datetime) -> Iterator[Part]:
    place = Path(settings.BIANZHI_BACKUP_DIR) / "last.json"
    advice = "请运行 manage.py backup，并看备份目录的空间和权限。"
    if not place.exists():
        yield Part("备份", RED, "没有备份过", str(place.parent), advice)
        return
    try:
        told = json.loads(place.read_text(encoding="utf-8"))
        made = dt.datetime.fromisoformat(told["made_at"])
    except (ValueError, KeyError, TypeError):
        yield Part("备份", RED, "记录损坏", str(place), advice)
        return
    age = (now - made).total_seconds()
    if not told.get("ok"):
        yield Part("备份", RED, "上次没有成功", str(told.get("problem", ""))[:200], advice)
        return
    late = age > 26 * 3600
    value = f"{_span(age)}前，{told.get('file', '')}，{_size(told.get('bytes', 0))}"
    yield Part("备份", AMBER if late else GREEN, "过期" if late else "正常", value, advice * late)


def _seals(now: dt.datetime) -> Iterator[Part]:
    newest = AuditSeal.objects.order_by("-number").first()
    waiting = verifying.unsealed(newest)
    checked = AuditEvent.objects.filter(kind="audit.verify").first()
    if checked is not None and checked.outcome == AuditEvent.Outcome.REFUSED:
        advice = "请立即告诉审计管理员，不要自行处理。"
        yield Part("审计封存", RED, "校验不符", wording.moment(checked.at), advice)
        return
    age = (now - newest.sealed_at).total_seconds() if newest else None
    late = waiting > 0 and (age is None or age > 3600)
    told = f"最近封存 {_span(age)}前" if age is not None else "还没有封存过"
    yield Part(
        "审计封存",
        AMBER if late else GREEN,
        "没有按时封存" if late else "正常",
        f"{told}，尚未封存 {waiting} 条",
        "请看定时任务是否在运行；仍不封存的，看日志里密钥和锚文件的说明。" if late else "",
    )


def _holidays(now: dt.datetime) -> Iterator[Part]:
    years = holidays.missing(timezone.localdate(now))
    yield Part(
        "放假安排",
        AMBER if years else GREEN,
        "待录入" if years else "已录入",
        "、".join(f"{year} 年" for year in years),
        "请按国务院办公厅通知录入，未录入年份的期限按周一至周五暂算。" if years else "",
    )


def _version(now: dt.datetime) -> Iterator[Part]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    yield Part(
        "版本",
        RED if plan else GREEN,
        "数据库待升级" if plan else "一致",
        f"{settings.VERSION}" + (f"，待执行 {len(plan)} 项" if plan else ""),
        "请停止服务，备份后运行 manage.py migrate。" if plan else "",
    )


def _span(seconds: float | None) -> str:
    if seconds is None:
        return ""
    if seconds < 90:
        return f"{max(seconds, 0):.0f} 秒"
    if seconds < 5400:
        return f"{seconds / 60:.0f} 分钟"
    if seconds < 48 * 3600:
        return f"{seconds / 3600:.0f} 小时"
    return f"{seconds / 86400:.0f} 天"


def _size(count: int | float) -> str:
    for unit in ("B", "KB", "MB", "GB"):
        if count < 1024:
            return f"{count:.0f} {unit}" if unit in ("B", "KB") else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} TB"
