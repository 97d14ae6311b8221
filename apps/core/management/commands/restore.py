"""restore: a backup takes the place of database and files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.core.backups import restoring
from apps.core.backups.errors import BackupRefused


class Command(BaseCommand):
    help = "从备份恢复数据库和文件。先放好做备份时的密钥（BIANZHI_KEYS_DIR），并停止平台。"
    requires_system_checks: list[str] = []  # no tables, perhaps no keys yet: it says so itself

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--replace", action="store_true", help="已有数据时也恢复，原有数据改名保留"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            manifest = restoring.restore(
                options["file"].absolute(), replace=options["replace"], say=self.stdout.write
            )
        except BackupRefused as refusal:
            raise CommandError(str(refusal)) from None
        rows = sum(manifest.tables.values())
        self.stdout.write(f"已恢复 {manifest.made_at} 的备份：{rows} 行数据。")
        if "check_facts" in get_commands():
            call_command("check_facts", stdout=self.stdout)
