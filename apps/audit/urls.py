"""Addresses of the audit app: read only."""

from django.urls import path

from . import views

app_name = "audit"
urlpatterns = [
    path("", views.event_list, name="event_list"),
    path("sign-ins/", views.sign_ins, name="sign_ins"),
    path("looks/", views.looks, name="looks"),
    path("exports/", views.export_list, name="exports"),
    path("print/<str:number>/<str:signed>/", views.print_check, name="print_check"),
    path("refused/", views.refused, name="refused"),
    path("alerts/", views.alert_list, name="alerts"),
    path("alerts/<int:pk>/", views.alert_detail, name="alert"),
    path("seals/", views.seals, name="seals"),
    path("<int:pk>/", views.event_detail, name="event_detail"),
]
