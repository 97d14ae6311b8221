"""Addresses of the boards: the first page, the leader's board, sheets, search."""

from django.urls import path

from .views import workbench

app_name = "dashboards"
urlpatterns = [
    path("", workbench.workbench, name="workbench"),
]
