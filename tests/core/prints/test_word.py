"""Word templates: names found over runs, lists repeated, nothing active taken in."""

from __future__ import annotations

import io
import re
import zipfile
from xml.etree import ElementTree

import pytest

from apps.core.prints import Box, Code, Form, Letter, TabledLetter, docx, pictures, word

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def made(body: str, **parts: bytes) -> bytes:
    base = word.unpack(docx.document([docx.paragraph("x")]))
    base["word/document.xml"] = (
        f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'.encode()
    )
    return word.pack(base | {name.replace("__", "/"): part for name, part in parts.items()})


def texts(template: bytes) -> str:
    return word.unpack(template)["word/document.xml"].decode()


def run(*words: str) -> str:
    runs = "".join(f"<w:r><w:rPr><w:b/></w:rPr><w:t>{one}</w:t></w:r>" for one in words)
    return f"<w:p>{runs}</w:p>"


def test_a_name_split_over_runs_is_found_and_filled_where_it_began():
    template = made(run("甲{", "{ 姓", "名 }", "}乙") + run("{{单位}}"))

    assert word.names(template) == ["姓名", "单位"]
    filled = texts(word.fill(template, {"姓名": "张<䶮>&𬀩", "单位": "甲\n乙"}))

    assert "张&lt;䶮&gt;&amp;𬀩" in filled
    assert "".join(word._TEXT.findall(filled)) == "甲张&lt;䶮&gt;&amp;𬀩乙甲乙"
    assert "<w:br/>" in filled
    assert "{{" not in filled
    assert filled.count("<w:b/>") == 5


def test_what_a_value_holds_is_never_read_as_a_name_or_markup():
    filled = word.fill(made(run("{{ 甲 }}{{ 乙 }}")), {"甲": "{{ 乙 }}", "乙": "<w:p>\x07"})
    assert "{{ 乙 }}&lt;w:p&gt;" in texts(filled)
    assert "\x07" not in texts(filled)
    word.unpack(filled)


def test_a_row_of_a_list_is_repeated_with_what_stands_beside_it():
    row = (
        f"<w:tbl><w:tr><w:tc>{run('{{ 明细.用', '途 }}')}</w:tc><w:tc>{run('{{ 单位 }}')}</w:tc>"
        f"</w:tr><w:tr><w:tc>{run('合计')}</w:tc></w:tr></w:tbl>"
    )
    template = made(row)
    filled = texts(word.fill(template, {"单位": "教育局"}, [{"用途": "教师"}, {"用途": "校医"}]))
    assert filled.count("<w:tr>") == 3
    assert filled.count("教育局") == 2
    assert filled.index("教师") < filled.index("校医") < filled.index("合计")
    assert texts(word.fill(template, {})).count("<w:tr>") == 2


def test_a_text_box_inside_a_paragraph_is_a_paragraph_of_its_own():
    box = run("{{ 姓名 }}")
    before, after = "<w:r><w:t>甲{{ 单</w:t></w:r>", "<w:r><w:t>位 }}乙</w:t></w:r>"
    template = made(f"<w:p>{before}{box}{after}</w:p>")
    assert word.names(template) == ["姓名", "单位"]
    filled = texts(word.fill(template, {"姓名": "张玥", "单位": "教育局"}))
    assert "".join(word._TEXT.findall(filled)) == "甲教育局张玥乙"


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", b"0" * (word.MAX_UNPACKED + 1))
    return out.getvalue()


LINK = (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    b'<Relationship Id="r" Type="http://x/%s" Target="http://evil/" TargetMode="External"/>'
    b"</Relationships>"
)


