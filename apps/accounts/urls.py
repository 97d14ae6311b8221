"""Addresses of the accounts app."""

from django.urls import path

from . import views

app_name = "accounts"
urlpatterns = [
    path("login/", views.sign_in, name="login"),
    path("logout/", views.sign_out, name="logout"),
    path("password/", views.password_change, name="password_change"),
    path("own/", views.own, name="own"),
    path("users/", views.user_list, name="user_list"),
    path("users/new/", views.user_create, name="user_create"),
    path("users/suggest/", views.suggest, name="suggest"),
    path("users/<int:pk>/", views.user_detail, name="user_detail"),
    path("users/<int:pk>/edit/", views.user_edit, name="user_edit"),
    path("users/<int:pk>/switch/", views.user_switch, name="user_switch"),
    path("users/<int:pk>/password/", views.user_password, name="user_password"),
    path("users/<int:pk>/password/reset/", views.user_reset_password, name="user_reset_password"),
    path("administrators/", views.administrator_list, name="administrators"),
    path("administrators/new/", views.administrator_propose, name="administrator_propose"),
    path(
        "administrators/<int:pk>/remove/", views.administrator_remove, name="administrator_remove"
    ),
    path("policy/", views.policy_page, name="policy"),
    path("policy/change/", views.policy_change, name="policy_change"),
    path("proposals/", views.proposal_list, name="proposals"),
    path("proposals/<int:pk>/", views.proposal_detail, name="proposal"),
    path("proposals/<int:pk>/confirm/", views.proposal_confirm, name="proposal_confirm"),
    path("proposals/<int:pk>/decline/", views.proposal_decline, name="proposal_decline"),
    path("proposals/<int:pk>/withdraw/", views.proposal_withdraw, name="proposal_withdraw"),
    path("factor/", views.factor, name="factor"),
    path("factor/enrol/", views.factor_enrol, name="factor_enrol"),
    path("factor/codes/", views.factor_codes, name="factor_codes"),
    path("factor/remove/", views.factor_remove, name="factor_remove"),
    path("factor/again/", views.step_up, name="step_up"),
    path("users/<int:pk>/factor/reset/", views.factor_reset, name="factor_reset"),
    path("own/sessions/", views.own_sessions, name="own_sessions"),
    path("own/sessions/end/", views.own_sessions_end, name="own_sessions_end"),
    path("own/sessions/<int:pk>/end/", views.own_session_end, name="own_session_end"),
    path("own/kept/", views.kept_form, name="kept"),
    path("alive/", views.alive, name="alive"),
    path("sessions/", views.session_list, name="sessions"),
    path("sessions/<int:pk>/end/", views.session_end, name="session_end"),
    path("locked/", views.locked, name="locked"),
    path("locked/<int:pk>/unlock/", views.unlock, name="unlock"),
]
