"""Roles on subtrees, given and taken by the security administrator (security.md R10).

These pages show the names of units and of account holders, nothing else of either.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models.functions import Length
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.errors import ProposalRefused
from apps.accounts.forms import ReasonForm
from apps.accounts.models import Proposal, User
from apps.accounts.refusals import sentence
from apps.accounts.requests import SignedInRequest
from apps.accounts.roles import ROLES
from apps.accounts.views import after_proposing
from apps.audit.exports import export_table
from apps.core.administrators import SECURITY, requires_administrator
from apps.core.http import Option, redirect_here, render_form, render_list, suggestions

from . import appointments, searching
from .appointment_forms import AppointmentFilter, AppointmentForm, rights_of
from .appointment_tables import AppointmentTable, role_label
from .errors import (
    AdministratorHoldsNoGrant,
    AlreadyAppointed,
    SelfAppointment,
)
from .models import Appointment, Unit

#: Accounts without a role named above the list.
WAITING = 10


@requires_administrator(SECURITY)
@require_GET
def appointment_list(request: HttpRequest) -> HttpResponseBase:
    rows = Appointment.objects.select_related("user", "unit").order_by("-starts_at")
    filters = AppointmentFilter(request.GET, queryset=rows, user=request.user)
    return render_list(
        request,
        table=AppointmentTable,
        filters=filters,
        template="units/appointments/list.html",
        export=export_table,
        context={"waiting": _without_role()},
    )


def _without_role() -> list[User]:
    """Return the newest accounts that still wait for a role."""
    held = Appointment.objects.open().values("user_id")
    people = User.objects.filter(is_active=True, admin_kind__isnull=True)
    return list(people.exclude(pk__in=held).order_by("-created_at", "-pk")[:WAITING])


@requires_administrator(SECURITY)
@require_GET
def appointments_of_user(request: HttpRequest, pk: int) -> HttpResponse:
    """All roles of one account, past ones too."""
    account = get_object_or_404(User.objects.filter(admin_kind__isnull=True), pk=pk)
    rows = Appointment.objects.filter(user=account).select_related("unit").order_by("-pk")
    rows = rows.select_related("proposal__proposed_by", "proposal__decided_by")
    held = [(row, role_label(row.role), rights_of(row.role)) for row in rows]
    context = {
        "account": account,
        "open": [line for line in held if line[0].ends_at is None],
        "ended": [line for line in held if line[0].ends_at is not None],
        "may_grant": account.is_active,
        "waiting": Proposal.objects.open().filter(subject=account).select_related("proposed_by"),
    }
    return render(request, "units/appointments/of_user.html", context)


@requires_administrator(SECURITY)
@require_http_methods(["GET", "POST"])
def appointment_create(request: SignedInRequest) -> HttpResponse:
    form = AppointmentForm(
        request.POST if request.method == "POST" else None,
        initial={"user": _asked_account(request)},
    )
    if form.is_valid():
        user, unit = form.cleaned_data["user"], form.cleaned_data["unit"]
        try:
            made = appointments.propose_grant(
                user=user,
                unit=unit,
                role=form.cleaned_data["role"],
                reason=form.cleaned_data["note"],
                by=request.user,
            )
        except AlreadyAppointed:
            form.add_error("role", f"{user}在{unit}已有这个角色，不必再授")
        except AdministratorHoldsNoGrant:
            form.add_error("user", "管理员账户不能持有业务角色，请选择普通账户")
        except SelfAppointment:
            form.add_error("user", "不能给自己授权，请由另一位安全管理员办理")
        except ProposalRefused as refusal:
            form.add_error(None, sentence(refusal))
        else:
            return after_proposing(request, made)
    roles = [(role.label, rights_of(role.code)) for role in ROLES.values()]
    return render_form(request, "units/appointments/form.html", form, roles=roles)


@requires_administrator(SECURITY)
@require_http_methods(["GET", "POST"])
def appointment_revoke(request: SignedInRequest, pk: int) -> HttpResponse:
    """Propose to take a role back, with the reason."""
    row = get_object_or_404(Appointment.objects.select_related("user", "unit"), pk=pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if row.ends_at is not None:
        messages.warning(request, "这个角色已由他人收回")
        return redirect_here(request, _page_of(row.user))
    if form.is_valid():
        try:
            made = appointments.propose_revoke(
                appointment=row, reason=form.cleaned_data["reason"], by=request.user
            )
        except SelfAppointment:
            form.add_error(None, "不能办理自己的授权，请由另一位安全管理员办理")
        except ProposalRefused as refusal:
            form.add_error(None, sentence(refusal))
        else:
            return after_proposing(request, made)
    context: dict[str, Any] = {"row": row, "role": role_label(row.role)}
    context["rights"] = rights_of(row.role)
    return render_form(request, "units/appointments/revoke.html", form, **context)


@requires_administrator(SECURITY)
@require_GET
def suggest_units(request: HttpRequest) -> HttpResponse:
    """Answer the picker over the whole tree; topmost first while nothing is typed."""
    text = request.GET.get("q", "").strip()
    units = Unit.objects.active()
    found = searching.ranked(units, text) if text else units.order_by(Length("path"), "path")
    chosen = list(found[:21])
    step = Unit.steplen
    above = {unit.path[:-step] for unit in chosen if len(unit.path) > step}
    names = dict(Unit.objects.filter(path__in=above).order_by().values_list("path", "name"))
    options = [Option(u.pk, u.name, names.get(u.path[:-step], u.code or "")) for u in chosen]
    return suggestions(request, options)


def _asked_account(request: HttpRequest) -> User | None:
    asked = request.GET.get("user", "")
    if not asked.isdecimal():
        return None
    return User.objects.filter(pk=asked, is_active=True, admin_kind__isnull=True).first()


def _page_of(user: User) -> str:
    return reverse("units:appointments_of_user", args=[user.pk])
