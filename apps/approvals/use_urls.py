"""Addresses of 用编: notices, reserves, plans, the pool, settings."""

from django.urls import path

from .views import controls, notices, plans, pool, pressing, use_settings

urlpatterns = [
    path("use/", notices.waiting, name="waiting"),
    path("use/<int:pk>/issue/", notices.issue, name="issue"),
    path("use/settings/", use_settings.settings, name="use_settings"),
    path("use/balance/", use_settings.year_balance, name="year_balance"),
    path("notices/", notices.notice_list, name="notices"),
    path("notices/slots/", notices.slot_list, name="slots"),
    path("notices/<int:pk>/", notices.notice, name="notice"),
    path("notices/<int:pk>/return/", notices.give_back, name="give_back"),
    path("notices/<int:pk>/revoke/", notices.revoke, name="revoke"),
    path("controls/", controls.control_list, name="controls"),
    path("controls/new/", controls.control_new, name="control_new"),
    path("controls/<int:pk>/lift/", controls.control_lift, name="control_lift"),
    path("plans/", plans.plan_list, name="plans"),
    path("plans/new/", plans.plan_new, name="plan_new"),
    path("plans/<int:pk>/", plans.plan, name="plan"),
    path("plans/<int:pk>/request/", plans.plan_request, name="plan_request"),
    path("plans/<int:pk>/close/", plans.plan_close, name="plan_close"),
    path("plans/<int:pk>/review/", plans.plan_review, name="plan_review"),
    path("plans/<int:pk>/issue/", plans.plan_issue, name="plan_issue"),
    path("plans/<int:pk>/settle/", plans.plan_settle, name="plan_settle"),
    path("plans/lines/<int:pk>/withdraw/", plans.plan_withdraw, name="plan_withdraw"),
    path("pressing/", pressing.pressing, name="pressing"),
    path("pool/", pool.pool, name="pool"),
    path("pool/put/", pool.put_in, name="pool_put"),
    path("pool/<int:pk>/lend/", pool.lend, name="pool_lend"),
    path("pool/loans/<int:pk>/", pool.loan, name="loan"),
    path("pool/loans/<int:pk>/<str:move>/", pool.loan_move, name="loan_move"),
]
