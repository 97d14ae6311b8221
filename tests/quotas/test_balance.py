"""The database keeps 核定, 实有, 在途 and 超编 by itself (docs/rules.md Q-01 to Q-05)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.core.models import CodeValue
from apps.quotas.models import Balance, OverageEntry, QuotaEntry, Reservation
from apps.staff.models import Occupancy, PostHolding
from apps.units.models import Unit
from tests.quotas import world as w

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("codes")]


@pytest.fixture
def bureau() -> Unit:
    return w.unit("县教育局", below=w.unit("某县"))


# -- each fact, each kind of statement ------------------------------------------------------------


def test_ledger_lines_add_up_to_the_approved_places(bureau):
    first = w.entry(bureau, 10)
    w.entry(bureau, 5)
    w.entry(bureau, -3)
    w.entry(bureau, 7, w.FULL)

    assert w.cell(bureau) == (12, 0, 0, 0)
    assert w.cell(bureau, w.FULL) == (7, 0, 0, 0)

    QuotaEntry.objects.filter(pk=first.pk).update(change=20)
    assert w.cell(bureau) == (22, 0, 0, 0)

    first.delete()
    assert w.cell(bureau) == (2, 0, 0, 0)
    assert w.total(bureau) == (9, 0, 0, 0, 9, 0)
    assert w.drift() == []


def test_a_line_moved_to_another_unit_or_type_moves_its_places(bureau):
    other = w.unit("县民政局", below=Unit.objects.get(depth=1))
    line = w.entry(bureau, 10)

    QuotaEntry.objects.filter(pk=line.pk).update(unit=other)
    assert (w.cell(bureau), w.cell(other)) == ((0, 0, 0, 0), (10, 0, 0, 0))

    QuotaEntry.objects.filter(pk=line.pk).update(quota_type=w.FULL)
    assert (w.cell(other), w.cell(other, w.FULL)) == ((0, 0, 0, 0), (10, 0, 0, 0))
    assert w.drift() == []


def test_one_statement_over_many_cells_keeps_them_all(bureau):
    units = [bureau, *(w.unit(below=bureau) for _ in range(4))]
    paper = w.document()
    lines = [
        QuotaEntry(unit=u, quota_type_id=kind, change=n, on=w.DAY, document=paper, reason="测试")
        for u in units
        for kind, n in ((w.ADMIN, 6), (w.FULL, 4), (w.ADMIN, 3))
    ]
    QuotaEntry.objects.bulk_create(lines)
    assert [w.cell(u) for u in units] == [(9, 0, 0, 0)] * 5

    w.run("UPDATE quotas_quotaentry SET change = change * 2 WHERE change IN (4, 3)")
    assert [w.cell(u, w.FULL) for u in units] == [(8, 0, 0, 0)] * 5

    w.run("DELETE FROM quotas_quotaentry WHERE change = 8")
    assert [w.cell(u, w.FULL) for u in units] == [(0, 0, 0, 0)] * 5
    assert [w.cell(u) for u in units] == [(12, 0, 0, 0)] * 5
    assert w.drift() == []


def test_people_who_come_and_go_move_the_actual_number(bureau):
    w.entry(bureau, 5)
    came = w.spells(bureau, 3)
    assert w.cell(bureau) == (5, 3, 0, 0)

    Occupancy.objects.filter(pk=came[0].pk).update(
        ends_on=w.DAY, exit_mode_id="exit_mode.03", status_id=w.GONE
    )
    assert w.cell(bureau) == (5, 2, 0, 0)

    came[1].delete()
    assert w.cell(bureau) == (5, 1, 0, 0)
    assert w.total(bureau) == (5, 1, 0, 0, 4, 0)
    assert w.drift() == []


def test_past_and_uncounted_spells_count_for_nothing(bureau):
    w.entry(bureau, 5)
    w.spells(bureau, 1, ends_on=w.DAY + dt.timedelta(days=9), exit_mode_id="exit_mode.03")
    w.spells(bureau, 1, occupies_slot=False)
    w.spells(bureau, 1, status_id="person_status.150")

    assert w.cell(bureau) == (5, 0, 0, 0)
    assert not Occupancy.objects.filter(counts=True, ends_on=None).exists()


def test_a_spell_moved_to_another_unit_leaves_and_enters(bureau):
    other = w.unit(below=Unit.objects.get(depth=1))
    w.entry(bureau, 5)
    w.entry(other, 5)
    (spell,) = w.spells(bureau, 1)

    Occupancy.objects.filter(pk=spell.pk).update(unit=other)

    assert (w.cell(bureau)[1], w.cell(other)[1]) == (0, 1)
    assert Occupancy.objects.get().scope == other.path
    assert w.drift() == []


def test_reservations_hold_places_until_released(bureau):
    w.entry(bureau, 5)
    held = w.reservation(bureau, 3)
    assert w.cell(bureau) == (5, 0, 3, 0)
    assert Balance.objects.get(unit=bureau).usable == 2

    Reservation.objects.filter(pk=held.pk).update(places=2)
    assert w.cell(bureau) == (5, 0, 2, 0)

    Reservation.objects.filter(pk=held.pk).update(released_at=timezone.now())
    assert w.cell(bureau) == (5, 0, 0, 0)

    open_again = w.reservation(bureau, 4)
    open_again.delete()
    held.refresh_from_db()
    held.delete()
    assert w.cell(bureau) == (5, 0, 0, 0)
    assert w.drift() == []


def test_a_reservation_never_released_is_not_confused_with_one_that_was(bureau):
    w.entry(bureau, 5)
    Reservation.objects.create(
        unit=bureau, quota_type_id=w.ADMIN, places=2, purpose="旧事", released_at=timezone.now()
    )
    assert w.cell(bureau) == (5, 0, 0, 0)


# -- the guarantee --------------------------------------------------------------------------------


def refused(constraint: str, call) -> IntegrityError:
    """Run `call`, which must break `constraint`; nothing may have changed by it."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        call()
    assert caught.value.__cause__.diag.constraint_name == constraint
    assert w.drift() == []
    return caught.value


