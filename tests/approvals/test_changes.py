"""单位内调整, 编制类型修改, 人员信息变更: what is there, what is asked for, and nothing stale."""

from __future__ import annotations

import datetime as dt

import pytest

from apps.approvals import errors, kinds, services
from apps.approvals.choices import State
from apps.approvals.models import Line
from apps.approvals.refusals import sentence
from apps.audit.models import AuditEvent
from apps.quotas.errors import QuotaFull
from apps.quotas.models import Balance
from apps.staff import secrets
from apps.staff.models import Occupancy, Person
from apps.units.choices import EntityKind
from tests.factories import quotas, staff, units
from tests.factories.approvals import decided, drafted, submitted
from tests.factories.documents import DocumentFactory
from tests.identity_numbers import number

pytestmark = pytest.mark.django_db


@pytest.fixture
def spell(office):
    return staff.enter(office, "张玥", post_name="科员", identity="person_identity.1")


@pytest.fixture
def dept(office):
    return units.unit("人事科", office, entity_kind=EntityKind.DEPARTMENT)


def adjusting(spell, **more):
    return {
        "identity": "person_identity.1",
        "post_name": spell.post_name,
        "on_unified_payroll": "on",
        "on": "2026-09-01",
        "reason": "轮岗交流",
        **more,
    }


def correcting(spell, **more):
    return {
        "name": spell.person.name,
        "status": spell.status_id,
        "starts_on": spell.starts_on.isoformat(),
        "entry_mode": spell.entry_mode_id,
        "reason": "与档案不一致",
        **more,
    }


def retyping(**more):
    return {
        "quota_type": quotas.SUPPORT,
        "identity": "person_identity.5",
        "document_no": "嵊编办〔2026〕9号",
        "on": "2026-09-01",
        "reason": "身份变动",
        **more,
    }


def changed(case, section):
    facts = dict(kinds.of(case.kind).facts(case.lines.get()))
    return [(one.label, one.before, one.value) for one in facts[section]]


# -- 单位内调整 --------------------------------------------------------------------------------


@pytest.mark.rule("AD-01")
def test_an_adjustment_changes_what_it_says_and_nothing_else(spell, dept, unit_clerk, cast):
    data = adjusting(spell, dept=dept.pk, post_name="人事科副科长")
    case = submitted("adjust", unit_clerk, data, spell=spell)
    assert changed(case, "调整") == [
        ("所在内设机构", "", "人事科"),
        ("职务", "科员", "人事科副科长"),
    ]
    case = decided(case, cast)
    assert case.state == State.DONE
    spell.refresh_from_db()
    assert (spell.dept, spell.post_name, spell.identity_id) == (
        dept, "人事科副科长", "person_identity.1",
    )  # fmt: skip
    event = AuditEvent.objects.get(kind="occupancy.change")
    assert event.note == f"{case.number}：轮岗交流"
    assert changed(case, "调整")[1] == ("职务", "科员", "人事科副科长")


def test_an_adjustment_without_a_change_is_no_adjustment(spell, unit_clerk):
    form = kinds.of("adjust").form(adjusting(spell), user=unit_clerk, spell=spell)
    assert form.non_field_errors() == ["没有任何改动，请修改后再保存"]


@pytest.mark.rule("AD-01")
def test_nobody_goes_to_a_department_that_is_gone(spell, dept, unit_clerk, cast):
    case = submitted("adjust", unit_clerk, adjusting(spell, dept=dept.pk), spell=spell)
    type(dept).objects.filter(pk=dept.pk).update(status="abolished", abolished_on=dt.date.today())
    with pytest.raises(errors.LineFails) as refused:
        services.advance(application=case, move="pass", by=cast[case.state])
    assert "人事科已撤销" in sentence(refused.value)
    spell.refresh_from_db()
    assert spell.dept is None


@pytest.mark.rule("KD-02")
@pytest.mark.parametrize(("field", "stale"), [("post_name", True), ("note", False)])
def test_what_a_change_begins_from_must_still_be_there(field, stale, spell, unit_clerk, cast):
    case = submitted("adjust", unit_clerk, adjusting(spell, post_name="主任"), spell=spell)
    staff.services.change_spell(spell=spell, by=cast["signing"], **{field: "别的"})
    if not stale:
        assert decided(case, cast).state == State.DONE
        return
    with pytest.raises(errors.LineFails) as refused:
        services.advance(application=case, move="pass", by=cast[case.state])
    assert isinstance(refused.value.refusal, errors.FactsMoved)
    assert "孙科长" in sentence(refused.value)
    assert "职务" in sentence(refused.value)
    spell.refresh_from_db()
    assert spell.post_name == "别的"
    case.refresh_from_db()
    assert case.state == State.EXAMINING


