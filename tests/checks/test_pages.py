"""Pages of the checks: in scope only, both sides with links, forms that lose nothing."""

from __future__ import annotations

import datetime as dt
import io
import uuid

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from apps.checks.models import Finding, Handling, RuleSetting, Run
from apps.checks.services import check_all, refresh_statistics
from tests.factories import posts as p
from tests.factories import quotas as q
from tests.factories import units

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(office, home, bureau, foreign_bureau):
    """Over-staffed units in both counties, a surplus chief in ours."""
    q.staffed(bureau, 3, 4)
    q.staffed(foreign_bureau, 1, 2)
    p.due(bureau, 1)
    p.holder(bureau)
    p.holder(bureau)
    check_all()
    return bureau


@pytest.fixture
def as_clerk(client, clerk):
    client.force_login(clerk)
    return client


def text(response):
    return response.content.decode()


def post(client, address, **data):
    return client.post(address, {"_key": str(uuid.uuid4()), **data})


def of(unit, rule="Q01"):
    return Finding.objects.get(unit=unit, rule=rule)


def test_the_list_shows_what_contradicts_what(as_clerk, world, foreign_bureau):
    page = as_clerk.get(reverse("checks:list"), {"level": "red"})

    assert [(f.rule, f.unit) for f in page.context["page"]] == [("Q01", world), ("Q04", world)]
    said = text(page)
    assert "行政编制在编 4 人，核定 3 名，超编 1 名。" in said
    assert foreign_bureau.name not in said


def test_the_list_is_narrowed(as_clerk, world):
    def rules(**query):
        page = as_clerk.get(reverse("checks:list"), query).context["page"]
        return sorted({f.rule for f in page} & {"Q01", "Q04"})

    assert rules(rule="Q04") == ["Q04"]
    assert rules(q="教育") == ["Q01", "Q04"]
    assert rules(q="民政") == []
    assert rules(under=str(world.pk)) == ["Q01", "Q04"]
    assert rules(state="confirmed") == []
    Finding.objects.filter(rule="Q01").update(
        state="muted", muted_until=timezone.localdate() + dt.timedelta(days=3)
    )
    assert rules() == ["Q04"]
    assert rules(state="muted") == ["Q01"]
    assert rules(state="lasting") == ["Q01", "Q04"]
    Finding.objects.filter(rule="Q04").update(gone_at=timezone.now(), gone_why="fixed")
    assert rules() == []
    assert rules(state="gone") == ["Q04"]
    assert rules(found_after=timezone.localdate().isoformat(), state="lasting") == ["Q01"]


def test_the_list_is_exported_as_shown(as_clerk, world):
    answer = as_clerk.get(reverse("checks:list"), {"export": "xlsx", "rule": "Q01"})
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    row = dict(zip(rows[0], rows[1], strict=True))
    assert (row["问题"], row["单位"], row["处置"]) == ("Q01 超编", world.name, "待处理")
    assert "超编 1 名" in row["值与限"]


def test_a_finding_puts_both_sides_beside_each_other(as_clerk, world):
    page = as_clerk.get(of(world).get_absolute_url())
    said = text(page)
    assert "行政编制核定 3 名" in said
    assert "行政编制在编 4 人" in said
    assert reverse("quotas:ledger", args=[world.pk]) in said
    assert reverse("staff:unit", args=[world.pk]) in said
    assert "核对在编人员" in said


def test_a_persons_name_is_read_not_kept(as_clerk, bureau):
    q.grant(bureau, 1)
    spell = q.people(bureau, 1, post_name="局长助理")[0]
    check_all()
    finding = of(bureau, "Q11")

    assert spell.person.name not in str((finding.facts, finding.subjects))
    assert spell.person.name in text(as_clerk.get(finding.get_absolute_url()))
    assert spell.person.name in text(as_clerk.get(reverse("checks:list")))


def test_a_namesake_elsewhere_is_not_named(as_clerk, bureau, foreign_bureau):
    q.grant(bureau, 1)
    q.grant(foreign_bureau, 1)
    ours, theirs = q.people(bureau, 1)[0], q.people(foreign_bureau, 1)[0]
    type(theirs.person).objects.filter(pk=theirs.person_id).update(name="隐名某")
    now = timezone.now()
    finding = Finding.objects.create(
        rule="Q07", unit=bureau, key=f"person:{ours.person_id}", level="yellow", first_seen=now,
        last_seen=now, facts={"count": 1},
        subjects={"person": ours.person_id, "others": [theirs.person_id]},
    )  # fmt: skip

    said = text(as_clerk.get(finding.get_absolute_url()))

    assert "查看范围以外的人员" in said
    assert "隐名某" not in said
    assert foreign_bureau.name not in said
    assert reverse("staff:detail", args=[theirs.person_id]) not in said


