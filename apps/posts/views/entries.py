"""核增, 核减 of leadership posts: lines of the ledger from one document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from apps.core.http import requires
from apps.core.idempotency import keyless
from apps.quotas.entering import Entering
from apps.quotas.forms import EXAMINE

from .. import services
from ..errors import PostRefused
from ..forms import BasisForm, LineSet, place
from ..preview import Change, preview
from ..services import Line


class PostEntering(Entering):
    basis_form = BasisForm
    line_set = LineSet
    form_template = "posts/entry_create.html"
    check_template = "posts/entry_check.html"
    preview_template = "posts/_preview.html"
    unit_page = "quotas:unit"
    refused = PostRefused

    def preview(self, lines: Sequence[Line]) -> list[Change]:
        return preview(lines)

    def written(self, data: dict[str, Any]) -> Line | None:
        if data.get("unit") is None or data.get("post_kind") is None:
            return None
        change = (data.get("more") or 0) - (data.get("fewer") or 0)
        return Line(data["unit"], data["post_kind"], change)

    def enter(self, lines: list[Line], basis: dict[str, Any]) -> list[Any]:
        return services.post_entries(lines=lines, by=self.request.user, **basis)

    def place(self, refusal: Any, basis: Any, lines: Any) -> None:
        place(refusal, basis, lines)


@requires(EXAMINE)
@require_http_methods(["GET", "POST"])
def entry_create(request: HttpRequest) -> HttpResponse:
    return PostEntering(request).answer()


@keyless
@requires(EXAMINE)
@require_POST
def entry_preview(request: HttpRequest) -> HttpResponse:
    return PostEntering(request).answer_preview()
