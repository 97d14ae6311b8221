"""Code tables: lists of values, one value with its history, adding and changing (rule K-03)."""

from __future__ import annotations

import re

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from .. import changes
from ..administrators import SYSTEM, requires_administrator
from ..http import redirect_here, render_form, render_list
from ..models import CodeTable, CodeValue
from . import attributes, services, usage
from .errors import BeatenByColleague, RuleBroken, ValueTaken
from .filters import CodeTableFilter, CodeValueFilter
from .forms import ValueForm
from .tables import CodeTableTable, CodeValueTable, state_of

#: What a rule of the database says when a new count breaks it.
RULES = {
    "balance_has_room": "有单位的实有会超过核定与允许超编之和",
    "balance_is_never_negative": "有单位的编制数会成为负数",
    "occupancy_one_person_one_quota": "有人员会同时在两个编制里",
    "post_balance_is_never_negative": "有单位的职数会成为负数",
}


@requires_administrator(SYSTEM)
@require_GET
def code_tables(request: HttpRequest) -> HttpResponseBase:
    today = timezone.localdate()
    over = Q(values__valid_to__lte=today)
    rows = CodeTable.objects.annotate(
        ended=Count("values", filter=over), in_use=Count("values") - Count("values", filter=over)
    ).order_by("code")
    return render_list(
        request,
        table=CodeTableTable,
        filters=CodeTableFilter(request.GET, queryset=rows, user=request.user),
        template="core/reference/tables.html",
    )


@requires_administrator(SYSTEM)
@require_GET
def code_table(request: HttpRequest, table: str) -> HttpResponseBase:
    found = get_object_or_404(CodeTable, pk=table)
    rows = CodeValue.objects.of(found.pk).select_related("parent")
    return render_list(
        request,
        table=CodeValueTable,
        filters=CodeValueFilter(request.GET, queryset=rows, user=request.user),
        template="core/reference/table.html",
        context={"code_table": found, "note": _for_readers(found.note)},
    )


def _for_readers(note: str) -> str:
    """Leave out the sentences of a table's note that explain attribute names to builders."""
    return "。".join(s for s in note.split("。") if s and not re.search(r"[a-z_]{4,}", s))


@requires_administrator(SYSTEM)
@require_GET
def code_value(request: HttpRequest, key: str) -> HttpResponse:
    value = get_object_or_404(CodeValue.objects.select_related("table", "parent"), pk=key)
    labels = attributes.labels_for(value.table_id)
    facts = [
        (one.label, attributes.shown(one, value.attrs[one.name], labels))
        for one in attributes.of(value.table_id)
        if value.attrs.get(one.name) not in (None, "")
    ]
    context = {
        "value": value,
        "lamp": state_of(value, timezone.localdate()),
        "facts": facts,
        "uses": usage.of(value),
        "changes": changes.changes_of(value, limit=30),
    }
    return render(request, "core/reference/value.html", context)


@requires_administrator(SYSTEM)
@require_http_methods(["GET", "POST"])
def code_value_create(request: HttpRequest, table: str) -> HttpResponse:
    found = get_object_or_404(CodeTable, pk=table)
    form = ValueForm(request.POST if request.method == "POST" else None, table=found)
    if form.is_valid():
        value = form.cleaned_data["value"]
        try:
            row = services.create_value(table=found, value=value, by=request.user, **form.facts())
        except ValueTaken as refusal:
            named = f"（{refusal.label}）" if refusal.label else ""
            form.add_error("value", f"代码值 {value} 已有{named}，停用的代码也不能再用，请换一个")
        else:
            messages.success(request, f"已新增代码 {row.value} {row.label}")
            return redirect_here(request, _page(row))
    return render_form(request, "core/reference/value_form.html", form, code_table=found)


@requires_administrator(SYSTEM)
@require_http_methods(["GET", "POST"])
def code_value_edit(request: HttpRequest, key: str) -> HttpResponse:
    """Change a value. Attributes of a value in use are changed only after a look at the effect."""
    row = get_object_or_404(CodeValue.objects.select_related("table"), pk=key)
    data = request.POST if request.method == "POST" else None
    initial = {**ValueForm.initial_of(row), "version": changes.version_of(row)}
    form = ValueForm(data, table=row.table, row=row, initial=initial)
    uses = usage.of(row)
    if form.is_valid():
        altered = form.altered()
        # What was looked at is what is confirmed, not what was altered after it.
        seen = ",".join(one.name for one in altered)
        if altered and uses and request.POST.get("confirmed") != seen:
            effects = [one.effect for one in altered if one.effect]
            return render_form(
                request,
                "core/reference/value_form.html",
                form,
                code_table=row.table,
                value=row,
                uses=uses,
                altered=altered,
                seen=seen,
                effects=effects,
            )
        try:
            version = form.cleaned_data["version"] or 0
            services.change_value(value=row, version=version, by=request.user, **form.facts())
        except BeatenByColleague:
            form.add_error(
                None, "这个代码刚被他人修改，您的修改没有保存；请重新打开页面，核对后再改"
            )
        except RuleBroken as refusal:
            reason = RULES.get(refusal.rule, f"有数据会不符合规则 {refusal.rule}")
            form.add_error(None, f"没有保存：这样修改后，{reason}；请先处理这些单位，再来修改")
        else:
            messages.success(request, "代码已保存")
            return redirect_here(request, _page(row))
    return render_form(
        request, "core/reference/value_form.html", form, code_table=row.table, value=row, uses=uses
    )


def _page(value: CodeValue) -> str:
    return reverse("core:code_value", args=[value.pk])