@pytest.mark.parametrize("name", ["detail", "unit", "handle"])
def test_a_foreign_finding_is_missing(as_clerk, world, foreign_bureau, name):
    finding = of(foreign_bureau)
    args = {"unit": [foreign_bureau.pk], "handle": [finding.pk, "confirm"]}.get(name, [finding.pk])
    foreign = as_clerk.get(reverse(f"checks:{name}", args=args))
    missing = as_clerk.get(reverse(f"checks:{name}", args=[987654321, *args[1:]]))
    assert foreign.status_code == missing.status_code == 404
    assert foreign_bureau.name not in text(foreign)


def test_a_foreign_finding_cannot_be_handled(as_clerk, world, foreign_bureau):
    finding = of(foreign_bureau)
    one = post(as_clerk, reverse("checks:handle", args=[finding.pk, "confirm"]))
    batch = post(as_clerk, reverse("checks:batch"), move="confirm", pk=[finding.pk], confirmed="1")
    assert (one.status_code, batch.status_code) == (404, 302)
    assert not Handling.objects.exists()


def test_without_the_right_it_is_refused(client, world, unit_clerk, reader):
    finding = of(world)
    for user, move in ((unit_clerk, "mute"), (reader, "explain")):
        client.force_login(user)
        address = reverse("checks:handle", args=[finding.pk, move])
        assert client.get(address).status_code == 403
        assert post(client, address, opinion="x").status_code == 403
    assert not Handling.objects.exists()


def test_a_unit_clerk_explains_and_the_office_confirms(client, world, unit_clerk, clerk):
    finding = of(world)
    client.force_login(unit_clerk)
    page = client.get(reverse("checks:unit", args=[world.pk]))
    assert "超编" in text(page)
    answer = post(
        client, reverse("checks:handle", args=[finding.pk, "explain"]), opinion="两人待退休",
        turn="0",
    )  # fmt: skip
    assert answer.url == finding.get_absolute_url()

    client.force_login(clerk)
    assert "两人待退休" in text(client.get(finding.get_absolute_url()))
    late = post(client, reverse("checks:handle", args=[finding.pk, "confirm"]), turn="0")
    assert late.status_code == 422
    assert "郑人事刚刚做了“说明”" in text(late)
    post(client, reverse("checks:handle", args=[finding.pk, "confirm"]), turn="1")
    finding.refresh_from_db()
    assert finding.state == "confirmed"


def test_a_claim_still_found_says_so(client, world, unit_clerk):
    client.force_login(unit_clerk)
    finding = of(world)
    answer = client.post(
        reverse("checks:handle", args=[finding.pk, "claim"]),
        {"_key": str(uuid.uuid4()), "opinion": "", "turn": "0"},
        follow=True,
    )
    assert "复核仍查出这个问题，没有关闭" in text(answer)
    assert "报称已整改，校核仍查出" in text(answer)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"opinion": "", "until": "2099-01-01"}, "请填写理由"),
        ({"opinion": "编委同意", "until": "2020-01-01"}, "请填今天到"),
        ({"opinion": "编委同意", "until": "明天"}, "日期"),
    ],
)
def test_a_wrong_mute_loses_nothing(as_clerk, world, data, said):
    answer = post(as_clerk, reverse("checks:handle", args=[of(world).pk, "mute"]), turn="0", **data)
    assert answer.status_code == 422
    assert said in text(answer)
    assert data["opinion"] in text(answer)
    assert not Handling.objects.exists()


def test_many_are_muted_at_once(as_clerk, world):
    rows = Finding.objects.filter(unit=world, level="red")
    keys = [row.pk for row in rows]
    asked = post(as_clerk, reverse("checks:batch"), move="mute", pk=keys)
    assert asked.status_code == 200
    assert "将对下列 2 个问题暂不提示" in text(asked)
    assert not Handling.objects.exists()
    until = (timezone.localdate() + dt.timedelta(days=9)).isoformat()
    data = {"move": "mute", "pk": keys, "confirmed": "1", "opinion": "统一整改", "until": until}

    bad = post(as_clerk, reverse("checks:batch"), **{**data, "opinion": ""})
    assert bad.status_code == 422
    answer = post(as_clerk, reverse("checks:batch"), **data)

    assert answer.url == reverse("checks:list")
    assert Finding.objects.filter(state="muted").count() == 2
    assert Handling.objects.count() == 2


