"""Addresses: one include per app, and the error pages."""

from django.urls import include, path

from apps.core.health import healthz

_APPS = [
    ("", "core"),
    ("accounts/", "accounts"),
    ("documents/", "documents"),
    ("units/", "units"),
    ("quotas/", "quotas"),
    ("posts/", "posts"),
    ("people/", "staff"),
    ("exchange/", "exchange"),
    ("audit/", "audit"),
    ("checks/", "checks"),
    ("reports/", "reports"),
    ("approvals/", "approvals"),
    ("", "dashboards"),
]
urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("api/v1/", include("apps.approvals.api.urls")),
    path("verify/", include("apps.approvals.verify_urls")),
    *[path(prefix, include(f"apps.{app}.urls")) for prefix, app in _APPS],
]

handler400 = "apps.core.views.handler400"
handler403 = "apps.core.views.handler403"
handler404 = "apps.core.views.handler404"
handler500 = "apps.core.views.handler500"
