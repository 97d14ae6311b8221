"""Forms and letters with tables: what is repeated where they go on, and where one signs."""

from __future__ import annotations

import io

import pypdf
import pytest

from apps.core import jobs, prints
from apps.core.prints import Box, Code, Form, Letter, TabledLetter, engine


def pages_of(made: bytes) -> list[str]:
    pages = pypdf.PdfReader(io.BytesIO(made)).pages
    return ["".join(page.extract_text().replace("\u200b", "").split()) for page in pages]


def test_the_head_of_a_list_is_repeated_but_not_what_stands_above_it():
    form = Form(
        title="流转单",
        widths=(1, 1),
        rows=[
            [Box("单位", sort="label"), Box("教育局")],
            [Box("环节", sort="head"), Box("意见", sort="head")],
            *[[Box(f"第{n}步"), Box("同意")] for n in range(80)],
        ],
        head=1,
        head_at=1,
    )

    pages = pages_of(prints.forms(form))

    assert len(pages) > 1
    assert ["环节意见" in page for page in pages] == [True] * len(pages)
    assert ["教育局" in page for page in pages] == [True] + [False] * (len(pages) - 1)


def test_a_letter_is_signed_where_its_text_ends_and_its_table_goes_on():
    letter = TabledLetter(
        Letter(title="通知单", paragraphs=["同意。"], to="教育局", signer="某某编办", on="某日"),
        caption="附：序号",
        head=("号", "码"),
        widths=(1, 1),
        rows=[[str(n), Code(f"https://b/{n}")] for n in range(1, 20)],
    )

    pages = pages_of(prints.forms(letter))

    assert len(pages) > 1
    first = pages[0]
    assert first.index("同意。") < first.index("某某编办") < first.index("附：序号")
    assert ["号码" in page for page in pages] == [True] * len(pages)
    assert not any("某某编办" in page for page in pages[1:])


def test_a_long_run_is_set_in_parts_and_comes_as_one_file(monkeypatch):
    monkeypatch.setattr(engine, "FORMS_AT_ONCE", 2)
    papers = [
        Form(title=f"第{n}份", widths=(1,), rows=[[Box("䶮")]], link=f"https://b/{n}")
        for n in range(5)
    ]
    seen: list[int] = []

    pages = pages_of(prints.forms(*papers, told=seen.append))

    assert seen == [2, 4, 5]
    assert [f"第{n}份" in page for n, page in enumerate(pages)] == [True] * 5
    assert ["—1—" in page for page in pages] == [True] * 5  # each counts its own pages


def test_what_stops_a_long_run_ends_it(monkeypatch):
    monkeypatch.setattr(engine, "FORMS_AT_ONCE", 1)

    def stop(done: int) -> None:
        raise jobs.Cancelled

    with pytest.raises(jobs.Cancelled):
        prints.forms(*[Form(title="表", widths=(1,), rows=[[Box("一")]])] * 3, told=stop)
