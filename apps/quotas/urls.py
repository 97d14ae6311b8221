"""Addresses of quotas."""

from django.urls import path

from .views import entries, lists, pages

app_name = "quotas"
urlpatterns = [
    path("", lists.overview, name="list"),
    path("over/", lists.over_list, name="over"),
    path("unit/<int:pk>/", pages.unit_quotas, name="unit"),
    path("unit/<int:pk>/ledger/", pages.unit_ledger, name="ledger"),
    path("entries/new/", entries.entry_create, name="entry_create"),
    path("entries/preview/", entries.entry_preview, name="entry_preview"),
]