RAW_SPELL = """
INSERT INTO staff_occupancy (person_id, unit_id, quota_type_id, status_id, starts_on, occupies_slot,
  counts, from_unit, notice_no, slot_no, destination, post_name, is_dual, on_unified_payroll, sort,
  note, scope)
VALUES (%s, %s, %s, 'person_status.110', '2020-03-01', true, true, '', '', '', '', '', false, true,
  0, '', '')
"""


@pytest.mark.rule("Q-03")
def test_nobody_enters_a_full_unit_by_the_orm(bureau):
    w.entry(bureau, 2)
    w.spells(bureau, 2)

    refused("balance_has_room", lambda: w.spells(bureau, 1))

    assert w.cell(bureau) == (2, 2, 0, 0)


@pytest.mark.rule("Q-03")
def test_nobody_enters_a_full_unit_by_raw_sql(bureau):
    w.entry(bureau, 2)
    w.spells(bureau, 2)
    who = w.person()

    refused("balance_has_room", lambda: w.run(RAW_SPELL, who.pk, bureau.pk, w.ADMIN))

    assert w.cell(bureau) == (2, 2, 0, 0)


@pytest.mark.rule("Q-03")
def test_nobody_enters_where_no_place_was_ever_approved(bureau):
    refused("balance_has_room", lambda: w.spells(bureau, 1))
    assert w.cell(bureau) is None


@pytest.mark.rule("Q-03")
def test_reserved_places_are_not_free(bureau):
    w.entry(bureau, 2)
    w.reservation(bureau, 1)
    w.spells(bureau, 1)

    refused("balance_has_room", lambda: w.spells(bureau, 1))
    refused("balance_has_room", lambda: w.reservation(bureau, 1))


