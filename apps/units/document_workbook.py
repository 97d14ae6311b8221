"""The register of documents as a workbook (KIND documents), with the units each concerns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone

from apps.audit import services as audit
from apps.core.copying import copy_rows, reserve_ids
from apps.core.imports import Change, ImportKind, Line, Plan, RefusedByRegister, Tell, silent
from apps.core.models import CodeValue
from apps.core.scope import roots
from apps.core.sheets import Column, Fault, Faults, Workbook, code, day, parse, text, whole_number
from apps.core.sheets.parsing import Parsed
from apps.documents import numbers
from apps.documents.choices import Secrecy
from apps.documents.models import ApprovalDocument
from apps.documents.rules import REGISTER
from apps.documents.services import CHANGEABLE

from .models import DocumentUnit, Unit

#: Columns an import compares and sets besides the number.
COMPARED = tuple(name for name in CHANGEABLE if name != "superseded_by_id")
SEPARATORS = str.maketrans("、,，;；\n", "      ")


def _number_fault(content: str) -> str | None:
    try:
        numbers.parse(content)
    except numbers.BadNumber as fault:
        return fault.sentence
    return None


@dataclass(slots=True)
class Row:
    """One document of the file. document: the registered one, or None; units: keys to link."""

    line: int
    number: str
    values: dict[str, Any]
    units: list[int]
    document: ApprovalDocument | None = None


class DocumentKind(ImportKind):
    code = "documents"
    label = "批文目录"
    sheet_name = "批文目录"
    permission = REGISTER

    def columns(self, user: Any) -> Sequence[Column]:
        return [
            Column(
                "文号",
                "number",
                text(max_length=80, check=_number_fault),
                required=True,
                aliases=("批准文号", "发文字号", "批文号"),
                help="如 嵊编发〔2015〕12号；各种括号和全角数字会自动规范",
                width=24,
            ),
            Column(
                "标题",
                "title",
                text(max_length=300),
                required=True,
                aliases=("文件标题", "题名", "文件名称"),
                width=48,
            ),
            Column(
                "发文机关",
                "issuer",
                text(max_length=120),
                required=True,
                aliases=("发文单位", "责任者"),
                width=28,
            ),
            Column(
                "发文日期",
                "issued_on",
                day(not_after=timezone.localdate),
                required=True,
                aliases=("成文日期", "日期", "批准时间"),
            ),
            Column(
                "文件类别",
                "kind_id",
                code(partial(CodeValue.objects.choices, "doc_kind")),
                required=True,
                aliases=("类别", "批文类别"),
            ),
            Column(
                "密级",
                "secrecy",
                code(Secrecy.choices, aliases={"涉密": Secrecy.CLASSIFIED.value}),
                help="不填为“内部”；涉密文件只登记目录",
            ),
            Column(
                "涉及机构编码",
                "units",
                text(max_length=4000),
                aliases=("涉及机构", "机构编码"),
                help="机构编码，多个用顿号隔开",
                width=30,
            ),
            Column("页数", "pages", whole_number(minimum=1)),
            Column("档号", "archive_no", text(max_length=60)),
            Column("盒号", "box_no", text(max_length=30)),
            Column("保管期限", "retention", text(max_length=20)),
            Column("备注", "note", text(max_length=2000, lines=True)),
        ]

    def check(
        self, book: Workbook, *, user: Any, under: Unit | None = None, tell: Tell = silent
    ) -> Plan:
        parsed = parse(book, self.columns(user))
        made = Plan(self.code, len(parsed), faults=parsed.faults, warnings=parsed.warnings)
        made.mapping = parsed.mapping
        scope = self._scope(parsed, user, under)
        tell("对照文号", 0, len(parsed))
        rows = self._read(parsed, user)
        registered = self._registered(rows, user)
        words = dict(CodeValue.objects.choices("doc_kind")) | dict(Secrecy.choices)
        for index, row in rows.items():
            found = registered.get(row.number)
            if found is None:
                made.add_new(Line(row.line, f"{row.number} {row.values.get('title', '')}"))
                continue
            if not self._may_change(found, user):
                parsed.fault(index, "number", f"{row.number} 已由其他登记范围登记，不能重复登记")
                continue
            row.document = found
            row.values = {n: v for n, v in row.values.items() if v != getattr(found, n)}
            row.units = sorted(set(row.units) - {one.unit_id for one in found.unit_links.all()})
            if row.values.get("secrecy") == Secrecy.CLASSIFIED and found.file:
                parsed.fault(index, "secrecy", "该批文已上传原件，涉密批文不得保存原件，请先核实")
            if not row.values and not row.units:
                made.same += 1
                continue
            made.add_changed(Line(row.line, row.number, _changes(row, found, words)))
        made.payload = (list(rows.values()), scope)
        return made

    def commit(self, plan: Plan, *, by: Any, tell: Tell = silent) -> None:
        rows, scope = plan.payload
        fresh = [row for row in rows if row.document is None]
        tell("写入", 0, len(rows))
        late = ApprovalDocument.objects.filter(number__in=[row.number for row in fresh])
        if number := late.values_list("number", flat=True).first():
            faults = Faults()
            sentence = f"校验之后 {number} 已由他人登记，没有写入任何内容，请重新校验后再导入"
            faults.add(Fault(self.sheet_name, 0, 0, "文号", number, sentence))
            raise RefusedByRegister(faults)
        ids = reserve_ids(ApprovalDocument, len(fresh))
        empty = {name: ApprovalDocument._meta.get_field(name).get_default() for name in COMPARED}
        copy_rows(
            ApprovalDocument,
            ["id", "number", "scope", *COMPARED],
            (
                [pk, row.number, scope, *(row.values.get(n, empty[n]) for n in COMPARED)]
                for pk, row in zip(ids, fresh, strict=True)
            ),
        )
        changed = [row for row in rows if row.document is not None and row.values]
        for row in changed:
            for name, value in row.values.items():
                setattr(row.document, name, value)
        if changed:
            touched = sorted({name for row in changed for name in row.values})
            documents = [row.document for row in changed]
            ApprovalDocument.objects.bulk_update(documents, touched, batch_size=500)
        links = [(pk, unit) for pk, row in zip(ids, fresh, strict=True) for unit in row.units]
        links += [(row.document.pk, unit) for row in rows if row.document for unit in row.units]
        DocumentUnit.objects.bulk_create(
            [DocumentUnit(document_id=document, unit_id=unit) for document, unit in links],
            ignore_conflicts=True,
            batch_size=2_000,
        )
        if fresh or changed or links:
            done = {"created": len(fresh), "changed": len(changed), "links": len(links)}
            audit.record("document.import", by=by, after=done, scope=scope)

    def rows(self, *, user: Any, under: Unit | None = None, on: Any = None) -> Iterable[Any]:
        """Yield the documents `user` may see, with the codes of the units he may see."""
        documents = ApprovalDocument.objects.visible_to(user).order_by("issued_on", "pk")
        seen = Unit.objects.visible_to(user)
        if under is not None:
            seen = seen.under(under)
            linked = DocumentUnit.objects.filter(unit__in=seen.order_by().values("pk"))
            documents = documents.filter(pk__in=linked.values("document"))
        if on is not None:
            documents = documents.filter(issued_on__lte=on)
        links = DocumentUnit.objects.filter(unit__in=seen.order_by().values("pk"))
        links = links.select_related("unit").order_by("scope")
        documents = documents.prefetch_related(Prefetch("unit_links", links, to_attr="shown_links"))
        for one in documents.iterator(chunk_size=2_000):
            codes = [link.unit.code for link in one.shown_links if link.unit.code]
            yield (
                one.number,
                one.title,
                one.issuer,
                one.issued_on,
                one.kind_id,
                one.secrecy,
                "、".join(codes),
                one.pages,
                one.archive_no,
                one.box_no,
                one.retention,
                one.note,
            )

    # -- parts of the check -------------------------------------------------------------------
    def _scope(self, parsed: Parsed, user: Any, under: Unit | None) -> str:
        """Return the path of the office that registers; a fault when it is not clear."""
        if under is not None:
            return under.path
        tops = roots(user.subtrees(self.permission))
        if len(tops) != 1:
            sentence = "您维护多个登记范围，请选择登记在哪个机构"
            parsed.faults.add(Fault(parsed.sheet.name, 0, 0, "", "", sentence))
            return ""
        return tops[0]

    def _read(self, parsed: Parsed, user: Any) -> dict[int, Row]:
        units = self._units(parsed, user)
        given = [name for name in COMPARED if name in parsed.given]
        rows: dict[int, Row] = {}
        lines: dict[str, int] = {}
        for index, row in enumerate(parsed.rows()):
            if not row.get("number"):
                continue
            number = numbers.normalise(row["number"])
            line = parsed.lines[index]
            if number != row["number"]:
                parsed.warn(index, "number", f"文号规范为 {number}")
            if lines.setdefault(number, line) != line:
                parsed.fault(index, "number", f"{number} 与第 {lines[number]} 行重复")
                continue
            values = {name: row[name] for name in given if row[name] is not None}
            linked = []
            for unit_code in (row.get("units") or "").translate(SEPARATORS).split():
                if unit_code in units:
                    linked.append(units[unit_code])
                else:
                    parsed.fault(index, "units", f"机构编码“{unit_code}”不在库中，请核对")
            rows[index] = Row(line, number, values, sorted(set(linked)))
        return rows

    def _units(self, parsed: Parsed, user: Any) -> dict[str, int]:
        """Return {code: key} of the units named in the file that `user` may maintain."""
        cells = [cell for cell in parsed.values.get("units", []) if cell]
        codes = {one for cell in cells for one in cell.translate(SEPARATORS).split()}
        rows = Unit.objects.granted(user, self.permission).filter(code__in=codes)
        return dict(rows.order_by().values_list("code", "pk"))

    def _registered(self, rows: dict[int, Row], user: Any) -> dict[str, ApprovalDocument]:
        found = ApprovalDocument.objects.filter(number__in=[row.number for row in rows.values()])
        return {one.number: one for one in found.prefetch_related("unit_links")}

    def _may_change(self, document: ApprovalDocument, user: Any) -> bool:
        return any(document.scope.startswith(path) for path in user.subtrees(self.permission))


def _changes(row: Row, found: ApprovalDocument, words: dict[str, str]) -> tuple[Change, ...]:
    def word(value: Any) -> str:
        return "" if value is None else words.get(str(value), str(value))

    changes = [
        Change(
            str(ApprovalDocument._meta.get_field(name).verbose_name),
            word(getattr(found, name)),
            word(value),
        )
        for name, value in row.values.items()
    ]
    if row.units:
        changes.append(Change("涉及机构", "", f"增加 {len(row.units)} 个"))
    return tuple(changes)
