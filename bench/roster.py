"""A roster of 100,000 people through the wizard's own job: seconds of each stage, memory at peak.

Runs on embedded servers of its own in a temporary folder. One JSON line per measurement; memory
is that of the job's process and its children together, sampled (docs/benchmarks.md).
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

ROWS = int(os.environ.get("BENCH_ROWS", "100000"))
UNITS = 2_000
LIMIT = 1 << 30  # bytes: what the issue allows
ROOT = Path(__file__).resolve().parents[1]
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂文辉玲红建国志海燕飞鹏旭"


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bianzhi-bench-") as folder:
        os.chmod(folder, 0o711)  # the database's own user passes through
        # set before the child reads its settings
        env = {
            **os.environ,
            "BIANZHI_VAR": folder,
            "DJANGO_SETTINGS_MODULE": "bianzhi.settings.dev",
        }
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=env, check=True
        )
        subprocess.run(
            [sys.executable, "-m", "bench.roster", "--here"], cwd=ROOT, env=env, check=True
        )


def here() -> None:
    """Build the county and the workbook, then import it as a job while memory is watched."""
    from bianzhi import embedded

    embedded.hold()
    import django

    django.setup()
    book = Path(os.environ["BIANZHI_VAR"]) / "roster.xlsx"
    batch = prepare(book)
    peak = Peak()
    with peak:
        start = time.perf_counter()
        finish(batch)
        whole = time.perf_counter() - start
    batch.refresh_from_db()
    seconds = batch.report["seconds"]
    line: dict[str, Any] = {
        "id": "P1-memory",
        "what": f"{ROWS} people in one job: peak memory of its processes ÷ 1 GiB",
        "ratio": round(peak.bytes / LIMIT, 3),
        "at_most": 1.0,
        "ok": peak.bytes <= LIMIT and batch.created == ROWS and batch.state == "done",
        "mib": peak.bytes >> 20,
        "seconds": {**seconds, "check and write": round(whole, 1)},
        "rows_per_second": round(ROWS / whole),
    }
    print(json.dumps(line, ensure_ascii=False), flush=True)


def prepare(book: Path) -> Any:
    """Make the county, write the workbook, upload it. Returns the batch."""
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.db import transaction

    from apps.core import outbox
    from apps.exchange import services

    user, units = county(ROWS)
    write_book(book, units, ROWS)
    outbox.ring = lambda *message: None  # no worker here: finish() is the worker
    with transaction.atomic():
        upload = SimpleUploadedFile("roster.xlsx", book.read_bytes())
        return services.upload(kind="roster", upload=upload, by=user)


def county(rows: int) -> tuple[Any, list[Any]]:
    """Make units with quotas for so many people, and who may fill them. Returns (user, units)."""
    from apps.accounts.models import User
    from apps.core import reference
    from apps.documents.models import ApprovalDocument
    from apps.quotas.models import QuotaEntry
    from apps.units.appointments import appoint
    from apps.units.models import Unit

    list(reference.load_all())
    root = Unit.objects.add_root(instance=Unit(name="测试县", entity_kind="grouping", code="T"))
    Unit.objects.bulk_create(
        Unit(
            path=Unit._get_path(root.path, 2, at + 1),
            depth=2,
            name=f"测试县第{at + 1}局",
            code=f"T{at + 1:05d}",
            entity_kind="body",
            nature_id="nature.101" if at % 3 == 0 else "nature.104",
        )
        for at in range(UNITS)
    )
    Unit.objects.filter(pk=root.pk).update(numchild=UNITS)
    units = list(Unit.objects.bodies())
    document = ApprovalDocument.objects.create(
        number="测编〔2011〕1号",
        title="核定编制",
        issuer="测试县编委",
        issued_on=dt.date(2011, 1, 1),
        kind_id="doc_kind.21",
        scope=root.path,
    )
    QuotaEntry.objects.bulk_create(
        QuotaEntry(
            unit=unit,
            quota_type_id=kind_of(unit),
            change=2 * rows // UNITS + 10,
            kind="baseline",
            on=dt.date(2011, 1, 1),
            document=document,
            reason="期初核定",
        )
        for unit in units
    )
    user = User.objects.create_user("bench", None, name="测量")
    appoint(user=user, role="office_clerk", unit=root, by=None)
    return User.objects.get(pk=user.pk), units


def kind_of(unit: Any) -> str:
    return "quota_type.10" if unit.nature_id == "nature.101" else "quota_type.21"


def write_book(book: Path, units: list[Any], count: int) -> None:
    from apps.core import identity
    from apps.core.sheets import Column, text, write_rows

    headers = (
        "姓名 公民身份号码 性别 出生年月 民族 籍贯 政治面貌 参加工作时间 学历 毕业院校 专业 "
        "联系电话 编制所在单位编码 编制所在单位 编制类型 人员状态 人员身份 入编时间 进入方式 "
        "职务 双肩挑 工资统发"
    ).split()
    chance = random.Random(1)

    def rows() -> Iterator[tuple[Any, ...]]:
        numbers: set[str] = set()
        while len(numbers) < count:
            born = dt.date(1967, 1, 1) + dt.timedelta(days=chance.randrange(12_000))
            first = f"330683{born:%Y%m%d}{chance.randrange(1000):03d}"
            if first in numbers:
                continue
            unit = units[len(numbers) % UNITS]
            numbers.add(first)
            admin = unit.nature_id == "nature.101"
            began = born + dt.timedelta(days=8_100 + chance.randrange(900))
            yield (
                chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=2)),
                first + identity.check_char(first),
                "男" if int(first[16]) % 2 else "女",
                f"{born:%Y-%m}",
                "汉族",
                "浙江嵊州",
                "群众",
                f"{began:%Y-%m-%d}",
                "大学本科毕业",
                "越州学院",
                "行政管理",
                f"1300000{len(numbers) % 10_000:04d}",
                unit.code,
                unit.name,
                "行政编制" if admin else "事业编制（全额）",
                "在职在岗",
                "综合管理类公务员" if admin else "事业管理人员",
                f"{began + dt.timedelta(days=30):%Y-%m-%d}",
                "考试录用" if admin else "公开招聘",
                "科员",
                "否",
                "是",
            )

    write_rows(book, [Column(h, h, text()) for h in headers], rows(), sheet_name="花名册")


def finish(batch: Any) -> None:
    """Be the worker: check, confirm, write."""
    from django.db import transaction

    from apps.core import outbox
    from apps.core.models import OutboxMessage
    from apps.exchange import services

    outbox.run(OutboxMessage.objects.get(key=f"job:{batch.job_id}").pk)
    batch.refresh_from_db()
    if batch.state != "clean":
        raise SystemExit(f"{batch.state}: {batch.sentence} {batch.report.get('faults', [])[:3]}")
    with transaction.atomic():
        batch = services.confirm(batch=batch, by=batch.owner)
    outbox.run(OutboxMessage.objects.get(key=f"job:{batch.job_id}").pk)


class Peak:
    """Watches this process and its children, but not the servers it holds."""

    def __enter__(self) -> Peak:
        self.bytes = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        me = psutil.Process()
        while not self._stop.wait(0.05):
            total = 0
            for process in [me, *me.children(recursive=True)]:
                try:
                    if process.name().startswith(("postgres", "valkey")):
                        continue
                    total += process.memory_info().rss
                except psutil.Error:
                    continue
            self.bytes = max(self.bytes, total)


if __name__ == "__main__":
    here() if "--here" in sys.argv else main()
