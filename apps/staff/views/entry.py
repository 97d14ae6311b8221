"""入编登记: form, look-ups while it is filled in, page to check, and what was done."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.core.http import requires
from apps.core.idempotency import keyless

from .. import looking, services
from ..deeds import Deed
from ..forms import EnterForm, open_typed
from ..models import Occupancy
from ..rules import EXAMINE


class Entering(Deed):
    form = EnterForm
    template = "staff/enter.html"
    check_template = "staff/enter_check.html"

    def context(self, form: EnterForm) -> dict[str, Any]:
        """Return the number's facts and the quota box; on the page to check also twins."""
        if not form.is_bound:
            typed = str(form.initial.get("id_no", ""))
            return {"facts": looking.number_facts(self.request.user, typed), "boxes": []}
        data = getattr(form, "cleaned_data", {})
        typed = data.get("id_no") or open_typed(self.request.POST.get("id_no", ""), form.user)
        facts = looking.number_facts(self.request.user, typed)
        box = looking.box(data.get("unit"), data.get("quota_type"), 1)
        born = facts.birth_month if facts is not None else None
        return {
            "facts": facts,
            "boxes": [box] if box is not None else [],
            "twins": looking.twins(self.request.user, data.get("name", ""), born),
        }

    def do(self, form: EnterForm) -> HttpResponse:
        spell = services.enter(by=self.request.user, **form.values())
        message = f"{spell.person} 已入编：{spell.unit}，{spell.quota_type}"
        return self.done(message, reverse("staff:done", args=[spell.pk]))


@requires(EXAMINE)
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    return Entering(request).answer()


@keyless
@requires(EXAMINE)
@require_POST
def enter_look(request: HttpRequest) -> HttpResponse:
    """Answer the form while it is filled in: sex, birth, duplicates, quota. Changes nothing."""
    form = EnterForm(request.POST, user=request.user)
    form.is_valid()
    data = getattr(form, "cleaned_data", {})
    typed = open_typed(request.POST.get("id_no", ""), request.user)
    box = looking.box(data.get("unit"), data.get("quota_type"), 1)
    context = {
        "facts": looking.number_facts(request.user, typed),
        "boxes": [box] if box is not None else [],
        "number_help": form.fields["id_no"].help_text,
    }
    return render(request, "staff/_look.html", context)


@requires("view_subtree")
@require_GET
def done(request: HttpRequest, pk: int) -> HttpResponse:
    """What was done with a spell, and what may come next."""
    spells = Occupancy.objects.visible_to(request.user).select_related(
        "person", "unit", "quota_type", "document", "entry_mode", "exit_mode", "exit_document"
    )
    spell = get_object_or_404(spells, pk=pk)
    box = looking.box(spell.unit, spell.quota_type, 0)
    return render(request, "staff/done.html", {"spell": spell, "person": spell.person, "box": box})
