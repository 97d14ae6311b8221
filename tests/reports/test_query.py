"""自定义统计: only what the catalogue knows is asked, in the reader's scope, of any day."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.audit.models import AuditEvent
from apps.core.models import CodeValue
from apps.quotas import queries as quotas
from apps.reports.models import SavedQuery
from apps.reports.query import question as asking
from apps.reports.query.conditions import Condition
from apps.reports.query.fields import BARE, Kind
from apps.reports.query.people import age_on
from apps.reports.query.question import Question, TooSlow, ask, bounded
from apps.reports.query.subjects import SUBJECTS
from apps.reports.views import builder
from apps.staff import secrets
from apps.staff.models import Occupancy
from tests.dashboards.conftest import PLANTED
from tests.factories import quotas as q
from tests.factories import staff as s

from .conftest import content, sheet_rows

pytestmark = pytest.mark.django_db
HOSTILE = [
    "'; DROP TABLE staff_person; --", "person__id_no_bi", "unit__path", "%s", "\x00", "🙂" * 50,
    "../../etc", "1 OR 1=1", "__class__", "a" * 5000, "name__regex", "-name", "；", "²",
]  # fmt: skip


def asked(user, subject="people", on=None, **values):
    data = QueryDict(mutable=True)
    for key, value in values.items():
        data.setlist(key, value if isinstance(value, list) else [value])
    return ask(Question.of(subject, data, on), user)


def names(found):
    return sorted(found.rows.values_list("person__name", flat=True))


# -- scope ----------------------------------------------------------------------------------------


@pytest.mark.rule("T-07")
def test_nobody_is_found_outside_the_readers_scope(world, clerk, stranger, unit_clerk):
    foreign = Occupancy.objects.filter(scope__startswith=world.home.path).count()
    assert foreign == 111
    assert asked(clerk).rows.count() == 111
    assert asked(unit_clerk).rows.count() == 99
    assert set(asked(stranger).rows.values_list("unit__name", flat=True)) == {PLANTED}
    assert asked(clerk, "units", f1="name", o1="has", v1="保密").rows.count() == 0
    found = asked(clerk, at=str(world.bureau.pk))
    assert found.rows.count() == 99
    for name in ("at", "v1"):
        more = {"f1": "place", "o1": "under"} if name == "v1" else {}
        foreign_unit = asked(stranger, **{name: str(world.bureau.pk)}, **more)
        assert foreign_unit.faults
        assert foreign_unit.rows.count() == 0
        assert "教育局" not in "".join(foreign_unit.faults)


# -- nothing of a request becomes SQL -------------------------------------------------------------


PARAMETERS = ("f1", "o1", "v1", "g1", "at", "section", "by", "sum", "col", "sort", "page")


@pytest.mark.rule("T-08")
@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_hostile_word_is_refused_or_asked_as_a_value(client, clerk, world, subject):
    """Every parameter meets three hostile words, every word two parameters or more."""
    client.force_login(clerk)
    url = reverse(f"reports:{subject}")
    words = itertools.cycle(HOSTILE)
    for name in PARAMETERS * 3:
        text = next(words)
        data = {"f1": "name", "o1": "has", "v1": "人员", "by": "quota_type", name: text}
        with CaptureQueriesContext(connection) as caught:
            response = client.get(url, data)
        assert response.status_code in (200, 422), (name, text, response.status_code)
        for query in caught.captured_queries:
            assert "DROP TABLE" not in query["sql"] or "'%''; DROP" in query["sql"], name


@pytest.mark.rule("T-08")
@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_field_with_every_operator_is_asked(clerk, world, subject):
    about = SUBJECTS[subject]
    values = {
        Kind.TEXT: ["学"], Kind.DAY: ["2015-03-01", "2020-01-01"],
        Kind.MONTH: ["1980-01", "1990-01"],
        Kind.NUMBER: ["1", "30"], Kind.AGE: ["30", "50"], Kind.PLACE: [str(world.bureau.pk)],
    }  # fmt: skip
    tables = {"quota_type": "quota_type.10"}
    for field in about.fields:
        for operator in field.operators:
            given = values.get(field.kind, [])
            if field.kind is Kind.CHOICE:
                given = [field.choices[0][0]]
            if field.kind is Kind.CODE:
                given = [tables.get(field.table) or CodeValue.objects.of(field.table).first().key]
            data = {"f1": field.name, "o1": operator}
            if operator not in BARE:
                data["v1"] = given
            found = asked(clerk, subject, dt.date(2020, 1, 1), **data)
            assert not found.faults, (field.name, operator, found.faults)
            found.rows.count()


def test_conditions_of_one_group_all_hold_and_of_several_any(clerk, world):
    everyone = asked(clerk).rows.count()
    admin = asked(clerk, f1="quota_type", o1="eq", v1=q.ADMIN).rows.count()
    inside = asked(clerk, f1="unit", o1="has", v1="小学").rows.count()
    assert (everyone, admin, inside) == (111, 47, 20)
    both = {"f1": "quota_type", "o1": "eq", "v1": q.ADMIN}
    both |= {"f2": "unit", "o2": "has", "v2": "小学"}
    assert asked(clerk, **both).rows.count() == 0
    assert asked(clerk, **both, g2="2").rows.count() == 67


@pytest.mark.parametrize("age", [34, 35, 36])
@pytest.mark.rule("B-04")
def test_an_age_is_whole_years_and_the_month_of_birth_counts_as_reached(clerk, world, age):
    day = dt.date(2020, 6, 15)
    q.grant(world.office, 12)
    for month in range(1, 13):
        q.people(world.office, 1, on=dt.date(2016, 1, 1), birth_month=dt.date(1985, month, 1))
    born = list(
        Occupancy.objects.filter(unit=world.office).values_list("person__birth_month", flat=True)
    )
    for operator, holds in (
        ("lt", lambda n: n < age), ("lte", lambda n: n <= age), ("gt", lambda n: n > age),
        ("gte", lambda n: n >= age), ("eq", lambda n: n == age),
    ):  # fmt: skip
        found = asked(clerk, on=day, at=str(world.office.pk), f1="age", o1=operator, v1=str(age))
        expected = sum(holds(age_on(one, day)) for one in born)
        assert found.rows.count() == expected, operator


def test_a_past_day_has_the_people_and_figures_of_that_day(clerk, world):
    spell = Occupancy.objects.filter(unit=world.school).first()
    Occupancy.objects.filter(pk=spell.pk).update(
        ends_on=dt.date(2020, 5, 1), exit_mode_id="exit_mode.03"
    )
    assert asked(clerk).rows.count() == 110
    assert asked(clerk, on=dt.date(2020, 4, 30)).rows.count() == 111
    assert asked(clerk, on=dt.date(2015, 2, 28)).rows.count() == 0
    assert asked(clerk, whole="1").rows.count() == 111
    day = dt.date(2020, 4, 30)
    for name, total in (("approved", 112), ("actual", 111), ("vacant", 6), ("excess", 5)):
        field = SUBJECTS["units"].field(name)
        now = asked(clerk, "units").rows.annotate(n=field.expression(dt.date.today()))
        then = asked(clerk, "units", on=day).rows.annotate(n=field.expression(day))
        board = quotas.figures(world.home, day).total
        assert sum(row.n for row in then) == total == getattr(board, name)
        assert sum(row.n for row in now) == getattr(quotas.figures(world.home).total, name)


# -- groups ---------------------------------------------------------------------------------------


@pytest.mark.rule("T-04")
def test_groups_add_up_say_what_is_missing_and_lead_to_their_rows(client, clerk, world):
    spell = Occupancy.objects.filter(unit=world.office).first()
    spell.person.education_id = "education.21"
    spell.person.save()
    client.force_login(clerk)
    url = reverse("reports:people")
    for by in ("education", "quota_type", "age_band", "edu_level", "unit", "family", "sex"):
        page = client.get(url, {"by": [by, "unit_system"]})
        found = page.context["groups"]
        assert sum(row.count for row in found.rows) == found.total.count == 111
        for row in found.rows:
            behind = client.get(f"{url}?{row.query}")
            assert behind.context["page"].paginator.count == row.count, row.labels
    labels = [row.labels[0] for row in client.get(url, {"by": "education"}).context["groups"].rows]
    assert labels == ["大学本科毕业", "未填"]


def test_a_group_of_alternatives_leads_to_its_rows(client, clerk, world):
    client.force_login(clerk)
    url = reverse("reports:people")
    data = {"f1": "unit", "o1": "has", "v1": "小学", "f2": "unit", "o2": "has", "v2": "幼儿园",
            "g2": "2", "by": "unit"}  # fmt: skip
    for row in client.get(url, data).context["groups"].rows:
        assert client.get(f"{url}?{row.query}").context["page"].paginator.count == row.count


def test_sums_of_units_are_the_boards_and_the_average_age_is_right(client, clerk, world):
    client.force_login(clerk)
    page = client.get(reverse("reports:units"), {"by": "system", "sum": ["approved", "actual"]})
    assert page.context["groups"].total.sums == [112, 111]
    q.grant(world.office, 1)
    q.people(world.office, 1, birth_month=dt.date(2000, 1, 1))
    page = client.get(
        reverse("reports:people"), {"by": "sex", "at": world.office.pk, "on": "2020-01-01"}
    )
    ages = [40] * 12 + [20]
    assert page.context["groups"].total.age == pytest.approx(sum(ages) / 13, abs=0.05)


# -- numbers, limits, faults ----------------------------------------------------------------------


@pytest.mark.rule("T-09")
def test_identity_numbers_are_masked_and_never_a_condition(client, clerk, world):
    spell = s.enter(world.nursery, "曌𬱖", q.FULL)
    plain = secrets.id_no(spell.person).reveal()
    client.force_login(clerk)
    url = reverse("reports:people")
    page = client.get(url, {"col": ["name", "id_no"], "f1": "name", "o1": "eq", "v1": "曌𬱖"})
    text = page.content.decode()
    assert "********" in text
    assert plain not in text
    rows = sheet_rows(content(client.get(url, {
        "col": ["name", "id_no"], "f1": "name", "o1": "eq", "v1": "曌𬱖", "export": "xlsx",
    })))  # fmt: skip
    assert "********" in rows[-1][1]
    for field in ("id_no", "name"):
        page = client.get(url, {"f1": field, "o1": "eq", "v1": "330683198503120017"})
        assert page.status_code == 422
        assert page.context["asked"].rows.count() == 0


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"f1": "born", "o1": "lt", "v1": "昨天"}, "出生年月"),
        ({"f1": "starts_on", "o1": "between", "v1": ["2015-01-01"]}, "请都填上"),
        ({"f1": "age", "o1": "lt", "v1": "三十"}, "整数"),
        ({"f1": "age", "o1": "lt", "v1": "999"}, "0 至 150"),
        ({"f1": "sex", "o1": "eq", "v1": "sex.7"}, "从列表中选择"),
        ({"f1": "sex", "o1": "eq", "v1": "nature.101"}, "从列表中选择"),
        ({"f1": "name", "o1": "eq"}, "请填写“姓名”的值"),
        ({"f1": "name", "o1": "lt", "v1": "x"}, "重新选择比较方式"),
        ({"f1": "nothing", "o1": "eq", "v1": "x"}, "不认识的项目"),
        ({"f1": "place", "o1": "under", "v1": "不存在的单位"}, "没有“不存在的单位”这个机构"),
        ({"at": "不存在的单位"}, "没有“不存在的单位”这个机构"),
    ],
)
def test_a_condition_that_cannot_be_read_is_told_and_nothing_is_counted(
    client, clerk, world, data, sentence
):
    client.force_login(clerk)
    page = client.get(reverse("reports:people"), data)
    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert "page" not in page.context or not page.context["asked"].rows.count()
    assert client.get(reverse("reports:people"), {**data, "export": "xlsx"}).status_code == 400


def test_a_slow_question_is_stopped_with_a_sentence(client, clerk, world, monkeypatch):
    monkeypatch.setattr(asking, "SECONDS", 1)
    with pytest.raises(TooSlow), bounded(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(3)")

    def slow(found):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(3)")

    monkeypatch.setattr(builder, "sorted_rows", slow)
    client.force_login(clerk)
    page = client.get(reverse("reports:people"))
    assert page.status_code == 422
    assert "请缩小单位范围" in page.content.decode()


def test_a_question_is_its_address(clerk, world):
    data = QueryDict(
        "f1=age&o1=between&v1=30&v1=45&f2=name&o2=has&v2=%E4%BA%BA&g2=3&by=sex&by=unit"
        "&col=name&col=age&sort=-age&whole=1&at=5&section=system_class.1&own=1"
    )
    first = Question.of("people", data, dt.date(2020, 1, 1))
    again = Question.of("people", QueryDict(first.query()), dt.date(2020, 1, 1))
    assert first == again
    assert first.conditions[1] == Condition("name", "has", ("人",), 3)


def test_a_list_is_sorted_and_paged_with_few_queries(client, clerk, world):
    client.force_login(clerk)
    columns = [f.name for f in SUBJECTS["people"].fields if f.kind is not Kind.PLACE][:20]
    url = reverse("reports:people")
    with CaptureQueriesContext(connection) as caught:
        page = client.get(url, {"col": columns, "sort": "-age", "page": "2"})
    assert page.context["page"].number == 2
    assert len(caught) <= 30
    assert client.get(url, {"page": "9999"}).context["page"].number == 3


@pytest.mark.parametrize("fmt", ["xlsx", "csv"])
def test_an_export_holds_what_is_shown_and_is_recorded(client, clerk, world, fmt):
    client.force_login(clerk)
    response = client.get(reverse("reports:people"), {"col": ["name", "age"], "export": fmt})
    made = content(response)
    if fmt == "xlsx":
        assert len(sheet_rows(made)) == 112
    else:
        assert made.decode("utf-8-sig").count("\r\n") == 112
    event = AuditEvent.objects.get(kind="export.run")
    assert event.after["rows"] == 111
    assert client.get(reverse("reports:people"), {"export": "exe"}).status_code == 400


def test_a_name_that_begins_like_a_formula_stays_text_in_an_export(client, clerk, world):
    person = Occupancy.objects.filter(unit=world.office).first().person
    person.name = "=1+1"
    person.save()
    client.force_login(clerk)
    data = {"col": ["name"], "f1": "name", "o1": "has", "v1": "1+1", "export": "csv"}
    made = content(client.get(reverse("reports:people"), data)).decode("utf-8-sig")
    assert '"\'=1+1"' in made


# -- saved ----------------------------------------------------------------------------------------


def save(client, subject="people", **values):
    data = {"name": "全县干部", "query": "f1=age&o1=lt&v1=35", "_key": str(uuid.uuid4()), **values}
    return client.post(reverse("reports:save", args=[subject]), data)


@pytest.mark.rule("T-10")
def test_a_question_is_saved_opened_replaced_and_removed(client, clerk, world):
    client.force_login(clerk)
    response = save(client)
    assert response.status_code == 302
    saved = SavedQuery.objects.get()
    assert saved.owner == clerk
    assert saved.scope == world.home.path
    assert client.get(saved.get_absolute_url()).context["question"].conditions[0].values == ("35",)
    save(client, query="f1=age&o1=lt&v1=40&f9=x&evil=1")
    saved.refresh_from_db()
    assert saved.query == "f1=age&o1=lt&v1=40"
    assert "全县干部" in client.get(reverse("reports:saved")).content.decode()
    client.post(reverse("reports:remove", args=[saved.pk]), {"_key": str(uuid.uuid4())})
    assert client.get(reverse("reports:saved")).context["mine"] == []
    events = AuditEvent.objects.filter(kind__startswith="savedquery").order_by("pk")
    kinds = list(events.values_list("kind", flat=True))
    assert kinds == ["savedquery.save", "savedquery.save", "savedquery.remove"]
    assert saved.history.count() == 3


@pytest.mark.rule("T-10")
def test_a_shared_question_is_asked_in_the_readers_own_scope(
    client, clerk, leader, unit_clerk, stranger, world
):
    client.force_login(clerk)
    save(client, shared="1")
    saved = SavedQuery.objects.get()
    page = reverse("reports:saved")
    for user, seen in ((leader, True), (unit_clerk, False), (stranger, False)):
        client.force_login(user)
        assert ("全县干部" in client.get(page).content.decode()) is seen, user
        remove = client.post(
            reverse("reports:remove", args=[saved.pk]), {"_key": str(uuid.uuid4())}
        )
        assert remove.status_code == 404
    client.force_login(unit_clerk)
    assert save(client, name="本单位", shared="1").status_code == 403
    assert save(client, name="本单位").status_code == 302


@pytest.mark.parametrize("name", ["", " ", "长" * 61, "\x00"])
def test_a_question_without_a_name_is_not_saved_and_stays_on_the_page(client, clerk, world, name):
    client.force_login(clerk)
    response = save(client, name=name)
    assert "f1=age" in response["Location"]
    assert not SavedQuery.objects.exists()


def test_every_name_of_the_catalogue_is_one():
    for about in SUBJECTS.values():
        found = [field.name for field in about.fields]
        assert len(found) == len(set(found))
        assert all(about.field(name) for name in itertools.chain(about.columns))
