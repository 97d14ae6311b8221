"""Addresses of the boards: the first page, the leader's board, sheets, search."""

from django.urls import path

from .views import board, compare, health, search, sheets, workbench

app_name = "dashboards"
urlpatterns = [
    path("", workbench.workbench, name="workbench"),
    path("administration/", workbench.administration_page, name="administration"),
    path("administration/health/", health.health_page, name="health"),
    path("board/", board.board_page, name="board"),
    path("board/compare/", compare.compare_page, name="compare"),
    path("board/definitions/", board.definitions_page, name="definitions"),
    path("board/posts-sheet/", sheets.posts_page, name="posts_sheet"),
    path("board/quota-sheet/", sheets.quota_page, name="quota_sheet"),
    path("search/", search.search_page, name="search"),
]
