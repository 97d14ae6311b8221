"""`export_file KIND OUT.xlsx --actor USERNAME`: what that user may see (design §10)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from apps.audit import services as audit
from apps.core import sheets
from apps.core.imports import KINDS

from .import_file import actor_of, unit_of


class Command(BaseCommand):
    help = "按某个账户的权限导出一个登记册。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=sorted(KINDS), metavar="KIND")
        parser.add_argument("out", type=Path, metavar="OUT.xlsx")
        parser.add_argument("--actor", required=True, help="以这个账户的权限导出")
        parser.add_argument("--under", metavar="UNIT_CODE", help="只导出这个机构及其下级")
        parser.add_argument("--on", type=dt.date.fromisoformat, metavar="DATE", help="看某一天")

    def handle(self, *args: Any, **options: Any) -> None:
        actor = actor_of(options["actor"])
        under = unit_of(options["under"], actor)
        kind = KINDS[options["kind"]]
        if not kind.exportable:
            raise CommandError(f"{kind.label}不能导出")
        with transaction.atomic():
            written = sheets.write_rows(
                options["out"],
                kind.columns(actor),
                kind.rows(user=actor, under=under, on=options["on"]),
                sheet_name=kind.sheet_name or kind.label,
            )
            audit.record("export.run", by=actor, after={"list": kind.label, "rows": written.rows})
        self.stdout.write(f"{kind.label}：{written.rows} 行，写到 {options['out']}")
