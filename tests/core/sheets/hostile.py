"""The catalogue of files that must be refused: name → (file name, bytes)."""

from __future__ import annotations

import struct
from collections.abc import Callable

from tests.core.sheets.archives import (
    MAIN,
    OFFICE,
    PACKAGE,
    PLAIN_ROWS,
    XML,
    Archive,
    Entry,
    book,
    book_parts,
    compound,
    deflate,
    label,
    old_stream,
    record,
    repeated,
    sheet_xml,
)

MIB = 1024 * 1024
CASES: dict[str, Callable[[], tuple[str, bytes]]] = {}


def hostile(make: Callable[[], bytes]) -> Callable[[], bytes]:
    """Register a hostile .xlsx under its function's name."""
    CASES[make.__name__] = lambda: ("名册.xlsx", make())
    return make


def hostile_as(file_name: str) -> Callable[[Callable[[], bytes]], Callable[[], bytes]]:
    """Register a hostile file under another file name."""

    def register(make: Callable[[], bytes]) -> Callable[[], bytes]:
        CASES[make.__name__] = lambda: (file_name, make())
        return make

    return register


def with_stream(packed: bytes, size: int, *, said: int | None = None) -> bytes:
    """Return a workbook whose sheet is a ready deflate stream."""
    parts = book_parts()
    parts[-1] = Entry(parts[-1].name, packed=packed, size=size if said is None else said, crc=0)
    return Archive(parts).build()


SHEET_HEAD = f'{XML}<worksheet xmlns="{MAIN}"><sheetData>'.encode()
SHEET_TAIL = b"</sheetData></worksheet>"


# --- sheets that are larger than they look ------------------------------------------------


@hostile
def corner_cells() -> bytes:
    cells = '<row r="1"><c r="A1"><v>1</v></c></row>'
    cells += '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return book(sheet_xml(cells))


@hostile
def far_column() -> bytes:
    return book(sheet_xml('<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row>'))


@hostile
def single_quoted_reference() -> bytes:
    return book(sheet_xml("<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>"))


@hostile
def reference_by_character_entity() -> bytes:
    return book(sheet_xml('<row r="1"><c r="&#88;FD1"><v>1</v></c></row>'))


@hostile
def greater_than_in_attribute() -> bytes:
    return book(sheet_xml('<row r="1" x="a>b"><c x=">" r="XFD1"><v>1</v></c></row>'))


@hostile
def reference_to_another_line() -> bytes:
    return book(sheet_xml('<row r="1"><c r="A200001"><v>1</v></c></row>'))


@hostile
def lower_case_reference() -> bytes:
    return book(sheet_xml('<row r="1"><c r="a1"><v>1</v></c></row>'))


@hostile
def reference_with_leading_zero() -> bytes:
    return book(sheet_xml('<row r="01"><c r="A01"><v>1</v></c></row>'))


@hostile
def four_letter_column() -> bytes:
    return book(sheet_xml('<row r="1"><c r="AAAA1"><v>1</v></c></row>'))


@hostile
def cells_without_reference() -> bytes:
    return book(sheet_xml('<row r="1">' + "<c><v>1</v></c>" * 300 + "</row>"))


@hostile
def rows_without_reference() -> bytes:
    return book(sheet_xml("<row><c><v>1</v></c></row>" * 200_001))


@hostile
def prefixed_elements() -> bytes:
    cells = '<x:row r="1048576"><x:c r="XFD1048576"><x:v>1</x:v></x:c></x:row>'
    sheet = f'{XML}<x:worksheet xmlns:x="{MAIN}"><x:sheetData>{cells}</x:sheetData></x:worksheet>'
    return book(sheet.encode())


@hostile
def wide_and_deep_area() -> bytes:
    cells = (
        '<row r="1"><c r="IV1"><v>1</v></c></row><row r="200000"><c r="A200000"><v>1</v></c></row>'
    )
    return book(sheet_xml(cells))


@hostile
def two_gib_of_spaces() -> bytes:
    packed, size = repeated(SHEET_HEAD, b" " * MIB, 2_048, SHEET_TAIL)
    return with_stream(packed, size)


