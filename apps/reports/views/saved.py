"""Questions kept under a name: save, list, share, remove."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from apps.core.http import requires
from apps.core.sheets.tidy import strip_control

from .. import services
from ..errors import NameTaken
from ..models import OFFICE, SavedQuery
from ..query.question import Question
from ..query.subjects import SUBJECTS

LONGEST_NAME = 60


@requires("view_subtree")
@require_GET
def saved_list(request: HttpRequest) -> HttpResponseBase:
    """The reader's own questions, and those that colleagues of the office share."""
    found = (
        SavedQuery.objects.visible_to(request.user)
        .filter(removed_at__isnull=True)
        .select_related("owner")
        .order_by("name", "pk")
    )
    mine = [one for one in found if one.owner_id == request.user.pk]
    others = [one for one in found if one.owner_id != request.user.pk]
    return render(request, "reports/saved.html", {"mine": mine, "others": others})


@requires("view_subtree")
@require_POST
def save(request: HttpRequest, subject: str) -> HttpResponseBase:
    """Keep the question of the page; its conditions are read anew, so only what is known stays."""
    if subject not in SUBJECTS:
        raise Http404("没有这种统计对象")
    name = strip_control(request.POST.get("name", "")).strip()
    question = Question.of(subject, QueryDict(request.POST.get("query", "")), None)
    here = f"reports:{subject}"
    if not name or len(name) > LONGEST_NAME:
        messages.error(request, f"没有保存：请给这个统计起个名称，不超过 {LONGEST_NAME} 个字。")
        return _back(here, question)
    shared = request.POST.get("shared") == "1"
    if shared and not any(request.user.may_anywhere(one) for one in OFFICE):
        raise PermissionDenied("只有编办的账号可以共享统计")
    try:
        services.save_query(
            subject=subject, name=name, query=question.query(), shared=shared, by=request.user
        )
    except NameTaken:
        messages.warning(request, f"“{name}”刚刚在另一个窗口保存过，请核对后再保存。")
        return _back(here, question)
    messages.success(request, f"已保存为“{name}”，在“我的统计”里随时打开。")
    return _back(here, question)


def _back(name: str, question: Question) -> HttpResponseBase:
    response = redirect(name)
    query = question.query()
    if query:
        response["Location"] += f"?{query}"
    return response


@requires("view_subtree")
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take an own question off the list; one of a colleague does not exist here."""
    saved = get_object_or_404(SavedQuery, owner=request.user, removed_at__isnull=True, pk=pk)
    services.remove_query(saved=saved, by=request.user)
    messages.success(request, f"已删除“{saved.name}”。")
    return redirect("reports:saved")