# -- 编制类型修改 ------------------------------------------------------------------------------


@pytest.mark.rule("RT-01")
@pytest.mark.rule("S-13")
def test_another_type_holds_from_its_day_on(spell, office, unit_clerk, cast):
    quotas.grant(office, 1, quotas.SUPPORT)
    case = submitted("retype", unit_clerk, retyping(), spell=spell)
    assert changed(case, "修改") == [
        ("编制类型", "行政编制", "机关工勤编制"),
        ("人员身份", "公务员", "机关技术工人"),
    ]
    boxes = kinds.of("retype").boxes(case, list(case.lines.all()))
    assert [(b.quota_type.pk, b.actual, b.actual_after) for b in boxes] == [
        (quotas.ADMIN, 1, 0), (quotas.SUPPORT, 0, 1),
    ]  # fmt: skip
    case = decided(case, cast)
    assert case.state == State.CONFIRMING
    old, new = Occupancy.objects.order_by("pk")
    day = dt.date(2026, 9, 1)
    assert (old.quota_type_id, old.ends_on, old.exit_mode_id) == (
        quotas.ADMIN, day, "exit_mode.15",
    )  # fmt: skip
    assert (new.quota_type_id, new.starts_on, new.identity_id, new.post_name) == (
        quotas.SUPPORT, day, "person_identity.5", "科员",
    )  # fmt: skip
    assert new.document_no == "嵊编办〔2026〕9号"
    assert case.lines.get().result == new
    actual = dict(Balance.objects.filter(unit=office).values_list("quota_type", "actual"))
    assert actual == {quotas.ADMIN: 0, quotas.SUPPORT: 1}
    assert Occupancy.objects.on_day(dt.date(2020, 1, 1)).get().quota_type_id == quotas.ADMIN


@pytest.mark.rule("RT-01")
def test_a_type_registered_wrongly_is_put_right_from_the_beginning(spell, office, unit_clerk, cast):
    quotas.grant(office, 1, quotas.SUPPORT)
    case = submitted("retype", unit_clerk, retyping(mistaken="on"), spell=spell)
    decided(case, cast)
    now = Occupancy.objects.get()
    assert (now.pk, now.quota_type_id, now.starts_on) == (spell.pk, quotas.SUPPORT, staff.ENTERED)


@pytest.mark.rule("RT-01")
def test_a_type_the_nature_does_not_allow_is_refused_at_its_field(spell, unit_clerk):
    form = kinds.of("retype").form(
        retyping(quota_type="quota_type.22"), user=unit_clerk, spell=spell
    )
    assert "不能使用事业编制（差额）" in form.errors["quota_type"][0]
    same = kinds.of("retype").form(retyping(quota_type=quotas.ADMIN), user=unit_clerk, spell=spell)
    assert "本人已占用行政编制" in same.errors["quota_type"][0]


@pytest.mark.rule("RT-01")
def test_a_type_without_room_is_refused(spell, office, unit_clerk):
    draft = drafted("retype", unit_clerk, retyping(), spell=spell)
    with pytest.raises(errors.LineFails) as refused:
        services.advance(application=draft, move="submit", by=unit_clerk)
    assert isinstance(refused.value.refusal, QuotaFull)
    assert Occupancy.objects.get().quota_type_id == quotas.ADMIN


# -- 人员信息变更 ------------------------------------------------------------------------------


@pytest.mark.rule("CO-01")
def test_key_fields_are_put_right(spell, unit_clerk, cast):
    data = correcting(spell, name="张月", starts_on="2015-07-01", status="person_status.142")
    case = submitted("correct", unit_clerk, data, spell=spell)
    assert changed(case, "更正人员信息") == [("姓名", "张玥", "张月")]
    assert changed(case, "更正入编信息") == [
        ("人员状态", "在职在岗", "挂职、驻村、援派"),
        ("入编时间", "2015-06-01", "2015-07-01"),
    ]
    decided(case, cast)
    spell.refresh_from_db()
    assert (spell.person.name, spell.starts_on) == ("张月", dt.date(2015, 7, 1))
    assert Person.objects.get().name == "张月"


