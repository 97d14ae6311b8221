"""backup: database and files in one file, checked afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.core.backups import making, reading
from apps.core.backups.errors import BackupRefused


class Command(BaseCommand):
    help = "备份数据库和全部文件；--check 只核对一份已有的备份。密钥不在备份里，须另行保管。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, help="存放目录，默认见 BIANZHI_BACKUP_DIR")
        parser.add_argument("--keep", type=int, help="只保留最近几份（默认全部保留）")
        parser.add_argument("--check", type=Path, metavar="FILE", help="核对这份备份，不做新的")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["keep"] is not None and options["keep"] < 1:
            raise CommandError("--keep 至少为 1。")
        folder = (options["to"] or settings.BIANZHI_BACKUP_DIR).absolute()
        try:
            file = options["check"] or making.make(folder, keep=options["keep"])
            manifest = reading.check(file)
        except BackupRefused as refusal:
            if not options["check"] and folder.is_dir():
                making.note(folder, ok=False, problem=str(refusal))
            raise CommandError(str(refusal)) from None
        rows = sum(manifest.tables.values())
        self.stdout.write(
            f"{file}：{file.stat().st_size / 1e6:,.1f} MB，{rows} 行数据，"
            f"{len(manifest.members) - 1} 个文件，逐字节核对无误。"
        )
