"""Reference rows from fixtures/ (docs/rules.md K-01)."""

import json
import shutil
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from apps.accounts.models import User
from apps.core import calendar, reference
from apps.core.models import CodeTable, CodeValue, Holiday
from apps.core.reference import BadFixture, Loaded, load_code_tables, load_holidays
from apps.core.writes import sign
from apps.units.models import Region
from apps.units.reference import load_regions
from tests.shared_data import shared_rows

TABLES = reference.FIXTURES / "code_tables"
COLUMNS = "value label parent sort valid_from valid_to attrs external_map"


def table(code: str) -> dict[str, dict[str, str]]:
    return {row["value"]: row for _, row in reference.rows_of(TABLES / f"{code}.csv", COLUMNS)}


def attrs(code: str) -> dict[str, dict]:
    return {value: json.loads(row["attrs"] or "{}") for value, row in table(code).items()}


@pytest.fixture
def folder(tmp_path):
    """A copy of the fixtures that a test may spoil."""
    return shutil.copytree(reference.FIXTURES, tmp_path / "fixtures")


def codes() -> list[str]:
    return [
        row["code"]
        for _, row in reference.rows_of(TABLES / "_tables.csv", "code name standard note")
    ]


def test_every_table_is_listed_and_whole():
    assert sorted(codes()) == sorted(f.stem for f in TABLES.glob("*.csv") if f.stem != "_tables")
    for code in codes():
        rows = table(code)
        assert len(rows) > 1
        labels = {row["label"] for row in rows.values()}
        # by year: several years may ask for as many
        assert code == "contribution_years" or len(labels) == len(rows), code
        for value, row in rows.items():
            assert row["label"] == row["label"].strip() != ""
            assert row["parent"] == "" or row["parent"] in rows, (code, value)


@pytest.mark.rule("Q-12")
def test_quota_types_say_family_total_and_where_they_may_be():
    kinds = attrs("quota_type")
    natures = attrs("nature")

    families = {
        family: {v for v, a in kinds.items() if a["family"] == family}
        for family in ("ADMIN", "INSTITUTION", "SUPPORT", "OTHER")
    }
    assert families["ADMIN"] == {"10", "11", "12", "13"}
    assert families["INSTITUTION"] == {"20", "21", "22", "23", "29"}
    assert families["SUPPORT"] == {"19"}
    assert {v for v, a in kinds.items() if not a["in_total"]} == {"40", "80"}
    assert {v for v, a in kinds.items() if a["time_limited"]} == {"30"}
    for value, kind in kinds.items():
        assert set(kind["legal_natures"]) <= set(natures), value
    assert "104" not in kinds["10"]["legal_natures"]  # 行政编制 in a 事业单位
    for value in ("21", "22", "23", "29"):
        assert "101" not in kinds[value]["legal_natures"]  # 事业编制 in an organ
        assert "104" in kinds[value]["legal_natures"]


def test_person_status_says_who_counts():
    status = attrs("person_status")

    assert {v for v, a in status.items() if a["in_quota"]} == {
        "110",
        "120",
        "130",
        "141",
        "142",
        "143",
        "144",
        "145",
        "146",
    }
    assert {v for v, a in status.items() if a.get("reserves")} == {"150"}
    assert all(v.startswith("2") for v, a in status.items() if a.get("left"))
    for mode, mode_attrs in attrs("exit_mode").items():
        assert status[mode_attrs["status"]]["left"], mode


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("sex", "gbt2261_gender"),
        ("ethnicity", "gbt3304_1991_ethnicity"),
        ("political_status", "gbt4762_1984_political_affiliation"),
        ("education", "gbt4658_2006_formal_schooling"),
    ],
)
def test_standard_tables_carry_the_standards_codes(ours, theirs):
    own = table(ours)
    for row in shared_rows(f"code_tables/{theirs}.csv"):
        label = own[row["code"]]["label"]
        assert label == row["name"] or (ours == "sex" and row["code"] in "09"), row


def test_post_levels_know_the_code_of_gbt_12407():
    known = {
        json.loads(row["external_map"]).get("GB/T 12407-2008"): row["label"]
        for row in table("post_level").values()
    }
    for row in shared_rows("code_tables/gbt12407_2008_post_level_partial.csv"):
        if row["code"] not in ("150", "160", "199"):  # 科员级, 办事员级, 未定级: other words
            assert known[row["code"]] == row["name"]
        assert row["code"] in known


def test_divisions_are_those_of_the_shared_list():
    own = {
        row["code"]: (row["name"], row["level"], row["parent"])
        for _, row in reference.rows_of(
            reference.FIXTURES / "regions.csv", "code name level parent"
        )
    }
    for row in shared_rows("regions/divisions_2026_mca.csv"):
        assert own[row["code"]] == (row["name"], row["level"], row["parent_code"])


