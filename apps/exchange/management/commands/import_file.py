"""`import_file KIND FILE`: the wizard's road, from the command line (design §10)."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.accounts.system import SYSTEM
from apps.core.imports import KINDS, RefusedByRegister
from apps.core.sheets import Refused
from apps.exchange import runs
from apps.units.models import Unit

CLEAN, FAULTS, REFUSED = 0, 2, 3
SHOWN = 50


def actor_of(username: str | None) -> Any:
    """Return the named account, or the system itself."""
    if username is None:
        return SYSTEM
    user = get_user_model().objects.filter(username=username, is_active=True).first()
    if user is None:
        raise CommandError(f"没有启用的账户“{username}”")
    return user


def unit_of(code: str | None, actor: Any) -> Unit | None:
    if code is None:
        return None
    unit = Unit.objects.visible_to(actor).filter(code=code).first()
    if unit is None:
        raise CommandError(f"没有编码为“{code}”的机构")
    return unit


class Command(BaseCommand):
    help = "校验并导入一个文件。不带 --commit 只校验。退出码：0 无误，2 有错误，3 文件被拒绝。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=sorted(KINDS), metavar="KIND")
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--commit", action="store_true", help="校验无误后写入")
        parser.add_argument("--actor", help="以这个账户的权限导入；不写则为系统")
        parser.add_argument("--under", metavar="UNIT_CODE", help="导入到这个机构之下")
        parser.add_argument("--report", type=Path, metavar="OUT.json", help="把报告写到这个文件")

    def handle(self, *args: Any, **options: Any) -> None:
        actor = actor_of(options["actor"])
        under = unit_of(options["under"], actor)
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"找不到文件 {path}")
        if not actor.may_anywhere(KINDS[options["kind"]].permission):
            raise CommandError("这个账户没有维护数据的权限")
        try:
            run = runs.check(path, path.name, options["kind"], user=actor, under=under)
        except Refused as refused:
            empty = {"kind": options["kind"], "rows": 0, "created": 0, "changed": 0}
            refusal = {
                "sheet": "",
                "row": 0,
                "column": "",
                "value": "",
                "message": refused.sentence,
            }
            self._report(
                options["report"],
                {**empty, "unchanged": 0, "withdrawn": None, "faults": [refusal], "warnings": []}
                | {"seconds": {}},
            )
            self.stderr.write(refused.sentence)
            sys.exit(REFUSED)
        faults = run.plan.faults
        if not faults and options["commit"]:
            try:
                runs.commit(run, by=actor)
            except RefusedByRegister as refused:
                faults = run.report.faults = refused.faults
        self._report(options["report"], run.report.as_json())
        plan = run.plan
        self.stdout.write(
            f"{run.kind.label}：{plan.rows} 行，新增 {plan.creates}，变更 {plan.changes}，"
            f"不变 {plan.same}，错误 {len(faults)}，提示 {len(plan.warnings)}"
        )
        for fault in faults.sorted()[:SHOWN]:
            self.stdout.write(f"  {fault.where}：{fault.message}（{fault.value}）")
        if len(faults) > SHOWN:
            self.stdout.write(f"  另有 {len(faults) - SHOWN} 处")
        if faults:
            self.stdout.write("未写入任何内容。")
            sys.exit(FAULTS)
        self.stdout.write("已写入。" if options["commit"] else "仅校验，未写入；加 --commit 写入。")

    def _report(self, out: Path | None, content: dict[str, Any]) -> None:
        if out is not None:
            out.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
