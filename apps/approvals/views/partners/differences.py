"""对账差异: what the register and the partners' confirmations do not agree in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from apps.audit.exports import export_table
from apps.core.http import render_list, requires

from ...partner_filters import DifferenceFilter
from ...partner_tables import DifferenceTable
from ...queries import differences as queries
from .inbox import PARTNERS


@requires(*PARTNERS, "examine")
@require_GET
def difference_list(request: HttpRequest) -> HttpResponseBase:
    rows = queries.differences(request.user)
    filters = DifferenceFilter(request.GET, queryset=rows, user=request.user)
    return render_list(
        request,
        table=DifferenceTable,
        filters=filters,
        template="approvals/partners/differences.html",
        export=export_table,
    )
