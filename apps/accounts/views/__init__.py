"""Pages of the accounts app."""

from .accounts import (
    suggest,
    user_create,
    user_detail,
    user_edit,
    user_list,
    user_password,
    user_reset_password,
    user_switch,
)
from .own import own, password_change, sign_in, sign_out

__all__ = [
    "own",
    "password_change",
    "sign_in",
    "sign_out",
    "suggest",
    "user_create",
    "user_detail",
    "user_edit",
    "user_list",
    "user_password",
    "user_reset_password",
    "user_switch",
]
