"""Addresses of messages, of what is late, and of how kinds are handled."""

from django.urls import path

from .views import kind_settings, late, messages

urlpatterns = [
    path("messages/", messages.unread, name="messages"),
    path("messages/badge/", messages.badge, name="messages_badge"),
    path("messages/all/", messages.everything, name="messages_all"),
    path("messages/read/", messages.read, name="messages_read"),
    path("messages/<int:pk>/", messages.message, name="message"),
    path("messages/switches/", messages.switches, name="switches"),
    path("late/", late.late_list, name="late"),
    path("late/<int:pk>/", late.late_unit, name="late_unit"),
    path("kinds/", kind_settings.kind_list, name="kinds"),
    path("kinds/<str:kind>/", kind_settings.kind_edit, name="kind_edit"),
    path("kinds/version/<int:pk>/", kind_settings.version, name="version"),
    path("templates/<int:pk>/", kind_settings.template, name="template"),
]
