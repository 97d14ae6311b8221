"""Addresses of leadership posts."""

from django.urls import path

from .views import entries, pages

app_name = "posts"
urlpatterns = [
    path("", pages.post_list, name="list"),
    path("unit/<int:pk>/ledger/", pages.unit_ledger, name="ledger"),
    path("entries/new/", entries.entry_create, name="entry_create"),
    path("entries/preview/", entries.entry_preview, name="entry_preview"),
]
