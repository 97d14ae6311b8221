"""The batch a page is about."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from ..models import ImportBatch


def batch_or_404(request: HttpRequest, pk: Any) -> ImportBatch:
    rows = ImportBatch.objects.visible_to(request.user).select_related(
        "job", "under", "owner", "source", "reach", "withdrawn_by"
    )
    return get_object_or_404(rows, pk=pk)
