"""seed: invented counties; `demo` is the one whose figures are those of a real record."""

from __future__ import annotations

import time
from random import Random
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from apps.checks import services as checks
from apps.core import reference
from apps.demo import cases, checking, contradictions, seeding, specs
from apps.demo.cast import appoint_demo_accounts, bureau_of
from apps.demo.plan import CountySpec
from apps.quotas import dated
from apps.units.models import Unit

SMALLEST = 0.3


class Command(BaseCommand):
    help = (
        "装入虚构的数据。demo：剡溪县和三个邻县，数字与约定完全一致；county：一个县；city：约十个县；"
        "province：约一百一十个县，可中断后续装。数据库里已有其他机构时不写入。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=("demo", "county", "city", "province"))
        parser.add_argument(
            "--scale", type=float, default=1.0, help="每个县的大小倍数，0.3 以上；demo 不用"
        )
        parser.add_argument("--random", type=int, default=1, help="随机数种子，相同则数据相同")
        parser.add_argument(
            "--beside", action="store_true", help="数据库里已有其他机构时，仍在其旁装入"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.seed = options["random"]
        self.started = time.monotonic()
        if options["scale"] < SMALLEST:
            raise CommandError(f"--scale 不能小于 {SMALLEST}，请改大后重新运行。")
        if options["what"] == "demo":
            self._demo(options["beside"])
        else:
            self._counties(options["what"], options["scale"], options["beside"])

    def _random(self, purpose: str) -> Random:
        return Random(f"{self.seed} {purpose}")  # noqa: S311 - invented data, to be repeated

    def _stage(self, sentence: str) -> None:
        self.stdout.write(f"{sentence}（{time.monotonic() - self.started:.1f} 秒）")

    def _refuse_others(self, beside: bool) -> None:
        if Unit.objects.exists() and not beside:
            raise CommandError(
                "数据库里已经有机构，没有写入任何内容。请在空库中装入演示数据；"
                "确要与现有机构并列，请加 --beside。"
            )

    def _reference(self) -> None:
        for name, loaded in reference.load_all():
            self.stdout.write(f"  {name}：{loaded}")
        self._stage("基础数据已就绪")

    # -- demo ------------------------------------------------------------------------------------

    @transaction.atomic
    def _demo(self, beside: bool) -> None:
        if Unit.objects.filter(code=specs.DEMO.code).exists():
            self.stdout.write(f"演示用的{specs.DEMO.name}已经在数据库里，没有重复装入。")
            return
        self._refuse_others(beside)
        self._reference()
        share = specs.FIRST_SHARE["demo"]
        home = self._county(specs.DEMO, share)
        neighbours = [
            self._county(spec, share + place) for place, spec in enumerate(specs.NEIGHBOURS, 1)
        ]
        seeding.set_office(home)
        for sentence in appoint_demo_accounts(home):
            self._stage(sentence)
        contradictions.plant(home, seeding.latest_day())
        seeding.analyze()
        filed = cases.plant(
            home,
            bureau_of(home),
            timezone.localdate(),
            specs.DEMO.mark,
            bureau_of(neighbours[0]),
        )
        self._stage(f"办理中的办件 {len(filed)} 件")
        faults = checking.faults(specs.DEMO, home)
        if faults:
            raise CommandError("装入的数据与约定的数字不符，已全部撤回：" + "；".join(faults))
        checks.refresh_statistics()
        found = checks.check_all(kind="asked").found
        self._stage(f"月度统计已算好，数据校核查出 {found} 个问题")
        self._stage("演示数据已装入，各项数字核对一致")

    # -- any number of counties ------------------------------------------------------------------

    def _counties(self, what: str, scale: float, beside: bool) -> None:
        """Load county by county, each in its own transaction; what is there already stays."""
        top = {"county": "33B", "city": "33C", "province": "33P"}[what]
        begun = Unit.objects.filter(code__startswith=top).exists()
        self._refuse_others(beside or begun)
        self._reference()
        names = specs.names_of_counties(self._random("县名"))
        sizes = self._random("大小")
        share = specs.FIRST_SHARE[what] - 1
        cities = specs.CITIES_OF_A_PROVINCE if what == "province" else 1
        counties = 1 if what == "county" else specs.COUNTIES_OF_A_CITY
        for city in range(1, cities + 1):
            parent: Unit | None = None
            if what == "province":
                parent = seeding.seed_grouping(name="云浙省", code=top)
            if what != "county":
                name, code = f"{next(names)[:-1]}市", f"{top}{city:02d}"
                parent = seeding.seed_grouping(name=name, code=code, parent=parent)
            for place in range(1, counties + 1):
                spec = specs.county(next(names), f"{top}{city:02d}{place:02d}", scale, sizes)
                share += 1
                if Unit.objects.filter(code=spec.code).exists():
                    continue
                self._county(spec, share, parent)
                if place == 1:
                    seeding.analyze()
        seeding.analyze()
        first = {"county": f"{top}0101", "city": f"{top}01", "province": top}[what]
        home = Unit.objects.get(code=first)
        seeding.set_office(home)
        for sentence in appoint_demo_accounts(home):
            self._stage(sentence)
        self._stage("数据已装入")

    def _county(self, spec: CountySpec, share: int, parent: Unit | None = None) -> Unit:
        root = seeding.seed_county(
            spec=spec,
            random=self._random(spec.name),
            share=share,
            parent=parent,
            say=self.stdout.write if parent is None else lambda sentence: None,
        )
        dated.refresh()
        self._stage(f"{spec.name}已装入")
        return root
