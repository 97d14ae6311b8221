"""No file, however made, gets past the guard as anything but a sentence."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from apps.core import sheets
from apps.core.sheets import guard, process
from apps.core.sheets.limits import DEFAULT
from tests.core.sheets.archives import (
    PLAIN_ROWS,
    Archive,
    Entry,
    book,
    book_parts,
    compound,
    formula,
    label,
    number,
    old_stream,
    repeated,
    sheet_xml,
)
from tests.core.sheets.hostile import CASES, SHEET_HEAD, SHEET_TAIL, with_stream

CHINESE = re.compile("[\u4e00-\u9fff]{4}")


def refusal(path: Path, name: str, limits: sheets.Limits = DEFAULT) -> str:
    """Return the sentence `read` refuses a file with; fail if it is read."""
    with pytest.raises(sheets.Refused) as caught:
        sheets.read(path, name, limits=limits)
    return caught.value.sentence


@pytest.mark.rule("W-01")
@pytest.mark.parametrize("case", CASES)
def test_a_hostile_file_is_refused_in_time_with_a_sentence(case: str, tmp_path: Path) -> None:
    name, data = CASES[case]()
    path = tmp_path / "upload"
    path.write_bytes(data)
    start = time.monotonic()

    sentence = refusal(path, name)

    assert time.monotonic() - start < 10
    assert CHINESE.search(sentence), sentence


# The child's own limits would also refuse these; the guard must, before any library sees them.
READ_BY_THE_GUARD = {"cell_of_one_million_characters", "one_string_everywhere"}


@pytest.mark.rule("W-01")
@pytest.mark.parametrize("case", sorted(set(CASES) - READ_BY_THE_GUARD))
def test_the_guard_alone_refuses(case: str, tmp_path: Path) -> None:
    name, data = CASES[case]()
    path = tmp_path / "upload"
    path.write_bytes(data)

    with pytest.raises(sheets.Refused) as caught:
        guard.inspect(path, name, DEFAULT)

    assert not isinstance(caught.value.__cause__, Exception), caught.value.__cause__


@pytest.mark.parametrize(
    ("case", "word"),
    [
        ("encrypted_workbook", "密码"),
        ("old_encrypted", "密码"),
        ("encrypted_member", "密码"),
        ("macro_project", "宏"),
        ("macro_ending", "宏"),
        ("old_with_macros", "宏"),
        ("external_link", "断开链接"),
        ("embedded_object", "嵌有"),
        ("corner_cells", "第 1048576 行"),
        ("far_column", "列"),
        ("external_entity", "外部实体"),
        ("nothing", "空"),
        ("page_under_xls", "网页"),
        ("word_document", "另存为 .xlsx"),
        ("text_in_no_encoding", "编码"),
    ],
)
def test_the_sentence_says_what_to_do(case: str, word: str, tmp_path: Path) -> None:
    name, data = CASES[case]()
    path = tmp_path / "upload"
    path.write_bytes(data)

    with pytest.raises(sheets.Refused, match=word):
        guard.inspect(path, name, DEFAULT)


def test_a_file_over_the_size_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    with open(path, "wb") as file:
        file.truncate(DEFAULT.file_bytes + 1)

    with pytest.raises(sheets.Refused, match="20 MB"):
        guard.inspect(path, "a.xlsx", DEFAULT)


@pytest.mark.rule("W-01")
@pytest.mark.parametrize(
    ("start", "unit", "times", "end"),
    [
        (SHEET_HEAD + b'<row r="1">', b"<c/>" * 20_000, 1_000, b"</row>" + SHEET_TAIL),
        (SHEET_HEAD, b"<row/>" * 10_000, 2_000, SHEET_TAIL),
        (SHEET_HEAD, b" " * 1_048_576, 190, SHEET_TAIL),
        (SHEET_HEAD, b"<a>" * 100_000, 600, SHEET_TAIL),
        (b"<sst>", b"<si/>" * 10_000, 3_000, b"</sst>"),
    ],
    ids=["cells", "lines", "spaces", "depth", "strings"],
)
def test_without_the_ratio_the_counters_refuse(
    start: bytes, unit: bytes, times: int, end: bytes, tmp_path: Path
) -> None:
    packed, size = repeated(start, unit, times, end)
    path = tmp_path / "upload"
    path.write_bytes(with_stream(packed, size))
    began = time.process_time()

    with pytest.raises(sheets.Refused):
        guard.inspect(path, "a.xlsx", DEFAULT.but(ratio=10**9))

    assert time.process_time() - began < 10


@pytest.mark.rule("W-01")
def test_a_file_cut_anywhere_is_refused(tmp_path: Path) -> None:
    whole = book()
    old = compound({"Workbook": old_stream(label(0, 0, "姓名") + label(1, 0, "张三"))})
    path = tmp_path / "upload"
    for data, name in ((whole, "a.xlsx"), (old, "a.xls")):
        path.write_bytes(data)
        guard.inspect(path, name, DEFAULT)  # whole, it passes
    for at in range(50):
        path.write_bytes(whole[: len(whole) * at // 50])
        with pytest.raises(sheets.Refused):
            guard.inspect(path, "a.xlsx", DEFAULT)
    for at in range(50):
        path.write_bytes(old[: len(old) * at // 50])
        try:
            guard.inspect(path, "a.xls", DEFAULT)
        except sheets.Refused:
            continue
        assert len(old) * at // 50 > 4_096, "only padding and directory tail may be missing"


@pytest.mark.rule("W-01")
@pytest.mark.parametrize("seed", range(8))
def test_a_mutated_file_is_refused_or_read_and_nothing_else(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    old = compound({"Workbook": old_stream(label(0, 0, "姓名") + number(1, 0, 5))})
    text = '姓名,单位\r\n张三,"甲,局"\r\n'.encode("gb18030")
    path = tmp_path / "upload"
    outcomes = {"read": 0, "refused": 0}
    for turn in range(120):
        sort = ("bytes", "xml", "old", "text")[turn % 4]
        if sort == "xml":
            name, data = "a.xlsx", mutated_parts(rng)
        elif sort == "text":
            name, data = "a.csv", mutated(text, rng)
        else:
            name, data = ("a.xlsx", book()) if sort == "bytes" else ("a.xls", old)
            data = mutated(data, rng)
        path.write_bytes(data)
        sentence = outcome(partial(guard.inspect, path, name, DEFAULT))
        if not sentence and turn % 6 == 0:
            sentence = outcome(partial(sheets.read, path, name))
        assert not sentence or CHINESE.search(sentence)
        outcomes["refused" if sentence else "read"] += 1
    assert outcomes["read"], "some mutations must be harmless, or nothing was tried"
    assert outcomes["refused"]


def outcome(attempt: Callable[[], object]) -> str:
    """Return the sentence of a refusal, or an empty text; any other exception fails the test."""
    try:
        attempt()
    except sheets.Refused as refused:
        return refused.sentence
    return ""


def mutated(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(changed))
        action = rng.randrange(4)
        if action == 0:
            changed[at] = rng.randrange(256)
        elif action == 1:
            changed[at] ^= 1 << rng.randrange(8)
        elif action == 2:
            del changed[at : at + rng.randint(1, 20)]
        else:
            changed[at:at] = rng.randbytes(rng.randint(1, 20))
        if not changed:
            break
    return bytes(changed)


def mutated_parts(rng: random.Random) -> bytes:
    """Return a well-formed archive one of whose parts was bent: deeper than a bad checksum."""
    parts = book_parts()
    part = rng.choice(parts)
    pieces = [
        b"<c r='A1'>",
        b"</row>",
        b"&amp;",
        b"<f>1</f>",
        b' t="e"',
        b"<!--",
        b"]]>",
        b'r="A2"',
    ]
    text = bytearray(part.data)
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(text))
        if rng.random() < 0.5:
            text[at:at] = rng.choice(pieces)
        else:
            text[at] = rng.choice(b"<>\"'/=0129AZaz ")
    part.data = bytes(text)
    return Archive(parts).build()


# --- what is honest passes ----------------------------------------------------------------


def test_an_honest_file_passes_with_what_was_seen(tmp_path: Path) -> None:
    cells = (
        '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1" t="e"><v>#REF!</v></c></row>'
        '<row r="3"><c r="C3"><v>1</v></c></row>'
    )
    path = tmp_path / "upload"
    path.write_bytes(book(sheet_xml(cells)))

    facts = guard.inspect(path, "a.xlsx", DEFAULT).sheets["表一"]

    assert (facts.formulas, facts.formula_count, facts.errors) == ([(1, 1)], 1, [(1, 2)])
    assert facts.cells == 3


def test_old_workbooks_tell_formulas_too(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(compound({"Workbook": old_stream(label(0, 0, "数") + formula(1, 0, 7))}))

    facts = guard.inspect(path, "a.xls", DEFAULT).sheets["表一"]

    assert (facts.formulas, facts.hidden) == ([(2, 1)], False)


@pytest.mark.parametrize(
    "extra",
    [
        Entry("xl/media/image1.png", b"\x89PNG" + bytes(range(256))),
        Entry("xl/drawings/vmlDrawing1.vml", b"<xml><br></xml>"),
        Entry("customXml/item1.xml", b"\xff\xfe<\0a\0/\0>\0"),
        Entry("xl/media/empty.bin", b""),
        Entry("xl/printerSettings/p.bin", b"\0" * 3_000, method=0),
    ],
    ids=lambda entry: entry.name,
)
def test_harmless_parts_do_not_disturb(extra: Entry, tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(book(extra=[extra]))

    assert sheets.read(path, "a.xlsx").sheets[0].rows[1] == ["张三", "甲局"]


def test_what_a_file_is_its_bytes_decide(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(book())
    assert guard.inspect(path, "名册.xls", DEFAULT).kind == "xlsx"
    path.write_bytes(compound({"Workbook": old_stream(label(0, 0, "甲"))}))
    assert guard.inspect(path, "名册.xlsx", DEFAULT).kind == "xls"


def test_hyperlinks_are_no_reason_to_refuse(tmp_path: Path) -> None:
    rels = (
        '<Relationships><Relationship Id="r" Type="x/hyperlink" Target="mailto:a@b.c" '
        'TargetMode="External"/></Relationships>'
    )
    path = tmp_path / "upload"
    path.write_bytes(book(extra=[Entry("xl/worksheets/_rels/sheet1.xml.rels", rels.encode())]))

    assert guard.inspect(path, "a.xlsx", DEFAULT).kind == "xlsx"


# --- the child ----------------------------------------------------------------------------


@pytest.mark.rule("W-02")
def test_a_child_that_runs_out_of_memory_is_one_refusal(tmp_path: Path) -> None:
    """The guard's limits lifted, calamine aborts on these; the parent only sees a sentence."""
    cells = (
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="190000"><c r="IV190000"><v>1</v></c></row>'
    )
    path = tmp_path / "upload"
    path.write_bytes(book(sheet_xml(cells)))
    lifted = DEFAULT.but(cells=10**9, memory=300 * 1024 * 1024)

    assert "内存" in refusal(path, "a.xlsx", lifted)


@pytest.mark.rule("W-02")
def test_a_child_that_is_too_slow_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(book(sheet_xml(PLAIN_ROWS)))

    assert "时限" in refusal(path, "a.xlsx", DEFAULT.but(wall_seconds=0))


@pytest.mark.rule("W-02")
def test_a_cancelled_reading_stops_the_child(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(book())

    with pytest.raises(sheets.Cancelled):
        sheets.read(path, "a.xlsx", cancelled=lambda: True)


@pytest.mark.rule("W-02")
def test_the_child_gets_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "geheim")
    monkeypatch.setenv("DATABASE_URL", "postgres://geheim")

    assert not [name for name in process.environment() if name in ("SECRET_KEY", "DATABASE_URL")]


def test_a_path_that_is_not_there_is_a_refusal(tmp_path: Path) -> None:
    assert CHINESE.search(refusal(tmp_path / "missing.xlsx", "a.xlsx"))
