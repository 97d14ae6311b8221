"""The form of one line: filled in, kept while it is, answered while it is, saved into a draft."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.requests import SignedInRequest
from apps.core import identity
from apps.core.http import render_form, requires
from apps.core.idempotency import keyless
from apps.documents import handoff
from apps.staff import looking, secrets
from apps.staff.forms import open_typed

from .. import errors, rules, services
from ..addresses import with_query
from ..choices import WRITABLE, Kind, filing_name
from ..filling import MASKS, Filling, subject_of, typed_of
from ..kinds import KindOfCase
from ..models import Application, Line, Slot
from ..refusals import field_of, sentence
from ..services import typed as typing
from ..services.trial import REFUSED
from ..workbook import offered
from . import choosing
from .finding import FILING, kind_of, line_of, lines_of, whole, written

SAVE, DROP, MORE = "_save", "_drop", "_more"
#: Pages with a list of unsent forms, where one stays when one is thrown away.
BACK = {"mine": "approvals:mine", "home": "/"}
#: Addresses whose form is kept while it is typed.
KEPT = ("approvals:new", "approvals:line_add", "approvals:line")


@requires(*FILING)
@require_http_methods(["GET", "POST"])
def new(request: SignedInRequest, kind: str) -> HttpResponseBase:
    """A first line: it begins a draft."""
    of = kind_of(kind)
    subject = _subject(request, of)
    if of.subject and subject is None:
        return choosing.choose(request, of)
    return _Page(Filling(request, of, subject=subject, slot=_slot(request, of))).answer()


@requires(*FILING)
@require_http_methods(["GET", "POST"])
def line_add(request: SignedInRequest, pk: int) -> HttpResponseBase:
    """A further line of a draft."""
    application = written(request, pk)
    of = kind_of(application.kind)
    if application.state not in WRITABLE:
        return gone(request, application)
    if not of.several and application.lines.exists():
        messages.info(request, sentence(errors.OneLineOnly()))
        return redirect("approvals:check", application.pk)
    subject = _subject(request, of)
    if of.subject and subject is None:
        return choosing.choose(request, of, application)
    return _Page(Filling(request, of, application=application, subject=subject)).answer()


@requires(*FILING)
@require_http_methods(["GET", "POST"])
def line(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a line of a draft."""
    one = line_of(request, pk)
    if one.application.state not in WRITABLE:
        return gone(request, one.application)
    of = kind_of(one.application.kind)
    return _Page(Filling(request, of, application=one.application, line=one)).answer()


@requires(*FILING)
@require_POST
def line_remove(request: HttpRequest, pk: int) -> HttpResponse:
    one = line_of(request, pk)
    try:
        services.remove_line(line=one, by=request.user)
    except errors.MoveRefused as refusal:
        messages.warning(request, sentence(refusal, request.user))
        return redirect("approvals:filed", one.application_id)
    services.forget(address=reverse("approvals:line", args=[pk]), by=request.user)
    messages.success(request, f"已删除第 {one.place} 行{one.name and '：' + one.name}")
    return redirect("approvals:check", one.application_id)


def gone(request: HttpRequest, application: Application) -> HttpResponse:
    """Say that a case is no draft any more, and lead to where it is now."""
    messages.warning(
        request, sentence(errors.MoveRefused(application, "save", application.trail.last()))
    )
    return redirect("approvals:filed", application.pk)


