"""Finding somebody of another unit, to be taken over by the unit that files."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.core.http import render_form, requires

from .. import elsewhere
from ..forms.elsewhere import ElsewhereForm
from .finding import FILING, whole, written

NOBODY = "没有与这三项都相符的在编人员，请照调令核对；仍查不到的请联系编办"
TOO_MANY = "今天查找的次数已达上限，请明天再查或请编办代为申报"


@requires(*FILING)
@require_http_methods(["GET", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Answer with the form of the transfer; the number stands in no address.

    application   in the address: a draft that somebody more goes along with
    """
    key = whole(request.GET.get("application"))
    application = written(request, key) if key is not None else None
    form = ElsewhereForm(request.POST or None, user=request.user)
    if form.is_valid():
        try:
            spell = elsewhere.find(request.user, **form.cleaned_data)
        except elsewhere.TooMany:
            form.add_error(None, TOO_MANY)
        else:
            if spell is not None:
                query = urlencode({"spell": elsewhere.key_of(request.user, spell)})
                if application is not None:
                    return redirect(
                        f"{reverse('approvals:line_add', args=[application.pk])}?{query}"
                    )
                return redirect(f"{reverse('approvals:new', args=['transfer'])}?{query}")
            form.add_error(None, NOBODY)
    return render_form(request, "approvals/elsewhere.html", form)
