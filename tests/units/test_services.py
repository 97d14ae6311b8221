"""设立, 更名, 撤销, 信息变更: what they write, and what they refuse without writing anything."""

import datetime as dt

import pytest
from django.db import IntegrityError
from django.utils import timezone

from apps.audit.models import AuditEvent
from apps.units import errors, guards, services
from apps.units.choices import EntityKind, EventKind
from apps.units.models import DocumentUnit, Unit, UnitEvent
from tests.factories import units

pytestmark = pytest.mark.django_db
ON = dt.date(2015, 3, 1)


@pytest.fixture
def nothing_happens(home):
    """Fail when the test leaves another unit, event or audit row behind than it began with."""

    def counts():
        rows = Unit.objects.values_list("pk", "name", "path", "status")
        return list(rows), UnitEvent.objects.count(), AuditEvent.objects.count()

    def check(before=None):
        assert counts() == before

    return counts, check


def refuses(error, call, nothing_happens):
    counts, check = nothing_happens
    before = counts()
    with pytest.raises(error) as refused:
        call()
    check(before)
    return refused.value


def establish(home, document, clerk, name="嵊州市体育局", **values):
    values.setdefault("entity_kind", EntityKind.BODY)
    values.setdefault("on", ON)
    return services.establish(parent=home, name=name, document=document, by=clerk, **values)


def test_a_unit_is_set_up_with_its_event_document_and_history(home, document, clerk):
    unit = establish(
        home, document, clerk, " 嵊州市 体育局。", code="330683001", nature="nature.101"
    )

    unit.refresh_from_db()
    assert (unit.name, unit.depth, unit.path[:4]) == ("嵊州市 体育局", 2, home.path)
    assert unit.name_initials == "szstyj"
    assert unit.established_on == ON
    event = UnitEvent.objects.get(unit=unit)
    assert (event.kind, event.on, event.document) == (EventKind.ESTABLISH, ON, document)
    assert event.after["name"] == unit.name
    assert event.scope == unit.path
    assert DocumentUnit.objects.filter(document=document, unit=unit).count() == 1
    row = unit.history.get()
    noted = AuditEvent.objects.get(kind="unit.establish")
    assert row.history_user_id == clerk.pk
    assert (noted.target_id, noted.change_id) == (str(unit.pk), row.change_id)


def test_children_stand_in_the_order_given(home, document, clerk):
    first = establish(home, document, clerk, "甲局")
    last = establish(home, document, clerk, "乙局")
    establish(home, document, clerk, "丙局", after=first)

    names = list(Unit.objects.under(home).values_list("name", flat=True))
    assert names == ["嵊州市", "甲局", "丙局", "乙局"]
    last.refresh_from_db()
    assert last.events.get().scope == last.path


@pytest.mark.rule("U-11")
def test_siblings_have_different_names(home, document, clerk, bureau, nothing_happens):
    refused = refuses(
        errors.NameTaken,
        lambda: establish(home, document, clerk, "嵊州市教育局"),
        nothing_happens,
    )
    assert (refused.name, refused.parent) == ("嵊州市教育局", home)


def test_a_name_is_free_again_when_its_unit_is_abolished(home, document, clerk, bureau):
    services.abolish(unit=bureau, on=ON, document=document, by=clerk)
    establish(home, document, clerk, "嵊州市教育局")

    assert Unit.objects.filter(name="嵊州市教育局").count() == 2


@pytest.mark.rule("U-12")
def test_a_code_is_never_used_again(home, document, clerk, nothing_happens):
    unit = establish(home, document, clerk, code="A1")
    services.change(unit=unit, by=clerk, code="A2")

    for code in ("A1", "A2"):
        refuses(
            errors.CodeTaken,
            lambda code=code: establish(home, document, clerk, "另一局", code=code),
            nothing_happens,
        )


@pytest.mark.parametrize(
    ("name", "error"),
    [("  ", errors.NameMissing), ("。", errors.NameMissing), ("局" * 161, errors.NameTooLong)],
)
def test_a_name_that_is_none_is_refused(home, document, clerk, name, error, nothing_happens):
    refuses(error, lambda: establish(home, document, clerk, name), nothing_happens)


