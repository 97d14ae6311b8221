"""Every rule: a world in which it fires, and one just inside the limit in which it does not."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.utils import timezone

from apps.checks.asking import for_application, for_units
from apps.checks.models import MonthlyExcess, PersonCheck, UnitActivity
from apps.checks.rules import BY_NUMBER, RULES, sources
from apps.checks.rules.base import Asked, Scope
from apps.checks.rules.quotas import is_balanced, most_entries
from apps.core.models import CodeValue
from apps.quotas.models import Balance
from apps.staff import secrets
from apps.staff.models import Occupancy, Person
from apps.units.choices import EntityKind
from apps.units.models import DocumentUnit, Unit, UnitEvent
from tests.factories import posts as p
from tests.factories import quotas as q
from tests.factories import units
from tests.factories.documents import DocumentFactory
from tests.identity_numbers import number as id_number

pytestmark = pytest.mark.django_db

DAY = dt.date(2015, 3, 1)
TODAY = dt.date(2026, 6, 15)


def ask(number, *found_in, today=TODAY, **values):
    """Return the hits of one rule, over everything or in some units."""
    rule = BY_NUMBER[number]
    scope = Scope(frozenset(u.pk for u in found_in)) if found_in else Scope()
    return list(rule.find(Asked(scope, {**rule.defaults, **values}, today)))


def facts(number, *found_in, **values):
    return [hit.facts for hit in ask(number, *found_in, **values)]


def raw(sql, *parameters):
    """Write past the services, as psql would."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


@pytest.fixture
def school(bureau):
    return units.unit("实验小学", bureau, nature_id="nature.104", rank_id="institution_rank.51")


def test_the_catalogue_has_every_rule_asked_for():
    numbers = [f"Q{n:02}" for n in (*range(1, 15), *range(20, 34))]
    assert [rule.number for rule in RULES] == numbers
    assert all(rule.sentence.endswith("。") and rule.advice.endswith("。") for rule in RULES)


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_every_rule_is_asked_by_a_fixed_number_of_statements(
    rule, home, django_assert_max_num_queries
):
    for number in range(3):
        q.staffed(units.unit(f"单位{number}", home), 2, 3)
    with django_assert_max_num_queries(8):
        ask(rule.number)


# -- places ---------------------------------------------------------------------------------------


@pytest.mark.rule("CK-Q01")
def test_one_above_the_places_is_over_and_exactly_full_is_not(bureau, school):
    q.staffed(bureau, 3, 4)
    q.staffed(school, 5, 5, q.FULL)
    q.people(school, 0)

    assert facts("Q01") == [{"kind": "行政编制", "approved": 3, "actual": 4, "over": 1}]
    assert ask("Q01", school) == []


@pytest.mark.rule("CK-Q02")
@pytest.mark.parametrize(("before", "fires"), [(None, True), (1, True), (2, False), (3, False)])
def test_excess_rises_against_the_last_stored_month(bureau, school, before, fires):
    q.staffed(bureau, 3, 5)
    MonthlyExcess.objects.create(unit=school, on=dt.date(2026, 5, 31), excess=1)
    if before is not None:
        MonthlyExcess.objects.create(unit=bureau, on=dt.date(2026, 5, 31), excess=before)
    MonthlyExcess.objects.create(unit=bureau, on=dt.date(2026, 4, 30), excess=9)

    found = facts("Q02")

    expected = {"before": before or 0, "now": 2, "on": "2026-05-31"}
    assert found == ([expected] if fires else [])


@pytest.mark.rule("CK-Q02")
def test_without_a_stored_month_nothing_rises(bureau):
    q.staffed(bureau, 3, 5)
    assert ask("Q02") == []


@pytest.mark.rule("CK-Q03")
def test_people_without_any_place(bureau, school):
    q.staffed(bureau, 0, 2)
    q.staffed(school, 1, 2, q.FULL)

    assert [(hit.unit, hit.facts["actual"]) for hit in ask("Q03")] == [(bureau.pk, 2)]
    assert [hit.unit for hit in ask("Q01")] == [school.pk]


