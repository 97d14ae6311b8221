"""Pages set from layouts: every text as it is, heads on each page, limits with a sentence."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pypdf
import pytest

from apps.core import prints
from apps.core.prints import cells, engine, payload
from apps.core.sheets import Heading, Layout, Line, write_layout

NOON = dt.datetime(2026, 11, 29, 12, 0, tzinfo=dt.UTC)
STAMP = prints.Stamp(at=NOON, number="20261129-7")
HEADS = (
    Heading(("序号",), 5, "0"),
    Heading(("姓名",), 12),
    Heading(("核定", "正"), 6, "0", "right"),
    Heading(("核定", "副"), 6, "0", "right"),
    Heading(("使用率",), 8, "0.0%", "right"),
)


def layout(lines, **values):
    values.setdefault("about", ("制表单位：某编办", "截止日期：2026-11-29", "单位：名"))
    return Layout("表", "嵊州市编制台账", HEADS, lines, **values)


def read(made: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(made)).pages]


def flat(made: bytes) -> str:
    return "".join("".join(read(made)).replace("\u200b", "").split())


def test_a_page_has_title_lines_head_figures_signatures_and_number():
    made = prints.pdf(
        layout(
            [
                Line(["党委"], sort="group", span=True),
                Line([1, "张三", 2592, -3, 2592 / 2976]),
                Line([None, "合计", 2592, 0, None], sort="total", tones={3: "over"}),
            ],
            notes=["注：口径"],
        ),
        stamp=STAMP,
    )
    text = flat(made)
    for word in (
        "嵊州市编制台账", "制表单位：某编办", "截止日期：2026-11-29", "核定", "党委", "张三",
        "2592", "−3", "87.1%", "合计", "注：口径", "审核人：", "负责人签字：", "—1—",
        "编号：20261129-7", "打印时间：2026-11-2912:00",
    ):  # fmt: skip
        assert word in text, word


@pytest.mark.parametrize(
    "name",
    [
        "#set page(width: 1pt)", "$x^2$", "\\", "*粗*_斜_", "a]b[c", "@某人", "<标签>", "// 注释",
        '"引号"', "`raw`", "= 标题", "#import \"x\"", "#{panic()}", "曌𬱖㛃䶮", "名" * 60,
    ],
)  # fmt: skip
def test_a_hostile_name_is_printed_as_it_is(name):
    made = prints.pdf(layout([Line([1, name])]), stamp=STAMP)
    assert "".join(name.split()) in flat(made)


def test_control_characters_and_halves_of_characters_are_left_out():
    made = prints.pdf(layout([Line([1, "张\x00\x07\ud800三"])]), stamp=STAMP)
    assert "张" in flat(made)
    assert "三" in flat(made)


def test_ten_thousand_characters_run_over_pages_and_none_is_lost():
    made = prints.pdf(layout([Line([1, "长" * 10_000])]), stamp=STAMP)
    pages = read(made)
    assert len(pages) > 1
    assert sum(page.count("长") for page in pages) == 10_000


def test_the_head_is_repeated_on_every_page_and_pages_are_numbered():
    made = prints.pdf(layout([Line([n, f"人员{n}"]) for n in range(120)]), stamp=STAMP)
    pages = read(made)
    assert len(pages) > 1
    for number, page in enumerate(pages, start=1):
        assert "姓名" in page
        assert f"—{number}—" in page.replace(" ", "")
    assert all(f"人员{n}" in "".join(pages) for n in range(120))


def test_the_same_input_gives_the_same_bytes_and_another_moment_others():
    one = layout([Line([1, "张三", 1, 2, 0.5])])
    later = prints.Stamp(at=NOON + dt.timedelta(minutes=1), number="20261129-7")
    assert prints.pdf(one, stamp=STAMP) == prints.pdf(one, stamp=STAMP)
    assert prints.pdf(one, stamp=STAMP) != prints.pdf(one, stamp=later)


def test_a_watermark_stands_on_every_page():
    stamp = prints.Stamp(at=NOON, watermark="周经办　2026-11-29")
    pages = read(prints.pdf(layout([Line([n, "某"]) for n in range(90)]), stamp=stamp))
    assert len(pages) > 1
    assert all("周经办" in page for page in pages)


def test_a_code_holds_the_address_and_nothing_of_the_table():
    stamp = prints.Stamp(at=NOON, number="1", verify="https://bz.example/p/1/abc")
    assert payload.stamp(stamp)["qr"].startswith("<svg")
    plain = prints.pdf(layout([Line([1, "张三"])]), stamp=prints.Stamp(at=NOON, number="1"))
    assert prints.pdf(layout([Line([1, "张三"])]), stamp=stamp) != plain


def test_boxes_of_a_form_are_merged_and_high_enough_on_paper_and_in_the_workbook():
    heads = [Heading((str(n),), 10) for n in range(6)]
    form = Layout(
        "登记表",
        "人员入编登记表",
        heads,
        [
            Line(["姓名", "曌𬱖", None, "性别", "女", None], tones={1: "label", 4: "label"},
                 spans={2: 2, 5: 2}),
            Line(["单位意见", "签字（盖章）："], tones={1: "label"}, spans={2: 5}, height=30),
        ],
        headless=True,
        landscape=False,
    )  # fmt: skip
    made = prints.pdf(form, stamp=STAMP)
    page = pypdf.PdfReader(io.BytesIO(made)).pages[0]
    assert float(page.mediabox.height) > float(page.mediabox.width)
    for word in ("曌𬱖", "签字（盖章）：", "人员入编登记表"):
        assert word in flat(made)
    out = io.BytesIO()
    write_layout(out, form)
    sheet = openpyxl.load_workbook(out).active
    assert {str(area) for area in sheet.merged_cells.ranges} >= {"B2:C2", "E2:F2", "B3:F3"}
    assert sheet.row_dimensions[3].height == pytest.approx(30 * 72 / 25.4)
    assert sheet["A2"].value == "姓名"


def test_a_letter_stands_on_the_page_of_the_standard():
    made = prints.letter(
        prints.Letter(
            title="关于同意设立某中心的批复",
            heading="中共某市委机构编制委员会文件",
            number="某编〔2026〕3号",
            to="市教育局",
            paragraphs=["你局《关于设立某中心的请示》收悉。#经研究，同意。", "此复。"],
            signer="中共某市委机构编制委员会",
            on=dt.date(2026, 11, 2),
        ),
        stamp=STAMP,
    )
    page = pypdf.PdfReader(io.BytesIO(made)).pages[0]
    assert [round(float(side)) for side in page.mediabox[2:]] == [595, 842]
    words = ("市教育局：", "#经研究，同意。", "2026年11月2日", "某编〔2026〕3号", "—1—")
    for word in (*words, "编号：20261129-7"):
        assert word in flat(made)


def test_more_cells_than_a_file_may_hold_are_refused_with_what_to_do():
    lines = [Line([n]) for n in range(engine.MOST_CELLS // len(HEADS) + 1)]
    with pytest.raises(prints.NotPrintable, match="缩小单位范围"):
        prints.pdf(layout(lines), stamp=STAMP)


def test_a_page_that_takes_too_long_is_stopped_with_a_sentence(monkeypatch):
    monkeypatch.setattr(engine, "WALL_SECONDS", 0.01)
    with pytest.raises(prints.NotPrintable, match="超过了时限"):
        prints.pdf(layout([Line([1, "张三"])]), stamp=STAMP)


def test_a_child_out_of_memory_leaves_a_sentence(monkeypatch):
    monkeypatch.setattr(engine, "MEMORY", 64 * 1024 * 1024)
    with pytest.raises(prints.NotPrintable, match="没有排成"):
        prints.pdf(layout([Line([1, "张三"])]), stamp=STAMP)


def test_the_sites_own_fonts_are_looked_in_first(settings, tmp_path):
    settings.BIANZHI_FONTS_DIR = tmp_path
    assert engine.fonts_dirs()[0] == str(tmp_path)
    settings.BIANZHI_FONTS_DIR = tmp_path / "missing"
    assert len(engine.fonts_dirs()) == 1


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (None, "0", ""), (0, "0", "0"), (-3, "0", "−3"), (13244, "#,##0", "13,244"),
        (0.125, "0.0%", "12.5%"), (0.8705, "0.0%", "87.1%"), (True, "@", "是"),
        (41.25, "0.0", "41.2"),
        (dt.date(2026, 1, 2), "@", "2026-01-02"),
    ],
)  # fmt: skip
def test_values_read_as_the_office_writes_them(value, form, text):
    assert cells.text_of(value, form) == text


def test_heads_are_merged_where_they_are_equal_and_adjacent():
    lines = prints.head_cells(HEADS)
    assert [(c.text, c.column, c.rows, c.columns) for c in lines[0]] == [
        ("序号", 0, 2, 1), ("姓名", 1, 2, 1), ("核定", 2, 1, 2), ("使用率", 4, 2, 1),
    ]  # fmt: skip
    assert [(c.text, c.column) for c in lines[1]] == [("正", 2), ("副", 3)]