@pytest.mark.rule("K-01")
@pytest.mark.django_db
def test_loading_twice_changes_nothing():
    load_code_tables()
    load_holidays()
    load_regions()
    history = CodeValue.history.count(), Holiday.history.count(), Region.history.count()

    again = load_code_tables(), load_holidays(), load_regions()

    values, days, regions = (
        CodeValue.objects.count(),
        Holiday.objects.count(),
        Region.objects.count(),
    )
    assert again == (Loaded(0, 0, values, 0), Loaded(0, 0, days, 0), Loaded(0, 0, regions, 0))
    assert (values, days, regions) >= (460, 771, 6700)
    assert history == (CodeValue.history.count(), Holiday.history.count(), Region.history.count())
    assert CodeTable.objects.get(pk="quota_type").name == "编制类型"
    assert CodeValue.objects.get(pk="education.21").parent_id == "education.20"
    assert Region.objects.get(pk="330682").valid_to == date(2013, 1, 1)
    assert Region.objects.get(pk="330604").parent_id == "330600"


@pytest.mark.rule("K-01")
@pytest.mark.django_db
def test_what_the_office_edited_stays_until_told_otherwise(folder):
    load_code_tables()
    editor = User.objects.create_user(username="editor", password="nothing-to-guess-7")
    with transaction.atomic():
        sign(by=editor)
        CodeValue.objects.filter(pk="quota_type.13").update(label="军转编制")
    file = folder / "code_tables" / "quota_type.csv"
    file.write_text(
        file.read_text("utf-8")
        .replace("13,军转（单列）编制", "13,军转及单列编制")
        .replace("70,附属编制", "70,附属编制（新）"),
        "utf-8",
    )

    loaded = load_code_tables(folder)

    assert (loaded.created, loaded.updated, loaded.kept) == (0, 1, 1)
    assert "保留本地修改1条" in str(loaded)
    assert CodeValue.objects.get(pk="quota_type.13").label == "军转编制"
    assert CodeValue.objects.get(pk="quota_type.70").label == "附属编制（新）"
    assert load_code_tables(folder, overwrite=True).updated == 1
    assert CodeValue.objects.get(pk="quota_type.13").label == "军转及单列编制"
    labels = CodeValue.history.filter(key="quota_type.13").order_by("history_id")
    assert [(row.label, row.history_user_id) for row in labels][-2:] == [
        ("军转编制", editor.pk),
        ("军转及单列编制", None),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("code_tables/sex.csv", "1,男,,20", "1,男,,zwanzig", "sex.csv 第3行"),
        ("code_tables/sex.csv", "1,男,,20,,,,", "1,男", "sex.csv 第3行的列数与表头不符"),
        ("code_tables/sex.csv", "value,label", "label,value", "sex.csv 的表头应为 value,label"),
        ("code_tables/sex.csv", "1,男,,20,", "1,男,,20,2015-02-30", "sex.csv 第3行"),
        ("holidays.csv", "2004-01-01,holiday", "2004-01-01,rest", "类别“rest”应为"),
        ("holidays.csv", "2004-01-01", "01.01.2004", "第2行：“01.01.2004”不是日期"),
        ("regions.csv", "110000,北京市,province", "110000,北京市,land", "层级“land”应为"),
    ],
)
def test_a_spoilt_fixture_is_refused_at_its_line(folder, name, old, new, words):
    before = CodeValue.objects.count(), Holiday.objects.count(), Region.objects.count()
    file = folder / name
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")

    def load_everything() -> None:
        list(reference.load_all(folder))

    with pytest.raises(BadFixture, match=words):
        load_everything()
    if name.startswith("code_tables"):
        assert before == (
            CodeValue.objects.count(),
            Holiday.objects.count(),
            Region.objects.count(),
        )


@pytest.mark.django_db
def test_the_command_loads_every_registered_kind(folder):
    out = StringIO()

    call_command("load_reference", stdout=out)

    lines = out.getvalue().splitlines()
    assert [line.split("：")[0] for line in lines[:2]] == ["代码表", "节假日"]
    assert any(line.startswith("行政区划：") for line in lines)
    shutil.rmtree(folder / "code_tables")
    with pytest.raises(CommandError, match="找不到基础数据文件"):
        call_command("load_reference", "--from", str(folder))


@pytest.mark.rule("C-01")
@pytest.mark.django_db
def test_the_calendar_reads_the_days_of_the_database(django_assert_num_queries):
    load_holidays()

    with django_assert_num_queries(1):
        current = calendar.current()

    assert current.published == set(range(2004, 2027))
    assert current.deadline(date(2025, 9, 26), 5).day == date(2025, 10, 10)
    Holiday.objects.filter(day=date(2025, 10, 9)).delete()
    Holiday.objects.create(day=date(2025, 10, 9), kind=Holiday.Kind.HOLIDAY, name="本地")
    assert calendar.current().deadline(date(2025, 9, 26), 5).day == date(2025, 10, 11)
