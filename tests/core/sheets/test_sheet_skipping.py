"""Rows that a pattern looks through must be judged as the parser judges them."""

from __future__ import annotations

import re
from itertools import pairwise
from random import Random

import pytest

from apps.core.sheets import xmlparts
from apps.core.sheets.limits import DEFAULT, Limits, Refused
from apps.core.sheets.xmlparts import Budget, Part, look_through

from .archives import sheet_xml

NEVER = re.compile(rb"(?!)")
USUAL = (
    '<row r="1" spans="1:3" ht="14.25" customHeight="1"><c r="A1" s="1" t="s"><v>0</v></c>'
    '<c r="B1" s="2"/><c r="D1" t="inlineStr"><is><t xml:space="preserve"> 甲&amp;乙 </t></is></c>'
    "</row>"
)
ROWS = [
    USUAL,
    '<row r="2"/>',
    '\n <row r="3" s="4" customFormat="1"/>',
    '<row r="7"><c r="A7"><v>12.5</v></c><c r="B7"><f>A7*2</f><v>25</v></c></row>',
    '<row r="8"><c r="A8" t="e"><v>#REF!</v></c><c r="IV8" s="3"/></row>',
    '<row r="9"><c r="C9" t="inlineStr"><is><r><t>多</t></r><r><t>段</t></r></is></c></row>',
    "<row><c><v>1</v></c><c><v>2</v></c></row>",
    '<row r="30"><c r="AA30"><v>1</v></c><c r="B30"><v>1</v></c></row>',
    '<!-- <row r="40"><c r="A40"><v>1</v></c></row> -->',
    '<row r="41"><!-- </row> --><c r="B41"><v>2</v></c></row>',
    "<row r='42'><c r='A42'><v>1</v></c></row>",
]


def looked(content: bytes, sizes: Random | None = None, limits: Limits = DEFAULT) -> Part | str:
    """Return what is found in a sheet, or the sentence it is refused with."""
    cuts = [0, len(content)]
    if sizes is not None:
        cuts = sorted({0, len(content), *(sizes.randrange(len(content)) for _ in range(60))})
    pieces = [content[low:high] for low, high in pairwise(cuts)]
    try:
        return look_through("xl/worksheets/sheet1.xml", pieces, Budget(limits))
    except Refused as refused:
        return refused.sentence


def slowly(monkeypatch: pytest.MonkeyPatch, content: bytes, limits: Limits = DEFAULT) -> Part | str:
    with monkeypatch.context() as patch:
        patch.setattr(xmlparts, "ROW", NEVER)
        return looked(content, limits=limits)


@pytest.mark.parametrize("seed", range(40))
def test_any_mixture_of_rows_is_counted_alike(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    chance = Random(seed)
    rows = "".join(chance.choice(ROWS) for _ in range(25))
    merged = '<mergeCells count="1"><mergeCell ref="A1:B2"/></mergeCells>'
    content = sheet_xml(rows, after=merged)

    expected = slowly(monkeypatch, content)

    assert isinstance(expected, Part)
    assert looked(content) == looked(content, chance) == expected


def test_usual_rows_never_reach_the_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = 0
    take = xmlparts.Skipper._skip

    def count(self: xmlparts.Skipper, data: bytes, at: int, final: bool) -> int:
        nonlocal taken
        stopped = take(self, data, at, final)
        taken += stopped - at
        return stopped

    monkeypatch.setattr(xmlparts.Skipper, "_skip", count)
    rows = "".join(USUAL.replace('1"', f'{n}"') for n in range(1, 50))

    assert isinstance(looked(sheet_xml(rows)), Part)
    assert taken >= len(rows.encode()) * 0.9


BAD_TEXTS = {
    "half a character": b"\xe7\x94",
    "an overlong form": b"\xc0\xaf",
    "a surrogate": b"\xed\xa0\x80",
    "a control character": b"a\x01b",
    "no character": b"\xef\xbf\xbe",
    "an unknown entity": b"&lol;",
    "a bare ampersand": b"a & b",
    "the end of a section": b"a]]>b",
}


@pytest.mark.parametrize("name", BAD_TEXTS)
def test_what_is_not_well_formed_is_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    content = sheet_xml(USUAL + USUAL.replace("甲", "@@@")).replace(b"@@@", BAD_TEXTS[name])

    expected = slowly(monkeypatch, content)

    assert isinstance(expected, str)
    assert looked(content) == expected


@pytest.mark.parametrize(
    "row",
    [
        '<row r="1"><c r="A2"><v>1</v></c></row>',  # a cell of another line
        '<row r="200001"><c r="A200001"><v>1</v></c></row>',  # past the last line
        '<row r="1"><c r="IX1"><v>1</v></c></row>',  # past the last column
        '<row r="1"><c r="XFE1"><v>1</v></c></row>',  # past any column
        '<row r="1" r="2"><c r="A2"><v>1</v></c></row>',  # two numbers
        '<row r="1"><c r="A1"><v>1</v></c>',  # no end
        '<row r="1"><c r="A1"><v>1</v></row>',  # a cell without end
        '<row r="1"><sheetData/></row></sheetData>',
    ],
)
def test_a_bad_row_is_refused_alike(monkeypatch: pytest.MonkeyPatch, row: str) -> None:
    content = sheet_xml(USUAL + row)

    expected = slowly(monkeypatch, content)

    assert isinstance(expected, str)
    assert looked(content) == expected


@pytest.mark.parametrize("change", [{"cells": 20}, {"elements": 40}, {"rows": 5}])
def test_limits_hold_on_skipped_rows(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, int]
) -> None:
    rows = "".join(
        f'<row r="{n}"><c r="A{n}"><v>1</v></c><c r="B{n}"><v>1</v></c></row>' for n in range(1, 40)
    )
    limits = DEFAULT.but(**change)

    expected = slowly(monkeypatch, sheet_xml(rows), limits)

    assert isinstance(expected, str)
    assert looked(sheet_xml(rows), limits=limits) == expected


def test_shared_strings_are_counted_alike() -> None:
    strings = "<si><t>甲</t></si><si><r><t>乙</t></r></si><si><t/></si>" * 5
    content = f'<?xml version="1.0"?><sst xmlns="x">{strings}</sst>'.encode()

    assert look_through("xl/sharedStrings.xml", [content], Budget(DEFAULT)).root == "sst"
    with pytest.raises(Refused):
        look_through("xl/sharedStrings.xml", [content], Budget(DEFAULT.but(strings=14)))
    look_through("xl/sharedStrings.xml", [content], Budget(DEFAULT.but(strings=15)))