@pytest.mark.rule("Q-03")
def test_approved_places_are_not_cut_below_the_people_who_hold_them(bureau):
    line = w.entry(bureau, 5)
    w.spells(bureau, 4)

    refused("balance_has_room", lambda: w.entry(bureau, -2))
    refused("balance_has_room", lambda: line.delete())
    refused("balance_has_room", lambda: QuotaEntry.objects.update(change=3))

    assert w.cell(bureau) == (5, 4, 0, 0)


def test_approved_places_never_fall_below_zero(bureau):
    w.entry(bureau, 5)
    refused("balance_is_never_negative", lambda: w.entry(bureau, -6))


def test_many_people_at_once_are_refused_together(bureau):
    w.entry(bureau, 3)
    refused("balance_has_room", lambda: w.spells(bureau, 4))
    assert not Occupancy.objects.exists()


def test_the_refusal_carries_every_cell_without_room(bureau):
    """An import shows all of them at once."""
    other = w.unit(below=bureau)
    w.entry(bureau, 1)
    w.entry(other, 9)
    people = [w.person() for _ in range(6)]
    rows = [
        Occupancy(person=p, unit=u, quota_type_id=w.ADMIN, status_id=w.AT_POST, starts_on=w.DAY)
        for p, u in zip(people, [bureau, bureau, bureau, other, other, other], strict=True)
    ]
    rows[5].quota_type_id = w.FULL

    failure = refused("balance_has_room", lambda: Occupancy.objects.bulk_create(rows))

    import json

    cells = json.loads(failure.__cause__.diag.message_detail)
    assert cells == [
        {"unit": bureau.pk, "quota_type": w.ADMIN, "approved": 1, "actual": 0, "reserved": 0,
         "over_allowed": 0, "asked": 3},
        {"unit": other.pk, "quota_type": w.FULL, "approved": 0, "actual": 0, "reserved": 0,
         "over_allowed": 0, "asked": 1},
    ]  # fmt: skip


def test_the_check_holds_without_the_trigger_too(bureau):
    w.entry(bureau, 1)
    refused(
        "balance_has_room",
        lambda: w.run("UPDATE quotas_balance SET actual = 2 WHERE unit_id = %s", bureau.pk),
    )


# -- room above the approved places, and the ratchet ----------------------------------------------


@pytest.mark.rule("Q-04")
def test_overage_gives_room_and_is_taken_back_as_people_leave(bureau):
    w.entry(bureau, 3)
    w.overage(bureau, 2)
    people = w.spells(bureau, 5)
    assert w.cell(bureau) == (3, 5, 0, 2)
    assert w.total(bureau) == (3, 5, 0, 2, 0, 1)

    people[0].delete()

    assert w.cell(bureau) == (3, 4, 0, 1)
    gone = OverageEntry.objects.get(kind="ratchet")
    assert (gone.places, gone.unit, gone.quota_type_id) == (-1, bureau, w.ADMIN)
    assert (gone.scope, gone.on) == (bureau.path, timezone.localdate())
    refused("balance_has_room", lambda: w.spells(bureau, 1))

    people[1].delete()
    people[2].delete()
    assert w.cell(bureau) == (3, 2, 0, 0)
    assert w.total(bureau) == (3, 2, 0, 0, 1, 0)
    assert w.drift() == []


@pytest.mark.rule("Q-04")
def test_unused_room_goes_only_when_the_need_falls(bureau):
    w.entry(bureau, 3)
    w.overage(bureau, 4)
    people = w.spells(bureau, 3)
    assert w.cell(bureau) == (3, 3, 0, 4)  # granted before anybody came: kept

    people[0].delete()
    assert w.cell(bureau) == (3, 2, 0, 0)
    assert w.drift() == []


@pytest.mark.rule("Q-04")
def test_more_approved_places_take_the_room_back_too(bureau):
    w.entry(bureau, 3)
    w.overage(bureau, 2)
    w.spells(bureau, 5)

    w.entry(bureau, 1)

    assert w.cell(bureau) == (4, 5, 0, 1)
    assert w.drift() == []


