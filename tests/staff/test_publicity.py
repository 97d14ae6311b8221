"""公示: what hangs, for how long, what is objected to it, and how it is closed (PB-01 to PB-05)."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import uuid

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from apps.audit.models import AuditEvent
from apps.core.reference import load_holidays
from apps.staff import secrets, services
from apps.staff.errors import UnitHoldsNoPeople
from apps.staff.models import Objection, Person, Publicity
from apps.staff.publicity import errors
from apps.staff.publicity import services as notices
from apps.staff.publicity.tables import GRACE, STATES, in_state, state_of
from apps.units.choices import EntityKind
from apps.units.models import Unit
from tests.factories import papers, quotas, staff, units
from tests.races import meet_at

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
LONG_AGO = TODAY - dt.timedelta(days=30)
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


def photo(name="张榜.png", content=PNG):
    return SimpleUploadedFile(name, content)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def zhang(staffed_bureau: Unit):
    return staff.enter(staffed_bureau, "张三丰", phone="13957500001")


def hang(unit, by, **more):
    facts = {
        "kind": Publicity.Kind.STAFF,
        "place": Publicity.Place.BOARD,
        "starts_on": TODAY,
        "days": 7,
        "contact": "人事科 83030001",
        **more,
    }
    return notices.start(unit=unit, by=by, **facts)


@pytest.fixture
def over(zhang, unit_clerk):
    """A notice whose days are over, about Zhang."""
    return papers.notice(
        zhang.unit,
        unit_clerk,
        LONG_AGO,
        TODAY - dt.timedelta(days=20),
        content={
            "unit": zhang.unit.name,
            "people": [{"id": zhang.person_id, "name": "张三丰", "type": "行政编制", "dept": ""}],
        },
    )


@pytest.mark.rule("PB-01")
class TestWhatHangs:
    def test_lists_the_units_own_departments_and_not_those_of_its_schools(
        self, zhang, unit_clerk, staffed_bureau
    ):
        inner = EntityKind.DEPARTMENT
        units.unit("人事科", staffed_bureau, entity_kind=inner, code=None)
        group = units.unit("直属学校", staffed_bureau, entity_kind=EntityKind.GROUPING, code=None)
        units.unit("教务处", units.unit("第一中学", group), entity_kind=inner, code=None)

        content = hang(staffed_bureau, unit_clerk).content

        assert "人事科" in content["departments"]
        assert "教务处" not in content["departments"]

    def test_is_names_types_and_departments_and_no_number(self, client, zhang, unit_clerk):
        made = hang(zhang.unit, unit_clerk)
        said = json.dumps(made.content, ensure_ascii=False)
        number = secrets.id_no(zhang.person).reveal()
        assert made.content["people"] == [
            {"id": zhang.person_id, "name": "张三丰", "type": "行政编制", "dept": ""}
        ]
        assert made.content["quotas"] == [{"type": "行政编制", "approved": 10, "actual": 1}]
        client.force_login(unit_clerk)
        page = client.get(made.get_absolute_url()).content.decode()
        answer = client.get(made.get_absolute_url(), {"export": "xlsx"})
        book = b"".join(answer.streaming_content)
        cells = [
            str(c.value)
            for row in openpyxl.load_workbook(io.BytesIO(book)).active.iter_rows()
            for c in row
            if c.value
        ]
        for text in (said, page, " ".join(cells)):
            assert "张三丰" in text
            for secret in (number, number[:6], number[-4:], "13957500001"):
                assert secret not in re.sub(r'name="_key" value="[^"]*"|csrf[^>]*', "", text)

    def test_lists_newcomers_only_where_they_are_asked_for(self, staffed_bureau, unit_clerk):
        staff.enter(staffed_bureau, "老同志")
        staff.enter(staffed_bureau, "新同志", starts_on=dt.date(2026, 9, 1))
        made = hang(
            staffed_bureau, unit_clerk, kind=Publicity.Kind.ENTRY, since=dt.date(2026, 8, 1)
        )
        assert [one["name"] for one in made.content["people"]] == ["新同志"]

    def test_of_a_classified_unit_is_nothing(self, zhang, unit_clerk):
        Unit.objects.filter(pk=zhang.unit_id).update(is_classified=True)
        unit = Unit.objects.get(pk=zhang.unit_id)
        with pytest.raises(errors.ClassifiedUnit):
            hang(unit, unit_clerk)
        with pytest.raises(IntegrityError, match="classified"), transaction.atomic():
            papers.notice(unit, unit_clerk, TODAY, TODAY)
        assert not Publicity.objects.exists()
        assert not AuditEvent.objects.filter(kind="publicity.start").exists()

    def test_needs_somebody_to_show_and_a_unit_with_a_quota(self, bureau, home, unit_clerk, clerk):
        with pytest.raises(errors.NobodyToShow):
            hang(bureau, unit_clerk)
        with pytest.raises(UnitHoldsNoPeople):
            hang(home, clerk)


@pytest.mark.rule("PB-02")
class TestTheDays:
    def test_are_working_days_the_first_included(self, zhang, unit_clerk):
        load_holidays()
        found = notices.last_day(dt.date(2025, 9, 26), 5)
        assert found.day == dt.date(2025, 10, 9)  # 26, 28 (make-up), 29, 30, 10-09
        assert not found.provisional

    def test_begin_today_or_later(self, zhang, unit_clerk):
        with pytest.raises(errors.StartsInPast):
            hang(zhang.unit, unit_clerk, starts_on=TODAY - dt.timedelta(days=1))

    def test_make_the_state(self, zhang, unit_clerk):
        made = papers.notice(zhang.unit, unit_clerk, TODAY, TODAY + dt.timedelta(days=6))
        for day, state in (
            (TODAY - dt.timedelta(days=1), "未开始"),
            (TODAY, "公示中"),
            (made.ends_on, "公示中"),
            (made.ends_on + dt.timedelta(days=1), "期满待办结"),
            (made.ends_on + GRACE, "期满待办结"),
            (made.ends_on + GRACE + dt.timedelta(days=1), "逾期未办结"),
        ):
            assert state_of(made, day)[1] == state
            found = [s for s in STATES if Publicity.objects.filter(in_state(s, day)).exists()]
            assert found == [state]

    def test_and_content_stay_as_they_were(self, zhang, unit_clerk):
        made = hang(zhang.unit, unit_clerk)
        services.leave(spell=zhang, on=TODAY, exit_mode=staff.RETIRED, document=None, by=None)
        Person.objects.filter(pk=zhang.person_id).update(name="改名")
        made.refresh_from_db()
        assert [one["name"] for one in made.content["people"]] == ["张三丰"]
        for change in ("content = '{}'", "ends_on = ends_on + 1", "kind = 'entry'", "people = 0"):
            with (
                pytest.raises(IntegrityError, match="stays as it hung"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(f"UPDATE staff_publicity SET {change}")

    def test_only_one_of_a_kind_hangs(self, zhang, unit_clerk):
        hang(zhang.unit, unit_clerk)
        with pytest.raises(errors.AlreadyHanging):
            hang(zhang.unit, unit_clerk)
        assert Publicity.objects.count() == 1


@pytest.mark.rule("PB-03")
class TestObjections:
    def test_are_recorded_about_a_person_and_handled_once(self, client, over, zhang, unit_clerk):
        client.force_login(unit_clerk)
        answer = client.post(
            reverse("staff:objection_record", args=[over.pk]),
            {
                "raised_by": "匿名",
                "raised_on": (TODAY - dt.timedelta(days=25)).isoformat(),
                "person": zhang.person_id,
                "matter": "编制类型有误",
                "_key": str(uuid.uuid4()),
            },
        )
        assert answer.status_code == 302
        objection = Objection.objects.get()
        assert objection.person_id == zhang.person_id
        typed = {
            "handled_by": "郑人事",
            "handled_on": TODAY.isoformat(),
            "result": "rejected",
            "note": "经核对批文，类型无误",
        }
        address = reverse("staff:objection_handle", args=[objection.pk])
        first = client.post(address, {**typed, "_key": str(uuid.uuid4())})
        second = client.post(address, {**typed, "_key": str(uuid.uuid4())})
        assert (first.status_code, second.status_code) == (302, 422)
        assert "已由郑人事处理" in second.content.decode()
        assert "经核对批文" in client.get(over.get_absolute_url()).content.decode()

    @pytest.mark.parametrize("day", [LONG_AGO - dt.timedelta(days=1), TODAY + dt.timedelta(days=1)])
    def test_are_raised_since_the_notice_began(self, over, unit_clerk, day):
        with pytest.raises(errors.ObjectionOutsideDays):
            notices.record_objection(
                publicity=over, raised_by="匿名", raised_on=day, matter="有误", by=unit_clerk
            )
        with pytest.raises(IntegrityError, match="outside"), transaction.atomic():
            Objection.objects.create(
                publicity=over, raised_by="匿名", raised_on=day, matter="有误", made_by=unit_clerk
            )

    def test_are_about_somebody_in_the_notice(self, client, over, unit_clerk, staffed_bureau):
        other = staff.enter(staffed_bureau, "不在名单")
        with pytest.raises(errors.NotInNotice):
            notices.record_objection(
                publicity=over,
                raised_by="匿名",
                raised_on=TODAY,
                matter="有误",
                by=unit_clerk,
                person=other.person_id,
            )

    def test_are_not_taken_after_closing(self, client, over, unit_clerk):
        notices.attach_evidence(publicity=over, file=photo(), by=unit_clerk)
        notices.close(publicity=over, summary="无异议", by=unit_clerk)
        with pytest.raises(errors.PublicityClosed):
            notices.record_objection(
                publicity=over, raised_by="匿名", raised_on=TODAY, matter="有误", by=unit_clerk
            )
        with pytest.raises(IntegrityError, match="closed"), transaction.atomic():
            Objection.objects.create(
                publicity=over, raised_by="匿名", raised_on=TODAY, matter="有误", made_by=unit_clerk
            )
        client.force_login(unit_clerk)
        answer = client.post(
            reverse("staff:objection_record", args=[over.pk]),
            {
                "raised_by": "匿名",
                "raised_on": TODAY.isoformat(),
                "matter": "有误",
                "_key": str(uuid.uuid4()),
            },
        )
        assert answer.status_code == 422
        assert "办结，不能再登记" in answer.content.decode()


@pytest.mark.rule("PB-04")
class TestClosing:
    def test_waits_for_the_last_day_the_photo_and_the_results(self, zhang, over, unit_clerk):
        with pytest.raises(errors.EvidenceMissing):
            notices.close(publicity=over, summary="无异议", by=unit_clerk)
        notices.attach_evidence(publicity=over, file=photo(), by=unit_clerk)
        objection = notices.record_objection(
            publicity=over, raised_by="匿名", raised_on=TODAY, matter="有误", by=unit_clerk
        )
        with pytest.raises(errors.ObjectionsOpen):
            notices.close(publicity=over, summary="无异议", by=unit_clerk)
        notices.handle_objection(
            objection=objection,
            handled_by="郑人事",
            handled_on=TODAY,
            result="explained",
            note="已说明",
            by=unit_clerk,
        )
        closed = notices.close(publicity=over, summary="收到异议 1 条，已说明", by=unit_clerk)
        assert closed.closed_on == TODAY
        with pytest.raises(errors.PublicityClosed):
            notices.close(publicity=over, summary="再办一次", by=unit_clerk)
        with pytest.raises(errors.PublicityClosed):
            notices.attach_evidence(publicity=over, file=photo(), by=unit_clerk)

    def test_before_the_end_is_refused(self, zhang, unit_clerk):
        made = hang(zhang.unit, unit_clerk)
        with pytest.raises(errors.StillHanging):
            notices.close(publicity=made, summary="无异议", by=unit_clerk)

    @pytest.mark.parametrize(
        ("name", "content", "word"),
        [
            ("张榜.docx", PNG, "类型不能上传"),
            ("张榜.png", b"<script>", "不是可以保存的文件"),
            ("机密张榜.png", PNG, "机密"),
            ("张榜.png", b"", "空的"),
        ],
    )
    def test_takes_photographs_only(self, client, over, unit_clerk, tmp_path, name, content, word):
        client.force_login(unit_clerk)
        answer = client.post(
            reverse("staff:publicity_evidence", args=[over.pk]),
            {"file": photo(name, content), "_key": str(uuid.uuid4())},
        )
        assert answer.status_code == 422
        assert word in answer.content.decode()
        over.refresh_from_db()
        assert over.evidence_key == ""
        assert not [one for one in tmp_path.rglob("*") if one.is_file()]

    def test_hands_the_photo_out_and_notes_it(self, client, over, unit_clerk, stranger):
        client.force_login(unit_clerk)
        client.post(
            reverse("staff:publicity_evidence", args=[over.pk]),
            {"file": photo(), "_key": str(uuid.uuid4())},
        )
        address = reverse("staff:publicity_file", args=[over.pk])
        answer = client.get(address)
        assert b"".join(answer.streaming_content) == PNG
        assert answer["Content-Disposition"].startswith("attachment")
        assert AuditEvent.objects.filter(kind="publicity.file").count() == 1
        client.force_login(stranger)
        assert client.get(address).status_code == 404


@pytest.mark.rule("PB-05")
class TestWho:
    def test_keeps_notices_of_own_units_only(
        self, client, over, unit_clerk, reader, stranger, home
    ):
        other = units.unit("嵊州市卫健局", home)
        client.force_login(unit_clerk)
        answer = client.post(
            reverse("staff:publicity_start"),
            {
                "unit": other.pk,
                "kind": "staff",
                "place": "board",
                "starts_on": TODAY.isoformat(),
                "days": 7,
                "contact": "人事科",
                "_key": str(uuid.uuid4()),
            },
        )
        assert answer.status_code == 422
        client.force_login(reader)
        assert client.get(over.get_absolute_url()).status_code == 200
        assert client.get(reverse("staff:publicity_close", args=[over.pk])).status_code == 403
        client.force_login(stranger)
        for name in ("publicity", "publicity_close", "objection_record"):
            assert client.get(reverse(f"staff:{name}", args=[over.pk])).status_code == 404

    def test_the_list_counts_what_is_overdue_and_who_hung_out_nothing(
        self, client, clerk, over, home
    ):
        other = units.unit("嵊州市卫健局", home)
        quotas.grant(other, 3)
        staff.enter(other)
        client.force_login(clerk)
        page = client.get(reverse("staff:publicities"))
        assert (page.context["overdue"], page.context["missing"]) == (1, 1)
        shown = client.get(reverse("staff:publicities"), {"state": "逾期未办结"}).context["page"]
        assert [one.pk for one in shown.object_list] == [over.pk]
        missing = client.get(reverse("staff:publicity_missing")).content.decode()
        assert "嵊州市卫健局" in missing

    def test_a_form_that_fails_keeps_what_was_typed(self, client, unit_clerk, zhang):
        client.force_login(unit_clerk)
        answer = client.post(
            reverse("staff:publicity_start"),
            {
                "unit": zhang.unit_id,
                "kind": "entry",
                "place": "board",
                "days": 3,
                "starts_on": TODAY.isoformat(),
                "contact": "人事科",
                "_key": str(uuid.uuid4()),
            },
        )
        errors_ = answer.context["form"].errors
        assert answer.status_code == 422
        assert set(errors_) == {"since", "days"}
        assert answer.context["form"]["contact"].value() == "人事科"


@pytest.mark.django_db(transaction=True)
@pytest.mark.rule("PB-03")
def test_an_objection_that_meets_the_closing_is_in_or_refused(home, bureau, unit_clerk, settings):
    """Whoever comes first: a closed notice never has an open objection."""
    quotas.grant(bureau, 3)
    made = papers.notice(bureau, unit_clerk, LONG_AGO, TODAY - dt.timedelta(days=20))
    notices.attach_evidence(publicity=made, file=photo(), by=unit_clerk)

    def close():
        notices.close(publicity=made, summary="无异议", by=unit_clerk)

    def object_():
        notices.record_objection(
            publicity=made, raised_by="匿名", raised_on=TODAY, matter="有误", by=unit_clerk
        )

    first, second = meet_at(Publicity.objects.filter(pk=made.pk), close, object_)

    assert first.won
    assert isinstance(second.error, errors.PublicityClosed)
    assert not Objection.objects.exists()
