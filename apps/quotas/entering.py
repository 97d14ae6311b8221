"""Entering lines of a ledger from one document: fill in, check before and after, enter.

One flow for both ledgers (编制, 职数): a form of the document and the day, a set of line forms,
a preview while it is filled in, a page to check, and one service call. Works without script.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from apps.core.http import render_form
from apps.core.widgets import Picked
from apps.documents import handoff

PREFIX = "lines"
MORE, BACK, CHECKED = "_more", "_back", "_checked"
NOT_KEPT = ("csrfmiddlewaretoken", "_key", MORE, BACK, CHECKED, handoff.BUTTON)
MOST_LINES = 50


class Entering:
    """The flow; each ledger fills in its forms, words, preview and service."""

    basis_form: ClassVar[type]
    line_set: ClassVar[type]
    form_template: ClassVar[str]
    check_template: ClassVar[str]
    preview_template: ClassVar[str]
    unit_page: ClassVar[str]  #: URL name of the page of one unit
    refused: ClassVar[type[Exception]]

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    # -- what each ledger says ------------------------------------------------------------------
    def preview(self, lines: Sequence[Any]) -> list[Any]:
        """Return what the lines make of their cells, before → after."""
        raise NotImplementedError

    def written(self, data: dict[str, Any]) -> Any:
        """Return the line of half-filled data, or None when too little is there."""
        raise NotImplementedError

    def enter(self, lines: list[Any], basis: dict[str, Any]) -> list[Any]:
        """Call the service; its refusals are `refused`."""
        raise NotImplementedError

    def place(self, refusal: Any, basis: Any, lines: Any) -> None:
        """Put a refusal beside the line it is about."""
        raise NotImplementedError

    # -- the flow -------------------------------------------------------------------------------
    def answer(self) -> HttpResponse:
        request = self.request
        if handoff.asked(request):
            return handoff.leave(request)
        if request.method == "GET":
            return self._page(*self._from(handoff.resume(request) or self._asked()))
        if MORE in request.POST or BACK in request.POST:
            more = 1 if MORE in request.POST else 0
            return self._page(*self._from(dict(request.POST.items()), more=more))
        basis = self.basis_form(request.POST, user=request.user)
        lines = self._bound(request.POST)
        if not (basis.is_valid() & lines.is_valid()):
            return self._page(basis, lines)
        if request.POST.get(CHECKED) != "1":
            return self._check(basis, lines)
        try:
            entries = self.enter(
                [form.as_line() for form in lines.filled], dict(basis.cleaned_data)
            )
        except self.refused as refusal:
            self.place(refusal, basis, lines.filled)
            return self._page(basis, lines)
        return self._done(entries, basis.cleaned_data["document"])

    def answer_preview(self) -> HttpResponse:
        """Answer the form while it is filled in. Changes nothing."""
        data: QueryDict = self.request.POST
        if not data.get(f"{PREFIX}-TOTAL_FORMS", "").isdigit():
            data = data.copy()
            data.update({f"{PREFIX}-TOTAL_FORMS": "0", f"{PREFIX}-INITIAL_FORMS": "0"})
        changes = self.preview(self._written(self._bound(data)))
        return render(self.request, self.preview_template, {"changes": changes})

    def _bound(self, data: QueryDict) -> Any:
        return self.line_set(data, prefix=PREFIX, form_kwargs={"user": self.request.user})

    def _asked(self) -> dict[str, Any]:
        """Return what the address says: ?document= and ?unit=, as typed values."""
        values = {}
        for name, field in (("document", "document"), ("unit", f"{PREFIX}-0-unit")):
            key = self.request.GET.get(name, "")
            if key.isdigit():
                values[field] = key
        return values

    def _from(self, values: dict[str, Any], more: int = 0) -> tuple[Any, Any]:
        """Return unbound forms that start from typed values, with `more` empty lines."""
        typed: dict[int, dict[str, Any]] = {}
        for name, value in values.items():
            found = re.fullmatch(rf"{PREFIX}-(\d{{1,3}})-(\w+)", name)
            if found and value and int(found[1]) < MOST_LINES:
                typed.setdefault(int(found[1]), {})[found[2]] = value
        filled = [typed[number] for number in sorted(typed)]
        count = min(MOST_LINES, max(1, len(filled) + (more if filled else 0)))
        basis = self.basis_form(user=self.request.user, initial=_typed(values))
        kind = type("Lines", (self.line_set,), {"extra": count})
        lines = kind(prefix=PREFIX, form_kwargs={"user": self.request.user})
        for form, initial in zip(lines.forms, filled, strict=False):
            form.initial = _typed(initial)
        return basis, lines

    def _page(self, basis: Any, lines: Any) -> HttpResponse:
        changes = self.preview(self._written(lines)) if lines.is_bound else []
        return render_form(
            self.request, self.form_template, basis, forms=[lines], lines=lines, changes=changes
        )

    def _written(self, lines: Any) -> list[Any]:
        """Return as many lines as can be read, valid or not, with what they change so far."""
        found = []
        for form in lines.forms:
            form.is_valid()
            line = self.written(getattr(form, "cleaned_data", {}))
            if line is not None:
                found.append(line)
        return found

    def _check(self, basis: Any, lines: Any) -> HttpResponse:
        entered = [form.as_line() for form in lines.filled]
        context = {
            "form": basis,
            "document": basis.cleaned_data["document"],
            "on_day": basis.cleaned_data["on"],
            "lines": entered,
            "changes": self.preview(entered),
            "typed": [(k, v) for k, v in self.request.POST.items() if k not in NOT_KEPT],
        }
        return render(self.request, self.check_template, {**context, **self.check_context(context)})

    def check_context(self, context: dict[str, Any]) -> dict[str, Any]:
        """Return more for the page to check."""
        return {}

    def _done(self, entries: Sequence[Any], document: Any) -> HttpResponse:
        units = {entry.unit_id: entry.unit for entry in entries}
        names = "、".join(unit.name for unit in list(units.values())[:3])
        more = f"等 {len(units)} 个单位" if len(units) > 3 else ""
        messages.success(
            self.request, f"已记账 {len(entries)} 笔：{names}{more}，依据 {document.number}"
        )
        if len(units) == 1:
            return redirect(self.unit_page, next(iter(units)))
        return redirect(document)


def _typed(values: dict[str, Any]) -> dict[str, Any]:
    """Return initial values; what was typed into a picker stays there as text."""
    initial = {k: v for k, v in values.items() if v not in ("", None) and k not in NOT_KEPT}
    for name in [k for k in initial if k.endswith("_text")]:
        field = name.removesuffix("_text")
        initial[field] = Picked(str(initial.get(field, "")), str(initial.pop(name)))
    return initial