@hostile
def two_gib_of_spaces_said_to_be_small() -> bytes:
    packed, size = repeated(SHEET_HEAD, b" " * MIB, 2_048, SHEET_TAIL)
    return with_stream(packed, size, said=4_000)


@hostile
def spaces_within_the_ratio() -> bytes:
    """Many small members, each under the ratio's threshold, together over the total."""
    packed, size = repeated(b"<a>", b" " * 1_000, 1_000, b"</a>")
    extra = [Entry(f"xl/media/p{at}.xml", packed=packed, size=size, crc=0) for at in range(400)]
    return book(extra=extra)


@hostile
def cell_of_one_gib() -> bytes:
    start = SHEET_HEAD + b'<row r="1"><c r="A1" t="inlineStr"><is><t>'
    packed, size = repeated(start, b"x" * MIB, 1_024, b"</t></is></c></row>" + SHEET_TAIL)
    return with_stream(packed, size)


@hostile
def cell_of_one_million_characters() -> bytes:
    cells = f'<row r="1"><c r="A1" t="inlineStr"><is><t>{"名" * 400_000}</t></is></c></row>'
    return book(sheet_xml(cells))


@hostile
def twenty_million_cells_in_a_row() -> bytes:
    start = SHEET_HEAD + b'<row r="1">'
    packed, size = repeated(start, b"<c/>" * 20_000, 1_000, b"</row>" + SHEET_TAIL)
    return with_stream(packed, size)


@hostile
def empty_lines_without_end() -> bytes:
    packed, size = repeated(SHEET_HEAD, b"<row/>" * 10_000, 2_000, SHEET_TAIL)
    return with_stream(packed, size)


@hostile
def thirty_million_shared_strings() -> bytes:
    start = f'{XML}<sst xmlns="{MAIN}">'.encode()
    packed, size = repeated(start, b"<si/>" * 10_000, 3_000, b"</sst>")
    return book(extra=[Entry("xl/sharedStrings.xml", packed=packed, size=size, crc=0)])


@hostile
def one_string_everywhere() -> bytes:
    """One shared string of 30,000 characters in 180,000 cells: 5 GB once written out."""
    strings = f'{XML}<sst xmlns="{MAIN}"><si><t>{"名" * 30_000}</t></si></sst>'.encode()
    rows = "".join(
        f'<row r="{line}">' + '<c t="s"><v>0</v></c>' * 18 + "</row>" for line in range(1, 10_001)
    )
    relation = f'<Relationship Id="rId9" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
    return book(sheet_xml(rows), extra=[Entry("xl/sharedStrings.xml", strings)], relations=relation)


@hostile
def merged_over_the_whole_sheet() -> bytes:
    merge = '<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    return book(sheet_xml(PLAIN_ROWS, after=merge))


@hostile
def a_million_merges() -> bytes:
    merge = "<mergeCells>" + '<mergeCell ref="A1:B1"/>' * 1_000_000 + "</mergeCells>"
    return book(sheet_xml(PLAIN_ROWS, after=merge))


@hostile
def a_million_names() -> bytes:
    names = "<definedNames>" + '<definedName name="n">1</definedName>' * 200_000 + "</definedNames>"
    return book(book_extra=names)


@hostile
def half_a_million_styles() -> bytes:
    styles = f'{XML}<styleSheet xmlns="{MAIN}"><cellXfs>' + "<xf/>" * 500_000
    return book(extra=[Entry("xl/styles.xml", f"{styles}</cellXfs></styleSheet>".encode())])


@hostile
def nested_a_hundred_thousand_deep() -> bytes:
    deep = f"{XML}<a>" + "<b>" * 100_000 + "</b>" * 100_000 + "</a>"
    return book(extra=[Entry("xl/theme/theme1.xml", deep.encode())])


@hostile
def a_thousand_sheets() -> bytes:
    more = "".join(f'<sheet name="s{at}" sheetId="{at}" r:id="rId1"/>' for at in range(2, 1_002))
    return book(book_extra=f"<sheets>{more}</sheets>")


# --- sheets in disguise -------------------------------------------------------------------

