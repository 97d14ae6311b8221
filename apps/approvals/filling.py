"""A form of one line while it is filled in: where it begins, what was typed before, what is held.

Personal numbers that were typed earlier are shown masked and stay as they are unless something
else is typed; so they stand in no page, session or log (docs/rules.md FL-01).
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, QueryDict
from django.urls import reverse
from django.utils.functional import cached_property

from apps.core.changes import version_of
from apps.core.masking import mask_identity, mask_phone
from apps.core.scope import within
from apps.core.widgets import Picked
from apps.documents.forms import DocumentField
from apps.documents.models import ApprovalDocument
from apps.staff.forms import PERSONAL, seal_typed
from apps.staff.models import Occupancy, Person, PostHolding
from apps.units.choices import EntityKind
from apps.units.models import Unit

from . import elsewhere
from .choices import Kind
from .filing import filing_permission
from .kinds import KindOfCase
from .models import Application, Line, Slot, Typed
from .services import typed as typing

#: Fields of a form that belong to the page, not to the line.
PAGE = ("csrfmiddlewaretoken", "_key", "_version")
#: What a further line of the same draft begins with.
COMMON = (
    "unit", "to_unit", "quota_type", "document", "entry_mode", "exit_mode", "status", "on",
    "starts_on",
)  # fmt: skip
MASKS = {"id_no": mask_identity, "phone": mask_phone}


def subject_of(user: Any, kind: KindOfCase, key: str) -> Any:
    """Return what a form begins from, of the units the user files for. Raises Http404."""
    paths = user.subtrees(filing_permission(user))
    if kind.kind == Kind.TRANSFER and key.startswith(elsewhere.MARK):
        spell = elsewhere.opened(user, key)
        if spell is None:
            raise Http404("没有这个人员")
        return spell
    if not key.isdecimal():
        raise Http404("没有这个人员")
    found: Any
    if kind.subject == "posting":
        postings = PostHolding.objects.open().filter(within(paths, "scope"), pk=key)
        found = postings.select_related("person", "unit", "post_kind").first()
    elif kind.subject == "spell":
        spells = Occupancy.objects.open().filter(within(paths, "scope"), pk=key)
        found = spells.select_related("person", "unit", "quota_type", "status").first()
    else:
        here = Occupancy.objects.open().filter(within(paths, "scope")).values("person")
        found = Person.objects.filter(pk=key, pk__in=here).first()
    if found is None:
        raise Http404("没有这个人员，或不在您的申报范围内")
    return found


class Filling:
    """One form on one address.

    application, line   of a draft that is written on; None for a new one
    subject             what the form begins from (kind.subject)
    """

    def __init__(
        self,
        request: HttpRequest,
        kind: KindOfCase,
        *,
        application: Application | None = None,
        line: Line | None = None,
        subject: Any = None,
        slot: Slot | None = None,
    ) -> None:
        self.request, self.kind = request, kind
        self.application, self.line = application, line
        self.subject, self.slot = subject, slot
        if line is not None and kind.subject:
            self.subject = getattr(line, kind.subject)

    # -- addresses ------------------------------------------------------------------------------
    @cached_property
    def address(self) -> str:
        """Return where this form lives; what was typed is kept under it."""
        if self.line is not None:
            return reverse("approvals:line", args=[self.line.pk])
        query = ""
        if self.subject is not None:
            query = f"?{self.kind.subject}={elsewhere.key_of(self.request.user, self.subject)}"
        elif self.slot is not None:
            query = f"?slot={self.slot.token}"
        if self.application is not None:
            return reverse("approvals:line_add", args=[self.application.pk]) + query
        return reverse("approvals:new", args=[self.kind.kind]) + query

    @cached_property
    def look_address(self) -> str:
        """Return where the live box asks; it says what the form is about."""
        query = QueryDict(mutable=True)
        if self.application is not None:
            query["application"] = str(self.application.pk)
        if self.line is not None:
            query["line"] = str(self.line.pk)
        elif self.subject is not None:
            query[self.kind.subject] = elsewhere.key_of(self.request.user, self.subject)
        if self.slot is not None:
            query["slot"] = self.slot.token
        return f"{reverse('approvals:look', args=[self.kind.kind])}?{query.urlencode()}"

    # -- what was typed before ------------------------------------------------------------------
    @cached_property
    def typed(self) -> Typed | None:
        return typing.of(self.request.user, self.address)

    @cached_property
    def resumed(self) -> dict[str, str]:
        return typing.opened(self.typed) if self.typed is not None else {}

    def held(self) -> list[dict[str, str]]:
        """Return plain numbers that may stand masked in the form, the newest first."""
        found = [self.resumed] if self.resumed else []
        if self.line is not None:
            found.append(self.kind.initial(self.line))
        return found

    def unmasked(self, data: QueryDict) -> QueryDict:
        """Return the posted data with sealed numbers where a mask was left as it was."""
        data = data.copy()
        self.masks = {}
        for name in PERSONAL:
            sent = data.get(name, "")
            for before in self.held():
                plain = str(before.get(name) or "")
                if plain and sent == MASKS[name](plain):
                    data[name] = seal_typed(plain, self.request.user)
                    self.masks[name] = sent
                    break
        return data

    # -- the form -------------------------------------------------------------------------------
    def begun(self, *, resume: bool) -> Any:
        """Return the form as it begins."""
        initial: dict[str, Any] = self._first()
        if resume and self.resumed:
            ticks = [
                name
                for name, one in self.kind.line_form.base_fields.items()  # type: ignore[attr-defined]
                if isinstance(one, forms.BooleanField)
            ]
            initial |= {**dict.fromkeys(ticks, False), **_as_initial(self.resumed)}
        for name in PERSONAL:
            if initial.get(name):
                initial[name] = MASKS[name](str(initial[name]))
        document = initial.get("document")
        if document and not isinstance(document, Picked):
            known = ApprovalDocument.objects.filter(pk=document).first()
            initial["document"] = Picked(str(known.pk), known.number) if known else None
        return self._made(initial=initial)

    def bound(self) -> Any:
        """Return the form with what was sent; call `shown` once it has been checked."""
        data = self.unmasked(self.request.POST)
        return self._made(data)

    def shown(self, form: Any) -> Any:
        """Put the masks back into a form that goes back to its reader."""
        if form.is_bound and getattr(self, "masks", None):
            form.data = form.data.copy()
            for name, mask in self.masks.items():
                form.data[name] = mask
        return form

    def _made(self, data: Any = None, **more: Any) -> Any:
        unit = self.application.unit if self.application is not None else None
        if self.line is not None:
            more |= self.kind.more(self.line)
        elif self.subject is not None:
            more[self.kind.subject] = self.subject
        form = self.kind.form(data, user=self.request.user, unit=unit, **more)
        for field in form.fields.values():
            if isinstance(field, DocumentField):
                field.let_choose(self.request.user, cite=True)
        return form

    def _first(self) -> dict[str, Any]:
        user = self.request.user
        if self.line is not None:
            return self.kind.initial(self.line)
        if self.application is not None:
            last = self.application.lines.order_by("-place").first()
            before = self.kind.initial(last) if last is not None else {}
            begun = {name: before[name] for name in COMMON if before.get(name)}
            return {**begun, **self.kind.initial_of(self.application), **self._asked()}
        begun = {}
        if not self.kind.subject:
            only = only_unit(user)
            if only is not None:
                begun["unit"] = only.pk
        return {**begun, **self._asked()}

    def _asked(self) -> dict[str, Any]:
        """Return what the address asks for, as far as the user may choose it."""
        found: dict[str, Any] = {}
        get, user = self.request.GET, self.request.user
        if (key := get.get("document", "")).isdecimal():
            document = ApprovalDocument.objects.visible_to(user).filter(pk=key).first()
            if document is not None:
                found["document"] = Picked(str(document.pk), document.number)
        if (key := get.get("unit", "")).isdecimal():
            unit = Unit.objects.granted(user, filing_permission(user)).filter(pk=key).first()
            if unit is not None:
                found["unit"] = unit.pk
        if self.slot is not None:
            found |= {
                "unit": self.slot.notice.unit_id,
                "quota_type": self.slot.quota_type_id,
                "slot": self.slot.pk,
            }
        return found

    @property
    def version(self) -> int | None:
        return version_of(self.line) if self.line is not None else None


def only_unit(user: Any) -> Unit | None:
    """Return the unit of somebody who files for one only."""
    rows = Unit.objects.granted(user, filing_permission(user)).active()
    found = list(rows.filter(entity_kind=EntityKind.BODY)[:2])
    return found[0] if len(found) == 1 else None


def typed_of(post: QueryDict) -> dict[str, str]:
    """Return what was typed, without what belongs to the page."""
    names = [n for n in post if n not in PAGE and not n.startswith("_")]
    return {name: str(post[name]) for name in names if post[name]}


def _as_initial(texts: dict[str, str]) -> dict[str, Any]:
    """Turn typed texts into initial values; text in a picker stays there as text."""
    initial: dict[str, Any] = {k: v for k, v in texts.items() if v}
    for name in [k for k in initial if k.endswith("_text")]:
        field = name.removesuffix("_text")
        initial[field] = Picked(str(initial.get(field, "")), str(initial.pop(name)))
    return initial
