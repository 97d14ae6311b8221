"""自定义统计: a question built in a form, its answer as a list or by groups, as a workbook."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from apps.audit.exports import export_rows
from apps.core.http import on_day, requires
from apps.core.models import CodeValue
from apps.core.scope import roots
from apps.core.sheets.writing import LAST_LINE

from .. import services
from ..query import answers
from ..query.conditions import GROUPS, MOST
from ..query.fields import BARE, Field, Kind, operator_word
from ..query.groups import groups
from ..query.question import Asked, Question, TooSlow, ask, bounded, sorted_rows
from ..query.subjects import SUBJECTS
from .days import day_of

PER_PAGE = 50


@requires("view_subtree")
@require_GET
def people(request: HttpRequest) -> HttpResponseBase:
    return _page(request, "people")


@requires("view_subtree")
@require_GET
def units(request: HttpRequest) -> HttpResponseBase:
    return _page(request, "units")


def _page(request: HttpRequest, subject: str) -> HttpResponseBase:
    question = Question.of(subject, request.GET, on_day(request))
    asked = ask(question, request.user)
    fmt = request.GET.get("export", "")
    if fmt and not _is_long(asked):
        return _export(request, asked, fmt)
    context: dict[str, Any] = {
        "subject": question.subject,
        "subjects": SUBJECTS.values(),
        "question": question,
        "asked": asked,
        "on": question.on,
        "query": question.query(),
        "rows_of_form": [_row(question, number) for number in range(1, MOST + 1)],
        "groups_of_form": range(1, GROUPS + 1),
        "sections": answers.sections(question.subject.fields),
        "groupable": [one for one in question.subject.fields if one.groups],
        "summable": [one for one in question.subject.fields if one.sums],
        "sortable": [one for one in question.shown_columns() if one.kind is not Kind.MASKED],
    }
    # “更新条件”: the form is being filled in; nothing is wrong yet and nothing is asked
    context["editing"] = request.GET.get("step") == "form"
    if context["editing"]:
        return render(request, "reports/query.html", context)
    try:
        with bounded():
            context |= _answer(request, asked)
    except TooSlow as slow:
        asked.faults.append(slow.sentence)
    # a link to an export that has grown too long opens the page, which offers to make it
    context["too_long"] = bool(fmt)
    status = 422 if asked.faults or fmt else 200
    return render(request, "reports/query.html", context, status=status)


def _answer(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    """Read everything the page shows, inside the limit of time."""
    if asked.faults:
        return {}
    question = asked.question
    if question.by:
        return {"groups": groups(asked)}
    page = Paginator(sorted_rows(asked), PER_PAGE).get_page(request.GET.get("page"))
    count = page.paginator.count
    fields = question.shown_columns()
    rows = [
        (question.subject.url(row), [(answers.text(one, row, question.day), one) for one in fields])
        for row in page.object_list
    ]
    long = count > answers.AT_ONCE
    return {"page": page, "columns": fields, "rows": rows, "long": long, "at_once": answers.AT_ONCE,
            "fits_a_sheet": count < LAST_LINE}  # fmt: skip


def _is_long(asked: Asked) -> bool:
    """Is the answer a list too long to be written while its reader waits?"""
    if asked.faults or asked.question.by:
        return False
    try:
        with bounded():
            return asked.rows.count() > answers.AT_ONCE
    except TooSlow as slow:
        raise BadRequest(slow.sentence) from None


def _row(question: Question, number: int) -> dict[str, Any]:
    """Return what one line of the form shows: the condition, its operators, its values."""
    conditions = question.conditions
    one = conditions[number - 1] if number <= len(conditions) else None
    field = question.subject.field(one.name) if one else None
    return {
        "number": number,
        "one": one,
        "field": field,
        "operators": [(key, operator_word(key, field.kind)) for key in field.operators]
        if field
        else [],
        "bare": one is not None and one.operator in BARE,
        "options": _options(field),
        "values": one.values if one else (),
        "shown": number <= len(conditions) + 1,
    }


def _options(field: Field | None) -> list[tuple[str, str]]:
    if field is None:
        return []
    if field.kind is Kind.CODE:
        values = CodeValue.objects.of(field.table).order_by("sort", "value")
        return list(values.values_list("key", "label"))
    return list(field.choices)


def _export(request: HttpRequest, asked: Asked, fmt: str) -> HttpResponseBase:
    if fmt not in ("xlsx", "csv"):
        raise BadRequest("只能导出为 xlsx 或 csv")
    if asked.faults:
        raise BadRequest("；".join(asked.faults))
    question = asked.question
    name = f"{question.subject.label}统计"
    try:
        with bounded():
            columns, rows = answers.table(asked)
    except TooSlow as slow:
        raise BadRequest(slow.sentence) from None
    # units read under “who looked” that their people were in the list (docs/rules.md P-10)
    people = question.subject.name == "people"
    return export_rows(
        request,
        name=name,
        columns=columns,
        rows=rows,
        fmt=fmt,
        note="；".join(asked.words),
        scopes=roots(request.user.subtrees("view_subtree")) if people else (),
    )


@requires("view_subtree")
@require_POST
def make(request: HttpRequest, subject: str) -> HttpResponseBase:
    """Queue an export too long to wait for; the page of the job tells how far it is."""
    if subject not in SUBJECTS:
        raise Http404("没有这种统计对象")
    fmt = request.POST.get("fmt", "")
    if fmt not in ("xlsx", "csv"):
        raise BadRequest("只能导出为 xlsx 或 csv")
    data = QueryDict(request.POST.get("query", ""))
    on = day_of(data["on"]) if data.get("on") else None
    question = Question.of(subject, data, on)
    asked = ask(question, request.user)
    if asked.faults:
        raise BadRequest("；".join(asked.faults))
    job = services.queue_query(asked=asked, fmt=fmt, by=request.user)
    messages.info(request, "已开始生成，完成后在这里或打印中心的“已生成”里下载。")
    return redirect("exchange:job", pk=job.pk)