FAR = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'


@hostile
def sheet_under_another_name() -> bytes:
    return book(sheet_xml(FAR), sheet_path="media/image1.png")


@hostile
def sheet_behind_other_bytes() -> bytes:
    return book(b"PNG " + sheet_xml(FAR), sheet_path="media/image1.png")


@hostile
def sheet_data_under_another_root() -> bytes:
    return book(sheet_xml(FAR).replace(b"worksheet", b"chartsheet"))


@hostile
def sheet_root_of_no_kind() -> bytes:
    return book(f"{XML}<table/>".encode())


@hostile
def sheet_in_utf16() -> bytes:
    text = sheet_xml(FAR).decode().replace("UTF-8", "UTF-16")
    return book(b"\xff\xfe" + text.encode("utf-16-le"))


@hostile
def sheet_not_well_formed() -> bytes:
    return book(SHEET_HEAD + b"<row r='1'><c r='A1'><v>1</v></row></worksheet>")


@hostile
def sheet_as_vml() -> bytes:
    return book(SHEET_HEAD + FAR.encode() + b"<br>" + SHEET_TAIL, sheet_path="drawings/d.vml")


@hostile
def sheet_relation_missing() -> bytes:
    return book(book_extra='<sheets><sheet name="x" sheetId="2" r:id="rId77"/></sheets>')


@hostile
def sheet_part_missing() -> bytes:
    return Archive(book_parts()[:-1]).build()


@hostile
def sheet_twice() -> bytes:
    return book(sheet_xml(PLAIN_ROWS, after=f"<worksheet><sheetData>{FAR}</sheetData></worksheet>"))


@hostile
def macro_sheet() -> bytes:
    return book(f'{XML}<xm:macrosheet xmlns:xm="urn:x"/>'.encode())


# --- XML that fetches or explodes ---------------------------------------------------------


def _with_doctype(doctype: str) -> bytes:
    return book(sheet_xml(PLAIN_ROWS).replace(b"<worksheet", doctype.encode() + b"<worksheet", 1))


@hostile
def external_entity() -> bytes:
    return _with_doctype('<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>')


@hostile
def billion_laughs() -> bytes:
    lines = '<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {chr(98 + at)} "{f"&{chr(97 + at)};" * 10}">' for at in range(9)
    )
    return _with_doctype(f"<!DOCTYPE w [{lines}]>")


@hostile
def parameter_entity() -> bytes:
    return _with_doctype('<!DOCTYPE w [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;]>')


