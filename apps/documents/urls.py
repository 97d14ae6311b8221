"""Addresses of the document register."""

from django.urls import path

from . import views

app_name = "documents"
urlpatterns = [
    path("", views.document_list, name="list"),
    path("register/", views.document_register, name="register"),
    path("suggest/", views.document_suggest, name="suggest"),
    path("<int:pk>/", views.document_detail, name="detail"),
    path("<int:pk>/edit/", views.document_edit, name="edit"),
    path("<int:pk>/attach/", views.document_attach, name="attach"),
    path("<int:pk>/file/", views.document_file, name="file"),
]
