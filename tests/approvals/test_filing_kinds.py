"""Every kind begins and is checked on the same pages, whatever its form begins from."""

from __future__ import annotations

import uuid
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.approvals import kinds
from apps.approvals.choices import Kind, State
from apps.approvals.models import Application
from apps.staff import services as staff_services
from apps.staff.models import Occupancy, PostHolding
from apps.units.appointments import appoint
from tests.factories import posts, quotas, staff, units
from tests.factories.approvals import draft_entry, pdf

pytestmark = pytest.mark.django_db


@pytest.fixture
def window(client, unit_clerk, supervisor):
    client.force_login(unit_clerk)
    return client


@pytest.fixture
def zhang(office):
    """Somebody of the unit, who leads it too."""
    spell = staff.enter(office, "张三丰", phone="13805759731")
    posts.due(office, 2)
    _lead(spell)
    return spell


@pytest.fixture
def foreign(foreign_bureau):
    quotas.grant(foreign_bureau, 2)
    spell = staff.enter(foreign_bureau, "李保密")
    posts.due(foreign_bureau, 1)
    _lead(spell)
    return spell


def _lead(spell):
    return staff_services.start_posting(
        person=spell.person,
        unit=spell.unit,
        post_kind=staff.code("post_kind.10"),
        post_name="局长",
        starts_on=spell.starts_on,
        document=None,
        by=None,
    )


def at(name, *args):
    return reverse(f"approvals:{name}", args=args)


def text(answer):
    return unescape(answer.content.decode())


def post(client, name, /, *args, **data):
    return client.post(at(name, *args), {"_key": uuid.uuid4(), **data})


def key_of(kind, spell):
    if kind.subject == "posting":
        return PostHolding.objects.get(person=spell.person).pk
    return spell.person_id if kind.subject == "person" else spell.pk


@pytest.mark.parametrize("code", sorted(kinds.KINDS))
def test_every_kind_begins_on_its_page(window, office, zhang, foreign, code):
    kind = kinds.of(code)
    assert Kind(code).label in text(window.get(at("file")))
    answer = window.get(at("new", code))
    assert answer.status_code == 200
    assert "李保密" not in text(answer)
    if not kind.subject:
        assert "form" in answer.context
        return
    assert "张三丰" in text(answer)
    own, other = (
        f"{at('new', code)}?{kind.subject}={key_of(kind, one)}" for one in (zhang, foreign)
    )
    page = window.get(own)
    assert page.status_code == 200
    assert "form" in page.context
    assert "13805759731" not in text(page)
    assert window.get(f"{at('new', code)}?{kind.subject}=x").status_code == 404
    answer = window.get(other)
    assert answer.status_code == 404
    look = window.post(page.context["look"], {})
    assert look.status_code == 200
    kept = window.post(at("typed"), {"_address": page.context["address"], "note": "未完"})
    assert "草稿已保存" in text(kept)
    theirs = window.post(at("typed"), {"_address": other, "note": "未完"})
    assert theirs.status_code == 404


def test_a_use_of_quotas_is_filed_on_the_same_pages(window, office, zhang):
    line = {
        "unit": office.pk,
        "is_annual": "0",
        "source": "entry_mode.01",
        "letter_title": "关于申请使用编制的请示",
        "letter_no": "嵊教〔2026〕5号",
        "letter_on": timezone.localdate().isoformat(),
        "quota_type": quotas.ADMIN,
        "asked": "2",
        "purpose": "补充空编",
    }
    answer = post(window, "new", "quota_use", **line, _more="1")
    draft = Application.objects.get()
    assert answer.url == at("line_add", draft.pk)
    form = window.get(answer.url).context["form"]
    assert form.initial["letter_no"] == "嵊教〔2026〕5号"
    answer = post(window, "line_add", draft.pk, **line | {"asked": "x"})
    assert "asked" in answer.context["form"].errors
    page = text(window.get(at("check", draft.pk)))
    assert "2 名" in page
    post(window, "attach", draft.pk, material="letter", file=pdf("请示.pdf"))
    draft.refresh_from_db()
    answer = post(window, "submit", draft.pk, seen=draft.revision)
    assert answer.status_code == 302, text(answer)
    draft.refresh_from_db()
    assert (draft.state, draft.number[:2]) == (State.SUPERVISING, "YB")
    assert "下达通知单" in text(window.get(answer.url))


@pytest.mark.skipif("exit" not in kinds.KINDS, reason="出编 is not among the kinds")
def test_an_exit_begins_from_a_person_and_is_filed(window, office, zhang, document):
    address = f"{at('new', 'exit')}?spell={zhang.pk}"
    typed = {
        "on": timezone.localdate().isoformat(),
        "exit_mode": staff.RETIRED,
        "document": "",
        "document_text": document.number,
    }
    answer = window.post(address, {"_key": uuid.uuid4(), **typed})
    assert answer.status_code == 302, text(answer)
    draft = Application.objects.get()
    assert (draft.kind, draft.unit, draft.document) == ("exit", office, document)
    line = draft.lines.get()
    assert window.get(at("line", line.pk)).context["form"].initial["exit_mode"] == staff.RETIRED
    post(window, "attach", draft.pk, material="basis", file=pdf("退休文件.pdf"))
    draft.refresh_from_db()
    assert post(window, "submit", draft.pk, seen=draft.revision).status_code == 302
    page = text(window.get(at("new", "exit")))
    assert "办理中：CB" in page