class _Page:
    """One form on its address: shown, kept, sent."""

    def __init__(self, filling: Filling) -> None:
        self.filling, self.request = filling, filling.request
        self.of: KindOfCase = filling.kind

    def answer(self) -> HttpResponse:
        request, filling = self.request, self.filling
        if request.method == "GET":
            return self.page(filling.begun(resume=request.GET.get("resume") == "1"))
        if DROP in request.POST:
            services.forget(address=filling.address, by=request.user)
            messages.success(request, "上次未提交的草稿已放弃")
            return redirect(filling.address)
        if SAVE in request.POST or handoff.asked(request):
            return self.keep()
        form = filling.bound()
        if not form.is_valid():
            return self.page(form)
        try:
            to = self.save(form)
        except REFUSED as refusal:
            self.place(form, refusal)
            return self.page(form)
        services.forget(address=filling.address, by=request.user)
        return redirect(to)

    def keep(self) -> HttpResponse:
        """Keep what was typed; then back to the form, or on to register its document."""
        request, filling = self.request, self.filling
        try:
            data = _plain(filling, typed_of(request.POST))
            services.keep(address=filling.address, data=data, by=request.user)
        except typing.TooLong:
            form = filling.bound()
            form.add_error(None, "填写的内容太长，没有保存草稿，请删减后再试")
            return self.page(form)
        back = with_query(filling.address, resume="1")
        if handoff.asked(request):
            query = urlencode({handoff.BACK: back})
            return redirect(f"{reverse('documents:register')}?{query}")
        messages.success(request, f"草稿已保存（{timezone.localtime():%H:%M}），可以继续填写")
        return redirect(back)

    def save(self, form: Any) -> str:
        """Write the line; return where to go next. Raises what the services refuse."""
        filling, by = self.filling, self.request.user
        data = self.of.line(form)
        unit, other = self.of.unit_of(form), self.of.other_unit_of(form)
        document = self.of.document_of(form)
        application, one = filling.application, filling.line
        if application is None:
            application = services.start(
                kind=self.of.kind,
                unit=unit,
                lines=[data],
                other_unit=other,
                document=document,
                by=by,
            )
        else:
            others = application.lines.exclude(pk=one.pk) if one else application.lines.all()
            alone = not others.exists()
            if unit.pk != application.unit_id:
                raise errors.OtherUnit(application.unit)
            if not alone and _differs(application.other_unit_id, other):
                raise errors.OtherUnit(application.other_unit or application.unit)
            if one is None:
                services.add_line(application=application, data=data, by=by)
            else:
                version = whole(self.request.POST.get("_version"))
                services.change_line(line=one, data=data, by=by, version=version)
            if alone:
                services.head(application=application, other_unit=other, document=document, by=by)
        if MORE in self.request.POST and self.of.several:
            messages.success(self.request, f"已保存{data.name}，请继续填写")
            return reverse("approvals:line_add", args=[application.pk])
        return reverse("approvals:check", args=[application.pk])

    def place(self, form: Any, refusal: Exception) -> None:
        """Put a refusal beside its field."""
        if isinstance(refusal, errors.LineChanged):
            self.now = refusal.line
            data = form.data.copy()
            data["_version"] = str(Filling(self.request, self.of, line=self.now).version)
            form.data = data
        name = field_of(refusal)
        form.add_error(name if name in form.fields else None, sentence(refusal, self.request.user))

    now: Line | None = None

    def by_sheet(self) -> str:
        """Return the address of the workbook, where several people may be filed by one."""
        if self.filling.line is not None or self.filling.slot is not None:
            return ""
        if not offered(self.of):
            return ""
        address = reverse("approvals:workbook", args=[self.of.kind])
        application = self.filling.application
        return f"{address}?application={application.pk}" if application is not None else address

    def page(self, form: Any) -> HttpResponse:
        filling, request = self.filling, self.request
        resuming = request.GET.get("resume") == "1" and filling.typed is not None
        pending = filling.typed if request.method == "GET" and not resuming else None
        version = filling.version
        if form.is_bound and self.now is not None:
            version = whole(form.data.get("_version"))
        elif form.is_bound:
            version = whole(request.POST.get("_version")) or version
        context = {
            "of": self.of,
            "by_sheet": self.by_sheet(),
            "way": ("填写", "核对", "提交"),
            "verb": _label(self.of),
            "filing": filing_name(self.of.kind),
            "application": filling.application,
            "line": filling.line,
            "subject": filling.subject,
            "slot": filling.slot,
            "address": filling.address,
            "look": filling.look_address,
            "version": version,
            "pending": pending,
            "resumed": filling.typed if resuming else None,
            "now_sections": self.of.facts(self.now) if self.now is not None else None,
            "cites": "document" in form.fields,
            # a form that begins with values asks for its box as soon as it is there
            "asks": not form.is_bound
            and (filling.subject is not None or bool({*form.initial} - {"unit"})),
            **_beside(filling, form),
        }
        return render_form(request, "approvals/line.html", filling.shown(form), **context)


def _beside(filling: Filling, form: Any) -> dict[str, Any]:
    """Return the live box: what the number says, what the place does to the quota."""
    typed = ""
    if "id_no" in form.fields and form.is_bound and not filling.kind.subject:
        typed = open_typed(form.data.get("id_no", ""), filling.request.user)
    facts = looking.number_facts(filling.request.user, typed) if typed else None
    others = []
    if form.is_bound and filling.application is not None:
        mine = filling.line.pk if filling.line is not None else None
        others = [one for one in lines_of(filling.application) if one.pk != mine]
    kind, bound = filling.kind, form.is_bound
    posts = kind.look_posts(form, others) if bound and kind.shows_posts else []
    return {
        "facts": facts,
        "remarks": kind.look_remarks(form, others) if bound else [],
        "boxes": [
            one
            for one in (kind.look(form, others) if bound and not kind.shows_posts else [])
            if rules.sees(filling.request.user, one.unit)
        ],
        "posts": posts,
        "shows_posts": kind.shows_posts,
        "busy": _busy(filling, typed),
    }


