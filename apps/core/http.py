"""What views share: rights, htmx fragments, list pages, form pages, suggestions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import render, resolve_url
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers

from . import days, preferences, wording

if TYPE_CHECKING:
    from .filters import FilterSet
    from .tables import Table

#: HttpResponseBase is what pages and files (FileResponse) share.
View = Callable[..., HttpResponseBase]
Exporter = Callable[[HttpRequest, Any, str], HttpResponseBase]
#: GET parameters that belong to the list itself, not to its conditions
LIST_PARAMETERS = ("page", "export")


def requires(*permissions: str) -> Callable[[View], View]:
    """Let in who is signed in and holds one of `permissions` on some unit; else 403.

    Without permissions: whoever is signed in. Which rows they then see is the queryset's matter.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if permissions and not any(request.user.may_anywhere(p) for p in permissions):
                raise PermissionDenied("账号没有打开这个页面的权限")
            return view(request, *args, **kwargs)

        wrapped = login_required(guarded)
        wrapped.required_permissions = permissions  # type: ignore[attr-defined]
        return wrapped

    return decorate


def aside(view: View) -> View:
    """Mark a view that answers with a count beside a page: it never moves that page elsewhere.

    Where a reader must first do something (apps.accounts.middleware), it answers with nothing.
    """
    view.is_aside = True  # type: ignore[attr-defined]
    return view


def count_beside(request: HttpRequest, *, number: int, most: int, unit: str) -> HttpResponse:
    """Answer a top-bar item with its count, nothing when there is none (menu.Item.badge_url).

    most   a count of so many or more reads “most − 1 +”
    unit   what is counted, for readers who hear the page
    """
    words = f"{most - 1}+" if number >= most else str(number)
    context = {"number": number, "words": words, "unit": unit}
    response = render(request, "core/_count_beside.html", context)
    patch_cache_control(response, private=True, no_store=True)
    return response


