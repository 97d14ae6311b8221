"""可用编制 by both formulas, with every operand; reserves and 只出不进; settings in versions."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.approvals import refusals, services, use_settings
from apps.approvals.choices import ControlKind, Kind
from apps.approvals.errors import ControlEnds, ExitOnly, LineFails, UsableShort
from apps.approvals.models import KindVersion, UseControl, UseSetting, UseSheet
from apps.approvals.services import controls
from apps.approvals.services.use_settings import set_use
from apps.approvals.usable import usable
from apps.quotas import services as quota_services
from apps.units.models import Office, Unit
from tests.factories import posts, quotas, staff
from tests.factories.approvals import filed_use, use_line
from tests.factories.quotas import ADMIN, SUPPORT

pytestmark = pytest.mark.django_db

SETTINGS = {
    "prefix": "剡编控",
    "balance": "warn",
    "relation": "lt",
    "ratio_in": 2,
    "ratio_out": 3,
    "per": "all",
    "exempt_modes": [],
    "recover": False,
    "soon": 30,
}
OPTIONS = {"formula": "overflow", "leaders": "unit", "valid_months": 0}


@pytest.fixture
def example(bureau: Unit, document) -> Unit:
    """domain.md §5.4: approved 40, actual 33, vacant leaders 2, issued unused 1, reserve 1."""
    quotas.staffed(bureau, 40, 33)
    posts.due(bureau, 1, posts.CHIEF)
    posts.due(bureau, 1, posts.DEPUTY)
    quota_services.reserve(
        unit=bureau, quota_type=staff.code(ADMIN), places=1, purpose="通知单", by=None
    )
    controls.control(
        unit=bureau,
        kind=ControlKind.PRINCIPLE,
        quota_type=staff.code(ADMIN),
        places=1,
        starts_on=dt.date(2026, 1, 1),
        document=document,
        by=None,
    )
    return bureau


def version(**options) -> KindVersion:
    return KindVersion(kind="quota_use", number=99, options=options)


@pytest.mark.rule("NT-05")
@pytest.mark.parametrize(
    ("formula", "places", "said"),
    [
        ("reserves", 3, "40 − 33 − 2 − 1 − 1 − 0 = 3"),
        ("overflow", 4, "40 − 33 − 2 − 1 ＋ 0 = 4"),
    ],
)
def test_the_worked_example_comes_out_by_both_formulas(example, formula, places, said):
    cell = usable(example, staff.code(ADMIN), version(formula=formula))
    assert (cell.places, cell.said) == (places, said)
    assert cell.value_of("approved") - cell.value_of("actual") == 7  # plain 空编


@pytest.mark.rule("NT-05")
def test_vacant_leaders_are_taken_off_the_largest_type_alone(example):
    quotas.staffed(example, 5, 2, SUPPORT)
    assert usable(example, staff.code(SUPPORT), version()).value_of("leaders") == 0
    assert usable(example, staff.code(ADMIN), version()).value_of("leaders") == 2


@pytest.mark.rule("NT-05")
def test_four_asked_may_be_approved_for_three(
    example, unit_clerk, supervisor, clerk, chief, director
):
    case = filed_use(example, unit_clerk, use_line(example, 4))
    case = services.advance(application=case, move="pass", by=supervisor)
    with pytest.raises(UsableShort) as refused:
        services.advance(application=case, move="pass", by=clerk)
    words = refusals.sentence(refused.value)
    assert "可用 3 名" in words
    assert "40 − 33 − 2 − 1 − 1 − 0 = 3" in words
    assert not UseSheet.objects.exists()
    line = case.lines.get()
    for who in (clerk, chief, director):
        case = services.advance(application=case, move="pass", by=who, granted={line.pk: 3})
    line.refresh_from_db()
    assert (case.state, line.asked, line.granted, line.hold.places) == ("issuing", 4, 3, 3)


@pytest.mark.rule("NT-07")
def test_the_sheet_prints_every_column(example, unit_clerk, supervisor, clerk):
    case = filed_use(example, unit_clerk, use_line(example, 4))
    case = services.advance(application=case, move="pass", by=supervisor)
    line = case.lines.get()
    services.advance(application=case, move="pass", by=clerk, granted={line.pk: 3})
    sheet = UseSheet.objects.get(application=case)
    assert sheet.number == f"审议表〔{timezone.localdate().year}〕1号"
    row = sheet.rows[0]
    figures = {one["label"]: one["value"] for one in row["operands"]}
    assert figures == {
        "核定": 40,
        "实有": 33,
        "空缺领导职数": 2,
        "已下达未使用": 1,
        "原则预留": 1,
        "其他预留": 0,
    }
    assert (row["usable"], row["asked"], row["suggested"]) == (3, 4, 3)
    case.refresh_from_db()
    assert case.trail.last().facts["sheet"] == sheet.number


@pytest.mark.rule("NT-07")
def test_a_case_that_comes_again_keeps_its_sheet_number(
    example, unit_clerk, supervisor, clerk, chief
):
    def forward(case, *people):
        for who in people:
            case = services.advance(application=case, move="pass", by=who)
        return case

    case = filed_use(example, unit_clerk, use_line(example, 2))
    case = forward(case, supervisor, clerk)
    first = UseSheet.objects.get()
    case = services.advance(application=case, move="return", by=chief, opinion="请补正")
    services.change_line(line=case.lines.get(), data=use_line(example, 3), by=unit_clerk)
    case = services.advance(application=case, move="submit", by=unit_clerk)
    forward(case, supervisor, clerk)
    again = UseSheet.objects.get()
    assert (again.pk, again.serial, again.rows[0]["asked"]) == (first.pk, 1, 3)


@pytest.mark.rule("NT-11")
def test_a_reserve_holds_on_its_days_alone(bureau, document, clerk):
    quotas.staffed(bureau, 10, 5)
    controls.control(
        unit=bureau,
        kind=ControlKind.OTHER,
        quota_type=staff.code(ADMIN),
        places=2,
        starts_on=dt.date(2026, 1, 1),
        ends_on=dt.date(2026, 7, 1),
        document=document,
        by=clerk,
    )
    kind = staff.code(ADMIN)
    days = {dt.date(2025, 12, 31): 5, dt.date(2026, 1, 1): 3, dt.date(2026, 7, 1): 5}
    for day, places in days.items():
        assert usable(bureau, kind, version(), day).places == places


@pytest.mark.rule("NT-11")
def test_a_unit_that_only_loses_people_gets_none_but_by_the_named_right(
    office, document, unit_clerk, supervisor, clerk, director
):
    controls.control(
        unit=office,
        kind=ControlKind.EXIT_ONLY,
        quota_type=None,
        places=0,
        starts_on=timezone.localdate(),
        document=document,
        by=clerk,
    )
    case = filed_use(office, unit_clerk, use_line(office, 1))
    case = services.advance(application=case, move="pass", by=supervisor)
    with pytest.raises(ExitOnly) as refused:
        services.advance(application=case, move="pass", by=clerk)
    assert document.number in refusals.sentence(refused.value)
    case = services.advance(
        application=case, move="override", by=director, opinion="急需", document=document
    )
    assert services.advance(application=case, move="pass", by=clerk).state == "signing"


@pytest.mark.rule("NT-05")
def test_the_named_right_never_makes_places(office, document, unit_clerk, supervisor, director):
    case = filed_use(office, unit_clerk, use_line(office, 6))
    case = services.advance(application=case, move="pass", by=supervisor)
    case = services.advance(
        application=case, move="override", by=director, opinion="急需", document=document
    )
    for _ in range(2):
        case = services.advance(application=case, move="pass", by=None)
    with pytest.raises(LineFails) as refused:
        services.advance(application=case, move="pass", by=director)
    assert "空编" in refusals.sentence(refused.value) or "5" in refusals.sentence(refused.value)
    assert not case.lines.get().hold


@pytest.mark.rule("NT-11")
def test_controls_are_the_offices_and_end_after_they_begin(bureau, document, unit_clerk, clerk):
    given = {
        "unit": bureau,
        "kind": ControlKind.OTHER,
        "quota_type": staff.code(ADMIN),
        "places": 1,
        "starts_on": dt.date(2026, 3, 1),
        "document": document,
    }
    with pytest.raises(PermissionDenied):
        controls.control(**given, by=unit_clerk)
    with pytest.raises(ControlEnds):
        controls.control(**given, ends_on=dt.date(2026, 2, 1), by=clerk)
    assert not UseControl.objects.exists()
    with pytest.raises(IntegrityError, match="use_control_holds_places"), transaction.atomic():
        UseControl.objects.create(
            unit=bureau,
            kind=ControlKind.OTHER,
            quota_type_id=ADMIN,
            places=0,
            starts_on=dt.date(2026, 3, 1),
            document=document,
        )


@pytest.mark.rule("NT-12")
def test_settings_are_versions_and_running_cases_keep_theirs(
    home, office, unit_clerk, supervisor, director, clerk
):
    Office.objects.create(name="嵊州市委编办", home=home)
    case = filed_use(office, unit_clerk)
    with pytest.raises(PermissionDenied):
        set_use(values=SETTINGS, options=OPTIONS, reason="改公式", by=clerk)
    assert use_settings.current().number == 0
    first = set_use(values=SETTINGS, options=OPTIONS, reason="改公式", by=director)
    assert (first.number, use_settings.current().prefix) == (1, "剡编控")
    assert KindVersion.objects.in_force(Kind.QUOTA_USE).option("formula") == "overflow"
    case.refresh_from_db()
    assert case.version.option("formula") == "reserves"
    versions = KindVersion.objects.of_kind(Kind.QUOTA_USE).count()
    set_use(values={**SETTINGS, "recover": True}, options=OPTIONS, reason="收回", by=director)
    assert KindVersion.objects.of_kind(Kind.QUOTA_USE).count() == versions
    assert UseSetting.objects.count() == 2
    with pytest.raises(IntegrityError, match="keeps what was said"), transaction.atomic():
        UseSetting.objects.filter(pk=first.pk).update(prefix="x")
