"""Addresses of the jobs pages, under jobs/."""

from django.urls import path

from . import views

urlpatterns = [
    path("", views.job_list, name="jobs"),
    path("<uuid:pk>/", views.job_page, name="job"),
    path("<uuid:pk>/cancel/", views.job_cancel, name="job_cancel"),
    path("<uuid:pk>/again/", views.job_again, name="job_again"),
]
