"""audit_verify: check every seal over the audit events; exit 1 and name the first bad row."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.audit import sealing, services
from apps.core.keys import KeysRefused


class Command(BaseCommand):
    help = "校验全部审计封存：逐号核对封存链、锚文件和每一行审计记录，不符时指出第一处并以 1 退出"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seal", action="store_true", help="先封存已结束的事项，再校验")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["seal"]:
                self.stdout.write(f"新封存 {sealing.seal()} 条。")
            verdict = services.verify_seals(by=None)
        except KeysRefused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(
            f"封存 {verdict.seals} 号，审计记录 {verdict.events} 条，"
            f"尚未封存 {verdict.unsealed} 条。"
        )
        for problem in verdict.problems:
            self.stdout.write(f"不符：{problem.sentence}。")
        if not verdict.is_clean:
            sys.exit(1)
        self.stdout.write("全部相符。")
