"""Every kind begins and is checked on the same pages, whatever its form begins from."""

from __future__ import annotations

import uuid
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.approvals import kinds
from apps.approvals.choices import Kind, State
from apps.approvals.models import Application
from apps.staff import services as staff_services
from apps.staff.models import PostHolding
from tests.factories import posts, quotas, staff
from tests.factories.approvals import pdf

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
