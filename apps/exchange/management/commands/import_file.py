"""`import_file KIND FILE`: the wizard's road, from the command line (design §10)."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from apps.accounts.system import SYSTEM
from apps.core.imports import KINDS, ImportKind, RefusedByRegister
from apps.core.sheets import Fault, Faults, Mapping, Refused, Report
from apps.core.sheets.mapping import from_json
from apps.exchange import layouts, runs, services
from apps.exchange.models import ImportSource
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


def mapping_of(text: str | None, kind: str, actor: Any) -> Mapping | None:
    """Return the mapping named or in the file; headers may stand for fields in the file."""
    if text is None:
        return None
    path = Path(text)
    if path.suffix.lower() != ".json":
        mine = ImportSource.objects.visible_to(actor).filter(kind=kind, name=text)
        source = mine.order_by("-used_at", "-pk").first()
        if source is None:
            raise CommandError(f"没有名为“{text}”的来源；对照方案也可以写在 .json 文件里")
        return from_json(source.mapping)
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"), object_pairs_hook=_once)
        mapping = from_json(content)
    except OSError as error:
        raise CommandError(f"找不到文件 {path}") from error
    except ValueError as error:
        raise CommandError(f"对照方案 {path.name} 读不懂：{error}") from error
    fields = {column.header: column.field for column in KINDS[kind].columns(actor)}
    mapping.columns = {name: fields.get(to, to) for name, to in mapping.columns.items()}
    for part in ("fills", "copies", "days"):
        named = getattr(mapping, part)
        setattr(mapping, part, {fields.get(to, to): value for to, value in named.items()})
    return mapping


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a key that stands twice: json would keep the last and say nothing."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"「{name}」写了两次")
        found[name] = value
    return found


def unmapped(found: layouts.Foreign, kind: ImportKind, actor: Any) -> list[Fault]:
    """Return what a foreign layout lacks, as faults at its header."""
    columns = kind.columns(actor)
    headers = {column.field: column.header for column in columns}
    sheet, line = found.profile.sheet, found.profile.bottom
    given = found.proposed.given
    faults = [
        Fault(sheet, line, 0, one.header, "", f"缺少「{one.header}」这一列")
        for one in kind.missing(columns, given)
    ]
    near = "、".join(
        f"{one.letter} 列「{one.name}」→{headers[proposal.field]}"
        for one, proposal in zip(found.profile.columns, found.proposals, strict=True)
        if proposal.field
    )
    sentence = (
        "文件不是本系统的模板，没有记住的对照方案。"
        + (f"建议的对照：{near}。" if near else "没有一列认得出来。")
        + "请在导入中心对照一次，或用 --mapping 指定来源名称或 JSON 文件（报告的 mapping 即为建议）"
    )
    return [*faults, Fault(sheet, line, 0, "表头", "", sentence)]


class Command(BaseCommand):
    help = "校验并导入一个文件。不带 --commit 只校验。退出码：0 无误，2 有错误，3 文件被拒绝。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=sorted(KINDS), metavar="KIND")
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--commit", action="store_true", help="校验无误后写入")
        parser.add_argument("--actor", help="以这个账户的权限导入；不写则为系统")
        parser.add_argument("--under", metavar="UNIT_CODE", help="导入到这个机构之下")
        parser.add_argument(
            "--mapping", metavar="NAME|FILE.json", help="外来文件的对照：来源名称，或一个 JSON 文件"
        )
        parser.add_argument("--report", type=Path, metavar="OUT.json", help="把报告写到这个文件")

    def handle(self, *args: Any, **options: Any) -> None:
        actor = actor_of(options["actor"])
        under = unit_of(options["under"], actor)
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"找不到文件 {path}")
        if not actor.may_anywhere(KINDS[options["kind"]].permission):
            raise CommandError("这个账户没有维护数据的权限")
        mapping = mapping_of(options["mapping"], options["kind"], actor)
        kind = KINDS[options["kind"]]
        try:
            run = runs.check(path, path.name, kind.code, user=actor, under=under, mapping=mapping)
        except Refused as refused:
            self._refused(options["report"], kind, [Fault("", 0, 0, "", "", refused.sentence)])
            self.stderr.write(refused.sentence)
            sys.exit(REFUSED)
        except layouts.Unmapped as missing:
            found = missing.found
            self._faulty(
                options["report"], kind, unmapped(found, kind, actor), found.proposed.as_json()
            )
        except layouts.BadMapping as bad:
            headers = {column.field: column.header for column in kind.columns(actor)}
            wrong = [Fault("", 0, 0, headers.get(f, "对照"), "", s) for f, s in bad.wrong]
            self._faulty(options["report"], kind, wrong, {})
        faults = run.plan.faults
        if not faults and options["commit"]:
            try:
                with transaction.atomic():
                    runs.commit(run, by=actor)
                    if run.plan.creates or run.plan.changes:
                        services.keep_command(
                            run=run, path=path, name=path.name, by=actor, under=under
                        )
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

    def _refused(
        self,
        out: Path | None,
        kind: ImportKind,
        faults: list[Fault],
        mapping: dict[str, Any] | None = None,
    ) -> None:
        listed = Faults()
        listed.extend(faults)
        content = Report(kind.code, faults=listed).as_json()
        self._report(out, content | ({"mapping": mapping} if mapping else {}))

    def _faulty(
        self, out: Path | None, kind: ImportKind, faults: list[Fault], mapping: dict[str, Any]
    ) -> NoReturn:
        """Say what stands against the layout, and stop."""
        self._refused(out, kind, faults, mapping)
        for fault in faults:
            self.stdout.write(f"  {fault.where}：{fault.message}")
        self.stdout.write("未写入任何内容。")
        sys.exit(FAULTS)

    def _report(self, out: Path | None, content: dict[str, Any]) -> None:
        if out is not None:
            out.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
