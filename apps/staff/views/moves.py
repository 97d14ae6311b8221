"""出编 and 跨单位划转 of one spell."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from apps.core.http import requires
from apps.core.idempotency import keyless

from .. import looking, rules, services
from ..deeds import Deed
from ..forms import LeaveForm, TransferForm
from ..models import Occupancy, PostHolding
from ..rules import EXAMINE


def examined(request: HttpRequest, pk: int) -> Occupancy:
    """Return a spell the reader may write. 404 out of sight, 403 without the right."""
    related = ("person", "person__sex", "unit", "unit__nature", "quota_type", "status", "document")
    spells = Occupancy.objects.visible_to(request.user).select_related(*related)
    spell = get_object_or_404(spells, pk=pk)
    if not rules.may_examine(request.user, spell):
        raise PermissionDenied("账号没有办理这个单位人员的权限")
    return spell


def postings_of(spell: Occupancy) -> list[PostHolding]:
    """Return the posts that end with the spell."""
    held = PostHolding.objects.open().filter(person=spell.person_id, unit=spell.unit_id)
    return list(held.select_related("post_kind").order_by("pk"))


class Leaving(Deed):
    form = LeaveForm
    template = "staff/leave.html"
    check_template = "staff/leave_check.html"

    def context(self, form: LeaveForm) -> dict[str, Any]:
        spell = self.subjects["spell"]
        delta = -1 if spell.counts else 0
        return {
            "boxes": [looking.box(spell.unit, spell.quota_type, delta)],
            "postings": postings_of(spell),
        }

    def do(self, form: LeaveForm) -> HttpResponse:
        spell = self.subjects["spell"]
        spell = services.leave(spell=spell, by=self.request.user, **form.values())
        message = f"{spell.person} 已出编：{spell.unit}，{spell.exit_mode}"
        return self.done(message, reverse("staff:done", args=[spell.pk]))


class Transferring(Deed):
    form = TransferForm
    template = "staff/transfer.html"
    check_template = "staff/transfer_check.html"

    def context(self, form: TransferForm) -> dict[str, Any]:
        data = getattr(form, "cleaned_data", {}) if form.is_bound else {}
        return {"postings": postings_of(self.subjects["spell"]), **self.boxes(data)}

    def boxes(self, data: dict[str, Any]) -> dict[str, Any]:
        spell = self.subjects["spell"]
        delta = 1 if spell.counts else 0
        found = [
            looking.box(spell.unit, spell.quota_type, -delta),
            looking.box(data.get("unit"), data.get("quota_type"), delta),
        ]
        return {"boxes": [one for one in found if one is not None]}

    def do(self, form: TransferForm) -> HttpResponse:
        spell = self.subjects["spell"]
        new = services.transfer(spell=spell, by=self.request.user, **form.values())
        message = f"{new.person} 已由 {spell.unit} 划转到 {new.unit}"
        return self.done(message, reverse("staff:done", args=[new.pk]))


@requires(EXAMINE)
@require_http_methods(["GET", "POST"])
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    return Leaving(request, spell=examined(request, pk)).answer()


@requires(EXAMINE)
@require_http_methods(["GET", "POST"])
def transfer(request: HttpRequest, pk: int) -> HttpResponse:
    return Transferring(request, spell=examined(request, pk)).answer()


@keyless
@requires(EXAMINE)
@require_POST
def transfer_look(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer the form while it is filled in: both quotas. Changes nothing."""
    spell = examined(request, pk)
    form = TransferForm(request.POST, user=request.user, spell=spell)
    form.is_valid()
    data = getattr(form, "cleaned_data", {})
    return render(request, "staff/_look.html", Transferring(request, spell=spell).boxes(data))