@pytest.mark.rule("CK-Q09")
@pytest.mark.parametrize(("turnover", "fires"), [(1, True), (2, False)])
def test_turnover_places_may_cover_the_excess(school, turnover, fires):
    q.staffed(school, 3, 5, q.FULL)
    q.grant(school, turnover, "quota_type.30")

    found = facts("Q09")

    assert found == ([{"approved": 4, "actual": 5, "over": 1}] if fires else [])


@pytest.mark.rule("CK-Q09")
def test_a_single_type_is_left_to_the_first_rule(school):
    q.staffed(school, 3, 5, q.FULL)
    assert ask("Q09") == []
    assert len(ask("Q01")) == 1


@pytest.mark.rule("CK-Q12")
def test_a_type_the_nature_does_not_allow(bureau, school):
    q.staffed(school, 2, 1, q.FULL)
    q.staffed(bureau, 2, 1)
    Unit.objects.filter(pk=bureau.pk).update(nature_id="nature.104")

    found = ask("Q12")

    assert [(hit.unit, hit.facts["kind"], hit.facts["nature"]) for hit in found] == [
        (bureau.pk, "行政编制", "事业单位")
    ]
    Unit.objects.filter(pk=bureau.pk).update(nature_id=None)
    assert ask("Q12") == [], "a unit without a nature cannot be judged"


@pytest.mark.parametrize("number", ["Q01", "Q03", "Q09", "Q12", "Q23"])
def test_a_few_units_are_found_the_same_as_among_all(number, bureau, school):
    q.staffed(school, 3, 9, q.FULL)
    q.grant(school, 1, "quota_type.30")
    q.staffed(bureau, 0, 2)
    Unit.objects.filter(pk=bureau.pk).update(nature_id="nature.104")
    raw("UPDATE quotas_balance SET approved = approved + 1 WHERE unit_id = %s", school.pk)

    found = ask(number)

    assert found
    assert [hit for unit in (bureau, school) for hit in ask(number, unit)] == found
    assert ask(number, bureau, school) == found


def test_the_rules_on_places_read_the_cells_of_a_few_units_once(
    bureau, school, django_assert_num_queries
):
    q.staffed(school, 3, 5, q.FULL)
    scope = Scope(frozenset({bureau.pk, school.pk}))
    with django_assert_num_queries(1):
        for number in ("Q01", "Q03", "Q09", "Q12"):
            list(BY_NUMBER[number].find(Asked(scope, {}, TODAY)))


@pytest.mark.rule("CK-Q23")
def test_the_balance_is_compared_with_the_ledger(bureau, school):
    q.grant(bureau, 5)
    q.grant(school, 4, q.FULL)
    p.due(bureau, 1)
    assert ask("Q23") == []

    raw("UPDATE quotas_balance SET approved = 6 WHERE unit_id = %s", bureau.pk)

    assert facts("Q23") == [{"kind": "行政编制", "ledger": 5, "kept": 6}]
    assert ask("Q23", school) == []


@pytest.mark.rule("CK-Q30")
@pytest.mark.parametrize(
    ("due", "level"),
    [
        (dt.date(2026, 6, 14), "red"),
        (dt.date(2026, 6, 15), "yellow"),
        (dt.date(2026, 7, 15), "yellow"),
        (dt.date(2026, 7, 16), None),
    ],
)
def test_turnover_falls_due(school, due, level):
    q.grant(school, 2, "quota_type.30", revolve_due_on=due)
    found = ask("Q30")
    assert [hit.level for hit in found] == ([level] if level else [])


@pytest.mark.rule("CK-Q30")
def test_turnover_given_back_is_not_due(school):
    q.grant(school, 2, "quota_type.30", revolve_due_on=dt.date(2026, 1, 1))
    q.grant(school, -2, "quota_type.30", kind="cut")
    assert ask("Q30") == []