# -- what a form says before it is whole -----------------------------------------------------------
@pytest.mark.parametrize(
    ("code", "boxes"),
    [
        (Kind.EXIT, [(1, 0)]),  # who leaves is known from the first
        (Kind.ADJUST, [(1, 1)]),
        (Kind.CORRECT, [(1, 1)]),
        (Kind.RETYPE, [(1, 1)]),
        (Kind.TRANSFER, [(1, 0)]),
    ],
)
def test_the_box_of_a_person_stands_before_anything_is_typed(window, office, zhang, code, boxes):
    page = window.get(f"{at('new', code)}?spell={zhang.pk}")
    assert 'hx-trigger="load, ' in text(page)
    shown = window.post(page.context["look"], {}).context["boxes"]
    assert [(one.actual, one.actual_after) for one in shown] == boxes


def test_the_box_follows_what_is_chosen_while_the_rest_is_missing(
    window, office, home, zhang, unit_clerk
):
    quotas.grant(office, 3, quotas.SUPPORT)
    other = units.unit("嵊州市民政局", home, nature_id="nature.101")
    quotas.grant(other, 2)
    appoint(user=unit_clerk, role="unit_clerk", unit=other, by=None)
    window.force_login(unit_clerk)
    retype = window.get(f"{at('new', Kind.RETYPE)}?spell={zhang.pk}").context["look"]
    shown = window.post(retype, {"quota_type": quotas.SUPPORT}).context["boxes"]
    assert [(one.quota_type.pk, one.actual_after) for one in shown] == [
        (quotas.ADMIN, 0),
        (quotas.SUPPORT, 1),
    ]
    move = window.get(f"{at('new', Kind.TRANSFER)}?spell={zhang.pk}").context["look"]
    said = {"unit": other.pk, "quota_type": quotas.ADMIN}
    shown = window.post(move, said).context["boxes"]
    assert [(one.unit, one.actual_after) for one in shown] == [(office, 0), (other, 1)]


def test_the_posts_of_a_person_stand_before_anything_is_typed(window, office, zhang):
    posting = PostHolding.objects.get(person=zhang.person)
    page = window.get(f"{at('new', Kind.POST_LEAVE)}?posting={posting.pk}")
    shown = window.post(page.context["look"], {}).context["posts"]
    assert [(one.due, one.filled, one.filled_after) for one in shown] == [(2, 1, 0)]
    page = window.get(f"{at('new', Kind.POST_TAKE)}?person={zhang.person_id}")
    assert window.post(page.context["look"], {}).context["posts"] == []
    said = {"unit": office.pk, "post_kind": "post_kind.10"}
    shown = window.post(page.context["look"], said).context["posts"]
    assert [(one.due, one.filled, one.filled_after) for one in shown] == [(2, 1, 2)]


# -- forms that were not sent ----------------------------------------------------------------------
def test_unsent_forms_say_whom_they_are_about(window, office, zhang, unit_clerk):
    posting = PostHolding.objects.get(person=zhang.person)
    draft = draft_entry(office, unit_clerk)
    line = draft.lines.get()
    forms = {
        f"{at('new', Kind.EXIT)}?spell={zhang.pk}": {"note": "未完"},
        f"{at('new', Kind.POST_LEAVE)}?posting={posting.pk}": {"note": "未完"},
        f"{at('new', Kind.POST_TAKE)}?person={zhang.person_id}": {"note": "未完"},
        at("new", Kind.ENTRY): {"name": "赵新民", "id_no": staff.id_no(), "unit_text": "教育局"},
        at("line", line.pk): {"name": line.name},
        at("line_add", draft.pk): {"name": "钱来"},
    }
    for address, typed in forms.items():
        assert window.post(at("typed"), {"_address": address, **typed}).status_code == 200
    with CaptureQueriesContext(connection) as seen:
        page = window.get(at("mine"))
    assert len(seen) <= 30
    told = {one.row.address: (one.label, one.about) for one in page.context["begun"]}
    who = f"张三丰　{office.name}"
    assert told == {
        f"{at('new', Kind.EXIT)}?spell={zhang.pk}": ("出编申报", who),
        f"{at('new', Kind.POST_LEAVE)}?posting={posting.pk}": ("离任申报", who),
        f"{at('new', Kind.POST_TAKE)}?person={zhang.person_id}": ("使用领导职数申报", who),
        at("new", Kind.ENTRY): ("入编申报", "赵新民　教育局"),
        at("line", line.pk): ("入编：修改", line.name),
        at("line_add", draft.pk): ("入编：添加一人", "钱来"),
    }
    assert "其余 3 份" in text(page)
    answer = post(window, "typed_drop", address=at("line_add", draft.pk), back="mine")
    assert answer.url == at("mine")
    assert len(window.get(at("mine")).context["begun"]) == 5


def test_an_unsent_form_names_nobody_whom_its_owner_sees_no_more(window, office, zhang, foreign):
    address = f"{at('new', Kind.EXIT)}?spell={zhang.pk}"
    window.post(at("typed"), {"_address": address, "note": "未完"})
    Occupancy.objects.filter(pk=zhang.pk).update(unit=foreign.unit)
    (one,) = window.get(at("mine")).context["begun"]
    assert (one.label, one.about) == ("出编申报", "")
