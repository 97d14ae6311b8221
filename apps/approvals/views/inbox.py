"""待办中心: the tabs, their lists, and the count in the top bar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_GET

from apps.core.http import aside, count_beside, render_list, requires
from apps.core.menu import Tab

from .. import filters, tables
from ..queries import inbox


@dataclass(frozen=True)
class Corner:
    """One tab: its rows, its list, its query bar. ordered: by urgency, so that cases follow."""

    label: str
    rows: Any
    table: type[tables.CaseTable]
    bar: type[filters.InboxFilter] = filters.InboxFilter
    ordered: bool = False
    shown: bool = True


TABS: dict[str, Corner] = {
    "todo": Corner("待办", inbox.todo, tables.TodoTable, ordered=True),
    "done": Corner("已办", inbox.done, tables.DoneTable, filters.ToldFilter),
    "mine": Corner("我发起", inbox.mine, tables.MineTable),
    "copies": Corner("抄送", inbox.copies, tables.CopyTable, filters.ToldFilter),
    "watch": Corner("督办", inbox.watch, tables.WatchTable, ordered=True),
    "returned": Corner(
        "退回待补正", inbox.returned, tables.ReturnedTable, ordered=True, shown=False
    ),
}


def tab_of(name: str | None) -> str:
    return name if name in TABS else "todo"


def rows_of(user: Any, query: QueryDict) -> Any:
    """Return the rows of an inbox address: its tab, as its conditions narrow it."""
    corner = TABS[tab_of(query.get("tab"))]
    return corner.bar(query, queryset=corner.rows(user), user=user).qs


@requires("view_subtree")
@require_GET
def inbox_page(request: HttpRequest) -> HttpResponseBase:
    user = request.user
    name = tab_of(request.GET.get("tab"))
    corner = TABS[name]
    batch = name == "todo" and _may_batch(user)
    waiting: dict[str, int] = {}
    if name != "todo":
        waiting["todo"] = inbox.count(inbox.todo(user))
    if name != "copies" and (unseen := inbox.count(inbox.copies(user).filter(seen_at=None))):
        waiting["copies"] = unseen
    watches = inbox.may_watch(user)
    rows = corner.bar(request.GET, queryset=corner.rows(user), user=user)
    return render_list(
        request,
        table=corner.table,
        filters=rows,
        template="approvals/inbox.html",
        context={
            "tab": name,
            "tabs": [
                Tab(
                    one.label,
                    f"{reverse('approvals:inbox')}?{urlencode({'tab': key})}",
                    key == name,
                    waiting.get(key),
                )
                for key, one in TABS.items()
                if (one.shown or key == name) and (key != "watch" or watches)
            ],
            "batch": batch,
        },
    )


def _may_batch(user: Any) -> bool:
    return any(user.may_anywhere(name) for name in inbox.REVIEWS.values())


@aside
@requires()
@require_GET
def badge(request: HttpRequest) -> HttpResponse:
    """Answer the top bar with how many cases wait: asked after the page is there."""
    number = inbox.count(inbox.todo(request.user))
    return count_beside(request, number=number, most=inbox.MOST, unit="件待办")
