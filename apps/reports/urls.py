"""Addresses of the reports."""

from django.urls import path

from .views import builder, saved, sheets, tables

app_name = "reports"
urlpatterns = [
    path("", tables.index, name="index"),
    path("tables/<str:key>/", tables.table, name="table"),
    path("overview/", sheets.overview, name="overview"),
    path("transfers/", sheets.transfers, name="transfers"),
    path("card/<int:pk>/", sheets.card, name="card"),
    path("centre/", sheets.centre, name="centre"),
    path("centre/make/<str:report>/", sheets.make, name="make"),
    path("centre/kept/<int:pk>/", sheets.download, name="download"),
    path("people/", builder.people, name="people"),
    path("units/", builder.units, name="units"),
    path("saved/", saved.saved_list, name="saved"),
    path("saved/<int:pk>/remove/", saved.remove, name="remove"),
    path("<str:subject>/save/", saved.save, name="save"),
    path("<str:subject>/export/", builder.make, name="export"),
]
