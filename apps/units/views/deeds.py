"""设立, 撤销, 修改信息: what is done to a unit, from a document. Reforms: reforms.py."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from apps.core.http import render_form, requires
from apps.documents import handoff
from apps.documents.models import ApprovalDocument

from .. import errors, rules, services
from ..forms import AbolishForm, ChangeForm, EstablishForm
from ..models import Unit
from ..queries import unit_page
from ..refusals import sentence
from ..rules import MAINTAIN
from ..services.abolish import departments_of, obstacles

#: Which field of the forms a refusal is about.
FIELDS: dict[type[errors.UnitRefused], str] = {
    errors.NameMissing: "name",
    errors.NameTooLong: "name",
    errors.NameTaken: "name",
    errors.SameName: "name",
    errors.CodeTaken: "code",
    errors.CreditCodeTaken: "uscc",
    errors.ParentAbolished: "parent",
    errors.TreeTooDeep: "parent",
    errors.DepartmentNeedsBody: "parent",
    errors.NotASibling: "after",
    errors.UnitAbolished: "unit",
    errors.DayInFuture: "on",
    errors.DayTooEarly: "on",
    errors.DocumentNeeded: "document",
    errors.LaterEvent: "on",
    errors.NotYetThere: "on",
    errors.UnderItself: "parent",
    errors.SamePlace: "parent",
    errors.SameRank: "rank",
    errors.NotABody: "unit",
    errors.NothingToMerge: "into",
    errors.PlateTaken: "name",
}


def show(form: Any, refusal: errors.UnitRefused) -> None:
    """Put a refusal beside the field it is about."""
    name = FIELDS.get(type(refusal), "")
    form.add_error(name if name in form.fields else None, sentence(refusal))


def initial_of(request: HttpRequest, *units: str) -> dict[str, Any]:
    """Return what the address and a form left half-filled say."""
    initial: dict[str, Any] = dict(handoff.resume(request))
    document = request.GET.get("document", "")
    if document.isdigit():
        seen = ApprovalDocument.objects.visible_to(request.user).filter(pk=document).first()
        if seen is not None:
            initial["document"] = seen.pk
    for name in units:
        key = request.GET.get(name, "")
        if key.isdigit():
            initial[name] = key
    return initial


@requires(MAINTAIN)
@require_http_methods(["GET", "POST"])
def unit_establish(request: HttpRequest) -> HttpResponse:
    if handoff.asked(request):
        return handoff.leave(request)
    posted = request.method == "POST"
    form = EstablishForm(
        request.POST if posted else None,
        user=request.user,
        initial=initial_of(request, "parent", "after"),
    )
    if posted and form.is_valid():
        data = form.cleaned_data
        try:
            unit = services.establish(
                parent=data["parent"],
                name=data["name"],
                entity_kind=data["entity_kind"],
                on=data["on"],
                document=data["document"],
                by=request.user,
                after=data["after"],
                **form.attributes(),
            )
        except errors.UnitRefused as refusal:
            show(form, refusal)
        else:
            messages.success(request, f"已设立“{unit.name}”，依据 {data['document']}")
            _warn_of_rank(request, unit, data["parent"])
            return redirect(unit)
    return render_form(request, "units/establish.html", form)


def _warn_of_rank(request: HttpRequest, unit: Unit, parent: Unit) -> None:
    """A unit ranks no higher than the one it stands under: a warning, not a rule."""
    mine, above = unit.rank, parent.rank
    if mine is None or above is None:
        return
    if mine.attrs.get("order", 99) < above.attrs.get("order", 0):
        messages.warning(request, f"规格“{mine}”高于上级机构“{parent}”的“{above}”，请与批文核对")


@requires(MAINTAIN)
@require_http_methods(["GET", "POST"])
def unit_abolish(request: HttpRequest) -> HttpResponse:
    """Fill in, then check a page that names the effect, then confirm."""
    if handoff.asked(request):
        return handoff.leave(request)
    posted = request.method == "POST"
    form = AbolishForm(
        request.POST if posted else None, user=request.user, initial=initial_of(request, "unit")
    )
    if not posted or not form.is_valid() or "_back" in request.POST:
        return render_form(request, "units/abolish.html", form, status=_status(request, form))
    data = form.cleaned_data
    if request.POST.get("_checked") == "1":
        try:
            unit = services.abolish(by=request.user, **data)
        except errors.StillInUse:
            pass  # somebody was faster: the check page below says what stands in the way now
        except errors.UnitRefused as refusal:
            show(form, refusal)
            return render_form(request, "units/abolish.html", form)
        else:
            messages.success(request, f"“{unit.name}”已撤销，可在机构库按状态“已撤销”查到")
            return redirect(unit)
    return _abolish_check(request, form)


def _status(request: HttpRequest, form: Any) -> int | None:
    return 200 if "_back" in request.POST and form.is_valid() else None


def _abolish_check(request: HttpRequest, form: AbolishForm) -> HttpResponse:
    """The 核对 page: what ends, what stands in the way."""
    data = form.cleaned_data
    unit, along = data["unit"], data["with_departments"]
    found = obstacles(unit, with_departments=along)
    return render_form(
        request,
        "units/abolish_check.html",
        form,
        status=422 if found and request.POST.get("_checked") == "1" else 200,
        unit=unit,
        obstacles=found,
        ending=departments_of(unit) if along else [],
        document=data["document"],
        on_day=data["on"],
    )


@requires("view_subtree")
@require_http_methods(["GET", "POST"])
def unit_edit(request: HttpRequest, pk: int) -> HttpResponse:
    page = unit_page(request.user, pk)
    unit = page.unit
    if not rules.may_maintain(request.user, unit):
        raise PermissionDenied("您可以查看这个机构，但没有维护它的权限")
    if handoff.asked(request):
        return handoff.leave(request)
    posted = request.method == "POST"
    form = ChangeForm(
        request.POST if posted else None, user=request.user, unit=unit, initial=initial_of(request)
    )
    if posted and form.is_valid():
        data = form.cleaned_data
        try:
            services.change(
                unit=unit,
                by=request.user,
                document=data["document"],
                on=data["on"],
                reason=data["reason"],
                **form.attributes(),
            )
        except errors.UnitRefused as refusal:
            show(form, refusal)
        else:
            messages.success(request, "机构信息已保存")
            return redirect(unit)
    return render_form(request, "units/edit.html", form, unit=unit, unit_page=page)