@pytest.mark.rule("Q-04")
def test_a_released_reservation_takes_the_room_back(bureau):
    w.entry(bureau, 3)
    w.overage(bureau, 2)
    w.spells(bureau, 4)
    held = w.reservation(bureau, 1)
    assert w.cell(bureau) == (3, 4, 1, 2)

    held.released_at = timezone.now()
    held.save()

    assert w.cell(bureau) == (3, 4, 0, 1)
    assert w.drift() == []


@pytest.mark.rule("Q-04")
def test_someone_replaced_in_one_statement_keeps_the_room(bureau):
    other = w.unit(below=Unit.objects.get(depth=1))
    for where in (bureau, other):
        w.entry(where, 1)
        w.overage(where, 1)
    a, _ = w.spells(bureau, 2)
    b, _ = w.spells(other, 2)

    w.run(
        "UPDATE staff_occupancy SET unit_id = CASE id WHEN %s THEN %s ELSE %s END "
        "WHERE id IN (%s, %s)",
        a.pk, other.pk, bureau.pk, a.pk, b.pk,
    )  # fmt: skip

    assert (w.cell(bureau), w.cell(other)) == ((1, 2, 0, 1), (1, 2, 0, 1))
    assert not OverageEntry.objects.filter(kind="ratchet").exists()


def test_overage_entries_are_corrected_by_others_not_changed(bureau):
    from django.db import InternalError, ProgrammingError

    row = w.overage(bureau, 2)
    for change in (
        "places = 3",
        "kind = 'document', document_id = 1",
        "quota_type_id = 'quota_type.21'",
    ):
        with pytest.raises((InternalError, ProgrammingError, IntegrityError)), transaction.atomic():
            w.run(f"UPDATE quotas_overageentry SET {change} WHERE id = %s", row.pk)
    assert w.cell(bureau) == (0, 0, 0, 2)


def test_ratchet_entries_are_the_databases_alone(bureau):
    from django.db import InternalError

    w.overage(bureau, 2)
    with pytest.raises(InternalError), transaction.atomic():
        w.overage(bureau, -1, why="ratchet")


def test_a_withdrawn_overage_takes_its_room_unless_used(bureau):
    used = w.unit(below=bureau)
    free = w.overage(bureau, 2)
    taken = w.overage(used, 2)
    w.spells(used, 1)

    free.delete()
    assert w.cell(bureau) == (0, 0, 0, 0)
    refused("balance_has_room", lambda: taken.delete())


# -- totals and buckets ---------------------------------------------------------------------------


@pytest.mark.rule("Q-02")
def test_the_example_of_three_units(bureau):
    """domain.md §5.2: A 50/44, B 30/35, C 20/20."""
    county = w.unit("示例县")
    figures = {"A": (50, 44), "B": (30, 35), "C": (20, 20)}
    for name, (approved, actual) in figures.items():
        where = w.unit(name, below=county)
        w.entry(where, approved)
        if actual > approved:
            w.overage(where, actual - approved)
        w.spells(where, actual)

    rows = Balance.objects.under(county)
    assert sum(r.approved for r in rows) == 100
    assert sum(r.actual for r in rows) == 99
    assert sum(r.vacant for r in rows) == 6
    assert sum(r.excess for r in rows) == 5
    assert sum(r.excess > 0 for r in rows) == 1
    assert w.drift() == []


@pytest.mark.rule("Q-02")
def test_a_unit_is_over_when_any_of_its_types_is(bureau):
    """行政 20/22 and 工勤 5/2: not over by the sum, over by one type."""
    w.entry(bureau, 20)
    w.overage(bureau, 2)
    w.spells(bureau, 22)
    w.entry(bureau, 5, w.SUPPORT)
    w.spells(bureau, 2, w.SUPPORT)

    assert w.total(bureau) == (25, 24, 0, 2, 3, 1)
    assert w.bucket(bureau.path) == (25, 24, 0, 2, 3, 1, 1)


