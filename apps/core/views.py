"""Error pages, a reader's settings, and the gallery of parts."""

from __future__ import annotations

from typing import Any

import structlog
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.template import loader
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from . import gallery, preferences
from .http import on_day, prepare_table, render_list, suggestions, tree_fragment

log = structlog.get_logger(__name__)


# -- errors -------------------------------------------------------------------------------------


def handler400(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A request that cannot be read; our own BadRequest brings its sentence."""
    sentence = str(exception) if isinstance(exception, BadRequest) else ""
    return _error(request, "400.html", 400, sentence)


def handler403(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """In scope, without the right."""
    return _error(request, "403.html", 403, _own_words(exception))


def handler404(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Missing, or outside the reader's scope: the same page for both."""
    return _error(request, "404.html", 404, "")


def handler500(request: HttpRequest) -> HttpResponse:
    """The static page with the number that is also in the log. Needs nothing that may be broken."""
    number = getattr(request, "request_id", "")
    log.error("page.failed", path=request.path)
    try:
        body = loader.get_template("500.html").render({"number": number, "path": request.path})
    except Exception:
        log.exception("page.500_failed")
        body = f"<!DOCTYPE html><meta charset=utf-8><title>页面出错</title>页面出错，编号 {number}"
    return HttpResponse(body, status=500)


def _error(request: HttpRequest, template: str, status: int, sentence: str) -> HttpResponse:
    context = {
        "sentence": sentence,
        "number": getattr(request, "request_id", ""),
        "error_layout": "base.html" if _signed_in(request) else "bare.html",
    }
    try:
        return render(request, template, context, status=status)
    except Exception:
        # the frame asks the database who may see what; without it the bare page still works
        log.exception("page.error_failed", template=template)
        body = loader.get_template(template).render({**context, "error_layout": "bare.html"})
        return HttpResponse(body, status=status)


def _signed_in(request: HttpRequest) -> bool:
    try:
        return bool(request.user.is_authenticated)
    except Exception:  # no user yet, or no database to ask
        return False


def _own_words(exception: Exception | None) -> str:
    """Our sentences are Chinese; what the framework says is not for readers."""
    text = str(exception) if exception is not None else ""
    return text if any("\u4e00" <= letter <= "\u9fff" for letter in text) else ""


@require_GET
def show_error(request: HttpRequest, status: int) -> HttpResponse:
    """Give each error page an address in development."""
    _only_for_builders()
    if status == 400:
        return handler400(request, BadRequest("“2026-13-01”不是日期，请按 2026-11-22 的样子填写"))
    if status == 403:
        return handler403(request, PermissionDenied("账号没有打开这个页面的权限"))
    if status == 500:
        return handler500(request)
    if status == 422:
        return render(request, "403_csrf.html", status=403)
    return handler404(request)


# -- a reader's settings --------------------------------------------------------------------------


@login_required
@require_POST
def set_preferences(request: HttpRequest) -> HttpResponse:
    """Keep the row height of all lists."""
    chosen = request.POST.get("density", "")
    if chosen not in preferences.DENSITIES:
        raise BadRequest("没有这种表格行高")
    preferences.store(request, "density", chosen)
    return _back(request)


@login_required
@require_POST
def table_settings(request: HttpRequest, key: str) -> HttpResponse:
    """Keep columns and page size of one list, or forget them."""
    if request.POST.get("save") == "0":
        preferences.store(request, f"table.{key}", {})
        messages.success(request, "已恢复默认的列和每页条数")
        return _back(request)
    size = request.POST.get("per_page", "")
    saved = {
        "columns": [name for name in request.POST.getlist("columns") if len(name) <= 60][:100],
        "per_page": int(size) if size in {str(n) for n in preferences.PAGE_SIZES} else None,
    }
    preferences.store(request, f"table.{key}", saved)
    messages.success(request, "列设置已保存")
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure())
    return HttpResponseRedirect(target if safe and target.startswith("/") else "/")


# -- the gallery ----------------------------------------------------------------------------------


def _only_for_builders() -> None:
    if not (settings.DEBUG or getattr(settings, "SHOW_GALLERY", False)):
        raise Http404


def show_gallery(request: HttpRequest) -> HttpResponse:
    """Show every part with sample data; development and tests only."""
    _only_for_builders()
    form = gallery.sample_form(request)
    filters = gallery.GalleryFilter(request.GET, gallery.ROWS)
    table = prepare_table(
        request, gallery.GalleryTable, filters.rows, totals=gallery.totals, exports=True
    )
    context: dict[str, Any] = gallery.context() | {
        "form": form,
        "filters": filters,
        "table": table,
        "page": table.page,
        "on": on_day(request),
        "density": preferences.density(request),
    }
    return render(request, "core/gallery.html", context, status=422 if form.errors else 200)


@require_GET
def show_gallery_list(request: HttpRequest) -> HttpResponseBase:
    """Show a whole list page, also as the fragment htmx asks for."""
    _only_for_builders()
    filters = gallery.GalleryFilter(request.GET, gallery.ROWS)
    return render_list(
        request,
        table=gallery.GalleryTable,
        rows=filters.rows,
        totals=gallery.totals,
        template="core/gallery_list.html",
        context={"filters": filters},
    )


@require_GET
def gallery_suggestions(request: HttpRequest) -> HttpResponse:
    _only_for_builders()
    return suggestions(request, gallery.options(request.GET.get("q", "")))


@require_GET
def gallery_tree(request: HttpRequest, node: int) -> HttpResponse:
    _only_for_builders()
    return tree_fragment(request, gallery.children(node, reverse("core:gallery")))
