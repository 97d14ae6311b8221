from django.urls import URLPattern, path

from .views import verify

app_name = "verify"

urlpatterns: list[URLPattern] = [
    path("", verify.ask, name="ask"),
    path("<str:code>", verify.paper, name="paper"),
]