@pytest.mark.rule("CK-Q32")
@pytest.mark.parametrize(
    ("entries", "exits", "relation", "kept"),
    [
        (179, 180, "lt", True),
        (180, 180, "lt", False),
        (180, 180, "le", True),
        (181, 180, "le", False),
        (213, 320, "2:3", True),
        (214, 320, "2:3", False),
    ],
)
def test_the_relation_of_entries_and_exits(entries, exits, relation, kept):
    assert is_balanced(entries, exits, relation) is kept
    assert (entries <= most_entries(exits, relation)) is kept


@pytest.mark.rule("CK-Q32")
def test_a_year_in_which_as_many_came_as_went_is_out_of_balance(office, home, bureau, school):
    q.grant(bureau, 9)
    q.grant(school, 9, q.FULL)
    leaving = q.people(bureau, 2)
    for spell in leaving:
        Occupancy.objects.filter(pk=spell.pk).update(
            ends_on=dt.date(2026, 2, 1), exit_mode_id="exit_mode.03"
        )
    q.people(bureau, 1, on=dt.date(2026, 3, 1))
    assert ask("Q32") == []

    q.people(school, 1, q.FULL, on=dt.date(2026, 3, 1))
    q.people(school, 1, q.FULL, on=dt.date(2026, 3, 1), entry_mode_id="entry_mode.10")
    # a move inside the office's own subtree is neither
    moved = q.people(bureau, 1)[0]
    Occupancy.objects.filter(pk=moved.pk).update(
        ends_on=dt.date(2026, 4, 1), exit_mode_id="exit_mode.02"
    )
    Occupancy.objects.create(
        person=moved.person, unit=school, quota_type_id=q.FULL, status_id="person_status.110",
        starts_on=dt.date(2026, 4, 1),
    )  # fmt: skip

    assert facts("Q32") == [{"year": 2026, "what": "", "entries": 2, "exits": 2, "allowed": 1}]
    assert ask("Q32", relation="le") == []
    assert [f["entries"] for f in facts("Q32", exempt="no")] == [3]
    by_family = facts("Q32", per="family")
    assert [(f["what"], f["entries"], f["exits"]) for f in by_family] == [("事业编制", 1, 0)]


# -- posts ----------------------------------------------------------------------------------------


@pytest.mark.rule("CK-Q04")
def test_chief_and_deputy_do_not_net_out(bureau):
    p.due(bureau, 1)
    p.due(bureau, 3, p.DEPUTY)
    p.holder(bureau)
    p.holder(bureau, p.DEPUTY)
    assert ask("Q04") == []

    p.holder(bureau)

    assert facts("Q04") == [{"kind": "单位领导正职", "due": 1, "filled": 2, "over": 1}]


@pytest.mark.rule("CK-Q05")
@pytest.mark.parametrize(
    ("level", "kind", "fires"),
    [
        ("post_level.1A41", p.CHIEF, False),
        ("post_level.1A32", p.CHIEF, True),
        ("post_level.1A42", p.DEPUTY, False),
        ("post_level.1A41", p.DEPUTY, True),
    ],
)
def test_a_leader_above_the_rank_of_the_post(bureau, level, kind, fires):
    holding = p.holder(bureau, kind, post_level_id=level)

    assert [hit.subjects["person"] for hit in ask("Q05")] == ([holding.person_id] if fires else [])
    holding.document_no = "嵊组干〔2020〕3号"
    holding.save()
    assert ask("Q05") == [], "a document allows it"


@pytest.mark.rule("CK-Q05")
def test_the_ledger_may_give_the_post_another_rank(bureau):
    p.due(bureau, 1, post_level=CodeValue.objects.get(pk="post_level.1A32"))
    p.holder(bureau, post_level_id="post_level.1A32")
    assert ask("Q05") == []


@pytest.mark.rule("CK-Q11")
def test_odd_names_of_posts_in_administrative_units(bureau, school):
    q.grant(bureau, 3)
    q.grant(school, 3, q.FULL)
    odd = q.people(bureau, 1, post_name="局长助理")[0]
    q.people(bureau, 1, post_name="局长")
    q.people(school, 1, q.FULL, post_name="校长助理")

    assert [(hit.subjects["person"], hit.facts["word"]) for hit in ask("Q11")] == [
        (odd.person_id, "助理")
    ]
    assert ask("Q11", words="顾问、经理") == []


