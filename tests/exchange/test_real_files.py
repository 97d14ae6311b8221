"""Real public files: a roster of another world maps, says what it lacks, and comes in with it."""

import datetime as dt
import json

import pytest

from apps.exchange.models import ImportBatch
from apps.staff.models import Occupancy, Person
from tests.factories import quotas, units
from tests.identity_numbers import number
from tests.shared_data import FOLDER

from .test_import_file import run

pytestmark = pytest.mark.django_db(transaction=True)

ROSTER = FOLDER / "rosters" / "guokao2024_nfra_dibu_pseudonymised.xls"
TREE = FOLDER / "org_trees" / "heze_yuncheng_2018.csv"


def needs(path):
    if not path.is_file():
        pytest.skip(f"no {path.name}: the shared data is not beside this checkout")
    return path


def test_the_roster_maps_and_says_what_it_lacks(clerk, bureau, tmp_path):
    code, report = run("roster", needs(ROSTER), "--actor", "clerk", out=tmp_path / "r.json")
    said = [fault["message"] for fault in report["faults"]]

    assert code == 2
    assert {key: to for key, to in report["mapping"]["columns"].items() if to} == {
        "姓名": "name",
        "部门名称": "unit",
        "用人司局": "dept",
        "招录职位": "post_name",
    }
    assert said[:3] == [
        "缺少「公民身份号码」这一列",
        "缺少「编制类型」这一列",
        "缺少「入编时间」这一列",
    ]
    assert not Person.objects.exists()


def test_the_roster_comes_in_with_what_it_lacks(clerk, home, document, tmp_path):
    """Identity numbers cannot be a constant: they are put beside, as an office would have them."""
    from apps.core import sheets

    book = sheets.read(needs(ROSTER), ROSTER.name)
    rows = book.sheets[0].rows
    names = sorted({row[3] for row in rows[1:]})
    for name in names:
        made = units.unit(name, home, nature_id="nature.101")
        quotas.grant(made, 300, document=document)
    path = tmp_path / "带证件号.csv"
    lines = [[*rows[0], "身份证号"]]
    for at, row in enumerate(rows[1:], start=1):
        birth = dt.date(1985, 1, 1) + dt.timedelta(days=at)
        lines.append([*row, number("330683", birth, 100 + at)])
    text = "\n".join(",".join(str(cell) for cell in line) for line in lines)
    path.write_bytes(text.encode("gb18030"))
    plan = {
        "columns": {
            "姓名": "姓名",
            "部门名称": "编制所在单位",
            "招录职位": "职务",
            "身份证号": "公民身份号码",
        },
        "fills": {"编制类型": "行政编制", "入编时间": "2024-08-01"},
    }
    (tmp_path / "m.json").write_text(json.dumps(plan))
    options = ("--actor", "clerk", "--mapping", tmp_path / "m.json")
    code, report = run("roster", path, "--commit", *options, out=tmp_path / "r.json")

    assert (code, report["created"]) == (0, 204), report["faults"][:3]
    assert Occupancy.objects.filter(starts_on="2024-08-01").count() == 204
    batch = ImportBatch.objects.get()
    assert batch.mapping["fills"] == {"quota_type": "行政编制", "starts_on": "2024-08-01"}
    ignored = [one["message"] for one in report["warnings"] if "不导入" in one["message"]]
    assert len(ignored) == 5


def test_a_raw_tree_is_read_without_a_mapping(clerk, home, tmp_path):
    code, report = run(
        "units", needs(TREE), "--actor", "clerk", "--under", home.code, out=tmp_path / "r.json"
    )

    assert report["rows"] == 249
    assert code == 0, report["faults"][:3]
