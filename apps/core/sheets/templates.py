"""The workbook an office fills in: locked headers, drop-downs, notes, and a mark of its version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .columns import Column
from .kinds import Kind, whole_number
from .kinds import text as text_kind
from .lookups import code as code_kind
from .lookups import ref
from .safecell import Written, safe_text, xml_text
from .workbook import Workbook, letter
from .writing import Target, sheet_title

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

CODE_PROPERTY, VERSION_PROPERTY = "TemplateCode", "TemplateVersion"
GUIDE, DICTIONARY = "填写说明", "字典"
LAST_LINE = 200_000
LIST_LENGTH = 20_000  # longer lists are no help in a drop-down
EXAMPLE_MARK = "示例："


def write_template(
    out: Target,
    columns: Sequence[Column],
    *,
    title: str,
    code: str,
    version: int,
    notes: Sequence[str] = (),
    dictionaries: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """Write the template of a sheet as xlsx.

    code, version  kept as custom document properties; an upload is recognised by them
    notes          sentences for the 填写说明 sheet, above the table of columns
    dictionaries   further lists for the reader to look things up in: name → labels
    Line 1 is the header (locked), line 2 an example that an upload skips.
    """
    from openpyxl import Workbook as Book  # 0.2 s to import, needed only here
    from openpyxl.packaging.custom import IntProperty, StringProperty

    book = Book()
    book.remove(book.worksheets[0])
    sheet = book.create_sheet(sheet_title(title))
    guide = book.create_sheet(GUIDE)
    lists = book.create_sheet(DICTIONARY)
    _Template(sheet, columns).write(_write_lists(lists, columns, dictionaries or {}))
    _write_guide(guide, columns, title, version, notes)
    lists.sheet_state = "veryHidden"
    for protected in (guide, lists):
        protected.protection.sheet = True
    book.custom_doc_props.append(StringProperty(name=CODE_PROPERTY, value=code))
    book.custom_doc_props.append(IntProperty(name=VERSION_PROPERTY, value=version))
    book.active = 0
    book.save(out)


def _put(cell: Any, value: str) -> None:
    cell.value = xml_text(safe_text(value, Written()))
    cell.data_type = "s"
    cell.number_format = "@"


def _write_lists(
    sheet: Worksheet, columns: Sequence[Column], dictionaries: Mapping[str, Sequence[str]]
) -> dict[str, str]:
    """Fill the dictionary sheet. Returns field → the range a drop-down refers to."""
    ranges: dict[str, str] = {}
    wanted: list[tuple[str, str, Sequence[str]]] = []
    for column in columns:
        listed = column.reader.fresh().listed()
        if listed and len(listed) <= LIST_LENGTH:
            wanted.append((column.field, column.header, listed))
    wanted += [("", name, labels) for name, labels in dictionaries.items()]
    for number, (name, header, labels) in enumerate(wanted, start=1):
        _put(sheet.cell(1, number), header)
        for line, label in enumerate(labels, start=2):
            _put(sheet.cell(line, number), label)
        if name:
            at = letter(number)
            ranges[name] = f"'{DICTIONARY}'!${at}$2:${at}${len(labels) + 1}"
    return ranges


class _Template:
    """The sheet to be filled in."""

    def __init__(self, sheet: Worksheet, columns: Sequence[Column]) -> None:
        self.sheet, self.columns = sheet, columns

    def write(self, ranges: Mapping[str, str]) -> None:
        sheet = self.sheet
        for number, column in enumerate(self.columns, start=1):
            self._column_style(number, column)
            self._header(number, column)
            self._example(number, column)
            self._validation(number, column, ranges.get(column.field))
        sheet.freeze_panes = "A2"
        sheet.row_dimensions[1].height = 32
        guard = sheet.protection
        guard.sheet = True
        # False means allowed: without these a clerk could not even widen a column.
        guard.formatCells = guard.formatColumns = guard.formatRows = False
        guard.insertRows = guard.deleteRows = guard.sort = guard.autoFilter = False
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.paperSize = 9
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.page_setup.fitToHeight = 0
        sheet.print_title_rows = "1:1"

    def _column_style(self, number: int, column: Column) -> None:
        """Style whole columns: cells that are not there yet are unlocked and text too."""
        from openpyxl.styles import Protection

        dimension = self.sheet.column_dimensions[letter(number)]
        dimension.width = column.display_width()
        dimension.number_format = column.reader.number_format
        dimension.protection = Protection(locked=column.locked)

    def _header(self, number: int, column: Column) -> None:
        from openpyxl.comments import Comment
        from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

        cell = self.sheet.cell(1, number)
        _put(cell, column.header + ("*" if column.required else ""))
        side = Side(style="thin")
        cell.font = Font(bold=True, color="FFC00000" if column.required else None)
        cell.fill = PatternFill("solid", fgColor="FFDCE6F1")
        cell.border = Border(left=side, right=side, top=side, bottom=side)
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        cell.comment = Comment(xml_text(_hint(column)), "模板", height=110, width=260)

    def _example(self, number: int, column: Column) -> None:
        from openpyxl.styles import Font

        content = column.example
        if number == 1:
            content = EXAMPLE_MARK + content
        cell = self.sheet.cell(2, number)
        _put(cell, content)
        cell.font = Font(italic=True, color="FF7F7F7F")
        from openpyxl.styles import Protection

        cell.protection = Protection(locked=False)

    def _validation(self, number: int, column: Column, source: str | None) -> None:
        from openpyxl.worksheet.datavalidation import DataValidation

        kind = column.reader
        rule: DataValidation | None = None
        if source is not None:
            rule = DataValidation(type="list", formula1=source, allow_blank=True)
            rule.error = "请从下拉列表中选择"
            # A code or full name outside the list may be right too: warn, but let it stand.
            rule.errorStyle = "stop" if _closed(kind) else "warning"
        elif isinstance(kind, whole_number):
            low = -999_999_999 if kind.minimum is None else kind.minimum
            high = 999_999_999 if kind.maximum is None else kind.maximum
            rule = DataValidation(
                type="whole", operator="between", formula1=str(low), formula2=str(high)
            )
            rule.error = f"请填{kind.described()}"
        elif isinstance(kind, text_kind) and kind.max_length:
            rule = DataValidation(
                type="textLength", operator="lessThanOrEqual", formula1=str(kind.max_length)
            )
            rule.error = f"最多 {kind.max_length} 个字"
        if rule is None:
            return
        rule.allow_blank, rule.showErrorMessage, rule.errorTitle = True, True, column.header[:32]
        rule.add(f"{letter(number)}2:{letter(number)}{LAST_LINE}")
        self.sheet.add_data_validation(rule)


def _closed(kind: Kind) -> bool:
    return not isinstance(kind, ref | code_kind)


def _hint(column: Column) -> str:
    """Return what a header's comment says."""
    parts = ["必填。" if column.required else "可空。", f"{column.reader.described()}。"]
    if column.help:
        parts.append(column.help)
    if column.example:
        parts.append(f"示例：{column.example}")
    return "\n".join(parts)


