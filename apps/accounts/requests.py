"""The type of a request whose reader has signed in."""

from __future__ import annotations

from django.http import HttpRequest

from .models import User


class SignedInRequest(HttpRequest):
    """What a view behind `requires` or `requires_administrator` gets. For annotations only."""

    user: User