@pytest.mark.parametrize(
    ("template", "says"),
    [
        (b"PK\x03\x04 nothing", "不是 Word 文档"),
        (b"%PDF-1.4", "不是 Word 文档"),
        (word.pack({"a.xml": b"<a/>"}), "不是 Word 文档"),
        (bomb(), "过大"),
        (b"0" * (word.MAX_BYTES + 1), "超过"),
        (made(run("x"), word__vbaProject__bin=b"x"), "宏"),
        (made(run("x"), word__embeddings__a=b"x"), "嵌入"),
        (made(run("x"), word___rels__=b""), None),
        (made(run("x"), **{"word/_rels/document.xml.rels": LINK % b"image"}), "引用"),
        (made(run("x"), **{"word/_rels/document.xml.rels": LINK % b"hyperlink"}), None),
        (made("<w:p>"), "损坏"),
        (made(run("x"), **{"word/header1.xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"}), "结构"),
        (made(run("x"), **{"../evil.xml": b"<a/>"}), "结构"),
        (made('<w:p><w:r><w:instrText>DDEAUTO c:\\x</w:instrText></w:r></w:p>'), "引用"),
        (made(run("{{ 姓名")), "没有成对"),
    ],
)  # fmt: skip
def test_what_is_no_plain_word_file_is_refused_with_a_sentence(template, says):
    if says is None:
        word.names(template)
        return
    with pytest.raises(word.TemplateRefused) as refusal:
        word.names(template)
    assert says in refusal.value.sentence


def test_a_form_becomes_a_table_with_its_spans():
    form = Form(
        "登记表",
        (1, 1, 1, 1),
        [
            [Box("姓名", sort="label"), Box("{{ 姓名 }}", 2), Box("照片", 1, 2, "photo")],
            [Box("单位", sort="label"), Box("{{ 单位 }}", 2)],
            [Box("{{ 单位意见 }}", 4, sort="sign", title="单位意见", height=30.0)],
        ],
    )
    template = docx.write(form, foot=("编号：{{ 编号 }}",))

    assert word.names(template) == ["姓名", "单位", "单位意见", "编号"]
    xml = texts(template)
    assert xml.count('<w:vMerge w:val="restart"/>') == 1
    assert xml.count("<w:vMerge/>") == 1
    assert 'w:val="1701"' in xml


def relations(part: bytes) -> dict[str, str]:
    return {one.get("Id"): one.get("Target") for one in ElementTree.fromstring(part)}


def test_a_code_becomes_a_picture_of_its_own_that_the_part_names():
    row = f"<w:tbl><w:tr><w:tc>{run('第 {{ 明细.号', ' }} {{ 明细.码 }} 号')}</w:tc></w:tr></w:tbl>"
    template = made(row + run("核验{{ 码 }}"))
    rows = [{"号": "1", "码": Code("https://b/1")}, {"号": "2", "码": Code("https://b/2")}]

    parts = word.unpack(word.fill(template, {"码": Code("https://b/v", mm=15)}, rows))

    xml = parts["word/document.xml"].decode()
    assert "{{" not in xml
    assert xml.count("<w:drawing>") == 3
    assert "".join(word._TEXT.findall(xml)) == "第 1  号第 2  号核验"
    named = relations(parts["word/_rels/document.xml.rels"])
    shown = re.findall(r'r:embed="([^"]+)"', xml)
    pictures_ = [parts[f"word/{named[one]}"] for one in shown]
    assert pictures_ == [pictures.png(f"https://b/{one}") for one in ("1", "2", "v")]
    assert b'Extension="png"' in parts["[Content_Types].xml"]
    assert re.findall(r'<wp:extent cx="(\d+)"', xml) == ["720000", "720000", "540000"]


def test_codes_at_the_foot_stand_beside_the_relations_a_template_has():
    letter = TabledLetter(
        Letter(title="通知单", heading="某某编办", number="1号", to="教育局", paragraphs=["同意。"],
               signer="某某编办", on="{{ 日期 }}"),
        head=("号", "码"), widths=(1, 2), rows=[["{{ 明细.号 }}", "{{ 明细.码 }}"]],
    )  # fmt: skip
    template = docx.write_letter(letter, foot=["编号：{{ 编号 }}"], code="{{ 二维码 }}")
    assert word.names(template) == ["日期", "明细.号", "明细.码", "二维码", "编号"]

    parts = word.unpack(
        word.fill(
            template,
            {"编号": "R1", "二维码": Code("https://b/v"), "日期": "2026年1月2日"},
            [{"号": "1", "码": Code("https://b/1")}],
        )
    )

    assert relations(parts["word/_rels/document.xml.rels"]) == {
        "rId1": "footer1.xml",
        "bzCode1": "media/code-document-1.png",
    }
    assert relations(parts["word/_rels/footer1.xml.rels"]) == {
        "bzCode1": "media/code-footer1-1.png"
    }
    assert parts["word/media/code-footer1-1.png"] != parts["word/media/code-document-1.png"]
    assert "<w:tblHeader/>" in parts["word/document.xml"].decode()
