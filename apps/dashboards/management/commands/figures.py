"""`figures [--under UNIT_CODE] [--on DATE] --json`: the board's own numbers (design §10)."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from apps.core import wording
from apps.dashboards.queries.summary import Summary, as_json, home_paths, summary
from apps.quotas.queries import Sums
from apps.units.models import Unit


class Command(BaseCommand):
    help = "列出一个机构及其下级的编制、实有、空编、超编和领导职数，与看板同一数据。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--under", metavar="UNIT_CODE", help="机构编码；不写为本级编办的范围")
        parser.add_argument("--on", type=_day, metavar="DATE", help="某一天，如 2015-10-31")
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        code, on = options["under"], options["on"]
        with transaction.atomic():
            paths = [_unit(code).path] if code else home_paths()
            found = summary(paths, on)
        if options["json"]:
            self.stdout.write(json.dumps(as_json(found, under=code), ensure_ascii=False, indent=2))
        else:
            self._print(found)

    def _print(self, found: Summary) -> None:
        heads = ("", "核定", "实有", "在途", "净空编", "毛空编", "超编", "超编单位")
        total = found.quotas.total
        rows: list[tuple[str, Sums, int | None]]
        rows = [(row.quota_type.label, row.sums, row.sums.over) for row in found.quotas.types]
        rows += [
            (f"小计：{family.label}", sums, None)
            for family, sums in found.quotas.families.items()
            if sums.approved or sums.actual
        ]
        rows.append(("合计", total, total.over))
        table: list[tuple[str, ...]] = [heads]
        for label, s, over in rows:
            numbers = (s.approved, s.actual, s.reserved, s.net, s.vacant, s.excess, over)
            table.append((label, *("" if n is None else str(n) for n in numbers)))
        for line in table:
            cells = [_pad(line[0], 22), *(_pad(cell, 10, right=True) for cell in line[1:])]
            self.stdout.write("".join(cells))
        posts = found.posts
        self.stdout.write(
            f"领导职数：应配 {posts.total.due}，实配 {posts.total.filled}，"
            f"超配 {posts.total.over}（{posts.over_units} 个单位），"
            f"缺配 {posts.total.short}（{posts.short_units} 个单位）"
        )
        day = wording.day(found.on) if found.on else "今日"
        self.stdout.write(
            f"{day}：单位 {found.units} 个，其中事业单位 {found.institutions} 个；"
            f"批文 {found.documents} 件；编制使用率 {total.use_rate}"
        )


def _unit(code: str) -> Unit:
    unit = Unit.objects.filter(code=code).first()
    if unit is None:
        raise CommandError(f"没有机构编码为 {code} 的机构，请核对编码")
    return unit


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"“{text}”不是日期，请按 2015-10-31 的样子填写") from None


def _pad(text: str, width: int, right: bool = False) -> str:
    """Pad to `width` columns of a terminal, where a Chinese character takes two."""
    gap = " " * max(0, width - sum(2 if ord(c) > 0x2E80 else 1 for c in text))
    return gap + text if right else text + gap
