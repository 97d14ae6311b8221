from django.urls import path

from .views import findings, rules

app_name = "checks"
urlpatterns = [
    path("", findings.finding_list, name="list"),
    path("batch/", findings.finding_batch, name="batch"),
    path("rules/", rules.rule_list, name="rules"),
    path("rules/<str:number>/", rules.rule_edit, name="rule_edit"),
    path("runs/", rules.run_list, name="runs"),
    path("runs/new/", rules.run_now, name="run"),
    path("trend/", rules.trend, name="trend"),
    path("unit/<int:pk>/", findings.unit_findings, name="unit"),
    path("<int:pk>/", findings.finding_detail, name="detail"),
    path("<int:pk>/<str:move>/", findings.finding_handle, name="handle"),
]
