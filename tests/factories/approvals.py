"""Applications as their services make them, for tests of all that comes after."""

from __future__ import annotations

import datetime as dt
import secrets
from itertools import count
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from apps.approvals import kinds, services
from apps.approvals.choices import REVIEWS
from apps.approvals.kinds import LineData
from apps.approvals.models import (
    Application,
    Attachment,
    Client,
    ClientKey,
    Confirmation,
    KindVersion,
    LateFiling,
    Line,
    Loan,
    Notice,
    Phrase,
    PlanLine,
    Pool,
    PoolEntry,
    RetirementDraft,
    Slot,
    Template,
    UseControl,
    UsePlan,
    UseSetting,
    UseSheet,
)
from apps.quotas import services as quotas_services
from apps.staff.models import Occupancy
from apps.units.models import Unit
from tests.factories import staff, units
from tests.factories.documents import DocumentFactory
from tests.factories.quotas import ADMIN
from tests.identity_numbers import number

_serials = count(1)
_filers = count(1)
#: Smallest file that passes as a PDF.
PDF = b"%PDF-1.4\n%%EOF\n"


def pdf(name: str = "录用文件.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF, "application/pdf")


def entry_line(
    unit: Unit,
    serial: int = 11,
    name: str = "张玥",
    *,
    quota_type: str = ADMIN,
    slot: Any = None,
    **place: Any,
) -> LineData:
    """Return a line of an entry as the form would."""
    values = {
        "unit": unit.pk,
        "quota_type": quota_type,
        "status": "person_status.110",
        "starts_on": timezone.localdate().isoformat(),
        "document": None,
        "entry_mode": "entry_mode.13",
        **place,
    }
    if slot is not None:
        values |= {"notice_no": slot.notice.number, "slot_no": str(slot.no)}
    return LineData(
        name=name,
        id_no=number("330683", dt.date(1995, 3, 2), serial),
        quota_type=staff.code(quota_type),
        slot=slot,
        values={"place": values, "person": {}},
    )


def draft_entry(unit: Unit, by: Any, *lines: LineData, document: Any = None) -> Application:
    """Return a draft with its required material."""
    draft = services.begin(kind="entry", unit=unit, document=document, by=by)
    for line in lines or (entry_line(unit),):
        services.add_line(application=draft, data=line, by=by)
    services.attach(application=draft, material="basis", upload=pdf(), by=by)
    return draft


def filed_entry(unit: Unit, by: Any, *lines: LineData, document: Any = None) -> Application:
    """Return an entry that has been submitted."""
    draft = draft_entry(unit, by, *lines, document=document)
    return services.advance(application=draft, move="submit", by=by)


def slot(
    unit: Unit, by: Any, *, quota_type: str = ADMIN, days: int = 180, token: str = "", **fields: Any
) -> Slot:
    """Return an approved head of a notice of one place, with its reservation, made by hand."""
    today = timezone.localdate()
    serial = next(_serials)
    application = Application.objects.create(
        kind="quota_use",
        version=KindVersion.objects.in_force("quota_use"),
        unit=unit,
        state="done",
        number=f"YB{today.year}{serial:06d}",
        submitted_at=timezone.now(),
        ended_at=timezone.now(),
    )
    notice = Notice.objects.create(
        application=application,
        unit=unit,
        office="嵊编控",
        year=today.year,
        serial=serial,
        number=f"嵊编控〔{today.year}〕{serial}号",
        issued_on=today,
        issued_by=by,
        valid_until=today + dt.timedelta(days=days),
    )
    held = quotas_services.reserve(
        unit=unit, quota_type=staff.code(quota_type), places=1, purpose="用编", by=by
    )
    return Slot.objects.create(
        notice=notice,
        no=1,
        quota_type_id=quota_type,
        reservation=held,
        token=token or secrets.token_urlsafe(24),
        **fields,
    )


def use_line(
    unit: Unit, asked: int = 1, quota_type: str = ADMIN, *, annual: bool = False, **said: Any
) -> LineData:
    """Return a line of a 用编申请 as the form would."""
    kind = staff.code(quota_type)
    return LineData(
        name=kind.label,
        quota_type=kind,
        asked=asked,
        values={"purpose": {"purpose": "补充空编", "detail": "综合岗位", **said}, "unit": unit.pk},
        whole={
            "is_annual": annual,
            "letter_title": "关于申请使用编制的请示",
            "letter_no": "嵊教〔2026〕8号",
            "letter_on": timezone.localdate().isoformat(),
            "source": "entry_mode.01",
            "source_label": "考试录用",
        },
    )


def draft_use(unit: Unit, by: Any, *lines: LineData) -> Application:
    draft = services.begin(kind="quota_use", unit=unit, by=by)
    for line in lines or (use_line(unit),):
        services.add_line(application=draft, data=line, by=by)
    services.attach(application=draft, material="letter", upload=pdf("请示.pdf"), by=by)
    return draft


def filed_use(unit: Unit, by: Any, *lines: LineData) -> Application:
    """Return a 用编申请 that has been submitted."""
    return services.advance(application=draft_use(unit, by, *lines), move="submit", by=by)


def decided_use(unit: Unit, *lines: LineData) -> Application:
    """Return a 用编申请 that waits for its notice; the system itself passed it."""
    filer = units.holder(f"filer{next(_filers)}", "unit_clerk", unit, "何申报")
    case = filed_use(unit, filer, *lines)
    while case.state != "issuing":
        case = services.advance(application=case, move="pass", by=None)
    return case


def issued_notice(unit: Unit, asked: int = 1, quota_type: str = ADMIN, *, by: Any) -> Notice:
    """Return a notice with `asked` free heads, as the office issues it. The unit has the places."""
    case = decided_use(unit, use_line(unit, asked, quota_type))
    services.advance(application=case, move="issue", by=by)
    return Notice.objects.get(application=case)


def one_of_each(unit: Unit, by: Any) -> None:
    """Write one row into each table with row history; the newest application is a draft."""
    KindVersion.objects.create(kind="adjust", number=90, steps=[], note="试")
    case = services.begin(kind="quota_use", unit=unit, by=by)
    notice = Notice.objects.create(
        application=case,
        unit=unit,
        office="试编控",
        year=2026,
        serial=1,
        number="试编控〔2026〕1号",
        issued_on=dt.date(2026, 3, 2),
        issued_by=by,
        valid_until=dt.date(2026, 12, 31),
    )
    Slot.objects.create(notice=notice, no=1, quota_type_id=ADMIN, token="t" * 43, state="returned")
    Line.objects.create(application=case, name="试")
    Attachment.objects.create(
        application=case, material="basis", key="x", name="试.pdf", size=1, added_by=by
    )
    Confirmation.objects.create(application=case, partner="finance")
    Phrase.objects.create(text="同意", owner=by)
    client = Client.objects.create(
        name="试用系统", partner="finance", unit=unit, expires_on=dt.date(2030, 1, 1)
    )
    ClientKey.objects.create(client=client, prefix="bz_test", digest=b"-", made_by=by)
    _one_of_each_plan(unit, case, by)
    day = dt.date(2026, 3, 2)
    LateFiling.objects.create(
        application=case, unit=unit, fact_on=day, due_on=day, filed_on=day, days=3
    )
    spell = Occupancy.objects.order_by("pk").first()
    RetirementDraft.objects.create(application=case, spell=spell, opened_for=day)
    Template.objects.create(key="x", name="试.pdf", size=1, added_by=by)
    services.begin(kind="entry", unit=unit, by=by)


def _one_of_each_plan(unit: Unit, case: Application, by: Any) -> None:
    """Reserves, plans and the pool, as no service would enter them."""
    day = dt.date(2026, 3, 2)
    letter = DocumentFactory(scope=unit.path)
    kind = {"quota_type_id": ADMIN}
    last = UseSetting.objects.order_by("-number").first()
    UseSetting.objects.create(
        number=(last.number if last else 0) + 1,
        prefix="试编控",
        balance="off",
        relation="lt",
        per="all",
    )
    UseControl.objects.create(
        unit=unit, kind="principle", places=1, starts_on=day, document=letter, **kind
    )
    UseSheet.objects.create(
        application=case, office="试编控", year=2026, serial=1, formula="reserves", rows=[]
    )
    plan = UsePlan.objects.create(unit=unit, year=2026, due_on=day)
    PlanLine.objects.create(plan=plan, unit=unit, requested=1, **kind)
    pool = Pool.objects.create(unit=unit, total=1, **kind)
    PoolEntry.objects.create(pool=pool, unit=unit, kind="seed", change=1, on=day, document=letter)
    Loan.objects.create(
        pool=pool,
        unit=unit,
        lent=1,
        places=1,
        starts_on=day,
        due_on=dt.date(2027, 3, 2),
        reason="周转",
    )


def drafted(kind: str, by: Any, data: dict[str, Any], **subject: Any) -> Application:
    """Return a draft of one line as its form gives it, with its materials.

    data      as a browser sends the form
    subject   spell=…, person=… or posting=…
    """
    of = kinds.of(kind)
    form = of.form(data, user=by, **subject)
    assert form.is_valid(), form.errors.as_json(escape_html=False)
    draft = services.begin(
        kind=kind,
        unit=of.unit_of(form),
        other_unit=of.other_unit_of(form),
        document=of.document_of(form),
        by=by,
    )
    services.add_line(application=draft, data=of.line(form), by=by)
    return with_materials(draft, by)


def filed_transfer(spell: Occupancy, unit: Unit, by: Any, **more: Any) -> Application:
    """Return a 跨单位划转 of one person into `unit`, submitted by its clerk."""
    data = {
        "unit": unit.pk,
        "quota_type": spell.quota_type_id,
        "on": "2026-09-01",
        "document_no": "嵊组干〔2026〕3号",
        "entry_mode": "entry_mode.07",
        "exit_mode": "exit_mode.13",
        "post_name": "一级科员",
        **more,
    }
    return submitted("transfer", by, data, spell=spell)


def with_materials(draft: Application, by: Any) -> Application:
    """Attach what the list of materials demands."""
    for one in draft.version.papers:
        if one.required:
            services.attach(application=draft, material=one.code, upload=pdf(), by=by)
    return draft


def submitted(kind: str, by: Any, data: dict[str, Any], **subject: Any) -> Application:
    """Return an application as `drafted`, submitted."""
    return services.advance(application=drafted(kind, by, data, **subject), move="submit", by=by)


def decided(case: Application, cast: dict[str, Any]) -> Application:
    """Pass a case through all its steps. cast: state → who passes it."""
    while case.state in REVIEWS:
        case = services.advance(application=case, move="pass", by=cast[case.state])
    return case
