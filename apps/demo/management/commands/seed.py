"""seed demo: the invented county whose figures are those of a real one."""

from __future__ import annotations

import time
from random import Random
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from apps.core import reference
from apps.demo import checking, seeding
from apps.demo.cast import appoint_demo_accounts
from apps.demo.identities import Identities
from apps.units.models import Unit


class Command(BaseCommand):
    help = "装入演示数据：demo 为虚构的剡溪县和三个邻县。数据库里已有机构时不写入。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=("demo", "county", "city", "province"))
        parser.add_argument("--scale", type=float, default=1.0, help="county 等的大小倍数")
        parser.add_argument("--random", type=int, default=1, help="随机数种子，相同则数据相同")
        parser.add_argument(
            "--beside", action="store_true", help="数据库里已有其他机构时，仍在其旁装入"
        )

    def handle(self, *args: Any, what: str, random: int, beside: bool, **options: Any) -> None:
        if what != "demo":
            raise CommandError(f"{what} 规模的数据随下一版提供，目前可以用 seed demo。")
        if Unit.objects.filter(code=seeding.DEMO.code).exists():
            self.stdout.write(f"演示用的{seeding.DEMO.name}已经在数据库里，没有重复装入。")
            return
        if Unit.objects.exists() and not beside:
            raise CommandError(
                "数据库里已经有机构，没有写入任何内容。请在空库中装入演示数据；"
                "确要与现有机构并列，请加 --beside。"
            )
        started = time.monotonic()
        with transaction.atomic():
            self._load(random)
        self.stdout.write(f"演示数据已装入，共 {time.monotonic() - started:.1f} 秒。")

    def _load(self, random: int) -> None:
        for name, loaded in reference.load_all():
            self.stdout.write(f"  {name}：{loaded}")
        identities = Identities(Random(f"{random} 号码"))
        for spec in (seeding.DEMO, *seeding.NEIGHBOURS):
            root = seeding.seed_county(
                spec=spec,
                random=Random(f"{random} {spec.name}"),
                identities=identities,
                say=self.stdout.write,
            )
            if spec is seeding.DEMO:
                home = root
        seeding.set_office(home)
        for line in appoint_demo_accounts(home):
            self.stdout.write(f"  {line}")
        seeding.analyze()
        faults = checking.faults(seeding.DEMO, home)
        if faults:
            raise CommandError("装入的数据与约定的数字不符，已全部撤回：" + "；".join(faults))
