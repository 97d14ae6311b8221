"""`manage.py load_reference`: code tables, holidays, divisions from fixtures/."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.core import reference


class Command(BaseCommand):
    help = "装入代码表、节假日、行政区划；可重复执行，本地修改过的内容保持不变。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="folder", type=Path, default=reference.FIXTURES)
        parser.add_argument(
            "--overwrite", action="store_true", help="本地修改过的内容也恢复为自带内容"
        )

    def handle(self, *args: Any, folder: Path, overwrite: bool, **options: Any) -> None:
        try:
            for name, loaded in reference.load_all(folder, overwrite=overwrite):
                self.stdout.write(f"{name}：{loaded}")
        except reference.BadFixture as problem:
            raise CommandError(str(problem)) from None
