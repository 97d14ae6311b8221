"""Doing something to a person: fill in, check before and after, do it. Works without script.

The page to check carries what was typed; identity numbers and phones go along sealed, so that
they stand in no page, session or log (security.md R16, R18).
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from apps.core.http import render_form
from apps.core.widgets import Picked
from apps.documents import handoff
from apps.quotas.errors import QuotaRefused

from . import errors, looking, refusals
from .forms import PERSONAL, open_typed, seal_typed
from .merging import merge
from .models import Occupancy

BACK, CHECKED = "_back", "_checked"
NOT_KEPT = ("csrfmiddlewaretoken", "_key", BACK, CHECKED, handoff.BUTTON)
REFUSED = (errors.StaffRefused, QuotaRefused)


class Deed:
    """One kind of deed; a subclass names its form, its pages and its service.

    subjects   what the form is about, as its keyword arguments: spell=…, person=…
    """

    form: ClassVar[type]
    template: ClassVar[str]
    check_template: ClassVar[str] = ""  #: "": done without a page to check

    def __init__(self, request: HttpRequest, **subjects: Any) -> None:
        self.request, self.subjects = request, subjects

    # -- what each deed says --------------------------------------------------------------------
    def do(self, form: Any) -> HttpResponse:
        """Call the service and answer with what comes next."""
        raise NotImplementedError

    def context(self, form: Any) -> dict[str, Any]:
        """Return what form page and page to check show beside the form."""
        return {}

    def asked(self) -> dict[str, Any]:
        """Return initial values from the address."""
        return {
            name: key
            for name in ("document", "unit")
            if (key := self.request.GET.get(name, "")).isdigit()
        }

    # -- the flow -------------------------------------------------------------------------------
    def answer(self) -> HttpResponse:
        request = self.request
        if handoff.asked(request):
            request.POST = self._sealed()  # type: ignore[assignment]
            return handoff.leave(request)
        if request.method == "GET":
            typed = {**handoff.resume(request), **self.asked()}
            return self._page(self._unbound(typed))
        if BACK in request.POST:
            return self._page(self._unbound(dict(request.POST.items())))
        form = self.form(request.POST, user=request.user, **self.subjects)
        if not form.is_valid():
            return self._page(form)
        if self.check_template and request.POST.get(CHECKED) != "1":
            return self._check(form)
        try:
            return self.do(form)
        except REFUSED as refusal:
            self._place(form, refusal)
            return self._page(form)

    def _page(self, form: Any) -> HttpResponse:
        context = {**self.subjects, **self.context(form)}
        return render_form(self.request, self.template, form, **context)

    def _check(self, form: Any) -> HttpResponse:
        typed = [(k, v) for k, v in self._sealed().items() if k not in NOT_KEPT]
        context = {"form": form, "typed": typed, **self.subjects, **self.context(form)}
        return render(self.request, self.check_template, context)

    def _sealed(self) -> QueryDict:
        """Return what was typed, personal numbers sealed."""
        data = self.request.POST.copy()
        for name in PERSONAL:
            if data.get(name):
                data[name] = seal_typed(str(data[name]), self.request.user)
        return data

    def _unbound(self, values: dict[str, Any]) -> Any:
        """Return a form that starts from typed values; text in a picker stays there as text."""
        initial = {k: v for k, v in values.items() if v not in ("", None) and k not in NOT_KEPT}
        for name in [k for k in initial if k.endswith("_text")]:
            field = name.removesuffix("_text")
            initial[field] = Picked(str(initial.get(field, "")), str(initial.pop(name)))
        for name in PERSONAL:
            if name in initial:
                initial[name] = open_typed(initial[name], self.request.user)
        return self.form(user=self.request.user, initial=initial, **self.subjects)

    def _place(self, form: Any, refusal: Exception) -> None:
        """Put the refusal beside its field; keep a note of people nobody may be told of."""
        sentence = refusals.sentence(refusal, self.request.user)
        name = refusals.field_of(refusal)
        form.add_error(name if name in form.fields else None, sentence)
        if isinstance(refusal, errors.ChangedMeanwhile):
            # who submits again has seen the other's changes, and has them where he typed nothing
            form.met, form.others = merge(form, refusal), refusal.changes
            version = "_spell_version" if self._second(form, refusal) else "_version"
            data = form.data.copy()
            data[version] = str(refusal.version)
            form.data = data
        if sentence == refusals.ELSEWHERE:
            looking.note_elsewhere(self.request.user)

    @staticmethod
    def _second(form: Any, refusal: errors.ChangedMeanwhile) -> bool:
        """Say whether a form over person and spell was beaten at the spell."""
        return "_spell_version" in form.fields and isinstance(refusal.row, Occupancy)

    def done(self, message: str, to: Any) -> HttpResponse:
        messages.success(self.request, message)
        return redirect(to)