@pytest.mark.rule("CK-Q13")
def test_section_chiefs_below_section_rank(bureau, school):
    q.grant(school, 5, q.FULL)
    q.grant(bureau, 5)
    chief = q.people(school, 1, q.FULL, post_name="教务科科长")[0]
    ranked = q.people(school, 1, q.FULL, post_level_id="post_level.1A42")[0]
    q.people(school, 1, q.FULL, post_level_id="post_level.1A50", post_name="科员")
    q.people(bureau, 1, post_name="人事科科长", post_level_id="post_level.1A41")

    assert {hit.subjects["person"] for hit in ask("Q13")} == {chief.person_id, ranked.person_id}


# -- people ---------------------------------------------------------------------------------------


def sealed(spell, number, *, name="李敏", sex="sex.1", born=dt.date(1980, 1, 1)):
    uid = spell.person.uid
    parts = secrets.seal_id_no(number, uid=uid)
    Person.objects.filter(pk=spell.person_id).update(
        name=name, id_no_ct=parts.ct, id_no_bi=parts.bi, id_no_tail=parts.tail, sex_id=sex,
        birth_month=born,
    )  # fmt: skip
    return spell


@pytest.fixture
def spells(bureau, school):
    """Three people whose numbers hold."""
    q.grant(bureau, 3)
    q.grant(school, 3, q.FULL)
    rows = [*q.people(bureau, 1), *q.people(school, 2, q.FULL)]
    for serial, (spell, day) in enumerate(zip(rows, (3, 3, 4), strict=True)):
        sealed(spell, id_number("330683", dt.date(1980, 1, day), 11 + 2 * serial))
    return rows


@pytest.mark.rule("CK-Q06")
def test_numbers_that_hold_are_no_finding(spells):
    assert ask("Q06") == []
    assert PersonCheck.objects.filter(fault="").count() == 3


@pytest.mark.rule("CK-Q06")
@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"sex_id": "sex.2"}, "sex"),
        ({"birth_month": dt.date(1980, 2, 1)}, "birth"),
        ({"id_no_ct": b"broken"}, "unreadable"),
        ({"uid": uuid.UUID(int=7)}, "unreadable"),
    ],
)
def test_a_number_that_contradicts_the_row(spells, changed, fault):
    ask("Q06")
    Person.objects.filter(pk=spells[1].person_id).update(**changed)
    if "uid" in changed:  # the row looks the same; only a second look finds it
        PersonCheck.objects.all().delete()

    found = ask("Q06")

    assert [(hit.unit, hit.subjects["person"]) for hit in found] == [
        (spells[1].unit_id, spells[1].person_id)
    ]
    assert PersonCheck.objects.get(person=spells[1].person_id).fault == fault


@pytest.mark.rule("CK-Q06")
def test_a_wrong_check_digit(spells):
    number = id_number("330683", dt.date(1980, 1, 3), 51)
    wrong = number[:17] + ("0" if number[17] != "0" else "1")
    sealed(spells[0], wrong)

    (found,) = ask("Q06")

    assert "校验码" in found.facts["fault"]
    assert number[6:14] not in str(found.facts), "the number is not repeated"


@pytest.mark.rule("CK-Q06")
def test_a_number_is_opened_once(spells, monkeypatch):
    ask("Q06")
    opened = []
    monkeypatch.setattr(
        "apps.checks.rules.people.crypto.decrypt_many", lambda *a, **k: opened.append(1)
    )
    ask("Q06")
    ask("Q07")
    assert opened == []


@pytest.mark.rule("CK-Q07")
def test_namesakes_born_on_one_day(spells):
    found = ask("Q07")

    first, second, third = (spell.person_id for spell in spells)
    assert [(hit.subjects["person"], hit.subjects["others"]) for hit in found] == [
        (first, [second]), (second, [first])
    ]  # fmt: skip
    assert third not in {hit.subjects["person"] for hit in found}, "born a day later"
    assert "李敏" not in str([hit.facts for hit in found])
    Person.objects.filter(pk=second).update(name="李明")
    assert ask("Q07") == []