def _write_guide(
    sheet: Worksheet,
    columns: Sequence[Column],
    title: str,
    version: int,
    notes: Sequence[str],
) -> None:
    from openpyxl.styles import Alignment, Font

    sheet.column_dimensions["A"].width = 24
    sheet.column_dimensions["B"].width = 8
    sheet.column_dimensions["C"].width = 28
    sheet.column_dimensions["D"].width = 60
    sheet.column_dimensions["E"].width = 28
    _put(sheet.cell(1, 1), f"{title} 填写说明（第 {version} 版）")
    sheet.cell(1, 1).font = Font(bold=True, size=14)
    general = [
        "带 * 的列必须填写；不要改动表头文字，列的先后可以调整。",
        "第 2 行是示例，上传时会自动略过，可以删除。",
        "所有单元格按文本填写，不要使用公式；编号和证件号码不会丢失前面的 0。",
        "上传后先核对，有错的地方会在退回的表里逐格标明，改好后再传。",
    ]
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToHeight = 0
    line = 2
    for number, note in enumerate([*general, *notes], start=1):
        line += 1
        _put(sheet.cell(line, 1), f"{number}. {note}")
    line += 2
    for at, header in enumerate(("列", "必填", "填写内容", "说明", "示例"), start=1):
        _put(sheet.cell(line, at), header)
        sheet.cell(line, at).font = Font(bold=True)
    for column in columns:
        line += 1
        texts = (
            column.header,
            "是" if column.required else "",
            column.reader.described(),
            column.help,
            column.example,
        )
        for at, content in enumerate(texts, start=1):
            _put(sheet.cell(line, at), content)
            sheet.cell(line, at).alignment = Alignment(wrap_text=True, vertical="top")


def template_of(book: Workbook) -> tuple[str, int] | None:
    """Return code and version of the template a workbook was made from, None if from none."""
    name = book.properties.get(CODE_PROPERTY)
    version = book.properties.get(VERSION_PROPERTY, "")
    if not name or not version.isdigit():
        return None
    return name, int(version)


def template_warning(
    book: Workbook, code: str, version: int, titles: Mapping[str, str] | None = None
) -> str | None:
    """Return a sentence if the workbook comes from an older or another template, else None."""
    found = template_of(book)
    if found is None or found == (code, version):
        return None
    if found[0] != code:
        name = (titles or {}).get(found[0], found[0])
        return f"这个文件是用「{name}」的模板填的，请确认上传到了正确的地方"
    if found[1] < version:
        return (
            f"这个文件用的是第 {found[1]} 版模板，现行是第 {version} 版；"
            "新增的列将按未填处理，建议下载新模板"
        )
    return f"这个文件用的是第 {found[1]} 版模板，比系统现行的第 {version} 版还新，请核对"
