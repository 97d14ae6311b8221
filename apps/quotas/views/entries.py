"""核增, 核减, 划转: lines of the ledger from one document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from apps.core.http import requires
from apps.core.idempotency import keyless

from .. import services
from ..entering import Entering
from ..errors import QuotaRefused
from ..forms import EXAMINE, BasisForm, LineSet, place
from ..queries import Change, preview
from ..services import Line


class QuotaEntering(Entering):
    basis_form = BasisForm
    line_set = LineSet
    form_template = "quotas/entry_create.html"
    check_template = "quotas/entry_check.html"
    preview_template = "quotas/_preview.html"
    unit_page = "quotas:unit"
    refused = QuotaRefused

    def preview(self, lines: Sequence[Line]) -> list[Change]:
        return preview(lines)

    def written(self, data: dict[str, Any]) -> Line | None:
        if data.get("unit") is None or data.get("quota_type") is None:
            return None
        change = (data.get("more") or 0) - (data.get("fewer") or 0)
        return Line(data["unit"], data["quota_type"], change)

    def enter(self, lines: list[Line], basis: dict[str, Any]) -> list[Any]:
        basis["allow_over"] = basis["allow_over"] or None
        return services.post_entries(lines=lines, by=self.request.user, **basis)

    def place(self, refusal: Any, basis: Any, lines: Any) -> None:
        place(refusal, basis, lines)

    def check_context(self, context: dict[str, Any]) -> dict[str, Any]:
        field, chosen = context["form"].fields["allow_over"], context["form"].cleaned_data
        return {
            "above": sum(change.above for change in context["changes"]),
            "allow_over": dict(field.choices)[chosen["allow_over"]] if chosen["allow_over"] else "",
        }


@requires(EXAMINE)
@require_http_methods(["GET", "POST"])
def entry_create(request: HttpRequest) -> HttpResponse:
    return QuotaEntering(request).answer()


@keyless
@requires(EXAMINE)
@require_POST
def entry_preview(request: HttpRequest) -> HttpResponse:
    return QuotaEntering(request).answer_preview()