@pytest.mark.rule("CK-Q07")
def test_who_has_left_is_no_double(spells):
    Occupancy.objects.filter(pk=spells[1].pk).update(
        ends_on=dt.date(2020, 1, 1), exit_mode_id="exit_mode.03"
    )
    assert ask("Q07") == []


@pytest.mark.rule("CK-Q08")
def test_a_person_with_two_open_spells(bureau, school):
    q.grant(bureau, 3)
    spell, _ = q.people(bureau, 2)
    assert ask("Q08") == []

    Occupancy.objects.create(
        person=spell.person, unit=school, quota_type_id=q.FULL, starts_on=DAY,
        status_id="person_status.110", occupies_slot=False,
    )  # fmt: skip

    assert [(hit.unit, hit.subjects["person"]) for hit in ask("Q08")] == [
        (bureau.pk, spell.person_id), (school.pk, spell.person_id)
    ]  # fmt: skip
    assert [hit.unit for hit in ask("Q08", bureau)] == [bureau.pk]


@pytest.mark.rule("CK-Q10")
@pytest.mark.parametrize(
    ("since", "who", "fires"),
    [
        (dt.date(2024, 6, 1), "person_identity.3", True),
        (dt.date(2024, 5, 31), "person_identity.3", False),
        (dt.date(2025, 6, 1), "person_identity.2", False),
        (dt.date(2025, 6, 1), None, False),
    ],
)
def test_new_people_of_a_referred_unit(home, since, who, fires):
    where = units.unit("执法队", home, nature_id="nature.103", is_civil_service_ref=True)
    q.grant(where, 2, "quota_type.20")
    q.people(where, 1, "quota_type.20", on=since, identity_id=who)
    assert len(ask("Q10")) == int(fires)


@pytest.mark.rule("CK-Q20")
@pytest.mark.parametrize(
    ("born", "fires"),
    # men: born 1966-01 reach 61y1m... retire 60 + 4 months; see rule R-01
    [(dt.date(1965, 1, 1), True), (dt.date(1966, 1, 1), True), (dt.date(1966, 2, 1), False)],
)
def test_past_the_statutory_age(bureau, born, fires):
    q.grant(bureau, 1)
    q.people(bureau, 1, birth_month=born)
    assert len(ask("Q20", today=dt.date(2026, 6, 15))) == int(fires)


# -- units ----------------------------------------------------------------------------------------


@pytest.mark.rule("CK-Q14")
@pytest.mark.parametrize(
    ("name", "nature", "fires"),
    [
        ("交通运输综合行政执法大队", "nature.102", False),
        ("交通运输综合行政执法大队", "nature.104", True),
        ("交通运输服务中心", "nature.102", True),
        ("交通运输服务中心", "nature.104", False),
        ("综合行政执法局", "nature.101", False),
    ],
)
def test_the_mark_of_enforcement_teams(home, name, nature, fires):
    units.unit(name, home, nature_id=nature)
    assert len(ask("Q14")) == int(fires)


@pytest.mark.rule("CK-Q24")
def test_departments_are_compared_once_their_source_is_there(bureau):
    for name in ("办公室", "人事科"):
        units.unit(name, bureau, entity_kind=EntityKind.DEPARTMENT, code=None)
    assert ask("Q24") == []
    lists = [sources.CharterList(bureau.pk, frozenset({"办公室", "计财科"}))]
    sources.register("sanding", lambda scope: lists)
    try:
        assert facts("Q24") == [{"missing": "计财科", "extra": "人事科", "count": 2}]
        lists[0] = sources.CharterList(bureau.pk, frozenset({"办公室", "人事科"}))
        assert ask("Q24") == []
    finally:
        sources.forget("sanding")


