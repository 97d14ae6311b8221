"""`figures` tells the board's numbers; `check_facts` finds what the triggers would have missed."""

from __future__ import annotations

import datetime as dt
import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from apps.units.models import Office
from tests.factories import posts as p
from tests.factories import quotas as q
from tests.factories import units

pytestmark = pytest.mark.django_db


def told(*arguments: str) -> dict:
    out = io.StringIO()
    call_command("figures", "--json", *arguments, stdout=out)
    return json.loads(out.getvalue())


@pytest.fixture
def county(home, bureau):
    q.staffed(bureau, 10, 12)
    school = units.unit("实验小学", bureau, nature_id="nature.104", code="S1")
    q.staffed(school, 20, 15, q.FULL)
    q.grant(school, 7, q.OUTSIDE)
    p.due(bureau, 1)
    p.due(bureau, 2, p.DEPUTY)
    p.holder(bureau)
    p.holder(bureau)
    return home


def test_figures_are_the_contract(county):
    found = told()

    assert found["on"] is None
    assert (found["approved"], found["actual"], found["reserved"]) == (30, 27, 0)
    assert found["vacant"] == {"net": 3, "gross": 5}
    assert (found["excess"], found["over_units"]) == (2, 1)
    assert found["by_type"]["行政编制"] == {
        "code": "10", "in_total": True, "approved": 10, "actual": 12, "reserved": 0,
        "vacant": {"net": -2, "gross": 0}, "excess": 2, "over_units": 1,
    }  # fmt: skip
    assert found["by_type"]["编外用工控制数"]["in_total"] is False
    assert found["by_family"]["行政"]["actual"] == 12
    assert found["by_family"]["事业"]["vacant"] == {"net": 5, "gross": 5}
    assert (found["institutions"], found["units"]) == (1, 2)
    assert found["documents"] == 5
    assert found["posts"] == {
        "due": 3, "filled": 2, "over": 1, "short": 2, "over_units": 1, "short_units": 1,
    }  # fmt: skip


def test_a_subtree_is_named_by_its_code(county, foreign_bureau):
    q.staffed(foreign_bureau, 3, 1)
    assert told("--under", "S1")["approved"] == 20
    assert told("--under", county.code)["approved"] == 30
    assert told()["approved"] == 33  # no office named: all there is

    Office.objects.create(name="某县编办", home=county)
    assert told()["approved"] == 30


def test_a_day_is_counted_from_facts(county):
    before, after = told("--on", "2015-02-28"), told("--on", str(timezone.localdate()))
    now = told()
    assert (before["approved"], before["actual"], before["posts"]["due"]) == (0, 0, 0)
    assert {k: v for k, v in after.items() if k != "on"} == {
        k: v for k, v in now.items() if k != "on"
    }


def test_wrong_arguments_say_what_is_wrong(county):
    with pytest.raises(CommandError, match="没有机构编码为 X9 的机构"):
        told("--under", "X9")
    with pytest.raises(CommandError, match="不是日期"):
        told("--on", "2015-13-01")


def test_without_json_a_person_can_read_it(county):
    out = io.StringIO()
    call_command("figures", stdout=out)
    text = out.getvalue()
    assert "行政编制" in text
    assert "编制使用率 90.0%" in text
    assert "超配 1（1 个单位），缺配 2（1 个单位）" in text


def test_an_abolished_unit_existed_until_its_day(county, bureau):
    bureau.status, bureau.abolished_on = "abolished", dt.date(2020, 1, 1)
    bureau.save()
    assert told()["units"] == 1
    assert told("--on", "2019-12-31")["units"] == 2


# -- check_facts ----------------------------------------------------------------------------------


@pytest.fixture
def untriggered(county):
    """Write past the triggers, as a restored or meddled-with database might hold."""

    def run(sql: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(sql)
            cursor.execute("SET LOCAL session_replication_role = DEFAULT")

    return run


def checked() -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("check_facts", stdout=out, stderr=out)
    except SystemExit as exit_:
        return exit_.code, out.getvalue()
    return 0, out.getvalue()


def test_sound_figures_are_said_to_be_sound(county):
    code, text = checked()
    assert code == 0, text
    assert "全部一致" in text


@pytest.mark.parametrize(
    ("meddling", "named"),
    [
        ("UPDATE quotas_balance SET actual = actual - 1 WHERE actual > 0", "编制余额"),
        ("UPDATE quotas_unittotal SET vacant = vacant + 1", "单位合计"),
        ("UPDATE quotas_bucket SET over_units = 7", "汇总桶"),
        ("INSERT INTO quotas_bucket (path, quota_type_id, approved, actual, reserved, excess, "
         "vacant, over_cells, over_units) VALUES ('ZZZZ', '', 1, 0, 0, 0, 1, 0, 0)", "汇总桶"),
        ("UPDATE posts_postbalance SET filled = filled + 1", "职数余额"),
        ("UPDATE posts_postbucket SET short = short + 1", "职数汇总桶"),
        ("UPDATE staff_occupancy SET counts = false", "是否计入实有"),
        ("UPDATE staff_occupancy SET scope = 'ZZZZ'", "范围 staff_occupancy"),
        ("UPDATE quotas_quotaentry SET scope = 'ZZZZ'", "范围 quotas_quotaentry"),
        ("UPDATE quotas_quotaentry SET change = change + 1 WHERE change = 7", "编制余额"),
        ("DELETE FROM quotas_overageentry", "编制余额"),
        ("DELETE FROM quotas_historicalquotaentry", "历史 quotas_quotaentry"),
    ],
)  # fmt: skip
def test_every_kind_of_drift_is_found(untriggered, meddling, named):
    untriggered(meddling)
    code, text = checked()
    assert code == 1
    assert named in text
