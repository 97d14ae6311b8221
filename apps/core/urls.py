"""Addresses of the core: a reader's settings; error pages and gallery for builders."""

from django.urls import include, path

from . import views

app_name = "core"
urlpatterns = [
    path("preferences/", views.set_preferences, name="preferences"),
    path("preferences/table/<slug:key>/", views.table_settings, name="table_settings"),
    path("reference/", include("apps.core.dictionary.urls")),
    path("jobs/", include("apps.core.running.urls")),
    path("_gallery", views.show_gallery, name="gallery"),
    path("_gallery/list", views.show_gallery_list, name="gallery_list"),
    path("_gallery/suggestions", views.gallery_suggestions, name="gallery_suggestions"),
    path("_gallery/tree/<int:node>", views.gallery_tree, name="gallery_tree"),
    path("_errors/<int:status>", views.show_error, name="error"),
]
