"""由名称识别挂牌: what the names say, chosen, checked, registered."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from apps.core.http import requires

from .. import recognising, services
from ..models import Unit
from ..rules import MAINTAIN

CHECKED, MARK = "_checked", "_mark"


@requires(MAINTAIN)
@require_http_methods(["GET", "POST"])
def recognise(request: HttpRequest) -> HttpResponse:
    """List, then check, then write; what is written is what the check page showed, or nothing."""
    found = recognising.found_in(Unit.objects.granted(request.user, MAINTAIN).active())
    if request.method == "GET" or "_back" in request.POST:
        return _list(request, found)
    keys = set(request.POST.getlist("unit"))
    chosen = [one for one in found if str(one.unit.pk) in keys]
    if not keys:
        return _list(request, found, "请至少选择一个机构")
    if not chosen:
        messages.info(request, "所选机构的牌子已由他人登记，没有再作改动")
        return redirect("units:plates")
    mark = recognising.mark_of(chosen)
    if request.POST.get(CHECKED) != "1" or request.POST.get(MARK) != mark:
        context = {
            "found": chosen,
            "mark": mark,
            "changed": request.POST.get(CHECKED) == "1",
            "added": sum(len(one.adds) for one in chosen),
            "ended": sum(len(one.ends) for one in chosen),
        }
        return render(request, "units/recognise_check.html", context)
    pairs = [(one.unit.pk, one.unit.name) for one in chosen]
    added, ended = services.recognise(by=request.user, units=pairs)
    words = f"已登记 {added} 块牌子" + (f"，摘下 {ended} 块" if ended else "")
    messages.success(request, words if added or ended else "已由他人登记，没有再作改动")
    return redirect("units:plates")


def _list(request: HttpRequest, found: list[recognising.Found], sentence: str = "") -> HttpResponse:
    shown = found[: recognising.SHOWN]
    kept = request.POST.getlist("unit")
    context = {
        "found": shown,
        "more": len(found) - len(shown),
        "chosen": {int(key) for key in kept if key.isdecimal()}
        if "_back" in request.POST
        else {one.unit.pk for one in shown},
        "sentence": sentence,
    }
    status = 422 if sentence else 200
    return render(request, "units/recognise.html", context, status=status)
