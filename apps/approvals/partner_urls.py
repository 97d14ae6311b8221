"""Addresses of the partners, of the office beside them, and of their systems' clients."""

from django.urls import URLPattern, path

from .views import clients
from .views.partners import differences, inbox, office, payroll

urlpatterns: list[URLPattern] = [
    # the partners
    path("partners/", inbox.waiting, name="to_confirm"),
    path("partners/confirmed/", inbox.confirmed, name="confirmed"),
    path("partners/confirm/", inbox.confirm, name="confirm"),
    path("partners/changes/", payroll.payroll, name="payroll"),
    path("partners/differences/", differences.difference_list, name="differences"),
    path("partners/<int:pk>/", inbox.slip, name="slip"),
    path("partners/<int:pk>/confirm/", inbox.slip_confirm, name="slip_confirm"),
    path("partners/<int:pk>/object/", inbox.slip_object, name="slip_object"),
    # the office beside them
    path("joint/", office.joint_list, name="joint"),
    path("joint/case/<int:pk>/", office.joint_case, name="joint_case"),
    path("joint/<int:pk>/answer/", office.answer, name="answer"),
    path("joint/<int:pk>/confirm/", office.confirm_for, name="confirm_for"),
    path("paper/", office.paper_list, name="paper"),
    path("paper/<int:pk>/", office.paper_form, name="paper_form"),
    # systems of partners, for security administrators
    path("clients/", clients.client_list, name="clients"),
    path("clients/new/", clients.client_propose, name="client_propose"),
    path("clients/<int:pk>/", clients.client, name="client"),
    path("clients/<int:pk>/take/", clients.client_take, name="client_take"),
    path("clients/<int:pk>/key/", clients.client_key, name="client_key"),
    path("clients/<int:pk>/sign/", clients.client_sign, name="client_sign"),
    path("clients/<int:pk>/stop/", clients.client_stop, name="client_stop"),
]