@pytest.mark.rule("CK-Q31")
@pytest.mark.parametrize(
    ("until", "used", "fires"),
    [
        (dt.date(2026, 6, 14), False, True),
        (dt.date(2026, 6, 15), False, False),
        (dt.date(2026, 6, 14), True, False),
    ],
)
def test_slots_past_their_validity(bureau, until, used, fires, monkeypatch):
    slot = sources.Slot(bureau.pk, "用编2026-7", until, used)
    monkeypatch.setitem(sources._providers, "slots", lambda scope: [slot])
    assert len(ask("Q31")) == int(fires)


@pytest.mark.rule("CK-Q25")
def test_the_name_is_that_of_the_latest_naming_event(bureau, document):
    for on, name in ((DAY, "嵊州市文教局"), (dt.date(2016, 1, 1), "嵊州市教育局")):
        UnitEvent.objects.create(
            unit=bureau, kind="rename", on=on, document=document, after={"name": name}
        )
    assert ask("Q25") == []

    Unit.objects.filter(pk=bureau.pk).update(name="嵊州市教育体育局")

    (found,) = facts("Q25")
    assert (found["name"], found["told"], found["on"]) == (
        "嵊州市教育体育局", "嵊州市教育局", "2016-01-01"
    )  # fmt: skip


@pytest.mark.rule("CK-Q26")
def test_an_abolished_unit_with_something_left(home, bureau, school):
    q.grant(bureau, 2)
    gone = {"status": "abolished", "abolished_on": dt.date(2020, 1, 1)}
    Unit.objects.filter(pk=school.pk).update(**gone)
    assert ask("Q26") == []

    Unit.objects.filter(pk=bureau.pk).update(**gone)
    assert facts("Q26") == [{"on": "2020-01-01", "left": "核定编制 2 名"}]
    Unit.objects.filter(pk=school.pk).update(status="normal", abolished_on=None)
    assert "在用下级机构 1 个" in facts("Q26")[0]["left"]


@pytest.mark.rule("CK-Q29")
def test_codes_that_cannot_hold_or_belong_to_another_nature(bureau, school):
    from apps.core.uscc import check_char

    def code(start):
        return start + check_char(start)

    Unit.objects.filter(pk=bureau.pk).update(uscc=code("11330683MB0X12345"))
    Unit.objects.filter(pk=school.pk).update(uscc=code("12330683MB0X12345"))
    assert ask("Q29") == []

    Unit.objects.filter(pk=school.pk).update(uscc=code("11330683MB0X12346"))
    assert "机关的代码" in facts("Q29")[0]["fault"]
    good = code("12330683MB0X12345")
    wrong = good[:17] + ("0" if good[17] != "0" else "1")
    Unit.objects.filter(pk=school.pk).update(uscc=wrong)
    assert "校验码应为" in facts("Q29")[0]["fault"]


@pytest.mark.rule("CK-Q33")
@pytest.mark.parametrize(("days", "fires"), [(200, False), (201, True)])
def test_a_unit_nobody_wrote_about(bureau, school, days, fires):
    q.grant(bureau, 1)
    long_ago = timezone.make_aware(dt.datetime(2026, 6, 15, 12)) - dt.timedelta(days=days)
    UnitActivity.objects.create(unit=bureau, at=long_ago)
    UnitActivity.objects.create(unit=school, at=long_ago)  # nothing is held there
    assert [hit.unit for hit in ask("Q33")] == ([bureau.pk] if fires else [])


# -- documents ------------------------------------------------------------------------------------


@pytest.mark.rule("CK-Q21")
def test_departments_and_lines_without_a_document(home, bureau):
    units.unit("办公室", bureau, entity_kind=EntityKind.DEPARTMENT, code=None)
    (found,) = facts("Q21")
    assert found["what"] == "内设机构 1 个没有批文"
    charter = DocumentFactory(scope=home.path, kind_id="doc_kind.31")
    DocumentUnit.objects.create(document=charter, unit=bureau)
    assert ask("Q21") == []

    q.grant(bureau, 1, document=DocumentFactory(scope=home.path, kind_id="doc_kind.61"))

    assert [hit.facts["what"] for hit in ask("Q21")] == ["台账 1 笔只凭请示记账"]


