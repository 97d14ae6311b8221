"""After it was filed: what happens next, taking it back, and the applicant's own cases."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.views.decorators.http import require_GET, require_http_methods

from apps.audit.exports import export_table
from apps.core import filters as f
from apps.core import forms as core
from apps.core import tables as t
from apps.core.http import render_form, render_list, requires
from apps.core.lamps import lamp
from apps.core.scope import within
from apps.units.models import Unit

from .. import errors, kinds, progress, rules, services
from ..choices import OPEN, Kind, State, filing_name
from ..models import Application
from ..moves import MOVES
from ..own import mine_of
from ..queries import joint, pool
from ..refusals import field_of, sentence
from ..unsent import begun
from .finding import FILING, seen, whole


@requires(*FILING)
@require_GET
def filed(request: HttpRequest, pk: int) -> HttpResponse:
    """What was filed: its number, who handles it next, until when."""
    application = seen(request, pk)
    if application.state == State.DRAFT:
        return redirect("approvals:check", pk)
    try:
        prints = reverse("approvals:print", args=[pk])
    except NoReverseMatch:  # no printed form of it
        prints = ""
    submitted = application.trail.filter(move="submit").last()
    context = {
        "application": application,
        "turn": progress.turn_of(application),
        "marks": progress.line_of(application),
        "lamp": progress.lamp_of(application),
        "submitted_at": submitted.at if submitted is not None else application.submitted_at,
        "skipped": bool(submitted and submitted.facts.get("skipped")),
        "may_withdraw": "withdraw" in rules.moves_for(request.user, application),
        "may_write": application.state == State.RETURNED
        and rules.may_move(request.user, "submit", application),
        "recovered": pool.recovered_by(application),
        "last": application.trail.last(),
        "follow": progress.opens(application),
        "prints": prints,
        "again": application.kind in kinds.KINDS,
        "chain": joint.chain(application) if application.effected_at is not None else [],
    }
    return render(request, "approvals/filed.html", context)


class WithdrawForm(core.Form):
    widths = {"opinion": "full"}

    opinion = forms.CharField(
        label="撤回理由",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请填写撤回的理由，审核人员会看到"},
    )


@requires(*FILING)
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    application = seen(request, pk)
    if not rules.may_move(request.user, "withdraw", application):
        raise PermissionDenied("只有申报人和本单位经办人可以撤回这件申报")
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if application.state not in MOVES["withdraw"].sources and request.method == "GET":
        messages.warning(
            request,
            sentence(errors.MoveRefused(application, "withdraw", application.trail.last())),
        )
        return redirect("approvals:filed", pk)
    if form.is_valid():
        try:
            services.advance(
                application=application,
                move="withdraw",
                by=request.user,
                opinion=form.cleaned_data["opinion"],
                seen=whole(request.POST.get("seen")),
            )
        except errors.ApprovalRefused as refusal:
            name = field_of(refusal)
            form.add_error(name if name in form.fields else None, sentence(refusal, request.user))
            application.refresh_from_db()
        else:
            messages.success(request, f"已撤回：{application.number} {application.summary}")
            return redirect("approvals:mine")
    return render_form(request, "approvals/withdraw.html", form, application=application)


#: Groups of the list, as its filter names them.
STANDINGS = (
    ("returned", "待补正"),
    ("draft", "草稿"),
    ("open", "办理中"),
    ("done", "已办结"),
    ("refused", "不予通过"),
    ("withdrawn", "已撤回"),
)


class MineFilter(f.FilterSet):
    primary = ("q", "kind", "state", "unit")

    q = f.TextFilter(label="编号、摘要", placeholder="RB2026… 或 姓名", method="by_text")
    kind = f.ChoiceFilter(label="事项", choices=Kind.choices)
    state = f.ChoiceFilter(label="状态", choices=STANDINGS, method="by_standing")
    unit = f.PickerFilter(
        label="单位", url_name="units:suggest", queryset=Unit.objects.none(), method="by_unit"
    )
    filed = f.DayRangeFilter(label="提交时间", field_name="submitted_at")

    class Meta:
        model = Application
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["unit"].field.queryset = Unit.objects.visible_to(self.user)

    def by_text(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        text = value.strip()
        return rows.filter(Q(number__istartswith=text) | Q(summary__contains=text))

    def by_standing(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        if value == "open":
            return rows.filter(state__in=[s for s in OPEN if s != State.RETURNED])
        return rows.filter(state=value)

    def by_unit(self, rows: QuerySet, name: str, value: Any) -> QuerySet:
        return rows.filter(within([value.path], "scope"))


def _step_line(application: Application) -> str:
    return render_to_string(
        "approvals/_step_line.html", {"marks": progress.line_of(application), "short": True}
    )


class MineTable(t.Table):
    key = "my-applications"
    selectable = True
    caption = "我的办件"
    fixed = ("summary", "number", "state")
    hidden = ("submitted",)
    empty = t.Empty(
        "还没有办件", "在“业务申报”里选择要办的事项，填好后提交。", "业务申报", "approvals:file"
    )

    summary = t.LinkColumn("摘要", accessor="pk", order_by="summary", phone="name", width=16)
    number = t.CodeColumn("编号", accessor="number", order_by="number", phone="figure")
    kind = t.Column("事项", accessor="get_kind_display", order_by="kind", phone="hide")
    unit = t.Column("单位", accessor="unit.name", order_by="scope", phone="figure")
    state = t.LampColumn("状态", accessor="state", phone="figure")
    due = t.MomentColumn("本环节期限", accessor="due_at", order_by="due_at", phone="hide")
    submitted = t.MomentColumn("提交时间", accessor="submitted_at", order_by="submitted_at")
    steps = t.Column("进度", accessor="state", phone="hide")
    actions = t.ActionsColumn(lambda row, user: [(_verb(row), progress.opens(row))])

    def row_label(self, record: Application) -> str:
        """Return what a case is called: a draft by its matter and whom it is about."""
        label = record.summary or filing_name(Kind(record.kind))
        return f"草稿：{label}" if record.state == State.DRAFT else label

    def render_summary(self, record: Application) -> Any:
        return format_html('<a href="{}">{}</a>', progress.opens(record), self.row_label(record))

    def value_summary(self, record: Application) -> str:
        return self.row_label(record)

    def render_number(self, record: Application) -> str:
        return record.number or "—"

    def value_number(self, record: Application) -> str:
        return record.number or ""

    def render_state(self, record: Application) -> Any:
        return lamp(*progress.lamp_of(record))

    def value_state(self, record: Application) -> str:
        return progress.lamp_of(record)[1]

    def render_steps(self, record: Application) -> Any:
        return _step_line(record)

    def value_steps(self, record: Application) -> str:
        here = [m.label for m in progress.line_of(record) if m.state in ("now", "bad")]
        return here[0] if here else "办结"

    def row_class(self, record: Application) -> str:
        return "is-over" if record.state == State.RETURNED else ""


def _verb(application: Application) -> str:
    return {State.DRAFT: "继续填写", State.RETURNED: "补正"}.get(State(application.state), "查看")


@requires(*FILING)
@require_GET
def mine(request: HttpRequest) -> HttpResponseBase:
    filters = MineFilter(request.GET, queryset=mine_of(request.user), user=request.user)
    return render_list(
        request,
        table=MineTable,
        filters=filters,
        template="approvals/mine.html",
        export=export_table,
        context={
            "returned": mine_of(request.user).filter(state=State.RETURNED)[:5],
            "begun": begun(request.user),
        },
    )
