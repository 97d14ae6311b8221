from django.urls import path

from . import views

app_name = "exchange"

urlpatterns = [
    path("import/", views.imports, name="imports"),
    path("import/<str:kind>/template.xlsx", views.template, name="template"),
    path("import/<str:kind>/upload/", views.upload, name="upload"),
    path("batch/<uuid:pk>/", views.batch, name="batch"),
    path("batch/<uuid:pk>/mapping/", views.mapping, name="mapping"),
    path("batch/<uuid:pk>/sheet/", views.sheet, name="sheet"),
    path("batch/<uuid:pk>/fix/", views.fix, name="fix"),
    path("batch/<uuid:pk>/file/", views.file, name="file"),
    path("batch/<uuid:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("batch/<uuid:pk>/confirm/", views.confirm, name="confirm"),
    path("batch/<uuid:pk>/marked.xlsx", views.marked, name="marked"),
    path("export/", views.export_centre, name="exports"),
    path("export/<str:kind>.xlsx", views.export, name="export"),
    path("jobs/", views.jobs, name="jobs"),
    path("jobs/<uuid:pk>/", views.job, name="job"),
    path("jobs/<uuid:pk>/cancel/", views.cancel, name="cancel"),
]
