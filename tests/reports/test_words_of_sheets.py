"""What a clerk reads on the sheets: order of groups, words of conditions, nothing cut or bare."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from apps.core import prints
from apps.core.sheets import Heading, Layout, Line, write_layout
from apps.dashboards.sheets.build import ALL
from apps.reports import sheets
from apps.reports.query.fields import Kind, operator_word
from apps.reports.query.groups import groups
from apps.reports.query.people import BANDS, LEVELS
from apps.reports.query.question import Question, ask
from apps.staff.models import Occupancy
from tests.factories import units

from .conftest import content, pdf_text

pytestmark = pytest.mark.django_db


def test_groups_of_a_closed_list_stand_in_its_order(clerk, world):
    spells = Occupancy.objects.under(world.home).order_by("pk")[:2]
    for spell, month in zip(spells, (dt.date(2001, 3, 1), dt.date(1969, 3, 1)), strict=True):
        type(spell.person).objects.filter(pk=spell.person_id).update(birth_month=month)
    data = QueryDict("by=age_band&by=edu_level")
    found = groups(ask(Question.of("people", data, None), clerk))
    bands = [label for _, label in BANDS]
    levels = [label for _, label in LEVELS] + ["未填"]
    places = [(bands.index(row.labels[0]), levels.index(row.labels[1])) for row in found.rows]
    assert {band for band, _ in places} >= {0, len(bands) - 1}
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("operator", "kind", "word"),
    [
        ("lt", Kind.AGE, "小于"),
        ("gte", Kind.NUMBER, "不小于"),
        ("lt", Kind.DAY, "早于"),
        ("gte", Kind.MONTH, "不早于"),
        ("between", Kind.DAY, "介于"),
        ("has", Kind.TEXT, "包含"),
    ],
)
def test_an_operator_is_told_in_the_words_of_its_kind(operator, kind, word):
    assert operator_word(operator, kind) == word


def test_people_are_counted_as_people_and_with_those_who_left_as_spells(client, clerk, world):
    client.force_login(clerk)
    assert "111 人</h2>" in client.get(reverse("reports:people")).content.decode()
    assert "人次</h2>" in client.get(reverse("reports:people"), {"whole": 1}).content.decode()


def test_a_sheet_without_lines_says_so_on_screen_on_paper_and_in_the_workbook(client, clerk, world):
    client.force_login(clerk)
    url = f"{reverse('reports:transfers')}?period={timezone.localdate():%Y-%m}"
    word = "本期没有调入、调出、转隶、划转的人员"
    assert word in client.get(url).content.decode()
    assert word in pdf_text(content(client.get(f"{url}&export=pdf")))
    book = openpyxl.load_workbook(io.BytesIO(content(client.get(f"{url}&export=xlsx"))))
    assert any(cell.value == f"{word}。" for row in book.active.iter_rows() for cell in row)


def test_a_long_text_over_several_columns_is_not_cut_in_a_workbook():
    layout = Layout(
        "表", "表", [Heading(("a",), 10), Heading(("b",), 10)],
        [Line(["短", None], spans={1: 2}), Line(["长" * 100, None], spans={1: 2})],
        headless=True, footer=(),
    )  # fmt: skip
    out = io.BytesIO()
    write_layout(out, layout)
    sheet = openpyxl.load_workbook(out).active
    lines = {row[0].value[0]: row[0].row for row in sheet.iter_rows() if row[0].value}
    assert sheet.row_dimensions[lines["短"]].height is None
    assert sheet.row_dimensions[lines["长"]].height >= 10 * 15


def test_figures_of_a_form_stand_in_the_middle_and_texts_at_the_left():
    headings = [Heading((str(n),), 8) for n in range(4)]
    line = Line(["核定", 35, None, "说明"], spans={2: 2}, tones={1: "label"})
    layout = Layout("表", "表", headings, [line], headless=True)
    cells = prints.shown(layout).rows[0].cells
    assert "mid" in cells[1].css
    assert cells[1].columns == 2


def test_a_card_names_thirty_units_below_and_tells_of_the_rest(clerk, world, monkeypatch):
    monkeypatch.setattr(sheets, "MOST_NAMES", 2)
    for number in range(3):
        units.unit(f"第{number}幼儿园", world.nursery)
    made = sheets.card(world.nursery, user=clerk, on=None, office="编办")
    row = next(line for line in made.lines if line.cells[0] == "下属单位")
    assert "等 3 个（其余见机构库）" in row.cells[1]


def test_a_reminder_sheet_is_printed_as_it_is_shown_and_exported_whole(client, leader, world):
    client.force_login(leader)
    url = f"{reverse('dashboards:quota_sheet')}?at={world.home.pk}"
    folded = pdf_text(content(client.get(f"{url}&export=pdf")))
    whole = pdf_text(content(client.get(f"{url}&open={ALL}&export=pdf")))
    book = openpyxl.load_workbook(io.BytesIO(content(client.get(f"{url}&export=xlsx"))))
    assert "实验小学" not in folded
    assert "数字含其下属单位" in folded
    assert "实验小学" in whole
    assert any("实验小学" in str(cell.value) for row in book.active.iter_rows() for cell in row)