@pytest.mark.rule("CK-Q22")
@pytest.mark.parametrize(
    ("issued", "kind", "fires"),
    [
        (dt.date(2026, 5, 31), "doc_kind.21", True),
        (dt.date(2026, 6, 1), "doc_kind.21", False),
        (dt.date(2026, 5, 31), "doc_kind.62", False),
    ],
)
def test_a_document_that_came_to_nothing(bureau, issued, kind, fires):
    if issued == dt.date(2026, 6, 1):  # 14 days: within the grace of 15
        issued = TODAY - dt.timedelta(days=14)
    else:
        issued = TODAY - dt.timedelta(days=15)
    paper = DocumentFactory(scope=bureau.path, kind_id=kind, issued_on=issued)
    DocumentUnit.objects.create(document=paper, unit=bureau)

    assert [hit.subjects["document"] for hit in ask("Q22")] == ([paper.pk] if fires else [])
    if fires:
        q.grant(bureau, 1, document=paper)
        assert ask("Q22") == []


@pytest.mark.rule("CK-Q27")
def test_used_before_the_day_of_the_document(home, bureau):
    paper = DocumentFactory(scope=home.path, issued_on=DAY)
    q.grant(bureau, 1, on=DAY, document=paper)
    p.due(bureau, 1, on=DAY, document=paper)
    assert ask("Q27") == []

    before = DAY - dt.timedelta(days=1)
    q.grant(bureau, 1, on=before, document=paper)
    inner = units.unit("办公室", bureau, entity_kind=EntityKind.DEPARTMENT, code=None)
    UnitEvent.objects.create(unit=inner, kind="establish", on=before, document=paper)

    found = {hit.unit: hit.facts for hit in ask("Q27")}
    assert found[bureau.pk]["what"] == "编制台账 1 笔"
    assert found[inner.pk]["what"] == "内设机构设立"
    assert found[inner.pk]["first"] == "2015-02-28"


@pytest.mark.rule("CK-Q28")
def test_bases_cited_wrongly_or_not_at_all(home, bureau, school):
    q.grant(bureau, 4)
    q.grant(school, 3, q.FULL)
    q.people(bureau, 1, document=DocumentFactory(scope=home.path))
    q.people(bureau, 1, document_no="嵊编发〔2001〕7号")
    assert ask("Q28") == []

    q.people(bureau, 1)
    q.people(bureau, 1, document_no="编发2001-7")
    odd = DocumentFactory(scope=home.path, number="嵊编发〔2009〕9号", issued_on=DAY)
    q.grant(school, 1, q.FULL, document=odd)

    found = {hit.key: hit.facts["what"] for hit in ask("Q28")}
    assert found == {
        "people": "1 人没有入编文号、1 人的入编文号写法不对",
        f"document:{odd.pk}": "台账所依据的批文，文号年份是 2009",
    }


# -- other doors ----------------------------------------------------------------------------------


@pytest.mark.rule("CK-01")
def test_units_are_asked_inside_the_transaction_of_a_write(bureau, school):
    q.staffed(bureau, 3, 4)
    q.staffed(school, 3, 5, q.FULL)

    found = for_units([bureau])

    assert [(one.rule.number, one.hit.unit) for one in found if one.level == "red"] == [
        ("Q01", bureau.pk)
    ]
    assert {one.hit.unit for one in for_units([bureau, school], rules=["Q01"])} == {
        bureau.pk, school.pk
    }  # fmt: skip


@pytest.mark.rule("CK-01")
def test_an_application_is_tried_and_taken_back(bureau):
    q.staffed(bureau, 3, 4)

    cut = for_application(units=[bureau], apply=lambda: p.holder(bureau))
    fill = for_application(units=[bureau], apply=lambda: q.grant(bureau, 1))

    assert [one.rule.number for one in cut.appears if one.level == "red"] == ["Q04"]
    assert cut.is_refused
    assert [one.rule.number for one in cut.stays if one.level == "red"] == ["Q01"]
    assert [one.rule.number for one in fill.goes if one.level == "red"] == ["Q01"]
    assert not fill.is_refused
    assert Balance.objects.get(unit=bureau).approved == 3, "nothing of it remains"
