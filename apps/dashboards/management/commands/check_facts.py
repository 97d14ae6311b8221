"""`check_facts`: every derived figure from the facts again; exit 1 on any drift (design §10)."""

from __future__ import annotations

import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.dashboards.facts import drifts


class Command(BaseCommand):
    help = "从台账、在编和职数记录重新计算所有汇总数，与库存逐项核对；有出入时退出码为 1。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--limit", type=int, default=1000, help="每项最多列出多少条（默认 1000）"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        # Each check is one statement, so one snapshot: writers may go on meanwhile.
        found = list(drifts(options["limit"], self._progress))
        for drift in found:
            self.stdout.write(f"  {drift}")
        seconds = time.monotonic() - started
        if found:
            self.stderr.write(f"有 {len(found)} 处出入，用时 {seconds:.1f} 秒")
            sys.exit(1)
        self.stdout.write(f"全部一致，用时 {seconds:.1f} 秒")

    def _progress(self, check: str, count: int) -> None:
        self.stdout.write(f"{check}：{'一致' if count == 0 else f'{count} 处出入'}")
