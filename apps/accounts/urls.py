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
]