@pytest.mark.rule("U-13")
def test_tomorrow_is_refused(home, document, clerk, bureau, nothing_happens):
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    basis = {"on": tomorrow, "document": document, "by": clerk}
    for call in (
        lambda: establish(home, document, clerk, on=tomorrow),
        lambda: services.rename(unit=bureau, name="新名", **basis),
        lambda: services.abolish(unit=bureau, **basis),
    ):
        refuses(errors.DayInFuture, call, nothing_happens)


@pytest.mark.rule("U-13")
def test_a_day_before_the_unit_existed_is_refused(bureau, document, clerk, nothing_happens):
    early = {"on": dt.date(2015, 2, 28), "document": document, "by": clerk}
    refuses(
        errors.DayTooEarly,
        lambda: services.rename(unit=bureau, name="新名", **early),
        nothing_happens,
    )
    refuses(errors.DayTooEarly, lambda: services.abolish(unit=bureau, **early), nothing_happens)


@pytest.mark.rule("U-15")
def test_a_department_stands_in_a_body(home, bureau, document, clerk, nothing_happens):
    kind = {"entity_kind": EntityKind.DEPARTMENT}
    refuses(
        errors.DepartmentNeedsBody,
        lambda: establish(home, document, clerk, "办公室", **kind),
        nothing_happens,
    )
    assert establish(bureau, document, clerk, "办公室", **kind).depth == 3


def test_nothing_is_set_up_under_an_abolished_unit(home, bureau, document, clerk, nothing_happens):
    services.abolish(unit=bureau, on=ON, document=document, by=clerk)
    refuses(errors.ParentAbolished, lambda: establish(bureau, document, clerk), nothing_happens)


def test_a_stranger_as_neighbour_is_refused(
    home, bureau, document, clerk, foreign_bureau, nothing_happens
):
    refuses(
        errors.NotASibling,
        lambda: establish(home, document, clerk, after=foreign_bureau),
        nothing_happens,
    )


def test_a_rename_keeps_the_old_name_in_the_history(bureau, document, clerk):
    services.rename(unit=bureau, name="嵊州市教育体育局", on=ON, document=document, by=clerk)

    bureau.refresh_from_db()
    assert (bureau.name, bureau.name_initials) == ("嵊州市教育体育局", "szsjytyj")
    event = bureau.events.get(kind=EventKind.RENAME)
    assert event.before == {"name": "嵊州市教育局"}
    assert event.after == {"name": "嵊州市教育体育局"}
    assert bureau.history.filter(history_type="~").get().name == "嵊州市教育体育局"


def test_the_present_name_is_no_new_name(bureau, document, clerk, nothing_happens):
    refuses(
        errors.SameName,
        lambda: services.rename(
            unit=bureau, name="嵊州市教育局", on=ON, document=document, by=clerk
        ),
        nothing_happens,
    )


def test_a_rename_into_a_siblings_name_is_refused(home, bureau, document, clerk, nothing_happens):
    establish(home, document, clerk, "嵊州市体育局")
    refuses(
        errors.NameTaken,
        lambda: services.rename(
            unit=bureau, name="嵊州市体育局", on=ON, document=document, by=clerk
        ),
        nothing_happens,
    )


def test_an_abolished_unit_keeps_its_row(bureau, document, clerk, nothing_happens):
    services.abolish(unit=bureau, on=ON, document=document, by=clerk)

    bureau.refresh_from_db()
    assert (bureau.status, bureau.abolished_on) == ("abolished", ON)
    assert bureau.events.get(kind=EventKind.ABOLISH).document == document
    refuses(
        errors.UnitAbolished,
        lambda: services.abolish(unit=bureau, on=ON, document=document, by=clerk),
        nothing_happens,
    )


