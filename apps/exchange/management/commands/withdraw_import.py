"""`withdraw_import BATCH`: undo a written batch, as its page does."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from apps.exchange import services
from apps.exchange.errors import BatchNotReady, NotWithdrawn
from apps.exchange.models import ImportBatch

from .import_file import actor_of

REFUSED = 2


class Command(BaseCommand):
    help = "撤回一个已写入的导入批次：全部或全不。退出码：0 已撤回，2 有障碍，未撤回。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("batch", metavar="BATCH", help="批次号（批次页网址中的一段）")
        parser.add_argument("--actor", help="以这个账户的权限撤回；不写则为系统")
        parser.add_argument("--report", type=Path, metavar="OUT.json", help="把报告写到这个文件")

    def handle(self, *args: Any, **options: Any) -> None:
        actor = actor_of(options["actor"])
        rows = ImportBatch.objects.visible_to(actor) if actor.pk else ImportBatch.objects.all()
        try:
            batch = rows.filter(pk=options["batch"]).first()
        except (ValidationError, ValueError):
            batch = None
        if batch is None:
            raise CommandError(f"没有批次“{options['batch']}”")
        try:
            with transaction.atomic():
                batch = services.withdraw_now(batch=batch, by=actor)
        except BatchNotReady as refused:
            raise CommandError(
                f"这批数据现在是“{refused.batch.get_state_display()}”，没有撤回"
            ) from refused
        except NotWithdrawn as refused:
            self.stderr.write(refused.sentence)
            for one in refused.obstacles:
                self.stderr.write(f"  {' '.join(filter(None, one.values()))}")
            sys.exit(REFUSED)
        if options["report"] is not None:
            content = json.dumps(batch.report, ensure_ascii=False, indent=1)
            options["report"].write_text(content, encoding="utf-8")
        self.stdout.write(f"已撤回 {batch.report['withdrawn']} 行。")