@hostile
def doctype_in_vml() -> bytes:
    vml = Entry("xl/drawings/vml1.vml", b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x"><xml/>')
    return book(extra=[vml])


# --- archives that lie --------------------------------------------------------------------


@hostile
def size_said_smaller() -> bytes:
    parts = book_parts()
    parts[-1].size = 100
    return Archive(parts).build()


@hostile
def size_said_larger() -> bytes:
    parts = book_parts()
    parts[-1].size = len(parts[-1].data) + 1_000
    return Archive(parts).build()


@hostile
def wrong_checksum() -> bytes:
    parts = book_parts()
    parts[-1].crc = 1
    return Archive(parts).build()


@hostile
def overlapping_members() -> bytes:
    parts = book_parts()
    payload = deflate(b" " * 900_000)
    start = sum(30 + len(part.name) + len(deflate(part.data)) for part in parts)
    parts.append(Entry("xl/media/0.bin", packed=payload, size=900_000, crc=0))
    for at in range(1, 300):
        parts.append(Entry(f"xl/media/{at}.bin", packed=payload, size=900_000, crc=0, offset=start))
    return Archive(parts).build()


@hostile
def sixty_thousand_members() -> bytes:
    extra = [Entry(f"xl/media/{at}", b"", method=0) for at in range(60_000)]
    return book(extra=extra)


@hostile
def two_members_of_one_name() -> bytes:
    return book(extra=[Entry("xl/worksheets/sheet1.xml", sheet_xml(FAR))])


@hostile
def two_members_of_one_name_but_for_case() -> bytes:
    return book(extra=[Entry("XL/Worksheets/Sheet1.xml", sheet_xml(FAR))])


@hostile
def name_in_directory_differs() -> bytes:
    parts = book_parts()
    parts[-1].local_name = "xl/worksheets/sheet9.xml"
    return Archive(parts).build()


@hostile
def room_between_members() -> bytes:
    parts = book_parts()
    parts[-1].gap = b"x" * 5_000
    return Archive(parts).build()


@hostile
def zip64_marks() -> bytes:
    parts = book_parts()
    parts[-1].size = 0xFFFFFFFF
    return Archive(parts).build()


@hostile
def unknown_method() -> bytes:
    return book(extra=[Entry("xl/media/a.bin", b"abc", method=14)])


@hostile
def encrypted_member() -> bytes:
    return book(extra=[Entry("xl/media/a.bin", b"abc", flags=1)])


@hostile
def symbolic_link() -> bytes:
    link = Entry("xl/media/a", b"/etc/passwd", method=0, made_by=3 << 8, external=0o120777 << 16)
    return book(extra=[link])


def _named(name: str) -> bytes:
    return book(extra=[Entry(name, b"x")])


for _label, _name in {
    "path_upwards": "../../etc/cron.d/x",
    "path_upwards_inside": "xl/../../x",
    "path_absolute": "/etc/passwd",
    "path_with_backslash": "xl\\..\\..\\x",
    "path_with_drive": "C:/x",
    "path_with_nul": "xl/a\0b.xml",
    "path_with_double_slash": "xl//a.xml",
    "macro_project": "xl/vbaProject.bin",
    "embedded_object": "xl/embeddings/oleObject1.bin",
    "active_control": "xl/activeX/activeX1.xml",
    "external_link": "xl/externalLinks/externalLink1.xml",
    "macro_sheet_folder": "xl/macrosheets/sheet1.xml",
}.items():
    CASES[_label] = lambda name=_name: ("名册.xlsx", _named(name))  # type: ignore[misc]


@hostile
def archive_in_archive() -> bytes:
    return book(extra=[Entry("xl/media/a.bin", book())])


@hostile
def comment_that_hides_an_end() -> bytes:
    return Archive(book_parts(), comment=b"PK\x05\x06" + b"\0" * 18).build()


@hostile
def macro_content_type() -> bytes:
    types = (
        '<Override PartName="/xl/workbook2.xml" '
        'ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/>'
    )
    return book(types=types)


def _relation(sort: str, target: str, mode: str = "") -> bytes:
    outside = ' TargetMode="External"' if mode else ""
    relation = f'<Relationship Id="r2" Type="{OFFICE}/{sort}" Target="{target}"{outside}/>'
    sheet_rels = f'{XML}<Relationships xmlns="{PACKAGE}">{relation}</Relationships>'
    return book(extra=[Entry("xl/worksheets/_rels/sheet1.xml.rels", sheet_rels.encode())])


for _label, _arguments in {
    "picture_from_outside": ("image", "http://127.0.0.1:9/x.png", "out"),
    "link_to_a_workbook": ("externalLinkPath", "file:///c:/x.xlsx", "out"),
    "template_from_outside": ("attachedTemplate", "http://127.0.0.1:9/x", "out"),
    "object_by_relation": ("oleObject", "../media/a.bin"),
    "macro_by_relation": ("vbaProject", "../a.bin"),
}.items():
    CASES[_label] = lambda arguments=_arguments: (  # type: ignore[misc]
        "名册.xlsx",
        _relation(*arguments),
    )


# --- other things under a workbook's name -------------------------------------------------


@hostile
def nothing() -> bytes:
    return b""


@hostile
def only_the_magic() -> bytes:
    return b"PK\x03\x04"


@hostile
def page_before_archive() -> bytes:
    return Archive(book_parts(), prefix=b"<html><script>alert(1)</script></html>").build()


@hostile
def pdf_before_archive() -> bytes:
    return Archive(book_parts(), prefix=b"%PDF-1.7\n1 0 obj\n").build()


@hostile
def page_after_archive() -> bytes:
    return Archive(book_parts(), suffix=b"<html><script>alert(1)</script></html>").build()


@hostile
def archive_with_its_own_prefix() -> bytes:
    return Archive(book_parts(), prefix=b"PK\x03\x04" + b"\0" * 60).build()


@hostile
def picture_with_code() -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"<?php system($_GET[0]); ?>" * 50


@hostile
def word_document() -> bytes:
    return Archive(
        [Entry("[Content_Types].xml", b"<Types/>"), Entry("word/document.xml", b"<d/>")]
    ).build()


@hostile_as("名册.ods")
def open_document_with_repeats() -> bytes:
    content = (
        b"<office:document-content><table:table-row table:number-rows-repeated='1048576'/>"
        b"</office:document-content>"
    )
    mime = Entry("mimetype", b"application/vnd.oasis.opendocument.spreadsheet", method=0)
    return Archive([mime, Entry("content.xml", content)]).build()


@hostile_as("名册.xlsm")
def macro_ending() -> bytes:
    return book()


@hostile_as("名册.xls")
def page_under_xls() -> bytes:
    return b"<html><table><tr><td>1</td></tr></table></html>"


@hostile_as("名册.xls")
def spreadsheet_xml_under_xls() -> bytes:
    return b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'


@hostile
def encrypted_workbook() -> bytes:
    return compound({"EncryptedPackage": b"\0" * 5_000, "EncryptionInfo": b"\4\0\4\0"})


@hostile_as("名册.xls")
def old_encrypted() -> bytes:
    return compound({"Workbook": old_stream(b"", inside=record(0x2F, b"\1\0" * 3))})


@hostile_as("名册.xls")
def old_with_macros() -> bytes:
    return compound({"Workbook": old_stream(b"")}, storages=["_VBA_PROJECT_CUR"])


@hostile_as("名册.xls")
def old_macro_sheet() -> bytes:
    return compound({"Workbook": old_stream(b"", sort=1)})


@hostile_as("名册.xls")
def old_word_document() -> bytes:
    return compound({"WordDocument": b"\xec\xa5" * 100})


@hostile_as("名册.xls")
def old_far_column() -> bytes:
    return compound({"Workbook": old_stream(label(0, 60_000, "x"))})


@hostile_as("名册.xls")
def old_record_too_long() -> bytes:
    return compound({"Workbook": old_stream(b"")[:-4] + struct.pack("<HH", 0x204, 60_000)})


@hostile_as("名册.xls")
def old_chain_that_runs_in_circles() -> bytes:
    data = bytearray(compound({"Workbook": old_stream(b"").ljust(9_000, b"\0")}))
    fat = data.rindex(struct.pack("<I", 0xFFFFFFFD)) // 512 * 512
    struct.pack_into("<I", data, fat + 4 * 5, 2)
    return bytes(data)


@hostile_as("名册.xls")
def old_only_the_head() -> bytes:
    return compound({"Workbook": old_stream(b"")})[:600]


@hostile_as("名册.xls")
def old_many_merges() -> bytes:
    merge = record(0xE5, struct.pack("<H", 60_000) + b"\0" * 8)
    return compound({"Workbook": old_stream(merge)})


# --- text ---------------------------------------------------------------------------------


@hostile_as("名册.csv")
def text_with_nul() -> bytes:
    return b"a,b\n\0\0\0,1\n"


@hostile_as("名册.csv")
def text_too_wide() -> bytes:
    return ("," * 300 + "\n").encode()


@hostile_as("名册.csv")
def text_too_long() -> bytes:
    return b"a,b\n" * 200_001


@hostile_as("名册.csv")
def text_in_no_encoding() -> bytes:
    return b"a,b\n" + bytes([0xFF, 0xFF, 0x81, 0x20]) * 50


@hostile_as("名册.csv")
def text_with_an_endless_cell() -> bytes:
    return b'a,"' + b"x" * 100_000


@hostile_as("名册.csv")
def page_under_csv() -> bytes:
    return b"<!DOCTYPE html><html></html>"


@hostile_as("名册.pdf")
def another_ending() -> bytes:
    return b"%PDF-1.7\n"
