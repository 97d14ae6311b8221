"""用编序号 by its code: what the QR on a notice opens on a phone."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from apps.core.http import requires

from .. import errors, progress, rules
from ..choices import SlotState
from ..models import Application, Line, Slot
from ..refusals import sentence
from .finding import FILING


@requires(*FILING)
@require_GET
def slot(request: HttpRequest, token: str) -> HttpResponse:
    """Start the entry of one approved head, or say why it cannot be used. Outsiders: 404."""
    rows = Slot.objects.select_related("notice__unit", "quota_type")
    found = rows.filter(token=token).first()
    if found is None or not rules.may_file(request.user, found.notice.unit):
        raise Http404("没有这个用编序号，或不在您的申报范围内")
    holders = Line.objects.filter(slot=found).select_related("application")
    visible = Application.objects.visible_to(request.user).values("pk")
    other = holders.filter(is_open=True).first() or holders.exclude(result=None).first()
    late = found.notice.valid_until < timezone.localdate()
    if found.state != SlotState.FREE or late or (other is not None and other.is_open):
        refusal = errors.SlotGone(found, other if other is not None and other.is_open else None)
        seen = other is not None and holders.filter(pk=other.pk, application__in=visible).exists()
        context = {
            "slot": found,
            "says": sentence(refusal, request.user),
            "other": other.application if seen and other is not None else None,
            "follow": progress.opens(other.application) if seen and other is not None else "",
        }
        return render(request, "approvals/slot.html", context)
    draft = (
        holders.filter(application__state="draft", application__in=visible).order_by("-pk").first()
    )
    if draft is not None:
        return redirect("approvals:line", draft.pk)
    return redirect(f"{reverse('approvals:new', args=['entry'])}?slot={found.token}")
