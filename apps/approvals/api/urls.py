from django.urls import URLPattern, path

from .operations import OPERATIONS
from .views import description, handbook, served

app_name = "api"

#: One pattern for each path; its operations share a view. Named after the first of them.
_PATHS = {one.path: one.name for one in reversed(OPERATIONS)}

urlpatterns: list[URLPattern] = [
    path("", handbook, name="handbook"),
    path("openapi.json", description, name="openapi"),
    *[
        path(route.replace("{number}", "<str:number>"), served(route), name=name)
        for route, name in reversed(_PATHS.items())
    ],
]
