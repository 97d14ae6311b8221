"""用编管控: the list, a new one, lifting one."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from apps.audit.exports import export_table
from apps.core.http import render_form, render_list, requires

from .. import errors
from ..forms.use import ControlForm, LiftForm
from ..queries import notices as queries
from ..refusals import field_of, sentence
from ..services import controls
from ..use_filters import ControlFilter
from ..use_tables import ControlTable


@requires("view_subtree")
@require_GET
def control_list(request: HttpRequest) -> HttpResponseBase:
    rows = queries.controls(request.user, timezone.localdate())
    filters = ControlFilter(request.GET, queryset=rows, user=request.user)
    return render_list(
        request,
        table=ControlTable,
        filters=filters,
        template="approvals/use/controls.html",
        export=export_table,
        context={"may_set": request.user.may_anywhere("examine")},
    )


@requires("examine")
@require_http_methods(["GET", "POST"])
def control_new(request: HttpRequest) -> HttpResponse:
    form = ControlForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_valid():
        try:
            made = controls.control(by=request.user, **form.cleaned_data)
        except errors.ApprovalRefused as refusal:
            name = field_of(refusal)
            form.add_error(name if name in form.fields else None, sentence(refusal))
        else:
            messages.success(request, f"已登记{made.unit.name}的{made.get_kind_display()}")
            return redirect("approvals:controls")
    return render_form(request, "approvals/use/control.html", form)


@requires("examine")
@require_http_methods(["GET", "POST"])
def control_lift(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(queries.controls(request.user, timezone.localdate()), pk=pk)
    if not request.user.may("examine", found.unit):
        raise PermissionDenied("只有编办经办人可以解除用编管控")
    form = LiftForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        controls.lift(control=found, by=request.user, **form.cleaned_data)
        messages.success(request, f"已解除{found.unit.name}的{found.get_kind_display()}")
        return redirect("approvals:controls")
    return render_form(request, "approvals/use/lift.html", form, control=found)