def wants_fragment(request: HttpRequest) -> bool:
    """Say whether htmx asks for a part only: not for boosted and history-restoring calls."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and headers.get("HX-Boosted") != "true"
        and headers.get("HX-History-Restore-Request") != "true"
    )


def redirect_here(request: HttpRequest, to: Any) -> HttpResponse:
    """Redirect to a URL name, path or object; htmx is told to move the whole page."""
    url = resolve_url(to)
    if wants_fragment(request):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


def on_day(request: HttpRequest) -> dt.date | None:
    """Return the day of `?on=`; None for today or nothing. A wrong day is a BadRequest (400).

    The request remembers it, so that the links of the page keep the day (apps.core.days).
    """
    text = request.GET.get("on", "").strip()
    if not text:
        return None
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        raise BadRequest(f"“{text[:20]}”不是日期，请按 2026-11-22 的样子填写") from None
    if sentence := days.refusal(day):
        raise BadRequest(sentence)
    if day == timezone.localdate():
        return None
    request.on_day = day  # type: ignore[attr-defined]
    return day


def render_form(
    request: HttpRequest, template: str, form: Any, *, status: int | None = None, **context: Any
) -> HttpResponse:
    """Render a form page; 422 when the form, or one of `forms` in the context, has errors."""
    forms = [form, *context.get("forms", ())]
    failed = any(f is not None and f.is_bound and has_errors(f) for f in forms)
    if status is None:
        status = 422 if failed else 200
    return render(request, template, {"form": form, **context}, status=status)


def has_errors(form: Any) -> bool:
    """True when a form or a formset was refused."""
    total = getattr(form, "total_error_count", None)
    return bool(total()) if total is not None else bool(form.errors)


@dataclass(frozen=True)
class Option:
    """One line of a suggestion list. `value` is stored, `label` shown, `note` tells twins apart."""

    value: Any
    label: str
    note: str = ""


def suggestions(request: HttpRequest, options: Iterable[Option]) -> HttpResponse:
    """Answer a picker: at most 20 lines, as an HTML fragment."""
    found = list(options)[:21]
    return render(
        request,
        "components/suggestions.html",
        {"options": found[:20], "more": len(found) > 20, "asked": request.GET.get("q", "").strip()},
    )


def tree_fragment(request: HttpRequest, nodes: Iterable[Any]) -> HttpResponse:
    """Answer the opening of a tree node with its children."""
    return render(request, "components/tree_nodes.html", {"nodes": list(nodes)})


def prepare_table(
    request: HttpRequest,
    table: type[Table],
    rows: Any,
    *,
    totals: dict[str, Any] | Callable[[Any], dict[str, Any]] | None = None,
    prefix: str = "",
    exports: bool = False,
) -> Table:
    """Sort and page `rows` (queryset or list) as the request and the reader's settings say.

    Two queries: one count, one page; one more for the reader's settings.
    """
    made = table(rows, request=request, prefix=prefix, order_by=request.GET.get(prefix + "sort"))
    made.exports = exports
    made.totals = totals(rows) if callable(totals) else (totals or {})
    made.paginate_for(request)
    return made


def render_list(
    request: HttpRequest,
    *,
    table: type[Table],
    template: str,
    filters: FilterSet | None = None,
    rows: Any = None,
    totals: dict[str, Any] | Callable[[Any], dict[str, Any]] | None = None,
    export: Exporter | None = None,
    context: dict[str, Any] | None = None,
    dated: bool = False,
    on: dt.date | None = None,
) -> HttpResponseBase:
    """Render a list page, only its card for htmx, or the export for `?export=xlsx`.

    dated   the list can be seen as of a day; on: the past day it is of, said in its title

    rows    queryset or list when there are no filters; already scoped and joined
    totals  figures of the whole query by column, or a function of the filtered rows
    """
    found = filters.qs if filters is not None else rows
    asked = request.GET.get("export", "")
    if asked and export is not None:
        if asked not in ("xlsx", "csv"):
            raise BadRequest("只能导出为 xlsx 或 csv")
        whole = table(found, request=request, order_by=request.GET.get("sort"))
        whole.caption = of_day(whole.caption, on)
        return export(request, whole, asked)
    made = prepare_table(request, table, found, totals=totals, exports=export is not None)
    made.caption = of_day(made.caption, on)
    fragment = wants_fragment(request)
    response = render(
        request,
        template,
        {
            "table": made,
            "page": made.page,
            "filters": filters,
            "query": made.query_string,
            "density": preferences.density(request),
            "list_layout": "components/fragment.html" if fragment else "base.html",
            "dated": dated,
            "on": on,
            **(context or {}),
        },
    )
    patch_vary_headers(response, ["HX-Request"])
    return response


def of_day(caption: Any, on: dt.date | None) -> str:
    """Return the title of a list, with the past day it is of; also the name of its file."""
    return f"{caption}（{wording.day(on)}）" if on is not None else str(caption)


def selection(
    request: HttpRequest, queryset: QuerySet, *, filters: type[FilterSet] | None = None
) -> QuerySet:
    """Return the rows that a batch form ticked, always inside `queryset`.

    With 选择全部 the posted query is applied again by `filters`; ticked keys that do not exist or
    are out of scope are simply not there.
    """
    if request.POST.get("all") == "1":
        if filters is None:
            return queryset
        return filters(QueryDict(request.POST.get("_query", "")), queryset, user=request.user).qs
    keys = [key for key in request.POST.getlist("pk") if key]
    return queryset.filter(pk__in=_valid_keys(queryset, keys))


def _valid_keys(queryset: QuerySet, keys: Sequence[str]) -> list[Any]:
    field = queryset.model._meta.pk
    valid = []
    for key in keys:
        try:
            valid.append(field.to_python(key))
        except ValidationError:
            continue  # a key that is no key selects nothing
    return valid