def test_rules_show_what_holds_and_what_is_missing(as_clerk, world):
    page = as_clerk.get(reverse("checks:rules"))
    said = text(page)
    assert len(page.context["rows"]) == 28
    assert said.count("数据源未建立") == 1
    assert "三定规定（内设机构清单）" in said
    assert reverse("checks:rule_edit", args=["Q01"]) in said


def test_the_office_changes_a_threshold(as_clerk, world):
    address = reverse("checks:rule_edit", args=["Q33"])
    bad = post(as_clerk, address, enabled="1", days="5", reason="试")
    assert bad.status_code == 422
    assert not RuleSetting.objects.exists()
    assert post(as_clerk, address, enabled="1", days="100", reason="").status_code == 422

    answer = post(as_clerk, address, enabled="0", days="100", reason="系统切换")

    assert answer.url == reverse("checks:rules")
    said = text(as_clerk.get(reverse("checks:rules")))
    assert "已停用" in said
    assert "系统切换" in said
    assert as_clerk.get(reverse("checks:rule_edit", args=["Q99"])).status_code == 404


def test_only_the_office_changes_rules(client, world, stranger, unit_clerk):
    for user in (stranger, unit_clerk):
        client.force_login(user)
        address = reverse("checks:rule_edit", args=["Q01"])
        assert client.get(address).status_code == 403
        assert post(client, reverse("checks:run")).status_code == 403
        assert address not in text(client.get(reverse("checks:rules")))


def test_a_run_is_asked_for(as_clerk, world, django_capture_on_commit_callbacks):
    before = Run.objects.count()
    with django_capture_on_commit_callbacks(execute=True):
        post(as_clerk, reverse("checks:run"))
    assert Run.objects.count() == before + 1
    assert Run.objects.first().kind == "asked"
    assert "手动校核" in text(as_clerk.get(reverse("checks:runs")))


def test_the_trend_counts_by_day(as_clerk, world):
    old = timezone.now() - dt.timedelta(days=10)
    Finding.objects.filter(rule="Q01", unit=world).update(first_seen=old)
    page = as_clerk.get(reverse("checks:trend"))
    rows = {row[0]: row[1:] for row in page.context["chart"]["table"]["rows"]}
    today = timezone.localdate()
    # The picture begins on the first day on which anything was found.
    assert min(rows) == (today - dt.timedelta(days=10)).isoformat()
    assert rows[min(rows)][0] == 1
    assert rows[today.isoformat()][0] == 2
    assert as_clerk.get(reverse("checks:trend"), {"step": "week"}).status_code == 200


def test_first_pages_and_the_board_tell_how_many(client, world, clerk, unit_clerk, leader):
    refresh_statistics()
    for user, name in ((clerk, "dashboards:workbench"), (unit_clerk, "dashboards:workbench")):
        client.force_login(user)
        page = client.get(reverse(name))
        assert page.context["checked"].red == 2
        assert "数据校核问题" in text(page)
    client.force_login(leader)
    board = client.get(reverse("dashboards:board"))
    assert "数据校核问题" in text(board)
    assert "校核" in text(client.get(reverse("units:detail", args=[world.pk])))


@pytest.mark.parametrize("count", [1, 4])
@pytest.mark.parametrize(
    ("name", "queries"), [("checks:list", 8), ("checks:rules", 8), ("checks:trend", 6)]
)
def test_more_findings_cost_no_query(
    as_clerk, office, home, count, name, queries, django_assert_max_num_queries
):
    for number in range(count):
        q.staffed(units.unit(f"单位{number}", home), 2, 3)
    check_all()
    as_clerk.get(reverse(name))
    with django_assert_max_num_queries(queries):
        assert as_clerk.get(reverse(name)).status_code == 200


def test_a_finding_costs_few_queries(as_clerk, world, django_assert_max_num_queries):
    finding = of(world)
    as_clerk.get(finding.get_absolute_url())
    with django_assert_max_num_queries(9):
        as_clerk.get(finding.get_absolute_url())
