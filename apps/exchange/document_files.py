"""KIND document-files: a zip of originals, registered or hung on documents without one (D-08).

The archive is read as a workbook of our own layout (one row for each file, or as the index
workbook in it says), so that check, page, confirmation and withdrawal are those of every import.
"""

from __future__ import annotations

import datetime as dt
import posixpath
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from apps.core import sheets
from apps.core.imports import Change, Line, Plan, RefusedByRegister, Tell, silent
from apps.core.models import CodeValue
from apps.core.sheets import Column, Fault, Faults, Sheet, Workbook, text
from apps.documents import files, numbers, services
from apps.documents.bundle import Bundle, BundleRefused, Named, Original, issuers, read_name
from apps.documents.errors import DocumentRefused
from apps.documents.models import ApprovalDocument
from apps.documents.refusals import sentence
from apps.units.document_workbook import DocumentKind

from .synonyms import SYNONYMS

FILE: Final = "原件"
SHEET: Final = "批文原件"
PROPOSED: Final = ("文号", "标题", "发文机关", "发文日期", "文件类别", FILE)
_INDEX: Final = re.compile(r"目录|索引|清单|登记|台账|index", re.I)
_BOOKS: Final = (".xlsx", ".xls", ".csv")
#: Words of a title → label of doc_kind; the first that stands in it counts.
_KINDS: Final = (
    ("纪要", "会议纪要"),
    ("请示", "请示"),
    ("三定", "三定规定"),
    ("职能配置", "三定规定"),
    ("更名", "机构更名"),
    ("撤销", "机构撤销"),
    ("划转", "机构编制划转"),
    ("领导职数", "领导职数"),
    ("规格", "机构规格"),
    ("增编", "编制增减"),
    ("核增", "编制增减"),
    ("核减", "编制增减"),
    ("编制", "编制增减"),
    ("设立", "机构设立"),
    ("成立", "机构设立"),
    ("函", "函"),
)


