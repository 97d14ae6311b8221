"""Addresses of role appointments, included by urls.py under appointments/."""

from django.urls import path

from . import appointment_views as views

urlpatterns = [
    path("", views.appointment_list, name="appointment_list"),
    path("new/", views.appointment_create, name="appointment_create"),
    path("people/<int:pk>/", views.appointments_of_user, name="appointments_of_user"),
    path("units/suggest/", views.suggest_units, name="appointment_units"),
    path("<int:pk>/revoke/", views.appointment_revoke, name="appointment_revoke"),
]