@pytest.mark.rule("U-16")
def test_living_children_keep_a_unit_alive(home, bureau, document, clerk, nothing_happens):
    establish(bureau, document, clerk, "嵊州中学")
    establish(bureau, document, clerk, "办公室", entity_kind=EntityKind.DEPARTMENT)
    basis = {"unit": bureau, "on": ON, "document": document, "by": clerk}

    refused = refuses(errors.StillInUse, lambda: services.abolish(**basis), nothing_happens)
    assert "2 个下级机构" in refused.obstacles[0].sentence
    refused = refuses(
        errors.StillInUse,
        lambda: services.abolish(with_departments=True, **basis),
        nothing_happens,
    )
    assert "1 个下属单位" in refused.obstacles[0].sentence


def test_departments_can_end_with_their_unit(bureau, document, clerk):
    office = establish(bureau, document, clerk, "办公室", entity_kind=EntityKind.DEPARTMENT)
    services.abolish(unit=bureau, on=ON, document=document, by=clerk, with_departments=True)

    office.refresh_from_db()
    assert office.status == "abolished"
    assert office.events.get(kind=EventKind.ABOLISH).note == "随“嵊州市教育局”撤销"


@pytest.mark.rule("U-16")
def test_what_apps_above_register_is_asked(bureau, document, clerk, nothing_happens, monkeypatch):
    monkeypatch.setattr(guards, "_guards", {})
    guards.register("people", lambda unit: guards.Obstacle("28 名在编人员须先划转"))
    guards.register("none", lambda unit: None)

    refused = refuses(
        errors.StillInUse,
        lambda: services.abolish(unit=bureau, on=ON, document=document, by=clerk),
        nothing_happens,
    )
    assert [found.sentence for found in refused.obstacles] == ["28 名在编人员须先划转"]


def test_only_what_differs_is_written(bureau, clerk):
    services.change(unit=bureau, by=clerk, short_name="教育局", nature="nature.101")

    event = bureau.events.get(kind=EventKind.ATTRIBUTE)
    assert (event.before, event.after) == ({"short_name": ""}, {"short_name": "教育局"})
    services.change(unit=bureau, by=clerk, short_name="教育局")
    assert bureau.events.filter(kind=EventKind.ATTRIBUTE).count() == 1


@pytest.mark.rule("U-17")
def test_a_decided_value_changes_by_document_only(bureau, document, clerk, nothing_happens):
    refused = refuses(
        errors.DocumentNeeded,
        lambda: services.change(unit=bureau, by=clerk, rank="institution_rank.42"),
        nothing_happens,
    )
    assert refused.fields == ["机构规格"]
    services.change(unit=bureau, by=clerk, document=document, on=ON, rank="institution_rank.42")
    assert bureau.events.get().kind == EventKind.RANK


@pytest.mark.rule("U-17")
def test_an_empty_decided_value_is_completed_without_one(bureau, clerk):
    services.change(unit=bureau, by=clerk, funding="funding.11")

    assert bureau.events.get().after == {"funding_id": "funding.11"}


def test_a_link_is_written_once(bureau, document, clerk):
    for _ in range(2):
        services.link(document=document, unit=bureau, by=clerk)

    assert DocumentUnit.objects.filter(unit=bureau).count() == 1


def test_a_moved_subtree_takes_its_scopes_along(home, bureau, document, clerk, unit_clerk):
    school = establish(bureau, document, clerk, "嵊州中学")
    other = units.unit("文教口", home, entity_kind=EntityKind.GROUPING)

    Unit.objects.move(Unit.objects.get(pk=bureau.pk), other, "last-child")

    school.refresh_from_db()
    assert school.path.startswith(other.path)
    assert school.events.get().scope == school.path
    assert DocumentUnit.objects.get(unit=school).scope == school.path
    grants = type(unit_clerk).objects.get(pk=unit_clerk.pk)
    assert grants.may("view_subtree", school)
    assert not grants.may("view_subtree", other)


@pytest.mark.rule("U-14")
@pytest.mark.parametrize("kind", ["establish", "rename", "abolish", "rank"])
@pytest.mark.parametrize("missing", ["document", "on"])
def test_no_road_leads_past_the_document(bureau, document, kind, missing):
    facts = {"unit": bureau, "kind": kind, "on": ON, "document": document, missing: None}
    with pytest.raises(IntegrityError, match="unit_event_has_its_document"):
        UnitEvent.objects.create(**facts)
