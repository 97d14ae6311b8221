"""Pages of people: what each reader sees, what each form does, and numbers that nobody sees."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from html import unescape

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.audit.models import AuditEvent
from apps.core.masking import mask_identity
from apps.core.models import PolicySetting
from apps.staff import refusals, secrets, services
from apps.staff.models import Occupancy, Person
from tests.factories import posts, quotas, staff

pytestmark = pytest.mark.django_db

PHONE = "13805759731"


@pytest.fixture
def as_clerk(client, clerk):
    client.force_login(clerk)
    return client


def text(answer):
    return unescape(answer.content.decode())


def body(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def words(workbook):
    book = openpyxl.load_workbook(io.BytesIO(workbook))
    return {str(c.value) for page in book for row in page for c in row if c.value is not None}


def post(client, name, /, *args, **data):
    return client.post(reverse(f"staff:{name}", args=args), {"_key": uuid.uuid4(), **data})


def entry(unit, document, /, **more):
    """What a clerk types into the form of an entry."""
    return {
        "id_no": staff.id_no(),
        "name": "赵新民",
        "unit": unit.pk,
        "quota_type": quotas.ADMIN,
        "status": "person_status.110",
        "starts_on": "2015-06-01",
        "document": document.pk,
        "entry_mode": staff.CIVIL_EXAM,
        "on_unified_payroll": "on",
        **more,
    }


def gone(unit, name="", **fields):
    spell = staff.enter(unit, name, **fields)
    return services.leave(
        spell=spell, on=dt.date(2020, 3, 1), exit_mode=staff.RETIRED, document=None, by=None
    )


@pytest.fixture
def foreign(foreign_bureau):
    """Somebody of the other county, in a post, and somebody who left it."""
    quotas.grant(foreign_bureau, 3)
    spell = staff.enter(foreign_bureau, "李保密", phone=PHONE)
    posts.due(foreign_bureau, 1)
    posting = services.start_posting(
        person=spell.person,
        unit=foreign_bureau,
        post_kind=staff.code(posts.CHIEF),
        post_name="保密局长",
        starts_on=dt.date(2018, 1, 1),
        by=None,
    )
    return spell, posting, gone(foreign_bureau, "李已走")


# -- who sees whom -----------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["list", "left", "unit", "roster", "unit_left", "detail"])
def test_a_longer_list_costs_no_query(as_clerk, staffed_bureau, name):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as seen:
            answer = as_clerk.get(address)
        assert answer.status_code == 200
        return len(seen)

    first = staff.enter(staffed_bureau, "首个", document=True)
    gone(staffed_bureau, document=True)
    argument = {"list": None, "left": None, "detail": first.person_id}.get(name, staffed_bureau.pk)
    address = reverse(f"staff:{name}", args=[argument] if argument else [])
    queries()
    short = queries()
    for _ in range(2):
        staff.enter(staffed_bureau, document=True)
        gone(staffed_bureau, document=True)

    assert queries() == short


def test_nobody_of_another_county_is_shown(as_clerk, staffed_bureau, foreign):
    staff.enter(staffed_bureau, "钱自家")
    gone(staffed_bureau, "孙自家")
    pages = [
        (reverse("staff:list"), {}),
        (reverse("staff:list"), {"q": "李保密"}),
        (reverse("staff:list"), {"q": "lbm"}),
        (reverse("staff:list"), {"unit": foreign[0].unit_id}),
        (reverse("staff:left"), {}),
        (reverse("staff:left"), {"q": "李已走"}),
        (reverse("staff:unit", args=[staffed_bureau.pk]), {}),
        (reverse("staff:roster", args=[staffed_bureau.pk]), {}),
        (reverse("staff:unit_left", args=[staffed_bureau.pk]), {}),
    ]
    for address, query in pages:
        shown = text(as_clerk.get(address, query))
        for planted in ("李保密", "李已走", "保密名称局", "保密局长"):
            assert f">{planted}<" not in shown, address
        assert "保密名称局" not in shown, address
        taken = words(body(as_clerk.get(address, {**query, "export": "xlsx"})))
        assert not {w for w in taken if "保密" in w or "已走" in w}, address
    assert "钱自家" in text(as_clerk.get(reverse("staff:list")))
    assert "孙自家" in text(as_clerk.get(reverse("staff:left")))


def test_a_foreign_id_answers_like_a_missing_one(as_clerk, foreign):
    spell, posting, left = foreign
    people = ["detail", "changes", "edit", "posting_start"]
    spells = ["done", "spell_edit", "leave", "transfer"]
    units = ["unit", "roster", "unit_left"]
    addresses = [
        *[(name, spell.person_id) for name in people],
        *[(name, left.person_id) for name in people],
        *[(name, spell.pk) for name in spells],
        ("posting_end", posting.pk),
        *[(name, spell.unit_id) for name in units],
    ]
    for name, pk in addresses:
        answers = [as_clerk.get(reverse(f"staff:{name}", args=[key])) for key in (pk, 987654321)]
        assert [a.status_code for a in answers] == [404, 404], name
        assert "保密" not in text(answers[0])
    for name, pk in (
        ("reveal", spell.person_id),
        ("leave", spell.pk),
        ("transfer", spell.pk),
        ("transfer_look", spell.pk),
        ("posting_end", posting.pk),
    ):
        assert post(as_clerk, name, pk, field="id_no", purpose="核对").status_code == 404
    assert not AuditEvent.objects.filter(kind="person.reveal").exists()
    spell.refresh_from_db()
    assert spell.ends_on is None


def test_who_only_reads_gets_no_form(client, reader, leader, unit_clerk, staffed_bureau):
    spell = staff.enter(staffed_bureau)
    for user in (reader, leader, unit_clerk):
        client.force_login(user)
        assert client.get(reverse("staff:detail", args=[spell.person_id])).status_code == 200
        assert client.get(reverse("staff:enter")).status_code == 403
        for name in ("leave", "transfer", "spell_edit"):
            assert client.get(reverse(f"staff:{name}", args=[spell.pk])).status_code == 403
            assert post(client, name, spell.pk).status_code == 403
        for name in ("edit", "posting_start"):
            assert client.get(reverse(f"staff:{name}", args=[spell.person_id])).status_code == 403
        shown = text(client.get(reverse("staff:detail", args=[spell.person_id])))
        assert reverse("staff:leave", args=[spell.pk]) not in shown


def test_only_spells_in_sight_stand_on_the_page_of_a_person(as_clerk, staffed_bureau, foreign):
    person = foreign[2].person
    services.enter(
        unit=staffed_bureau,
        quota_type=staff.code(quotas.ADMIN),
        starts_on=dt.date(2021, 1, 1),
        document=None,
        entry_mode=staff.CIVIL_EXAM,
        person=person,
        by=None,
    )
    for name in ("detail", "changes"):
        answer = as_clerk.get(reverse(f"staff:{name}", args=[person.pk]))
        assert answer.status_code == 200
        assert "保密名称局" not in text(answer)


# -- numbers -----------------------------------------------------------------------------------
def test_a_number_is_shown_once_for_a_purpose(as_clerk, clerk, staffed_bureau):
    spell = staff.enter(staffed_bureau, phone=PHONE)
    number = secrets.id_no(spell.person).reveal()
    nothing = post(as_clerk, "reveal", spell.person_id, field="id_no", purpose=" ")
    assert nothing.status_code == 422
    assert number not in text(nothing)
    assert not AuditEvent.objects.filter(kind="person.reveal").exists()

    answer = post(as_clerk, "reveal", spell.person_id, field="id_no", purpose="核对档案")
    assert answer.status_code == 200
    assert number in text(answer)
    assert PHONE not in text(answer)
    assert "no-store" in answer["Cache-Control"]
    event = AuditEvent.objects.get(kind="person.reveal")
    assert (event.actor_id, event.purpose, event.scope) == (
        clerk.pk,
        "核对档案",
        staffed_bureau.path,
    )
    assert number not in str(AuditEvent.objects.values())
    assert number not in text(as_clerk.get(reverse("staff:detail", args=[spell.person_id])))
    assert "核对档案" not in as_clerk.get(reverse("staff:list")).request["QUERY_STRING"]
    missing = post(as_clerk, "reveal", spell.person_id, field="id_no_ct", purpose="核对")
    assert missing.status_code == 404


def test_too_many_numbers_a_day_are_refused(as_clerk, staffed_bureau):
    PolicySetting.objects.create(key="reveals_a_day", value=1)
    spell = staff.enter(staffed_bureau)
    answers = [
        post(as_clerk, "reveal", spell.person_id, field="id_no", purpose="核对") for _ in range(2)
    ]

    assert [a.status_code for a in answers] == [200, 429]
    assert secrets.id_no(spell.person).reveal() not in text(answers[1])
    assert AuditEvent.objects.filter(kind="person.reveal").count() == 1


def test_who_only_reads_sees_no_number(client, reader, staffed_bureau):
    client.force_login(reader)
    spell = staff.enter(staffed_bureau)
    answer = post(client, "reveal", spell.person_id, field="id_no", purpose="核对")

    assert answer.status_code == 403
    assert secrets.id_no(spell.person).reveal() not in text(answer)


def test_somebody_is_found_by_number_in_scope_only(as_clerk, staffed_bureau, foreign):
    own = staff.enter(staffed_bureau, "钱自家")
    number = secrets.id_no(own.person).reveal()
    for typed in (number, number[-4:], number.lower(), f" {number[:6]} {number[6:]} "):
        answer = post(as_clerk, "by_number", number=typed)
        assert "钱自家" in text(answer), typed
        assert mask_identity(number) in text(answer)
        assert number not in text(answer)
    other = secrets.id_no(foreign[0].person).reveal()
    missing = text(post(as_clerk, "by_number", number=staff.id_no()))
    assert "没有这个号码的人员" in missing
    assert "没有这个号码的人员" in text(post(as_clerk, "by_number", number=other))
    assert "李保密" not in text(post(as_clerk, "by_number", number=other[-4:]))
    assert post(as_clerk, "by_number", number="12345").status_code == 422
    # an address with a number looks nobody up
    for name in ("by_number", "list"):
        shown = text(as_clerk.get(reverse(f"staff:{name}"), {"number": number, "q": number}))
        assert "钱自家" not in shown


def stored(*planted):
    """Return the tables that hold one of the texts anywhere, in clear or as bytes."""
    found = set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            for one in planted:
                cursor.execute(
                    f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s OR t::text LIKE %s',
                    [f"%{one}%", f"%{one.encode().hex()}%"],
                )
                if cursor.fetchone()[0]:
                    found.add(table)
    return found


@pytest.mark.rule("P-04")
@pytest.mark.rule("P-07")
def test_a_number_stands_nowhere(as_clerk, clerk, staffed_bureau, document, caplog, capfd):
    number = staff.id_no()
    typed = entry(staffed_bureau, document, id_no=number, phone=PHONE, name="周到处")
    pages = [
        post(as_clerk, "enter", **typed),
        post(as_clerk, "enter", **typed | {"name": "周2"}),
    ]
    check = pages[0]
    sealed = dict(check.context["typed"])
    assert check.status_code == 200
    assert not Person.objects.exists()
    sealed_answer = post(as_clerk, "enter", **sealed, _checked="1")
    assert sealed_answer.status_code == 302, text(sealed_answer)
    spell = Occupancy.objects.get()
    services.change_person(person=spell.person, by=clerk, phone="13905752468", reason="更正")
    for name, key in (
        ("done", spell.pk),
        ("detail", spell.person_id),
        ("changes", spell.person_id),
        ("edit", spell.person_id),
        ("leave", spell.pk),
        ("transfer", spell.pk),
        ("unit", staffed_bureau.pk),
        ("roster", staffed_bureau.pk),
    ):
        pages.append(as_clerk.get(reverse(f"staff:{name}", args=[key])))
        assert pages[-1].status_code == 200, name
    pages.append(as_clerk.get(reverse("staff:list")))
    planted = (number, PHONE, "13905752468")
    for page in (p for p in pages if p is not pages[1]):  # a refused form goes back to its author
        for one in planted:
            assert one not in text(page), page.request["PATH_INFO"]
    for address in (reverse("staff:list"), reverse("staff:unit", args=[staffed_bureau.pk])):
        for fmt in ("xlsx", "csv"):
            taken = body(as_clerk.get(address, {"export": fmt}))
            shown = str(words(taken)) if fmt == "xlsx" else taken.decode("utf-8-sig")
            assert "周到处" in shown
            assert not [one for one in planted if one in shown]
    assert mask_identity(number) in text(as_clerk.get(reverse("staff:list")))
    assert stored(*planted) == set()
    assert {"staff_person", "staff_historicalperson"} <= stored("周到处"), "it does find"
    logged = caplog.text + "".join(capfd.readouterr())
    assert not [one for one in planted if one in logged]


# -- forms -------------------------------------------------------------------------------------
def test_an_entry_is_checked_then_done_once(as_clerk, clerk, staffed_bureau, document):
    answer = post(as_clerk, "enter", **entry(staffed_bureau, document))
    assert answer.status_code == 200
    assert "staff/enter_check.html" in [t.name for t in answer.templates]
    assert not Occupancy.objects.exists(), "nothing is written before it is checked"
    (box,) = answer.context["boxes"]
    assert (box.actual, box.actual_after, box.usable, box.usable_after) == (0, 1, 10, 9)

    sent = {**dict(answer.context["typed"]), "_checked": "1", "_key": str(uuid.uuid4())}
    first = as_clerk.post(reverse("staff:enter"), sent)
    again = as_clerk.post(reverse("staff:enter"), sent)
    spell = Occupancy.objects.get()
    assert first.status_code == again.status_code == 302
    assert first.url == again.url == reverse("staff:done", args=[spell.pk])
    assert "赵新民" in text(as_clerk.get(first.url))
    assert spell.history.get().history_user_id == clerk.pk
    assert AuditEvent.objects.filter(kind="occupancy.enter").count() == 1


def test_going_back_from_the_check_keeps_what_was_typed(as_clerk, staffed_bureau, document):
    typed = entry(staffed_bureau, document, from_unit="绍兴文理学院")
    sealed = dict(post(as_clerk, "enter", **typed).context["typed"])
    answer = post(as_clerk, "enter", **sealed, _back="1")

    assert answer.status_code == 200
    assert "绍兴文理学院" in text(answer)
    assert not Occupancy.objects.exists()


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"id_no": "330683198503121230"}, "id_no", "校验码应为"),
        ({"id_no": ""}, "id_no", ""),
        ({"name": "赵2"}, "name", "不应有数字"),
        ({"quota_type": "quota_type.21"}, "quota_type", "嵊州市教育局"),
        ({"starts_on": "2099-01-01"}, "starts_on", ""),
        ({"starts_on": "去年"}, "starts_on", ""),
        ({"entry_mode": ""}, "entry_mode", ""),
        ({"document": "", "document_text": "嵊编发〔1999〕9号"}, "document", "没有登记过"),
        ({"status": "person_status.207"}, "status", ""),
    ],
)
def test_a_fault_of_an_entry_stands_at_its_field(
    as_clerk, staffed_bureau, document, change, field, sentence
):
    answer = post(as_clerk, "enter", **entry(staffed_bureau, document, **change), _checked="1")

    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert list(errors) == [field], errors
    assert sentence in str(errors[field])
    assert not Person.objects.exists()
    assert not Occupancy.objects.exists()
    assert not AuditEvent.objects.filter(kind__in=("occupancy.enter", "person.register")).exists()


def test_a_foreign_unit_is_no_choice(as_clerk, foreign_bureau, document):
    quotas.grant(foreign_bureau, 3)
    answer = post(as_clerk, "enter", **entry(foreign_bureau, document), _checked="1")

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["unit"]
    assert "保密名称局" not in text(answer)
    assert not Occupancy.objects.exists()


def test_a_full_quota_is_shown_and_refused(as_clerk, bureau, document):
    quotas.staffed(bureau, 2, 2)
    typed = entry(bureau, document)
    assert "嵊州市教育局" in text(post(as_clerk, "enter", **typed))
    answer = post(as_clerk, "enter", **typed, _checked="1")

    assert answer.status_code == 422
    assert "核定 2 名、实有 2 名" in str(answer.context["form"].errors["quota_type"])
    assert not Person.objects.filter(name="赵新民").exists()


@pytest.mark.parametrize("road", ["look", "check", "submit"])
def test_a_duplicate_is_named_at_once(as_clerk, staffed_bureau, school, document, road):
    known = staff.enter(school, "周老师", quotas.FULL)
    typed = entry(staffed_bureau, document, id_no=secrets.id_no(known.person).reveal())
    if road == "look":
        answer = as_clerk.post(reverse("staff:enter_look"), typed)
    else:
        answer = post(as_clerk, "enter", **typed, **({"_checked": "1"} if road == "submit" else {}))

    assert answer.status_code == (422 if road == "submit" else 200)
    assert "该证件号已在 嵊州中学 在编" in text(answer)
    assert Occupancy.objects.count() == 1


@pytest.mark.rule("S-05")
@pytest.mark.parametrize("road", ["look", "check", "submit"])
def test_of_a_person_elsewhere_no_word_is_said(as_clerk, staffed_bureau, document, foreign, road):
    number = secrets.id_no(foreign[0].person).reveal()
    typed = entry(staffed_bureau, document, id_no=number, name="李保密")
    if road == "look":
        answer = as_clerk.post(reverse("staff:enter_look"), typed)
    else:
        answer = post(as_clerk, "enter", **typed, **({"_checked": "1"} if road == "submit" else {}))

    assert refusals.ELSEWHERE in text(answer)
    assert "保密名称局" not in text(answer)
    assert foreign[0].person.person_no not in text(answer)
    assert not Occupancy.objects.filter(unit=staffed_bureau).exists()
    assert AuditEvent.objects.filter(outcome=AuditEvent.Outcome.REFUSED).exists()


def test_who_is_slower_reads_who_was_faster(as_clerk, clerk, staffed_bureau):
    spell = staff.enter(staffed_bureau, "吴同改")
    page = as_clerk.get(reverse("staff:edit", args=[spell.person_id]))
    form = page.context["form"]
    services.change_person(person=spell.person, by=clerk, major="数学")
    sent = {
        name: form[name].value() or ""
        for name in form.fields
        if not isinstance(form[name].value(), dt.date)
    }
    sent |= {"name": "吴同改", "school": "浙江大学", "reason": "补录"}
    answer = post(as_clerk, "edit", spell.person_id, **sent)

    assert answer.status_code == 422
    assert "修改了这条信息" in text(answer)
    spell.person.refresh_from_db()
    assert (spell.person.major, spell.person.school) == ("数学", "")


def test_leaving_is_checked_then_done(as_clerk, staffed_bureau, document):
    spell = staff.enter(staffed_bureau, "郑要走")
    sent = {"on": "2020-03-01", "exit_mode": staff.RETIRED, "document": document.pk}
    check = post(as_clerk, "leave", spell.pk, **sent)
    assert check.status_code == 200
    spell.refresh_from_db()
    assert spell.ends_on is None
    answer = post(as_clerk, "leave", spell.pk, **sent, _checked="1")
    spell.refresh_from_db()
    assert answer.status_code == 302
    assert spell.ends_on == dt.date(2020, 3, 1)
    slow = post(as_clerk, "leave", spell.pk, **sent, _checked="1")
    assert slow.status_code == 422
    assert "已由他人办理出编或划转" in text(slow)