def test_two_types_over_are_one_unit_over(bureau):
    for kind in (w.ADMIN, w.FULL):
        w.entry(bureau, 1, kind)
        w.overage(bureau, 1, kind)
        w.spells(bureau, 2, kind)
    assert w.total(bureau) == (2, 4, 0, 2, 0, 2)
    assert w.bucket(bureau.path) == (2, 4, 0, 2, 0, 2, 1)

    Occupancy.objects.filter(quota_type=w.ADMIN).first().delete()
    assert w.bucket(bureau.path) == (2, 3, 0, 1, 0, 1, 1)
    Occupancy.objects.filter(quota_type=w.FULL).first().delete()
    assert w.bucket(bureau.path) == (2, 2, 0, 0, 0, 0, 0)


@pytest.mark.rule("Q-07")
def test_staff_outside_the_establishment_never_enter_the_totals(bureau):
    w.entry(bureau, 5)
    w.entry(bureau, 9, w.OUTSIDE)

    assert w.total(bureau) == (5, 0, 0, 0, 5, 0)
    assert w.bucket(bureau.path) == (5, 0, 0, 0, 5, 0, 0)
    assert w.bucket(bureau.path, w.OUTSIDE) == (9, 0, 0, 0, 9, 0, 0)


def test_deep_units_share_the_bucket_of_their_fourth_step():
    node = w.unit("省")
    chain = [node]
    for _ in range(6):
        chain.append(w.unit(below=chain[-1]))
    for where in chain:
        w.entry(where, 1)

    deep = chain[3].path
    assert len(deep) == 16
    assert w.bucket(deep) == (4, 0, 0, 0, 4, 0, 0)
    assert w.bucket(chain[2].path) == (1, 0, 0, 0, 1, 0, 0)
    assert w.drift() == []


# -- the tree moves -------------------------------------------------------------------------------


def planted_tree() -> tuple[Unit, Unit, Unit]:
    """Two cities; the first has a county with bureaus and schools that are over and short."""
    first, second = w.unit("甲市"), w.unit("乙市")
    w.unit("乙市直", below=second)
    county = w.unit("某县", below=first)
    for index in range(3):
        bureau = w.unit(f"局{index}", below=county)
        school = w.unit(f"校{index}", below=bureau)
        deep = w.unit(f"分校{index}", below=school)
        for where in (bureau, school, deep):
            w.entry(where, 3)
            if index:
                w.overage(where, index)
            else:
                w.reservation(where, 1)
            w.spells(where, 2 + index)
    return first, second, county


def test_a_moved_subtree_takes_its_figures_along():
    first, second, county = planted_tree()

    w.move(county, second)

    second.refresh_from_db()
    assert county.path.startswith(second.path)
    assert not Balance.objects.under(first).exists()
    assert Balance.objects.under(second).count() == 9
    for model in (QuotaEntry, OverageEntry, Reservation, Occupancy):
        for row in model.objects.select_related("unit"):
            assert row.scope == row.unit.path
    assert w.drift() == []


def test_a_new_sibling_in_the_middle_moves_its_younger_ones():
    first, _, county = planted_tree()
    neighbour = w.unit("另一县", below=first)
    w.entry(neighbour, 4)

    Unit.objects.add_sibling(
        Unit.objects.get(pk=county.pk), "left", {"name": "插入县", "entity_kind": "body"}
    )

    assert Balance.objects.get(unit=neighbour).scope == Unit.objects.get(pk=neighbour.pk).path
    assert w.drift() == []


def test_facts_entered_with_a_foreign_scope_get_the_right_one(bureau):
    line = w.entry(bureau, 1, scope="ZZZZ")
    line.refresh_from_db()
    assert line.scope == bureau.path


# -- what the office decides in the code tables ---------------------------------------------------


def test_a_status_that_no_longer_counts_takes_its_people_out(bureau):
    w.entry(bureau, 5)
    w.spells(bureau, 2)
    w.spells(bureau, 2, status_id="person_status.145")
    assert w.cell(bureau) == (5, 4, 0, 0)

    status = CodeValue.objects.get(pk="person_status.145")
    status.attrs = {**status.attrs, "in_quota": False}
    status.save()
    assert w.cell(bureau) == (5, 2, 0, 0)
    assert w.drift() == []

    status.attrs = {**status.attrs, "in_quota": True}
    status.save()
    assert w.cell(bureau) == (5, 4, 0, 0)
    assert w.drift() == []