@pytest.mark.rule("CO-01")
def test_a_new_number_is_sealed_until_it_holds(spell, unit_clerk, cast):
    new = number("330683", dt.date(1986, 4, 2), 21)
    case = submitted("correct", unit_clerk, correcting(spell, id_no=new), spell=spell)
    line = case.lines.get()
    assert bytes(line.person_key) == bytes(spell.person.id_no_bi)
    (row,) = changed(case, "更正人员信息")
    assert row[0] == "公民身份号码"
    assert new not in row[2]
    assert "*" in row[1]
    assert "*" in row[2]
    for kept in (*Line.objects.values_list("values", flat=True), case.summary):
        assert new not in str(kept)
    decided(case, cast)
    person = Person.objects.get()
    assert secrets.id_no(person).reveal() == new
    assert person.birth_month == dt.date(1986, 4, 1)
    assert not AuditEvent.objects.filter(after__icontains=new).exists()


def test_a_number_of_somebody_else_is_refused_without_a_name(spell, unit_clerk, foreign_bureau):
    quotas.grant(foreign_bureau, 1)
    other = staff.enter(foreign_bureau, "外县人")
    taken = secrets.id_no(other.person).reveal()
    draft = drafted("correct", unit_clerk, correcting(spell, id_no=taken), spell=spell)
    with pytest.raises(errors.LineFails) as refused:
        services.advance(application=draft, move="submit", by=unit_clerk)
    words = sentence(refused.value, unit_clerk)
    assert "外县人" not in words
    assert "请联系编办核实" in words


@pytest.mark.rule("KD-02")
def test_a_stale_key_field_is_refused(spell, unit_clerk, cast):
    case = submitted("correct", unit_clerk, correcting(spell, name="张月"), spell=spell)
    staff.services.change_person(person=spell.person, by=cast["signing"], name="张悦")
    with pytest.raises(errors.LineFails) as refused:
        services.advance(application=case, move="pass", by=cast[case.state])
    assert "姓名" in sentence(refused.value)
    assert Person.objects.get().name == "张悦"
    services.advance(
        application=case, move="return", by=cast["examining"], opinion="姓名已有修改，请核对"
    )
    kind = kinds.of("correct")
    line = case.lines.get()
    spell.person.refresh_from_db()
    again = Occupancy.objects.select_related("person", "unit", "quota_type").get()
    blank = kind.form(user=unit_clerk, spell=again, initial=kind.initial(line))
    assert blank["name"].initial == "张月"
    data = {
        **correcting(again, name="张月"),
        "_row_version": blank["_row_version"].value(),
        "_spell_version": blank["_spell_version"].value(),
    }
    form = kind.form(data, user=unit_clerk, spell=again)
    assert form.is_valid(), form.errors
    services.change_line(line=line, data=kind.line(form), by=unit_clerk)
    case = services.advance(application=case, move="submit", by=unit_clerk)
    decided(case, cast)
    assert Person.objects.get().name == "张月"


def test_what_the_unit_keeps_itself_is_not_asked_for_here():
    from apps.staff.services.corrections import PERSON_FIELDS, SPELL_FIELDS

    fields = set(kinds.of("correct").line_form.base_fields)
    assert not fields & {*PERSON_FIELDS, *SPELL_FIELDS}


def test_an_unchanged_correction_is_none(spell, unit_clerk):
    same = secrets.id_no(spell.person).reveal()
    form = kinds.of("correct").form(correcting(spell, id_no=same), user=unit_clerk, spell=spell)
    assert form.non_field_errors() == ["没有任何改动，请修改后再保存"]


def test_a_document_out_of_sight_may_stay_as_it_is(spell, foreign_home, unit_clerk):
    document = DocumentFactory(scope=foreign_home.path)
    Occupancy.objects.filter(pk=spell.pk).update(document=document)
    spell.refresh_from_db()
    assert not type(document).objects.visible_to(unit_clerk).filter(pk=document.pk).exists()
    data = correcting(spell, document=document.pk, from_unit="嵊州中学")
    form = kinds.of("correct").form(data, user=unit_clerk, spell=spell)
    assert form.is_valid(), form.errors
    assert form.of_spell() == {"from_unit": "嵊州中学"}
