"""核对页: the lines, the materials, what the register and the checks would say; then 提交审核."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from apps.checks import telling
from apps.core.http import requires, wants_fragment
from apps.documents import files
from apps.documents import refusals as documents
from apps.documents.errors import DocumentRefused

from .. import changed, errors, frozen, kinds, offices, rules, services
from ..choices import WRITABLE, Kind, State, filing_name
from ..forms.contact import ContactForm
from ..kinds import KindOfCase
from ..models import Application, Attachment, KindVersion, Line, Step
from ..models.settings import Material
from ..refusals import sentence
from ..services import trial
from ..services.trial import REFUSED
from .finding import FILING, lines_of, whole, written
from .lines import gone

#: The steps of filing.
WAY = ("填写", "核对", "提交")
#: So many people stand open on the page; more are folded to a line each.
OPEN_LINES = 3
#: Sections and facts that tell one person of a list from another no better.
NOT_BRIEF = ("人员信息", "现占编制", "编制所在单位")
ACCEPT = ",".join(f".{name}" for name in files.EXTENSIONS)
WORDS = f"{'、'.join(files.KINDS_IN_WORDS)}，每个不超过 {files.MAX_BYTES // 1024 // 1024} MB"


#: What is said of a problem of the other unit of a move, which is not the reader's to see.
ELSEWHERE = "对方单位有校核问题，由其编办处理；详情不在您的查看范围内"


@dataclass
class ShownLine:
    """A line on the page. said: refusals at it; changes: facts changed since it was returned."""

    line: Line
    sections: list[tuple[str, list[changed.Told]]]
    said: list[str]
    changes: int = 0
    is_new: bool = False

    @property
    def is_quiet(self) -> bool:
        """Say that nothing of the line asks to be read: it may be folded."""
        return not (self.said or self.changes or self.is_new)

    @property
    def brief(self) -> list[str]:
        """Return what a folded line says: the masked number, and the first facts of the matter."""
        number = [t.fact.value for _, told in self.sections for t in told if t.fact.masked][:1]
        rest = [
            f"{one.fact.label} {one.fact.value}"
            for title, told in self.sections
            if title not in NOT_BRIEF
            for one in told
            if one.fact.value and one.fact.label not in NOT_BRIEF and not one.fact.masked
        ]
        return number + rest[:3]


@dataclass
class ShownMaterial:
    paper: Material
    files: list[Attachment]
    said: str = ""

    @property
    def missing(self) -> bool:
        return self.paper.required and not self.files


@requires(*FILING)
@require_GET
def check(request: HttpRequest, pk: int) -> HttpResponse:
    application = written(request, pk)
    if application.state not in WRITABLE:
        return redirect("approvals:filed", application.pk)
    return _page(request, application, checked=request.GET.get("checks") == "1")


@requires(*FILING)
@require_GET
def checks(request: HttpRequest, pk: int) -> HttpResponse:
    """The automatic checks, asked after the page is there: they try the effect and take it back."""
    application = written(request, pk)
    if not wants_fragment(request) or application.state not in WRITABLE:
        return redirect(f"{reverse('approvals:check', args=[pk])}?checks=1")
    lines = lines_of(application)
    context = _checked(request, application, lines)
    return render(request, "approvals/_checks.html", {"application": application, **context})


@requires(*FILING)
@require_POST
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    application = written(request, pk)
    if application.state not in WRITABLE:
        return gone(request, application)
    form = ContactForm(request.POST, application=application, user=request.user)
    if not form.is_valid():
        return _page(request, application, form=form)
    saving = "_save" in request.POST
    try:
        services.set_contact(application=application, by=request.user, **form.values())
        if not saving:
            services.advance(
                application=application,
                move="submit",
                by=request.user,
                seen=whole(request.POST.get("seen")),
            )
    except REFUSED as refusal:
        application.refresh_from_db()
        said, target = {}, ""
        if isinstance(refusal, errors.LineFails):
            said[refusal.line.pk] = sentence(refusal.refusal, request.user)
            target = f"line-{refusal.line.pk}"
        elif isinstance(refusal, errors.PersonHasOpenApplication) and refusal.line is not None:
            said[refusal.line.pk] = sentence(refusal, request.user)
            target = f"line-{refusal.line.pk}"
        elif isinstance(refusal, errors.MaterialMissing):
            target = "materials"
        refused = [(sentence(refusal, request.user), target)]
        return _page(request, application, form=form, refused=refused, said=said)
    if saving:
        messages.success(request, "草稿已保存，可以随时在“我的办件”里继续")
        return redirect("approvals:check", pk)
    return redirect("approvals:filed", pk)


@requires(*FILING)
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """删除草稿. One that was returned is withdrawn instead, with a reason."""
    application = written(request, pk)
    try:
        services.advance(application=application, move="discard", by=request.user)
    except errors.ApprovalRefused as refusal:
        messages.warning(request, sentence(refusal, request.user))
        return redirect("approvals:filed", pk)
    what = application.summary or application.get_kind_display()
    messages.success(request, f"草稿已删除：{what}")
    return redirect("approvals:mine")


@requires(*FILING)
@require_POST
def attach(request: HttpRequest, pk: int) -> HttpResponse:
    """Take in files for one material; each that cannot stay is refused by its name."""
    application = written(request, pk)
    code = request.POST.get("material", "")
    known = {one.code: one for one in version_of(application).papers}
    uploads = request.FILES.getlist("file")
    said, kept = [], []
    if code not in known:
        said.append("材料清单已更新，请刷新页面后再上传")
    elif not uploads:
        said.append("请先选择要上传的文件")
    for upload in uploads if code in known else ():
        try:
            kept.append(
                services.attach(
                    application=application, material=code, upload=upload, by=request.user
                ).name
            )
        except DocumentRefused as refusal:
            said.append(documents.sentence(refusal, request.user))
        except errors.MoveRefused:
            return gone(request, written(request, pk))
        except errors.ApprovalRefused as refusal:
            said.append(sentence(refusal, request.user))
    if kept:
        messages.success(request, f"已上传：{'、'.join(kept)}")
    if said:
        application.refresh_from_db()
        refused = [(one, f"material-{code}") for one in said]
        return _page(request, application, refused=refused, materials_said={code: "；".join(said)})
    return redirect(f"{reverse('approvals:check', args=[pk])}#materials")


@requires(*FILING)
@require_POST
def detach(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Attachment.objects.filter(removed_at__isnull=True).select_related("application")
    visible = Application.objects.visible_to(request.user).values("pk")
    attachment = get_object_or_404(rows.filter(application__in=visible), pk=pk)
    application = written(request, attachment.application_id)
    try:
        services.detach(attachment=attachment, by=request.user)
    except errors.MoveRefused:
        return gone(request, application)
    messages.success(request, f"已移除：{attachment.name}")
    return redirect(f"{reverse('approvals:check', args=[application.pk])}#materials")


def version_of(application: Application) -> KindVersion:
    """Return the settings a case will be filed by: the newest until it has a number."""
    if application.number is None:
        return KindVersion.objects.in_force(application.kind)
    return application.version


def _page(
    request: HttpRequest,
    application: Application,
    *,
    form: ContactForm | None = None,
    refused: list[tuple[str, str]] | None = None,
    said: dict[int, str] | None = None,
    materials_said: dict[str, str] | None = None,
    checked: bool = False,
) -> HttpResponse:
    kind = kinds.of(application.kind)
    lines = lines_of(application)
    returned = None
    if application.state == State.RETURNED:
        returned = application.trail.filter(move="return").last()
    if form is None:
        form = ContactForm(application=application, user=request.user)
    context: dict[str, Any] = {
        "application": application,
        "kind": kind,
        "verb": application.get_kind_display(),
        "filing": filing_name(application.kind),
        "lines": _shown_lines(application, lines, said or {}, returned),
        "materials": _materials(application, materials_said or {}),
        "accept": ACCEPT,
        "words": WORDS,
        "returned": returned,
        "contact": form,
        "refused": refused or [],
        "boxes": [
            one
            for one in (kind.boxes(application, lines) if lines else [])
            if rules.sees(request.user, one.unit)
        ],
        "releases": application.kind == Kind.TRANSFER and offices.must_release(application),
        "remarks": kind.remarks(application, lines) if lines else [],
        "posts": kind.posts(application, lines) if lines else [],
        "folds": len(lines) > OPEN_LINES,
        "may_add": kind.several or not lines,
        "add_label": f"添加{kind.one}",
        "add_url": reverse("approvals:line_add", args=[application.pk]),
        "way": WAY,
    }
    if checked and lines:
        context |= _checked(request, application, lines)
        for one in context["lines"]:
            one.said += context["at_lines"].get(one.line.pk, [])
        context["is_checked"] = True
    status = 422 if refused or form.errors else 200
    return render(request, "approvals/check.html", context, status=status)


def _shown_lines(
    application: Application, lines: list[Line], said: dict[int, str], returned: Step | None
) -> list[ShownLine]:
    kind = kinds.of(application.kind)
    before = changed.before(application, lines, returned.at) if returned is not None else {}
    with frozen.remembering(*(one.values for one in (*lines, *before.values()))):
        return [_shown(kind, line, before.get(line.pk), said, returned) for line in lines]


def _shown(
    kind: KindOfCase, line: Line, old: Line | None, said: dict[int, str], returned: Step | None
) -> ShownLine:
    sections = changed.compared(kind.facts(line), kind.facts(old) if old else None)
    changes = sum(told.was is not None for _, facts in sections for told in facts)
    sections = [
        (title, told)
        for title, facts in sections
        if (told := [one for one in facts if one.fact.value or one.was or one.fact.changed])
    ]
    at_it = [said[line.pk]] if line.pk in said else []
    return ShownLine(line, sections, at_it, changes, returned is not None and old is None)


def _materials(application: Application, said: dict[str, str]) -> list[ShownMaterial]:
    there: dict[str, list[Attachment]] = {}
    for row in application.attachments.filter(removed_at__isnull=True).order_by("pk"):
        there.setdefault(row.material, []).append(row)
    papers = version_of(application).papers
    shown = [ShownMaterial(one, there.pop(one.code, []), said.get(one.code, "")) for one in papers]
    for code, rows in there.items():  # of a list that has changed since
        shown.append(ShownMaterial(Material(code, "其他材料"), rows))
    return shown


def _checked(request: HttpRequest, application: Application, lines: list[Line]) -> dict[str, Any]:
    """Return what the register and the checks would say, in sentences."""
    if not lines:
        return {"report": None, "at_lines": {}, "general": [], "found": []}
    report = trial.report(application, lines, by=request.user)
    touched = kinds.of(application.kind).touched(application)
    names = {unit.pk: unit.name for unit in touched if rules.sees(request.user, unit)}
    found = []
    if report.outcome is not None:
        for one in report.outcome.appears:
            tone = telling.LEVEL_LAMPS[one.level]
            name = names.get(one.hit.unit)
            text = telling.said(one, name) if name is not None else ELSEWHERE
            found.append({"tone": tone, "says": text, "number": one.rule.number})
    places = {line.pk: line for line in lines}
    return {
        "report": report,
        "at_lines": {pk: [sentence(refusal, request.user)] for pk, refusal in report.lines.items()},
        "by_line": [
            (places[pk], sentence(refusal, request.user)) for pk, refusal in report.lines.items()
        ],
        "general": [sentence(refusal, request.user) for refusal in report.general],
        "found": found,
        "goes": len(report.outcome.goes) if report.outcome is not None else 0,
    }