def test_a_status_cannot_begin_to_count_where_there_is_no_room(bureau):
    w.entry(bureau, 1)
    w.spells(bureau, 1)
    w.spells(bureau, 1, status_id="person_status.300")
    status = CodeValue.objects.get(pk="person_status.300")
    status.attrs = {**status.attrs, "in_quota": True}

    refused("balance_has_room", status.save)


def test_a_type_that_leaves_the_totals_is_taken_out_of_them(bureau):
    w.entry(bureau, 5)
    w.entry(bureau, 3, w.FULL)
    w.spells(bureau, 2, w.FULL)
    other = w.unit(below=bureau)
    w.entry(other, 1, w.FULL)
    kind = CodeValue.objects.get(pk=w.FULL)

    kind.attrs = {**kind.attrs, "in_total": False}
    kind.save()
    assert w.total(bureau) == (5, 0, 0, 0, 5, 0)
    assert w.drift() == []

    kind.attrs = {**kind.attrs, "in_total": True}
    kind.save()
    assert w.total(bureau) == (8, 2, 0, 0, 6, 0)
    assert w.drift() == []


# -- what the database refuses to be told ---------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"change": 0}, "quota_entry_changes_something"),
        ({"kind": "gift"}, "quota_entry_kind_is_known"),
        ({"quota_type_id": "nature.101"}, "quota_entry_type_is_a_quota_type"),
        ({"funding_id": "nature.101"}, "quota_entry_funding_is_a_funding"),
        ({"on": dt.date(2999, 1, 1)}, "quota_entry_is_not_in_future"),
        ({"kind": "cut"}, "quota_entry_sign_fits_its_kind"),
        ({"change": -1}, "quota_entry_sign_fits_its_kind"),
    ],
)
def test_a_wrong_line_is_refused(bureau, fields, constraint):
    line = {"change": 1, "kind": "grant", "quota_type_id": w.ADMIN, "on": w.DAY, **fields}
    refused(
        constraint,
        lambda: QuotaEntry.objects.create(
            unit=bureau, document=w.document(), reason="测试", **line
        ),
    )
    assert not QuotaEntry.objects.exists()


def test_a_line_without_document_is_refused(bureau):
    with pytest.raises(IntegrityError), transaction.atomic():
        QuotaEntry.objects.create(unit=bureau, quota_type_id=w.ADMIN, change=1, on=w.DAY)


# -- posts ----------------------------------------------------------------------------------------


@pytest.mark.rule("L-01")
def test_chief_and_deputy_never_net_out(bureau):
    """domain.md §5.3: chief 1/2, deputy 3/1 gives over 1 and short 2."""
    from apps.posts.models import LeadershipEntry, PostBalance

    paper = w.document()
    LeadershipEntry.objects.bulk_create(
        LeadershipEntry(
            unit=bureau, post_kind_id=k, change=n, on=w.DAY, document=paper, reason="测试"
        )
        for k, n in (("post_kind.10", 1), ("post_kind.11", 3))
    )
    held = PostHolding.objects.bulk_create(
        PostHolding(
            person=w.person(), unit=bureau, post_kind_id=k, post_name="职务", starts_on=w.DAY
        )
        for k in ("post_kind.10", "post_kind.10", "post_kind.11")
    )
    PostHolding.objects.create(
        person=w.person(), unit=bureau, post_kind_id="post_kind.11", post_name="专员",
        starts_on=w.DAY, counted=False,
    )  # fmt: skip

    def rows():
        return list(
            PostBalance.objects.values_list("post_kind_id", "due", "filled", "over", "short")
        )

    assert rows() == [("post_kind.10", 1, 2, 1, 0), ("post_kind.11", 3, 1, 0, 2)]

    PostHolding.objects.filter(pk=held[0].pk).update(ends_on=w.DAY)
    assert rows()[0] == ("post_kind.10", 1, 1, 0, 0)
    PostHolding.objects.filter(pk=held[1].pk).update(post_kind_id="post_kind.11")
    assert rows() == [("post_kind.10", 1, 0, 0, 1), ("post_kind.11", 3, 2, 0, 1)]
    LeadershipEntry.objects.filter(post_kind_id="post_kind.11").delete()
    assert rows()[1] == ("post_kind.11", 0, 2, 2, 0)
    held[1].delete()
    PostHolding.objects.filter(counted=False).update(counted=True)
    assert rows()[1] == ("post_kind.11", 0, 2, 2, 0)


