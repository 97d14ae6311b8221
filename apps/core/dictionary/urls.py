"""Addresses of the code tables and the calendar, included by the core under reference/."""

from django.urls import path

from . import holiday_views, views

urlpatterns = [
    path("tables/", views.code_tables, name="code_tables"),
    path("tables/<slug:table>/", views.code_table, name="code_table"),
    path("tables/<slug:table>/new/", views.code_value_create, name="code_value_create"),
    path("values/<str:key>/", views.code_value, name="code_value"),
    path("values/<str:key>/edit/", views.code_value_edit, name="code_value_edit"),
    path("holidays/", holiday_views.holiday_list, name="holidays"),
    path("holidays/new/", holiday_views.holiday_create, name="holiday_create"),
    path("holidays/<slug:day>/", holiday_views.holiday_edit, name="holiday_edit"),
    path("holidays/<slug:day>/remove/", holiday_views.holiday_remove, name="holiday_remove"),
]