def _busy(filling: Filling, number: str) -> str:
    """Return the sentence about a case of the same person that is open and in sight."""
    if not number:
        return ""
    try:
        found = identity.check(number)
    except identity.BadIdentity:
        return ""
    rows = Line.objects.filter(person_key=secrets.index_of([found.number])[0], is_open=True)
    seen = Application.objects.visible_to(filling.request.user).values("pk")
    mine = filling.application.pk if filling.application is not None else None
    other = rows.filter(application__in=seen).exclude(application=mine).first()
    if other is None:
        return ""
    return sentence(errors.PersonHasOpenApplication(other.application), filling.request.user)


@keyless
@requires(*FILING)
@require_POST
def look(request: HttpRequest, kind: str) -> HttpResponse:
    """Answer the form while it is filled in. Changes nothing."""
    of, get = kind_of(kind), request.GET
    application = line_ = subject = None
    if (key := whole(get.get("line"))) is not None:
        line_ = line_of(request, key)
        application = line_.application
    elif (key := whole(get.get("application"))) is not None:
        application = written(request, key)
    if application is not None and application.kind != of.kind:
        raise Http404("没有这件申报")
    if of.subject and line_ is None:
        subject = subject_of(request.user, of, get.get(of.subject, ""))
    slot = _slot(request, of)
    filling = Filling(request, of, application=application, line=line_, subject=subject, slot=slot)
    form = filling.bound()
    form.is_valid()
    context = _beside(filling, form)
    if "id_no" in form.fields and not of.subject:  # said again below the field, where one looks
        context["number_help"] = form.fields["id_no"].help_text
    return render(request, "approvals/_look.html", context)


@keyless
@requires(*FILING)
@require_POST
def typed_keep(request: HttpRequest) -> HttpResponse:
    """Keep what stands in a form, every 20 seconds and on blur. Answers the time, or why not."""
    address = request.POST.get("_address", "")
    filling = _filling_at(request, address)
    if filling is None:
        return HttpResponse("这个表单不能保存草稿", status=400)
    try:
        row = services.keep(
            address=filling.address,
            data=_plain(filling, typed_of(request.POST)),
            by=request.user,
            form=request.POST.get("_form", ""),
        )
    except typing.TooLong:
        return HttpResponse("内容太长，没有保存草稿", status=413)
    if row is None:  # the form was sent meanwhile
        return HttpResponse(status=204)
    return HttpResponse(f"草稿已保存 {timezone.localtime(row.saved_at):%H:%M}")


@requires(*FILING)
@require_POST
def typed_drop(request: HttpRequest) -> HttpResponse:
    """Throw away an unsent form from a list of them."""
    services.forget(address=request.POST.get("address", "")[:200], by=request.user)
    messages.success(request, "未提交的草稿已放弃")
    return redirect(BACK.get(request.POST.get("back", ""), "approvals:file"))


def _filling_at(request: HttpRequest, address: str) -> Filling | None:
    """Return the form that lives on an address, None where there is none the user may write."""
    parts = urlsplit(address)
    try:
        match = resolve(parts.path)
    except Resolver404:
        return None
    if match.view_name not in KEPT or parts.netloc:
        return None
    query = QueryDict(parts.query)
    if match.view_name == "approvals:line":
        one = line_of(request, match.kwargs["pk"])
        case = one.application
        return Filling(request, kind_of(case.kind), application=case, line=one)
    application = None
    if match.view_name == "approvals:line_add":
        application = written(request, match.kwargs["pk"])
        of = kind_of(application.kind)
    else:
        of = kind_of(match.kwargs["kind"])
    subject = None
    if of.subject:
        subject = subject_of(request.user, of, query.get(of.subject, ""))
    slot = _slot_of(request, query.get("slot", "")) if of.kind == "entry" else None
    return Filling(request, of, application=application, subject=subject, slot=slot)


def _plain(filling: Filling, texts: dict[str, str]) -> dict[str, str]:
    """Return typed texts with the number behind a mask that was left as it was."""
    for name, mask in MASKS.items():
        for before in filling.held():
            plain = str(before.get(name) or "")
            if plain and texts.get(name) == mask(plain):
                texts[name] = plain
                break
    return texts


def _subject(request: HttpRequest, of: KindOfCase) -> Any:
    key = request.GET.get(of.subject, "") if of.subject else ""
    return subject_of(request.user, of, key) if key else None


def _slot(request: HttpRequest, of: KindOfCase) -> Slot | None:
    return _slot_of(request, request.GET.get("slot", "")) if of.kind == "entry" else None


def _slot_of(request: HttpRequest, token: str) -> Slot | None:
    if not token:
        return None
    slots = Slot.objects.select_related("notice__unit", "quota_type")
    slot = get_object_or_404(slots, token=token)
    if not rules.may_file(request.user, slot.notice.unit):
        raise Http404("没有这个用编序号")
    return slot


def _label(of: KindOfCase) -> str:
    return Kind(of.kind).label


def _differs(key: int | None, unit: Any) -> bool:
    return key != (unit.pk if unit is not None else None)


__all__ = ["gone", "line", "line_add", "line_remove", "look", "new", "typed_drop", "typed_keep"]
