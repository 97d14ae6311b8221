"""隶属关系调整: where a unit may go, what goes with it, and what is refused."""

import datetime as dt

import pytest

from apps.audit.models import AuditEvent
from apps.units import errors, refusals, services
from apps.units.choices import EntityKind, EventKind
from apps.units.models import Unit, UnitEvent
from tests.factories import units
from tests.races import meet_at

ON = dt.date(2018, 3, 1)


@pytest.fixture
def health(home):
    return units.unit("嵊州市卫生局", home, established_on=dt.date(2010, 1, 1))


@pytest.fixture
def centre(bureau):
    return units.unit("嵊州市教学研究室", bureau, established_on=dt.date(2016, 3, 1))


def move(unit, parent, document, clerk, on=ON, **values):
    return services.move(unit=unit, parent=parent, on=on, document=document, by=clerk, **values)


def refused(error, call):
    before = list(Unit.objects.values_list("pk", "path")), UnitEvent.objects.count()
    events = AuditEvent.objects.count()
    with pytest.raises(error) as caught:
        call()
    assert before == (list(Unit.objects.values_list("pk", "path")), UnitEvent.objects.count())
    assert AuditEvent.objects.count() == events
    return refusals.sentence(caught.value)


@pytest.mark.django_db
@pytest.mark.rule("U-23")
def test_a_move_keeps_where_the_unit_stood_and_takes_all_along(
    bureau, health, centre, document, clerk
):
    room = units.unit("办公室", centre, entity_kind=EntityKind.DEPARTMENT)
    first = units.unit("嵊州市急救中心", health)
    units.unit("嵊州市血站", health)
    centre.refresh_from_db()

    move(centre, health, document, clerk, after=first)

    names = [one.name for one in Unit.objects.under(Unit.objects.get(pk=health.pk))]
    assert names == ["嵊州市卫生局", "嵊州市急救中心", centre.name, "办公室", "嵊州市血站"]
    event = UnitEvent.objects.get(unit=centre)
    assert (event.kind, event.on, event.document) == (EventKind.MOVE, ON, document)
    assert event.before == {"parent": bureau.pk, "behind": None}
    assert event.after == {"parent": health.pk}
    assert event.scope == Unit.objects.get(pk=centre.pk).path
    assert Unit.objects.get(pk=bureau.pk).numchild == 0
    assert Unit.objects.get(pk=room.pk).path.startswith(event.scope)


@pytest.mark.django_db
@pytest.mark.rule("U-22")
def test_a_unit_does_not_go_under_itself_or_what_is_below_it(bureau, centre, document, clerk):
    bureau.refresh_from_db()
    words = refused(errors.UnderItself, lambda: move(bureau, bureau, document, clerk))
    assert words == "机构不能放在自己之下，请另选上级机构"
    words = refused(errors.UnderItself, lambda: move(bureau, centre, document, clerk))
    assert "在“嵊州市教育局”之下，机构不能放在自己的下级之下" in words


@pytest.mark.django_db
@pytest.mark.rule("U-22")
def test_a_move_dated_back_makes_no_circle_on_any_day_since(home, bureau, health, document, clerk):
    """卫生局 stood under 教育局 until 2020: 教育局 cannot be under it in 2018."""
    move(health, bureau, document, clerk, on=dt.date(2016, 3, 1))
    move(health, home, document, clerk, on=dt.date(2020, 3, 1))

    words = refused(errors.UnderItself, lambda: move(bureau, health, document, clerk))

    assert words.startswith(
        "按生效日期办理后，2018-03-01 这一天“嵊州市卫生局”正在“嵊州市教育局”之下"
    )
    move(bureau, health, document, clerk, on=dt.date(2020, 3, 1))


@pytest.mark.django_db
@pytest.mark.rule("U-21")
def test_an_event_is_not_dated_before_the_last_one(bureau, health, centre, document, clerk):
    services.rename(
        unit=centre, name="嵊州市教研中心", on=dt.date(2019, 5, 1), document=document, by=clerk
    )
    words = refused(errors.LaterEvent, lambda: move(centre, health, document, clerk))
    assert "在 2019-05-01 已有“更名”" in words
    assert document.number in words
    move(centre, health, document, clerk, on=dt.date(2019, 5, 1))


@pytest.mark.django_db
def test_days_and_targets_that_cannot_be_are_refused(home, bureau, health, centre, document, clerk):
    tomorrow = dt.date.today() + dt.timedelta(days=2)
    young = units.unit("嵊州市数据局", home, established_on=dt.date(2019, 1, 1))
    ended = units.unit("嵊州市老局", home, status="abolished", abolished_on=dt.date(2017, 1, 1))
    room = units.unit("人事科", bureau, entity_kind=EntityKind.DEPARTMENT)
    units.unit(centre.name, health)

    for error, call in (
        (errors.DayInFuture, lambda: move(centre, health, document, clerk, on=tomorrow)),
        (errors.DayTooEarly, lambda: move(centre, health, document, clerk, on=dt.date(2016, 1, 1))),
        (errors.NotYetThere, lambda: move(centre, young, document, clerk)),
        (errors.ParentAbolished, lambda: move(centre, ended, document, clerk)),
        (errors.UnitAbolished, lambda: move(ended, bureau, document, clerk)),
        (errors.SamePlace, lambda: move(centre, bureau, document, clerk)),
        (errors.DepartmentNeedsBody, lambda: move(room, home, document, clerk)),
        (errors.DepartmentNeedsBody, lambda: move(room, None, document, clerk)),
        (errors.NameTaken, lambda: move(centre, health, document, clerk)),
        (errors.NotASibling, lambda: move(centre, home, document, clerk, after=centre)),
    ):
        assert refused(error, call)


@pytest.mark.django_db(transaction=True)
@pytest.mark.rule("U-22")
def test_of_two_moves_that_cross_the_second_is_refused(home, bureau, health, document, clerk):
    """A under B and B under A at the same moment: one wins, the other is told why."""
    outcomes = meet_at(
        None,
        lambda: move(bureau, health, document, clerk),
        lambda: move(health, bureau, document, clerk),
    )

    assert sorted(one.won for one in outcomes) == [False, True]
    (loser,) = [one for one in outcomes if not one.won]
    assert isinstance(loser.error, errors.UnderItself)
    assert UnitEvent.objects.filter(kind=EventKind.MOVE).count() == 1
