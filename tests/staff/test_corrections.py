"""单位更正: what a unit's clerk may change of the unit's people (docs/rules.md P-11 to P-13)."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from apps.audit.models import AuditEvent
from apps.core.changes import version_of
from apps.staff import errors, secrets, services
from apps.staff.models import Correction, Occupancy
from apps.staff.services.corrections import KEY_FIELDS, PERSON_FIELDS, SPELL_FIELDS
from apps.units.models import Unit
from tests.factories import quotas, staff, units
from tests.races import meet_at

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
PHONE = "13957500001"


@pytest.fixture
def zhang(staffed_bureau: Unit) -> Occupancy:
    return staff.enter(
        staffed_bureau,
        "张三丰",
        phone=PHONE,
        education=staff.code("education.21"),
        post_name="科员",
    )


def posted(spell, **changed):
    """Return what the browser sends for the page of the spell, with some fields typed anew."""
    person = spell.person
    person.refresh_from_db()
    spell.refresh_from_db()
    data = {
        "phone": str(secrets.phone(person)),
        "education": person.education_id or "",
        "political_status": person.political_status_id or "",
        "school": person.school,
        "major": person.major,
        "prof_title": person.prof_title,
        "photo_no": person.photo_no,
        "native_place": person.native_place,
        "post_name": spell.post_name,
        "happened_on": TODAY.isoformat(),
        "reason": "据实更正",
        "_version": str(version_of(person)),
        "_spell_version": str(version_of(spell)),
        "_key": str(uuid.uuid4()),
    }
    return {**data, **changed}


def address(spell):
    return reverse("staff:correct", args=[spell.person_id])


@pytest.mark.rule("P-11")
class TestCorrecting:
    def test_changes_person_and_spell_in_one_go(self, client, unit_clerk, zhang):
        client.force_login(unit_clerk)
        typed = posted(
            zhang,
            education="education.11",
            post_name="副科长",
            phone="13957500002",
            prof_title="高级工程师",
            photo_no="P-0031",
        )

        answer = client.post(address(zhang), typed)

        assert answer.status_code == 302
        zhang.refresh_from_db()
        person = zhang.person
        person.refresh_from_db()
        assert (person.education_id, person.prof_title) == ("education.11", "高级工程师")
        assert (zhang.post_name, person.photo_no) == ("副科长", "P-0031")
        assert secrets.phone(person).reveal() == "13957500002"
        made = Correction.objects.get()
        assert set(made.fields) == {
            "person.education",
            "person.phone",
            "person.prof_title",
            "person.photo_no",
            "spell.post_name",
        }
        told = AuditEvent.objects.get(kind="correction.make")
        kinds = AuditEvent.objects.filter(change_id=told.change_id).values_list("kind", flat=True)
        assert {"person.change", "occupancy.change"} <= set(kinds)
        assert person.history.first().history_id == made.versions["person"][1]
        assert zhang.history.first().history_id == made.versions["spell"][1]
        assert not AuditEvent.objects.filter(after__icontains="13957500002").exists()

    def test_that_changes_nothing_leaves_nothing(self, client, unit_clerk, zhang):
        client.force_login(unit_clerk)
        before = AuditEvent.objects.count()
        assert client.post(address(zhang), posted(zhang)).status_code == 302
        assert not Correction.objects.exists()
        assert AuditEvent.objects.exclude(kind="person.view").count() == before

    def test_sent_twice_is_done_once(self, client, unit_clerk, zhang):
        client.force_login(unit_clerk)
        typed = posted(zhang, school="浙江大学")
        first, second = client.post(address(zhang), typed), client.post(address(zhang), typed)
        assert (first.status_code, second.status_code) == (302, 302)
        assert Correction.objects.count() == 1

    @pytest.mark.parametrize("name", sorted(KEY_FIELDS))
    def test_of_a_key_field_is_refused_and_noted(self, client, unit_clerk, zhang, name):
        client.force_login(unit_clerk)
        before = zhang.person.history.count()

        answer = client.post(address(zhang), posted(zhang, school="浙江大学", **{name: "1"}))

        assert answer.status_code == 422
        assert "由编办管理，没有保存" in answer.content.decode()
        assert zhang.person.history.count() == before
        event = AuditEvent.objects.get(kind="correction.refuse")
        assert (event.outcome, event.scope) == ("refused", zhang.scope)
        assert KEY_FIELDS[name] in event.note

    def test_of_a_key_field_is_refused_by_the_service_too(self, unit_clerk, zhang):
        with pytest.raises(errors.KeyFieldLocked):
            services.correct_own(
                spell=zhang, values={"name": "李四"}, happened_on=TODAY, reason="改", by=unit_clerk
            )
        assert not set(KEY_FIELDS) & {*PERSON_FIELDS, *SPELL_FIELDS}

    def test_page_shows_key_fields_locked(self, client, unit_clerk, zhang):
        client.force_login(unit_clerk)
        text = client.get(address(zhang)).content.decode()
        assert "以下信息由编办管理" in text
        assert "10 个工作日" in text
        assert 'name="name"' not in text
        assert secrets.id_no(zhang.person).reveal() not in text

    def test_of_another_units_people_does_not_exist(self, client, unit_clerk, home, stranger):
        other = units.unit("嵊州市卫健局", home)
        quotas.grant(other, 3)
        theirs = staff.enter(other, "隔壁老王", phone=PHONE)
        client.force_login(unit_clerk)
        assert client.get(address(theirs)).status_code == 404
        assert client.post(address(theirs), posted(theirs, school="某校")).status_code == 404
        client.force_login(stranger)
        assert client.get(address(theirs)).status_code == 403  # files for no unit at all
        with pytest.raises(PermissionDenied):
            services.correct_own(
                spell=theirs,
                values={"school": "某校"},
                happened_on=TODAY,
                reason="改",
                by=unit_clerk,
            )

    def test_of_who_has_left_is_refused(self, client, unit_clerk, zhang):
        services.leave(spell=zhang, on=TODAY, exit_mode=staff.RETIRED, document=None, by=None)
        client.force_login(unit_clerk)
        assert client.post(address(zhang), posted(zhang, school="某校")).status_code == 403

    def test_with_a_department_of_another_unit_is_refused(self, client, unit_clerk, zhang, home):
        other = units.unit("嵊州市卫健局", home)
        client.force_login(unit_clerk)
        answer = client.post(address(zhang), posted(zhang, dept=other.pk))
        assert answer.status_code == 422
        assert not Correction.objects.exists()


@pytest.mark.rule("P-12")
class TestTheTerm:
    def test_is_ten_working_days(self, unit_clerk, zhang):
        from apps.core.reference import load_holidays
        from tests.factories import reference

        reference.load()
        load_holidays()
        made = services.correct_own(
            spell=zhang,
            values={"school": "浙江大学"},
            happened_on=dt.date(2025, 9, 26),
            reason="毕业",
            by=unit_clerk,
        )
        # 9/28 (make-up), 29, 30, 10/9, 10, 11 (make-up), 13, 14, 15, 16
        assert made.due_on == dt.date(2025, 10, 16)
        assert made.is_late

    @pytest.mark.parametrize("day", [TODAY + dt.timedelta(days=1), dt.date(1950, 1, 1)])
    def test_begins_on_a_day_that_may_be(self, client, unit_clerk, zhang, day):
        client.force_login(unit_clerk)
        answer = client.post(
            address(zhang), posted(zhang, school="浙江大学", happened_on=day.isoformat())
        )
        assert answer.status_code == 422
        assert answer.context["form"].errors["happened_on"]
        assert answer.context["form"]["school"].value() == "浙江大学"
        assert not Correction.objects.exists()


@pytest.mark.rule("P-13")
class TestTwoAtOnce:
    def test_keeps_what_the_other_changed(self, client, unit_clerk, clerk, zhang):
        """The clerk typed a school; meanwhile the office changed the education."""
        stale = posted(zhang, school="浙江大学")
        services.change_person(
            person=zhang.person, by=clerk, education=staff.code("education.11"), school=""
        )
        client.force_login(unit_clerk)

        answer = client.post(address(zhang), stale)

        assert answer.status_code == 422
        assert "同事刚刚修改了这些内容" in answer.content.decode()
        zhang.person.refresh_from_db()
        assert zhang.person.school == ""
        form = answer.context["form"]
        (met,) = form.met
        assert (met.label, met.taken) == ("学历", True)
        again = {name: form[name].value() or "" for name in form.fields}
        again["happened_on"] = TODAY.isoformat()
        assert client.post(address(zhang), {**again, "_key": str(uuid.uuid4())}).status_code == 302
        zhang.person.refresh_from_db()
        assert (zhang.person.education_id, zhang.person.school) == ("education.11", "浙江大学")

    def test_shows_both_where_both_changed_the_same(self, client, unit_clerk, clerk, zhang):
        stale = posted(zhang, post_name="主任科员")
        services.change_spell(spell=zhang, by=clerk, post_name="副科长")
        client.force_login(unit_clerk)

        answer = client.post(address(zhang), stale)

        (met,) = answer.context["form"].met
        assert (met.before, met.theirs, met.yours, met.taken) == (
            "科员",
            "副科长",
            "主任科员",
            False,
        )
        zhang.refresh_from_db()
        assert zhang.post_name == "副科长"

    def test_the_offices_form_does_the_same(self, client, clerk, zhang):
        person = zhang.person
        person.refresh_from_db()
        base = {
            "name": person.name,
            "phone": str(secrets.phone(person)),
            "education": "education.21",
            "school": "",
            "reason": "更正",
            "_version": str(version_of(person)),
        }
        services.change_person(person=person, by=None, education=staff.code("education.11"))
        client.force_login(clerk)
        answer = client.post(
            reverse("staff:edit", args=[person.pk]),
            {**base, "school": "某校", "_key": str(uuid.uuid4())},
        )
        assert answer.status_code == 422
        assert answer.context["form"]["education"].value() == "education.11"
        assert answer.context["form"]["school"].value() == "某校"


@pytest.mark.rule("P-11")
class TestSettingBack:
    @pytest.fixture
    def made(self, unit_clerk, zhang):
        return services.correct_own(
            spell=zhang,
            values={"phone": "13957500002", "school": "浙江大学", "post_name": "副科长"},
            happened_on=TODAY,
            reason="据实",
            by=unit_clerk,
        )

    def test_gives_every_field_its_old_value(self, client, clerk, made, zhang):
        client.force_login(clerk)
        listed = client.get(reverse("staff:corrections")).context["page"].object_list
        assert [one.pk for one in listed] == [made.pk]
        page = client.get(made.get_absolute_url()).content.decode()
        assert "浙江大学" in page
        assert "13957500002" not in page

        answer = client.post(
            made.get_absolute_url(), {"reason": "材料不足", "_key": str(uuid.uuid4())}
        )

        assert answer.status_code == 302
        zhang.refresh_from_db()
        zhang.person.refresh_from_db()
        assert (zhang.post_name, zhang.person.school) == ("科员", "")
        assert secrets.phone(zhang.person).reveal() == PHONE
        made.refresh_from_db()
        assert (made.undone_by, made.undone_reason) == (clerk, "材料不足")
        assert AuditEvent.objects.get(kind="correction.undo").scope == zhang.scope

    def test_does_not_overwrite_what_came_after(self, client, clerk, made, zhang):
        services.change_person(person=zhang.person, by=clerk, school="清华大学")
        client.force_login(clerk)
        answer = client.post(
            made.get_absolute_url(), {"reason": "材料不足", "_key": str(uuid.uuid4())}
        )
        assert answer.status_code == 422
        assert "毕业院校在这次更正之后又有修改" in answer.content.decode()
        zhang.refresh_from_db()
        zhang.person.refresh_from_db()
        assert (zhang.post_name, zhang.person.school) == ("副科长", "清华大学")

    def test_is_the_offices(self, client, unit_clerk, stranger, made):
        client.force_login(unit_clerk)
        assert client.get(made.get_absolute_url()).status_code == 200
        with pytest.raises(PermissionDenied):
            services.undo_correction(correction=made, reason="不同意", by=unit_clerk)
        client.force_login(stranger)
        assert client.get(made.get_absolute_url()).status_code == 404

    def test_needs_a_reason(self, client, clerk, made):
        client.force_login(clerk)
        answer = client.post(made.get_absolute_url(), {"reason": " ", "_key": str(uuid.uuid4())})
        assert answer.status_code == 422
        made.refresh_from_db()
        assert not made.is_undone


@pytest.mark.django_db(transaction=True)
@pytest.mark.rule("P-13")
def test_two_offices_setting_back_at_once_do_it_once(home, bureau, clerk, unit_clerk):
    quotas.grant(bureau, 3)
    spell = staff.enter(bureau, "张三丰", phone=PHONE)
    made = services.correct_own(
        spell=spell, values={"school": "浙江大学"}, happened_on=TODAY, reason="据实", by=unit_clerk
    )

    def undo():
        services.undo_correction(correction=made, reason="材料不足", by=clerk)

    first, second = meet_at(Correction.objects.filter(pk=made.pk), undo, undo)

    assert first.won
    assert isinstance(second.error, errors.CorrectionUndone)