def test_due_posts_never_fall_below_zero(bureau):
    from apps.posts.models import LeadershipEntry

    refused(
        "post_balance_is_never_negative",
        lambda: LeadershipEntry.objects.create(
            unit=bureau, post_kind_id="post_kind.10", change=-1, on=w.DAY,
            document=w.document(), reason="测试",
        ),
    )  # fmt: skip


def test_posts_move_with_their_unit():
    from apps.posts.models import LeadershipEntry, PostBalance

    first, second = w.unit("甲"), w.unit("乙")
    bureau = w.unit("局", below=first)
    LeadershipEntry.objects.create(
        unit=bureau,
        post_kind_id="post_kind.10",
        change=1,
        on=w.DAY,
        document=w.document(),
        reason="x",
    )
    PostHolding.objects.create(
        person=w.person(),
        unit=bureau,
        post_kind_id="post_kind.10",
        post_name="局长",
        starts_on=w.DAY,
    )
    w.move(bureau, second)
    for model in (LeadershipEntry, PostBalance, PostHolding):
        assert model.objects.get().scope == bureau.path


# -- one person, one quota ------------------------------------------------------------------------


@pytest.mark.rule("S-01")
def test_nobody_holds_two_quotas_on_one_day(bureau):
    other = w.unit(below=bureau)
    w.entry(bureau, 5)
    w.entry(other, 5)
    (spell,) = w.spells(bureau, 1)

    refused("occupancy_one_person_one_quota", lambda: w.spells(other, 1, person=spell.person))
    Occupancy.objects.filter(pk=spell.pk).update(
        ends_on=dt.date(2021, 1, 1), exit_mode_id="exit_mode.02"
    )
    w.spells(other, 1, person=spell.person, starts_on=dt.date(2021, 1, 1))
    assert (w.cell(bureau)[1], w.cell(other)[1]) == (0, 1)


def test_entry_and_exit_do_not_lie_in_the_future(bureau):
    w.entry(bureau, 5)
    refused(
        "occupancy_is_not_in_future",
        lambda: w.spells(bureau, 1, starts_on=dt.date(2999, 1, 1)),
    )


def test_history_has_a_row_for_every_change(bureau):
    line = w.entry(bureau, 5)
    QuotaEntry.objects.filter(pk=line.pk).update(change=6)
    w.run("DELETE FROM quotas_quotaentry WHERE id = %s", line.pk)

    rows = QuotaEntry.history.filter(id=line.pk).order_by("history_id")
    assert [(r.history_type, r.change) for r in rows] == [("+", 5), ("~", 6), ("-", 6)]


def test_the_ratchet_is_in_the_history_too(bureau):
    w.entry(bureau, 1)
    w.overage(bureau, 1)
    people = w.spells(bureau, 2)
    people[0].delete()
    assert OverageEntry.history.filter(kind="ratchet", history_type="+").count() == 1


def test_nothing_derived_is_left_behind_by_a_rolled_back_change(bureau):
    w.entry(bureau, 5)
    with transaction.atomic():
        w.entry(bureau, 5)
        transaction.set_rollback(True)
    assert w.cell(bureau) == (5, 0, 0, 0)
    assert connection.in_atomic_block
    assert w.drift() == []
