"""流程配置 in versions: who, what is refused, what running cases keep (rules AP-10, AP-24)."""

from __future__ import annotations

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.approvals import services
from apps.approvals.choices import State
from apps.approvals.forms.kind_settings import KindSettingForm
from apps.approvals.models import KindVersion, Template
from apps.audit.models import AuditEvent
from apps.units.models import Office
from tests.factories.approvals import PDF, draft_entry, filed_entry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def of_the_portal(home) -> None:
    Office.objects.update_or_create(pk=1, defaults={"name": "县委编办", "home": home})


def newest() -> KindVersion:
    return KindVersion.objects.in_force("entry")


def sent(**changes) -> dict[str, str]:
    """Return what the page of 入编 would post unchanged, with `changes`; None: not ticked."""
    form = KindSettingForm(version=newest())
    data: dict = {"_key": str(uuid.uuid4())}
    for name, field in form.fields.items():
        value = form.get_initial_for_field(field, name)
        if isinstance(value, bool):
            if value:
                data[name] = "on"
        elif value not in (None, ""):
            data[name] = value
    for name, value in changes.items():
        if value is None:
            data.pop(name, None)
        else:
            data[name] = value
    return data


@pytest.mark.rule("AP-24")
def test_a_change_is_a_new_version_and_running_cases_keep_theirs(
    client, office, unit_clerk, supervisor, clerk, director
):
    running = filed_entry(office, unit_clerk)
    client.force_login(director)
    address = reverse("approvals:kind_edit", args=["entry"])
    changes = {"signing_on": None, "examining_limit": "5", "examining_label": "初审"}
    page = client.post(address, sent(**changes, note="减少环节"), follow=True)
    assert page.status_code == 200
    text = page.content.decode()
    assert "期限 5 个工作日" in text
    assert "减少环节" in text
    version = newest()
    assert version.number == 2
    assert [one.state for one in version.way] == ["supervising", "examining", "deciding"]
    assert version.options == KindVersion.objects.get(kind="entry", number=1).options
    running.refresh_from_db()
    assert running.version.number == 1
    services.advance(application=running, move="withdraw", by=unit_clerk, opinion="重报")
    assert filed_entry(office, unit_clerk).version == version
    event = AuditEvent.objects.get(kind="kindversion.change")
    assert event.note == "减少环节"
    assert event.after["环节：科长审签"] == "不设"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (
            {"examining_on": None, "signing_on": None, "deciding_on": None},
            "至少保留编办的一个环节",
        ),
        ({"supervising_place": "9"}, "排在编办各环节之前"),
        ({"deciding_limit": "0"}, "给自己也设一个期限"),
        ({"examining_limit": "61"}, "60"),
        ({"m1_label": "录用、聘用、调动或任职文件"}, "写了两次"),
        ({"note": ""}, "请写明为什么修改"),
        ({}, "没有改动任何内容"),
        ({"based_on": "7"}, "您看到的不是最新的"),
    ],
)
def test_what_would_leave_a_case_without_a_way_is_refused(client, director, changes, says):
    client.force_login(director)
    page = client.post(
        reverse("approvals:kind_edit", args=["entry"]), sent(**{"note": "试", **changes})
    )
    assert page.status_code == 422
    assert says in page.content.decode()
    assert newest().number == 1
    assert not AuditEvent.objects.filter(kind="kindversion.change").exists()


def test_a_material_gets_a_form_to_fill_in_that_applicants_can_take(
    client, office, director, unit_clerk
):
    client.force_login(director)
    empty = SimpleUploadedFile("审批表.pdf", PDF, "application/pdf")
    data = sent(note="增加审批表", m3_label="用编审批表", m3_required="on", m3_file=empty)
    assert client.post(reverse("approvals:kind_edit", args=["entry"]), data).status_code == 302
    paper = newest().papers[-1]
    assert (paper.label, paper.required) == ("用编审批表", True)
    assert paper.code not in ("basis", "archive", "identity")
    kept = Template.objects.get()
    assert paper.template == str(kept.pk)
    client.force_login(unit_clerk)
    got = client.get(kept.get_absolute_url())
    assert b"".join(got.streaming_content) == PDF
    draft = draft_entry(office, unit_clerk)
    checked = client.get(reverse("approvals:check", args=[draft.pk])).content.decode()
    assert f'<a href="{kept.get_absolute_url()}">下载样表' in checked
    assert checked.count("下载样表") == 1  # of this material alone
    with pytest.raises(services_missing()):
        services.advance(application=draft, move="submit", by=unit_clerk)


def services_missing() -> type[Exception]:
    from apps.approvals.errors import MaterialMissing

    return MaterialMissing


def test_only_the_director_changes_and_the_office_looks(
    client, clerk, chief, director, unit_clerk, stranger
):
    edit = reverse("approvals:kind_edit", args=["entry"])
    listed = reverse("approvals:kinds")
    shown = newest().get_absolute_url()
    for user, may_see in ((clerk, True), (chief, True), (unit_clerk, False)):
        client.force_login(user)
        assert client.get(edit).status_code == 403
        assert client.post(edit, sent(note="试", examining_limit="9")).status_code == 403
        for address in (listed, shown):
            assert client.get(address).status_code == (200 if may_see else 403)
    client.force_login(director)
    assert client.get(edit).status_code == 200
    assert newest().number == 1


def test_missing_years_of_holidays_are_said(client, director):
    client.force_login(director)
    assert "放假安排未录入" in client.get(reverse("approvals:kinds")).content.decode()


def test_a_step_off_is_skipped_by_new_cases(client, office, unit_clerk, supervisor, director):
    client.force_login(director)
    client.post(
        reverse("approvals:kind_edit", args=["entry"]),
        sent(note="直报编办", supervising_on=None),
    )
    assert filed_entry(office, unit_clerk).state == State.EXAMINING