class DocumentFilesKind(DocumentKind):
    """The columns of the register of documents, and which file of the archive is the original."""

    code = "document-files"
    label = "批文原件包（zip）"
    sheet_name = SHEET
    exportable = False
    types = ("zip",)
    max_mb = 200
    grid = True

    def columns(self, user: Any) -> Sequence[Column]:
        aliases = ("文件名", "原件文件名", "附件", "扫描件", "原件文件")
        help_text = "压缩包里的文件名；不填则按文号与文件名对应"
        return [
            *super().columns(user),
            Column(FILE, "file", text(400), aliases=aliases, help=help_text, width=40),
        ]

    def guard(self, path: Path, name: str) -> None:
        try:
            Bundle(path)
        except BundleRefused as refused:
            raise sheets.Refused(refused.sentence) from refused

    def read(self, path: str | Path, name: str, *, user: Any) -> Workbook:
        """Return the archive as a workbook: as its index says, else as the names of its files."""
        try:
            bundle = Bundle(path)
            index = self._index(bundle)
            rows, notes = self._by_index(bundle, index, user) if index else ([], [])
            named = {row[FILE] for row in rows}
            rest = [name for name in bundle.members if name not in named and name != index]
        except BundleRefused as refused:
            raise sheets.Refused(refused.sentence) from refused
        if index and rest:
            notes.append(f"索引“{index}”没有列出 {len(rest)} 个文件，按文件名提出建议")
        rows += self._by_names(rest, user)
        notes += [f"“{name}”不是批文，没有读取" for name in bundle.skipped[:20]]
        headers = list(dict.fromkeys([*PROPOSED, *(key for row in rows for key in row)]))
        cells: list[list[Any]] = [headers, *([row.get(key) for key in headers] for row in rows)]
        book = Workbook("zip", [Sheet(SHEET, cells)], {"bundle": str(path)}, {}, notes)
        return book

    # -- what the archive says -----------------------------------------------------------------
    def _index(self, bundle: Bundle) -> str:
        books = [name for name in bundle.members if name.lower().endswith(_BOOKS)]
        said = [name for name in books if _INDEX.search(posixpath.basename(name))]
        bare = [name for name in books if "/" not in name and not read_name(name).number]
        found = said or (bare if len(bare) == 1 else [])
        return min(found, key=lambda name: (name.count("/"), name)) if found else ""

    def _by_index(
        self, bundle: Bundle, index: str, user: Any
    ) -> tuple[list[dict[str, Any]], list[str]]:
        columns = self.columns(user)
        synonyms = SYNONYMS["documents"]
        with bundle.opened(index) as place:
            book = sheets.read(place, posixpath.basename(index))
        profile = sheets.choose_profile(book, sheets.spellings(columns, synonyms))
        proposals = sheets.propose(profile, columns, synonyms=synonyms)
        headers = {column.field: column.header for column in columns}
        places = {
            headers[proposal.field]: one.number
            for one, proposal in zip(profile.columns, proposals, strict=True)
            if proposal.field
        }
        if "文号" not in places:
            return [], [f"索引“{index}”里没有认出“文号”一列，没有使用"]
        gone = {line for line, _ in profile.skipped}
        sheet = next(one for one in book.sheets if one.name == profile.sheet)
        files_of = _Files(name for name in bundle.members if name != index)
        rows = []
        for line in range(profile.bottom + 1, len(sheet.rows) + 1):
            row = {key: sheet.cell(line, number) for key, number in places.items()}
            if line in gone or not any(value not in (None, "") for value in row.values()):
                continue
            row[FILE] = files_of.of(row.get(FILE), row["文号"])
            rows.append(row)
        return rows, [f"按索引“{index}”登记 {len(rows)} 份"]

    def _by_names(self, names: Sequence[str], user: Any) -> list[dict[str, Any]]:
        read = {name: read_name(name) for name in names}
        visible = ApprovalDocument.objects.visible_to(user)
        known = {
            one.number: one
            for one in visible.filter(number__in=[n.number for n in read.values() if n.number])
        }
        prefixes = {n.number.split("〔")[0] for n in read.values() if "〔" in n.number}
        issued_by = issuers(visible, prefixes)
        labels = dict(CodeValue.objects.choices("doc_kind"))
        return [
            self._row(name, said, known.get(said.number), issued_by, labels)
            for name, said in sorted(read.items())
        ]

    def _row(
        self,
        name: str,
        said: Named,
        known: ApprovalDocument | None,
        issued_by: dict[str, str],
        labels: dict[str, str],
    ) -> dict[str, Any]:
        """Return one row; of a registered document what the register says, so it stays."""
        values: tuple[str, str, dt.date | None, str]
        if known is not None:
            values = (
                known.title, known.issuer, known.issued_on, labels.get(known.kind_id, "")
            )  # fmt: skip
        else:
            issuer = issued_by.get(said.number.split("〔")[0], "")
            values = (said.title, issuer, said.issued_on, _kind(said.title, set(labels.values())))
        title, issuer, issued_on, kind = values
        return dict(zip(PROPOSED, (said.number, title, issuer, issued_on, kind, name), strict=True))

    # -- check and commit ----------------------------------------------------------------------
    def check(self, book: Workbook, *, user: Any, under: Any = None, tell: Tell = silent) -> Plan:
        plan = super().check(book, user=user, under=under, tell=tell)
        rows, scope = plan.payload
        sheet = book.sheets[0]
        column = sheet.rows[0].index(FILE) + 1
        bundle = Bundle(book.properties["bundle"])
        wanted: dict[str, str] = {}  # number → member
        met: dict[str, int] = {}
        numbers_of = {row.line: row for row in rows}
        for done, line in enumerate(range(2, len(sheet.rows) + 1)):
            tell("核对原件", done, len(sheet.rows))
            name = str(sheet.cell(line, column) or "").strip()
            if not name:
                continue
            wrong = self._wrong(bundle, name)
            if name in met:
                wrong = f"与第 {met[name]} 行是同一个文件"
            met.setdefault(name, line)
            row = numbers_of.get(line)
            document = row.document if row is not None else None
            if document is not None and document.secrecy == "classified":
                wrong = "该批文是涉密的，只登记目录，不得上传原件"
            if wrong:
                base = posixpath.basename(name)
                plan.faults.add(Fault(sheet.name, line, column, FILE, base, wrong))
            elif row is not None and document is not None and document.file:
                message = f"{document.number} 已有原件，没有替换"
                plan.warnings.add(Fault(sheet.name, line, column, FILE, name, message))
            elif row is not None:
                wanted[row.number] = name
                if document is not None and not row.values and not row.units:
                    plan.same -= 1
                    plan.add_changed(Line(line, row.number, (Change(FILE, "", name),)))
        plan.payload = (rows, scope, bundle, wanted)
        return plan

    def _wrong(self, bundle: Bundle, name: str) -> str:
        """Say what is wrong with a file of the archive, "" when nothing is."""
        if name not in bundle.members:
            return "压缩包里没有这个文件，请核对文件名，或清空本格只登记目录"
        base = posixpath.basename(name)
        if mark := files.secret_mark(base):
            return f"文件名含“{mark}”。本平台在非涉密网络运行，涉密文件不得上传，请清空本格"
        try:
            with bundle.opened(name) as place:
                files.check_kind(base, place)
        except DocumentRefused as refusal:
            return sentence(refusal)
        except BundleRefused as refused:
            return refused.sentence
        return ""

    def commit(self, plan: Plan, *, by: Any, tell: Tell = silent) -> None:
        rows, scope, bundle, wanted = plan.payload
        plan.payload = (rows, scope)
        super().commit(plan, by=by, tell=tell)
        documents = ApprovalDocument.objects.in_bulk(list(wanted), field_name="number")
        stored: list[str] = []
        try:
            for done, (number, name) in enumerate(wanted.items()):
                tell("保存原件", done, len(wanted))
                original = Original(bundle, name)
                services.attach(document=documents[number], file=original, by=by)
                stored.append(documents[number].file)
        except (DocumentRefused, BundleRefused) as refused:
            _discard(stored)
            faults = Faults()
            said = sentence(refused) if isinstance(refused, DocumentRefused) else refused.sentence
            faults.add(Fault(SHEET, 0, 0, FILE, posixpath.basename(name), said))
            raise RefusedByRegister(faults) from refused
        except BaseException:
            _discard(stored)
            raise


def _discard(keys: Sequence[str]) -> None:
    for key in keys:
        files.discard(key)


def _kind(title: str, labels: set[str]) -> str:
    for word, label in _KINDS:
        if word in title and label in labels:
            return label
    return "综合" if title and "综合" in labels else ""


class _Files:
    """The files of an archive, found by what an index says of them."""

    def __init__(self, names: Any) -> None:
        self.names = list(names)
        self.by_base: dict[str, str] = {}
        self.by_number: dict[str, str] = {}
        for name in self.names:
            base = posixpath.basename(name)
            for spelling in (name, base, base.rsplit(".", 1)[0]):
                self.by_base.setdefault(spelling.casefold(), name)
            if number := read_name(name).number:
                self.by_number.setdefault(number, name)

    def of(self, said: Any, number: Any) -> str:
        """Return the member an index row means; what it says when there is none such."""
        spelled = str(said or "").strip().replace("\\", "/")
        if spelled:
            return self.by_base.get(spelled.casefold(), spelled)
        try:
            return self.by_number.get(numbers.normalise(str(number)), "")
        except numbers.BadNumber:
            return ""
